"""Generators of DATA_FORMAT.md and of the JSON Schemas of lines and reports."""
