"""Links that a page of ours may carry: plain web addresses, and nothing that could act."""

import re
from typing import Final
from urllib.parse import urlsplit

from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind

_SCHEMES: Final = frozenset({"http", "https"})

#: Characters that no printed address holds; browsers drop some of them before they read the scheme.
_NEVER: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029\\<>\"]")


def web_address(url: str | None) -> str | None:
    """`url` where it is a plain http or https address without a login, else None: then it is shown as text."""
    if not url or _NEVER.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _port = parts.port
    except ValueError:
        return None
    return url if parts.scheme in _SCHEMES and host and "@" not in parts.netloc else None


def article_id(site: Site, url: str) -> str | None:
    """The number of the site's article at that address; None where the address is no article of the site."""
    if web_address(url) is None:
        return None
    found = site.urls.understand(url)
    return found.article_id if found.kind in (UrlKind.ARTICLE, UrlKind.PART) else None
