"""Generators of documentation and schemas; not part of the wheel."""
