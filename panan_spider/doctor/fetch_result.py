"""What asking for an address brought. Everything else in this package works on these and asks for nothing itself."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from protego import Protego

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage, PageError, SectionPage
from panan_spider.extract.section import read_section
from panan_spider.settings import USER_AGENT

_Read = TypeVar("_Read")


@dataclass(frozen=True)
class RedirectHop:
    """One redirect on the way."""

    status: int
    url: str
    target: str  # absolute; off the site it was not asked for


@dataclass(frozen=True)
class FetchResult:
    """One address asked for. `outcome` is None for a page with status 200; `reason` then is None, too.

    `leads_to` is the address off the site that it was redirected to.
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

    @cached_property
    def page(self) -> Page:
        """The answer as page objects read it."""
        return Page(self.url, self.body, self.content_type)

    @cached_property
    def article(self) -> ArticlePage | PageError | None:
        """What reading it as an article gives; None where there is no page."""
        return _read(lambda: read_article(self.page)) if self.outcome is None else None

    @cached_property
    def section(self) -> SectionPage | PageError | None:
        """What reading it as a list gives; None where there is no page."""
        return _read(lambda: read_section(self.page)) if self.outcome is None else None


def _read(reader: Callable[[], _Read]) -> _Read | PageError:
    try:
        return reader()
    except PageError as error:
        return error


#: Asks for one address, politely, and never raises for what comes of it.
Ask = Callable[[str], Awaitable[FetchResult]]


@dataclass(frozen=True)
class RobotsResult:
    """A host's robots.txt. `unreachable` says why there is none to be had: then nothing of the host was asked for."""

    host: str
    status: int | None = None
    text: str = ""
    unreachable: str | None = None

    @property
    def delay(self) -> float | None:
        """Its crawl-delay for us, seconds."""
        return Protego.parse(self.text).crawl_delay(USER_AGENT) if self.text else None

    @property
    def forbids_all(self) -> bool:
        """Whether we may read nothing."""
        return bool(self.text) and not Protego.parse(self.text).can_fetch(f"http://{self.host}/", USER_AGENT)


@dataclass
class FetchLog:
    """What the wire saw: how many requests, and robots.txt of each host."""

    requests: int = 0
    robots: dict[str, RobotsResult] = field(default_factory=dict)
