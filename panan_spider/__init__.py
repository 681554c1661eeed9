"""Scrapy project that archives the news sites of Chinese counties; as a library, `panan_spider.read(html, url)`."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from panan_spider.extract.results import InvalidPage, PageError, SoftBlock, UnknownLayout
    from panan_spider.items import Article
    from panan_spider.library import read

__version__ = "0.1.0"
#: Whom a site's operators can write to, where PANAN_CONTACT does not say so: the makers of this program.
__contact__ = "https://github.com/panan-spider/panan-spider"

__all__ = ["Article", "InvalidPage", "PageError", "SoftBlock", "UnknownLayout", "__version__", "read"]

_PLACES = {"read": "library", "Article": "items"}


def __getattr__(name: str) -> Any:
    """The library's names, loaded when first used: a command that reads no page needs none of them."""
    if name.startswith("_") or name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES.get(name, 'extract.results')}"), name)
