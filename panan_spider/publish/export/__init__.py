"""The archive in other forms: SQLite, CSV, Parquet, Atom, Markdown, JSON-LD. Reads the archive, never writes to it."""
