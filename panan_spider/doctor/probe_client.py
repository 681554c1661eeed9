"""Probe client: a spider that requests single pages, one after another, with the crawl's settings and without an archive."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import Any, Final, Self, TypeVar
from urllib.parse import urlsplit

from protego import Protego
from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler, CrawlerProcessBase
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.spidermiddlewares.httperror import HttpError

from panan_spider.archive.store.warc_file import decoded
from panan_spider.core.outcomes import ExitCode, Outcome, RefusedError
from panan_spider.extensions.log_formatter import collect_errors
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage, ListRow, PageError, SectionPage
from panan_spider.extract.section import read_section
from panan_spider.middlewares.retry import outcome_of_error
from panan_spider.settings import USER_AGENT
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import absolute

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class RedirectHop:
    """One redirect."""

    status: int
    url: str
    target: str  # absolute; never requested where it is off the site


@dataclass(frozen=True)
class FetchResult:
    """One address that was requested. `outcome` and `reason` are None for a page with status 200.

    `leads_to` is the address off the site that the request was redirected to.
    """

    asked: str
    url: str
    status: int | None = None
    body: bytes = b""
    content_type: str | None = None
    hops: tuple[RedirectHop, ...] = ()
    outcome: Outcome | None = None
    reason: str | None = None
    leads_to: str | None = None
    site: Site = field(kw_only=True)

    @cached_property
    def page(self) -> Page:
        """The answer as the extraction reads it."""
        return Page(self.url, self.body, self.content_type)

    @cached_property
    def article(self) -> ArticlePage | PageError | None:
        """The page read as an article, or the error of reading it; None where there is no page."""
        return _read(lambda: read_article(self.page, self.site)) if self.outcome is None else None

    @cached_property
    def section(self) -> SectionPage | PageError | None:
        """The page read as a list, or the error of reading it; None where there is no page."""
        return _read(lambda: read_section(self.page, self.site)) if self.outcome is None else None


def _read(reader: Callable[[], _Read]) -> _Read | PageError:
    try:
        return reader()
    except PageError as error:
        return error


#: Requests one address with the crawl's manners. Never raises for an answer or for a failure of the network.
Ask = Callable[[str], Awaitable[FetchResult]]


@dataclass(frozen=True)
class RobotsResult:
    """robots.txt of one host. `unreachable` is the reason where it could not be fetched: then nothing of the host is requested."""

    host: str
    status: int | None = None
    text: str = ""
    unreachable: str | None = None

    @property
    def delay(self) -> float | None:
        """The crawl-delay for this crawler, seconds."""
        return Protego.parse(self.text).crawl_delay(USER_AGENT) if self.text else None

    @property
    def forbids_all(self) -> bool:
        """True where this crawler may read nothing."""
        return bool(self.text) and not Protego.parse(self.text).can_fetch(f"http://{self.host}/", USER_AGENT)


@dataclass
class FetchLog:
    """Number of requests, and robots.txt of each host."""

    requests: int = 0
    robots: dict[str, RobotsResult] = field(default_factory=dict)


@dataclass
class ArticleProbe:
    """One sampled article: its place in the section (newest, middle, oldest), the row that named it, the answer."""

    which: str
    row: ListRow
    answer: FetchResult

    @property
    def article(self) -> ArticlePage | None:
        """The article; None where it could not be read."""
        return self.answer.article if isinstance(self.answer.article, ArticlePage) else None


@dataclass
class SectionProbe:
    """One section. `lists` are the list pages that were requested, in order; `length` is the number of all, if known."""

    name: str
    lists: list[FetchResult]
    length: int | None = None
    script: FetchResult | None = None
    samples: list[ArticleProbe] = field(default_factory=list)

    @property
    def pages(self) -> list[SectionPage]:
        """The list pages that could be read."""
        return [answer.section for answer in self.lists if isinstance(answer.section, SectionPage)]


@dataclass
class SiteProbe:
    """Everything one probe of a site has read."""

    log: FetchLog
    site: Site
    entries: list[FetchResult] = field(default_factory=list)
    rowless: list[FetchResult] = field(default_factory=list)  # tried as sections: without rows, or not available
    sections: list[SectionProbe] = field(default_factory=list)
    twins: list[tuple[ArticleProbe, FetchResult]] = field(default_factory=list)

    @property
    def samples(self) -> list[ArticleProbe]:
        """The sampled articles of all sections."""
        return [sample for section in self.sections for sample in section.samples]

    @property
    def answers(self) -> list[FetchResult]:
        """Every page that was requested, in order, without pager scripts."""
        looked = [[*s.lists, *(sample.answer for sample in s.samples)] for s in self.sections]
        return [*self.entries, *self.rowless, *chain(*looked), *(answer for _, answer in self.twins)]


_REDIRECTS: Final = (301, 302, 303, 307, 308)
_LARGEST_ROBOTS: Final = 512 * 1024  # bytes; RFC 9309 lets a crawler ignore the rest

Task = Callable[[Ask, FetchLog], Awaitable[None]]


class ProbeClient(Spider):
    """Runs one task. `done` is True when the task has ended; `error` is the exception that ended it.

    The spider has no crawl state, so no archive is opened; `site` applies the crawl's rule about other hosts.
    """

    name = "doctor"

    def __init__(self, task: Task, site: Site, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.task = task
        self.site = site
        self.allowed_domains = sorted(site.urls.hosts)
        self.wire = FetchLog()
        self.done = False
        self.error: Exception | None = None
        self._seen: list[tuple[str, int, str | None]] = []  # (address, status, Location) of the current request

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """The spider with its signals connected."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.count, signals.request_reached_downloader)
        crawler.signals.connect(spider.note, signals.response_downloaded)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Run the task. The scheduler gets no request."""
        try:
            await self.task(self.ask, self.wire)
            self.done = True
        except Exception as error:  # raised again by `run`, when the engine has stopped
            self.error = error
        for request in list[Request]():
            yield request

    def count(self, request: Request) -> None:
        """Count a request, robots.txt and retries included."""
        self.wire.requests += 1

    def note(self, response: Response, request: Request) -> None:
        """Note an answer as received, robots.txt included."""
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
        """Request one page through every middleware of the crawl."""
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
            site=self.site,
        )

    def _lost(self, url: str, outcome: Outcome, reason: str) -> FetchResult:
        hops = self._hops()
        last, status = self._seen[-1][:2] if self._seen else (url, None)
        leads_to = hops[-1].target if hops and not self.site.urls.on_site(hops[-1].target) else None
        return FetchResult(
            url, last, status, hops=hops, outcome=outcome, reason=reason, leads_to=leads_to, site=self.site
        )

    def _hops(self) -> tuple[RedirectHop, ...]:
        seen = dict.fromkeys(self._seen)  # a redirect that was requested again after a failure is one redirect
        return tuple(
            RedirectHop(status, url, absolute(url, to)) for url, status, to in seen if to and status in _REDIRECTS
        )

    def _note_unreachable(self) -> None:
        assert self.crawler.stats is not None
        for host, reason in self.crawler.stats.get_value("panan/robots_unreachable", {}).items():
            known = self.wire.robots.get(host)
            self.wire.robots[host] = RobotsResult(host, known.status if known else None, unreachable=reason)


class CrawlNotStarted(RefusedError):
    """Scrapy could not start, with the reason in one line: a setting, a missing package."""


def run(process: CrawlerProcessBase, task: Task, site: Site) -> ProbeClient:
    """Run `task` with Scrapy's engine to its end, or until the user stops it (then it is not `done`).

    Raises CrawlNotStarted, and any exception of the task.
    """
    crawler = process.create_crawler(ProbeClient)
    errors: list[BaseException] = []
    collect_errors(process.crawl(crawler, task=task, site=site), errors)
    process.start()
    if errors:
        raise CrawlNotStarted(
            " ".join(f"could not start: {type(errors[0]).__name__}: {errors[0]}".split())
        ) from errors[0]
    client = crawler.spider
    assert isinstance(client, ProbeClient)  # of a crawl that has started
    if client.error is not None:
        raise client.error
    return client


def fetch(process: CrawlerProcessBase, url: str, site: Site) -> FetchResult | None:
    """Fetch one page of `site` with the crawl's manners; None where the user stopped it."""
    answers: list[FetchResult] = []

    async def task(ask: Ask, log: FetchLog) -> None:
        answers.append(await ask(url))

    run(process, task, site)
    return answers[0] if answers else None


def code_of(answer: FetchResult) -> ExitCode:
    """The exit code for an answer that is no page, the same as a crawl would give."""
    if answer.reason is not None and answer.reason.startswith("robots.txt of"):
        return ExitCode.ROBOTS_UNREACHABLE
    blocked = answer.outcome in (Outcome.BLOCKED, Outcome.FORBIDDEN)
    return ExitCode.BLOCKED if blocked else ExitCode.INCOMPLETE
