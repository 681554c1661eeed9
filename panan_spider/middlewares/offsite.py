"""Offsite and redirect middlewares: no request leaves the site, redirects included."""

from typing import Final
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware as ScrapyOffsite
from scrapy.downloadermiddlewares.redirect import BaseRedirectMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirects
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.document import Page, link_target
from panan_spider.middlewares.outcome_errors import OutcomeError
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
        if site is not None and location and response.status in (301, 302, 303, 307, 308):
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
        header = response.headers.get("Content-Type")
        page = Page(response.url, response.body, header.decode("latin-1") if header is not None else None)
        target = link_target(page) if len(response.body) <= _LONGEST_LINK_PAGE else None
        if target is None or target == request.url:  # a page that leads to itself is a challenge, read as such later
            return response
        if canonical(request.url) in site.entry_pages and site.urls.understand(target).kind is UrlKind.SECTION:
            return response  # the section search asks for the page behind an entry page under its own address
        if not site.urls.on_site(target):
            raise OutcomeError(Outcome.OFF_SITE, f"its page only leads to {target}")
        try:
            return self._redirect(self._redirect_request_using_get(request, response, target), request, "link page")
        except IgnoreRequest as error:
            raise OutcomeError(Outcome.FAILED, f"redirects without end: {error}") from error
