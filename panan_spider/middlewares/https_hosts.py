"""HTTPS middleware: a host that always redirects http to https is asked by https, which saves a request a page.

URLs in lines, keys and the ledger stay http. The ledger keeps the hosts for the next run.
"""

import logging
from collections import Counter
from typing import Final
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response

from panan_spider.archive.state import CrawlState
from panan_spider.middlewares.offsite import site_of
from panan_spider.sites.urls import absolute

logger = logging.getLogger(__name__)

#: Answers of a host by http, all of them redirects to the same URL by https, after which it is asked by https.
_ALWAYS: Final = 3

#: Meta key of a request: the http URL that it was made for, or that must be asked by http.
_UPGRADED, _PLAIN = "https_for", "http_only"

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})


class HttpsMiddleware:
    """`hosts` are asked by https. Where https fails, the URL is asked once by http, and so is the host from then on."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._redirected: Counter[str] = Counter()  # answers by http that lead to the same URL by https
        self._plain: set[str] = set()  # hosts that answer by http, or whose https fails
        self._hosts: set[str] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "HttpsMiddleware":
        """Scrapy's constructor."""
        return cls(crawler)

    @property
    def hosts(self) -> set[str]:
        """The hosts that are asked by https; at first those of earlier runs."""
        if self._hosts is None:
            state = self._state
            self._hosts = set(state.https_hosts()) if state is not None else set()
        return self._hosts

    @property
    def _state(self) -> CrawlState | None:
        return getattr(self._crawler.spider, "crawl_state", None)

    def process_request(self, request: Request) -> Request | None:
        """The request by https, where its host is asked so."""
        if site_of(self._crawler) is None or not request.url.startswith("http://") or request.meta.get(_PLAIN):
            return None
        if urlsplit(request.url).netloc not in self.hosts:
            return None
        return request.replace(url=_by_https(request.url), meta={**request.meta, _UPGRADED: request.url})

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response; the request by http, where https leads back to http."""
        if site_of(self._crawler) is None:
            return response
        target = _target(request, response)
        plain = request.meta.get(_UPGRADED)
        if plain is not None and target == plain:
            return self._by_http(request, plain, "it leads back to http")
        if request.url.startswith("http://"):
            self._learn(urlsplit(request.url).netloc, leads=target == _by_https(request.url))
        return response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request by http, where https failed."""
        plain = request.meta.get(_UPGRADED)
        if plain is None or not request.url.startswith("https://"):
            return None
        return self._by_http(request, plain, f"{type(exception).__name__}")

    def _by_http(self, request: Request, plain: str, why: str) -> Request:
        host = urlsplit(plain).netloc
        self._plain.add(host)
        if host in self.hosts:
            self.hosts.discard(host)
            logger.info("%s is asked by http again: %s", host, why)
            if (state := self._state) is not None:
                state.note_https(host, works=False)
        meta = {
            name: value for name, value in request.meta.items() if name not in (_UPGRADED, "_scheme_proxy", "proxy")
        }
        return request.replace(url=plain, meta={**meta, _PLAIN: True})

    def _learn(self, host: str, *, leads: bool) -> None:
        if not leads:
            self._plain.add(host)
            return
        self._redirected[host] += 1
        if self._redirected[host] < _ALWAYS or host in self._plain or host in self.hosts:
            return
        self.hosts.add(host)
        logger.info("%s redirects http to https: it is asked by https", host)
        if (state := self._state) is not None:
            state.note_https(host, works=True)


def _by_https(url: str) -> str:
    return "https" + url.removeprefix("http")


def _target(request: Request, response: Response) -> str | None:
    location = response.headers.get("Location")
    if location is None or response.status not in _REDIRECTS:
        return None
    return absolute(request.url, location.decode("latin-1"))
