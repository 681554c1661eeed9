"""Offsite and redirect middlewares: no request leaves the site, redirects included."""

from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware as ScrapyOffsite
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirects
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from panan_spider.core.outcomes import Outcome
from panan_spider.middlewares.outcome_errors import OutcomeError
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import absolute


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
        if site is not None and location and response.status in (301, 302, 303, 307, 308):
            printed = location.decode("latin-1")
            target = absolute(request.url, printed)
            if not site.urls.on_site(target):
                raise OutcomeError(Outcome.OFF_SITE, f"redirected to {target or printed}")
            if target == request.url and b"Set-Cookie" in response.headers:
                raise OutcomeError(Outcome.BLOCKED, "redirected to itself with a cookie: a challenge")
        try:
            return super().process_response(request, response)
        except OutcomeError:
            raise
        except IgnoreRequest as error:
            raise OutcomeError(Outcome.FAILED, f"redirects without end: {error}") from error
