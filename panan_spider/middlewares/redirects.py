"""Redirect middlewares: HTTP redirects, pages that only lead on, hosts that lead to https; none leaves the site.

URLs in lines, keys and the ledger stay http. The ledger keeps the hosts that are asked by https for the next run.
"""

import logging
from collections import Counter
from typing import Final
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware as ScrapyOffsite
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirects
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from panan_spider.archive.ledger.queries import LINK_PAGE
from panan_spider.archive.state import CrawlState
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.document import link_target
from panan_spider.middlewares.retry import REDIRECTS, OutcomeError, page_of
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, absolute, canonical

#: Bytes; a longer page is none that only leads on.
_LONGEST_LINK_PAGE: Final = 16_000

#: Meta key of a request: an answer on the way to it has set a cookie.
_COOKIES: Final = "redirect_cookies"


def site_of(crawler: Crawler) -> Site | None:
    """The site that the spider is bound to; None for a spider without a profile, which keeps to its allowed_domains."""
    site = getattr(crawler.spider, "site", None)
    return site if isinstance(site, Site) else None


class OffsiteMiddleware(ScrapyOffsite):
    """Ends every request to another host with an outcome. For a spider without a profile: Scrapy's, by allowed_domains."""

    crawler: Crawler

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        """A request dropped here would end without an outcome: those of our spiders are judged in `process_request`."""
        if site_of(self.crawler) is None:
            super().request_scheduled(request, spider)

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raises OutcomeError(OFF_SITE)."""
        site = site_of(self.crawler)
        if site is None:
            super().process_request(request)
        elif not site.urls.on_site(request.url):
            raise OutcomeError(Outcome.OFF_SITE, f"not on the site: {request.url}")


class RedirectMiddleware(ScrapyRedirects):
    """Scrapy's redirects, ended at the site's edge and after REDIRECT_MAX_TIMES of them."""

    def _engine_started(self) -> None:
        """Scrapy warns here of a lost Referer; none is sent."""

    def _count(self, site: Site, url: str, location: bytes | None) -> None:
        """Count each host's answers, and those that lead to another host of the site, in the stats for the checks."""
        host = urlsplit(url).netloc
        target = urlsplit(absolute(url, location.decode("latin-1"))).netloc if location else host
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"panan/answers/{host}")
            if target != host and site.urls.on_site(f"http://{target}/"):
                self.crawler.stats.inc_value(f"panan/moved/{host}/{target}")

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Raises OutcomeError: OFF_SITE for a redirect off the site, BLOCKED for one to itself with a cookie, FAILED for a loop."""
        location, site = response.headers.get("Location"), site_of(self.crawler)
        if site is not None:
            self._count(site, request.url, location)
        cookies = bool(request.meta.get(_COOKIES)) or b"Set-Cookie" in response.headers
        if site is not None and location and response.status in REDIRECTS:
            printed = location.decode("latin-1")
            target = absolute(request.url, printed)
            if not site.urls.on_site(target):
                raise OutcomeError(Outcome.OFF_SITE, f"redirected to {target or printed}")
            if target in (request.url, *request.meta.get("redirect_urls", ())) and cookies:
                raise OutcomeError(Outcome.BLOCKED, "redirected to itself with a cookie: a challenge")
        try:
            followed = super().process_response(request, response)
        except OutcomeError:
            raise
        except IgnoreRequest as error:
            raise OutcomeError(Outcome.FAILED, f"redirects without end: {error}") from error
        if cookies and isinstance(followed, Request):
            followed.meta[_COOKIES] = True
        return followed


class LinkPageMiddleware(BaseRedirectMiddleware):
    """Redirects by pages: a page that is nothing but one literal refresh or `location.href = "…"`, by the rules of HTTP's.

    Scrapy's own middleware for refreshes also follows those of whole pages, which reload themselves.
    """

    def _engine_started(self) -> None:
        """Scrapy warns here of a lost Referer; none is sent."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request that its page leads to. Raises OutcomeError: OFF_SITE, or FAILED for a loop."""
        site = site_of(self.crawler)
        if site is None or response.status != 200 or request.url.endswith("/robots.txt"):
            return response
        page = page_of(response)
        target = link_target(page) if len(response.body) <= _LONGEST_LINK_PAGE else None
        if target is None or target == request.url:  # a page that leads to itself is a challenge, read as such later
            return response
        if canonical(request.url) in site.entry_pages and site.urls.understand(target).kind is UrlKind.SECTION:
            return response  # the section search asks for the page behind an entry page under its own address
        if not site.urls.on_site(target):
            raise OutcomeError(Outcome.OFF_SITE, f"{LINK_PAGE} {target}")
        try:
            return self._redirect(self._redirect_request_using_get(request, response, target), request, "link page")
        except IgnoreRequest as error:
            raise OutcomeError(Outcome.FAILED, f"redirects without end: {error}") from error


logger = logging.getLogger(__name__)

#: Answers of a host by http, all of them redirects to the same URL by https, after which it is asked by https.
_ALWAYS: Final = 3

#: Meta key of a request: the http URL that it was made for, or that must be asked by http.
_UPGRADED, _PLAIN = "https_for", "http_only"


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
    if location is None or response.status not in REDIRECTS:
        return None
    return absolute(request.url, location.decode("latin-1"))
