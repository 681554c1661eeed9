"""Item pipelines: images, then the archive. No HTML is parsed here."""
