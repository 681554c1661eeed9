"""panan_spider: crawls and archives county news sites, complete and exact."""

__version__ = "0.1.0"
