"""The site's edge: nothing beyond it is asked for, redirects included."""

from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware as ScrapyOffsite
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware as ScrapyRedirects
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from panan_spider.core.outcomes import Outcome
from panan_spider.middlewares.outcome_errors import OutcomeError
from panan_spider.sites.urls import absolute, on_site


def _bound(crawler: Crawler) -> bool:
    # Another spider of this project minds its own site.
    return getattr(crawler.spider, "keeps_archive", False) or getattr(crawler.spider, "bound_to_site", False)


class OffsiteMiddleware(ScrapyOffsite):
    """Ends every request to another host, and says so; for another spider it is Scrapy's, by allowed_domains."""

    crawler: Crawler

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        """A request dropped here would end without a fate: ours are judged on their way out."""
        if not _bound(self.crawler):
            super().request_scheduled(request, spider)

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raises Fate(OFF_SITE)."""
        if not _bound(self.crawler):
            super().process_request(request)
        elif not on_site(request.url):
            raise OutcomeError(Outcome.OFF_SITE, f"not on the site: {request.url}")


class RedirectMiddleware(ScrapyRedirects):
    """Scrapy's redirects, ended at the site's edge and after REDIRECT_MAX_TIMES of them."""

    def _engine_started(self) -> None:
        """Scrapy warns here of a Referer that would be lost; we send none."""

    def _count(self, url: str, location: bytes | None) -> None:
        """How many answers of each host lead to another host of the site: left in the statistics for the checks."""
        host = urlsplit(url).netloc
        target = urlsplit(absolute(url, location.decode("latin-1"))).netloc if location else host
        if self.crawler.stats is not None:
            self.crawler.stats.inc_value(f"panan/answers/{host}")
            if target != host and on_site(f"http://{target}/"):
                self.crawler.stats.inc_value(f"panan/moved/{host}/{target}")

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Raises Fate(OFF_SITE) for a redirect off the site, Fate(FAILED) for a loop."""
        location = response.headers.get("Location")
        if _bound(self.crawler):
            self._count(request.url, location)
        if _bound(self.crawler) and location and response.status in (301, 302, 303, 307, 308):
            told = location.decode("latin-1")
            target = absolute(request.url, told)
            if not on_site(target):
                raise OutcomeError(Outcome.OFF_SITE, f"redirected to {target or told}")
        try:
            return super().process_response(request, response)
        except OutcomeError:
            raise
        except IgnoreRequest as error:
            raise OutcomeError(Outcome.FAILED, f"redirects without end: {error}") from error
