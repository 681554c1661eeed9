"""How well articles are read, measured beside other extractors on pages of our own: docs/evaluation.md."""
