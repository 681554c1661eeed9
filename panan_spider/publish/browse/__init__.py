"""The archive as a newspaper: web pages on loopback, or the same as files. Reads the SQLite export, writes nothing to the archive."""
