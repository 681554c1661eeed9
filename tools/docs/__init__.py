"""The published form of an article line: the JSON Schema and DATA_FORMAT.md, both made from the items."""
