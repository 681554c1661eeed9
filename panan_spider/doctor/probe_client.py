"""A guest who asks for a few pages, one after another, with the crawl's own manners, and writes nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, Self
from urllib.parse import urlsplit

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.spidermiddlewares.httperror import HttpError

from panan_spider.archive.store.content_encoding import decoded
from panan_spider.core.outcomes import Outcome
from panan_spider.doctor.fetch_result import Ask, FetchLog, FetchResult, RedirectHop, RobotsResult
from panan_spider.sites.panan import HOSTS
from panan_spider.sites.profile import load_site
from panan_spider.sites.urls import absolute, on_site
from panan_spider.spiders.error_outcomes import outcome_of_error

_REDIRECTS: Final = (301, 302, 303, 307, 308)
_LARGEST_ROBOTS: Final = 512 * 1024  # bytes; what lies beyond is nobody's rule

Errand = Callable[[Ask, FetchLog], Awaitable[None]]


class ProbeClient(Spider):
    """Runs one errand. `done` once it has come to its end; `error` is what broke it.

    It has no memory, so that no archive is opened; `site` gives it the crawl's rule about other hosts.
    """

    name = "doctor"
    allowed_domains = sorted(HOSTS)
    site = load_site()

    def __init__(self, errand: Errand, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.errand = errand
        self.wire = FetchLog()
        self.done = False
        self.error: Exception | None = None
        self._seen: list[tuple[str, int, str | None]] = []  # (address, status, Location) since the last question

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """As Scrapy makes it."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.count, signals.request_reached_downloader)
        crawler.signals.connect(spider.note, signals.response_downloaded)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Run the errand; nothing is handed to the scheduler."""
        try:
            await self.errand(self.ask, self.wire)
            self.done = True
        except Exception as error:  # raised again by whoever started the visit, when the engine has stopped
            self.error = error
        for request in list[Request]():
            yield request

    def count(self, request: Request) -> None:
        """A request on its way, robots.txt and further tries included."""
        self.wire.requests += 1

    def note(self, response: Response, request: Request) -> None:
        """An answer as it came over the wire, robots.txt included."""
        parts, location = urlsplit(request.url), response.headers.get("Location")
        if parts.path == "/robots.txt":
            encoding = (response.headers.get("Content-Encoding") or b"").decode("latin-1")
            text = decoded(response.body, encoding, _LARGEST_ROBOTS).decode("utf-8-sig", "replace")
            self.wire.robots[parts.netloc] = RobotsResult(
                parts.netloc, response.status, text if response.status == 200 else ""
            )
        else:
            self._seen.append((request.url, response.status, location.decode("latin-1") if location else None))

    async def ask(self, url: str) -> FetchResult:
        """One page, through every middleware of the crawl."""
        assert self.crawler.engine is not None
        self._seen.clear()
        request = Request(url, callback=NO_CALLBACK, dont_filter=True)
        try:
            response = await self.crawler.engine.download_async(request)
        except Exception as error:
            outcome, reason = outcome_of_error(error)
            return self._lost(url, outcome, reason)
        finally:
            self._note_unreachable()
        if response.status != 200:
            return self._lost(url, *outcome_of_error(HttpError(response)))
        header = response.headers.get("Content-Type")
        return FetchResult(
            asked=url,
            url=response.url,
            status=200,
            body=response.body,
            content_type=header.decode("latin-1") if header is not None else None,
            hops=self._hops(),
        )

    def _lost(self, url: str, outcome: Outcome, reason: str) -> FetchResult:
        hops = self._hops()
        last, status = self._seen[-1][:2] if self._seen else (url, None)
        leads_to = hops[-1].target if hops and not on_site(hops[-1].target) else None
        return FetchResult(url, last, status, hops=hops, outcome=outcome, reason=reason, leads_to=leads_to)

    def _hops(self) -> tuple[RedirectHop, ...]:
        seen = dict.fromkeys(self._seen)  # a redirect asked for again after a failure is one redirect
        return tuple(
            RedirectHop(status, url, absolute(url, to)) for url, status, to in seen if to and status in _REDIRECTS
        )

    def _note_unreachable(self) -> None:
        assert self.crawler.stats is not None
        for host, reason in self.crawler.stats.get_value("panan/robots_unreachable", {}).items():
            known = self.wire.robots.get(host)
            self.wire.robots[host] = RobotsResult(host, known.status if known else None, unreachable=reason)
