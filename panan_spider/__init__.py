"""panan_spider: the complete, exact and lasting record of Pan'an News (磐安新闻网)."""

__version__ = "0.1.0"
