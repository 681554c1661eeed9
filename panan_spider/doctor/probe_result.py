"""Probe results: one answer per request, robots.txt of each host, the sections and articles read. No request is made here."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TypeVar

from protego import Protego

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage, ListRow, PageError, SectionPage
from panan_spider.extract.section import read_section
from panan_spider.settings import USER_AGENT
from panan_spider.sites.profile import Site

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
