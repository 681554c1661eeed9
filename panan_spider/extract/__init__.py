"""Page objects: bytes in, fields out. No page makes a request."""
