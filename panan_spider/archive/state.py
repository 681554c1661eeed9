"""What the crawl asks of, and tells, the archive: the one seam between the spider and the store.

The spider knows this protocol and never the ledger behind it; `EmptyCrawlState` is the memory of a run without an archive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from panan_spider.core.outcomes import Outcome


class DiscoveredUrl(NamedTuple):
    """An address as a run meets it."""

    url: str
    kind: str
    article_id: str | None = None


@dataclass(frozen=True, slots=True)
class KnownPart:
    """Part two or later of a stored article, as its newest answer left it."""

    url: str
    etag: str | None
    last_modified: str | None
    fetched_at: str  # when that answer was received


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """A stored article as the ledger knows it: its newest revision."""

    article_id: str
    url: str
    revision: int
    content_hash: str
    posted: date | None
    pages: int
    etag: str | None
    last_modified: str | None
    outcome: Outcome  # its newest outcome; GONE where the site no longer has it
    parts: tuple[KnownPart, ...] = ()  # two and on, in order; empty where they are not known


@dataclass(frozen=True, slots=True)
class PendingArticle:
    """An article address that earlier runs discovered and could not settle: failed, blocked, or never reached."""

    url: str
    article_id: str
    posted: date | None
    outcome: Outcome
    tries: int  # runs that have asked for it
    listed_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KnownSection:
    """A section earlier runs have read."""

    url: str  # its first page
    name: str
    reached_end: bool  # a walk of it is on record as having reached its end


class CrawlState(Protocol):
    """What earlier runs learned, and where this one notes what it learns. Writes are durable when they return."""

    def article(self, article_id: str) -> KnownArticle | None:
        """The stored article of that number; None where none is stored."""

    def settled(self, article_id: str) -> bool:
        """Whether an earlier run settled that number: stored, gone, quarantined… so a list row of it is no news."""

    def unsettled(self) -> Iterable[PendingArticle]:
        """The articles of earlier runs that are still to be asked for."""

    def sections(self) -> Iterable[KnownSection]:
        """The sections earlier runs have read."""

    def barren(self) -> frozenset[str]:
        """Section-like addresses that listed nothing or were gone within the last week: not worth asking every night."""

    def listed(self, section: str, rows: Iterable[tuple[str, str, date | None]]) -> None:
        """Note that the list of `section` (its name) names these articles: (article_id, canonical address, posted)."""

    def listed_in(self, article_id: str) -> tuple[str, ...]:
        """Names of all sections whose lists, in this run or earlier ones, named the article; sorted."""

    def stored_since(self, section: str, day: date | None) -> Iterable[str]:
        """Addresses of stored articles that lists of the section have named, put on the web since that day; None: all."""

    def begin_walk(self, url: str, name: str) -> None:
        """A walk of the section begins."""

    def end_walk(self, url: str, *, state: str, pages: int, rows: int, new: int) -> None:
        """It ended: `state` is `end` (its end was reached), `known` (stop rule), `since`, `failed`, `capped` or `interrupted`."""

    def discovered(self, url: str, kind: str, article_id: str | None = None) -> None:
        """An address enters this run's books; it must end in exactly one outcome. Again is harmless."""

    def discovered_all(self, addresses: Iterable[DiscoveredUrl]) -> None:
        """`discovered` for those of one page, in one commit."""

    def settle(self, url: str, outcome: Outcome, reason: str | None = None) -> None:
        """The address's fate in this run. The first word stands: a second, different one raises ValueError."""


class EmptyCrawlState:
    """The memory of a run without an archive: nothing known, everything noted in this process alone."""

    def __init__(self) -> None:
        self._listed: dict[str, set[str]] = {}
        self.outcomes: dict[str, tuple[Outcome, str | None]] = {}

    def article(self, article_id: str) -> KnownArticle | None:
        """Nothing is stored."""
        return None

    def settled(self, article_id: str) -> bool:
        """Nothing is settled."""
        return False

    def unsettled(self) -> Iterable[PendingArticle]:
        """Nothing is left over."""
        return ()

    def sections(self) -> Iterable[KnownSection]:
        """No section is known."""
        return ()

    def barren(self) -> frozenset[str]:
        """No address is known to be barren."""
        return frozenset()

    def listed(self, section: str, rows: Iterable[tuple[str, str, date | None]]) -> None:
        """Note the rows for `listed_in`."""
        for article_id, _url, _posted in rows:
            self._listed.setdefault(article_id, set()).add(section)

    def listed_in(self, article_id: str) -> tuple[str, ...]:
        """Sections of this run whose lists named the article."""
        return tuple(sorted(self._listed.get(article_id, ())))

    def stored_since(self, section: str, day: date | None) -> Iterable[str]:
        """Nothing is stored."""
        return ()

    def begin_walk(self, url: str, name: str) -> None:
        """Walks are not kept."""

    def end_walk(self, url: str, *, state: str, pages: int, rows: int, new: int) -> None:
        """Walks are not kept."""

    def discovered(self, url: str, kind: str, article_id: str | None = None) -> None:
        """Addresses are kept when they are settled."""

    def discovered_all(self, addresses: Iterable[DiscoveredUrl]) -> None:
        """Addresses are kept when they are settled."""

    def settle(self, url: str, outcome: Outcome, reason: str | None = None) -> None:
        """Keep the outcome; a second, different one is an error of the crawl."""
        known = self.outcomes.setdefault(url, (outcome, reason))
        if known[0] is not outcome:
            raise ValueError(f"{url} is already {known[0]}, now {outcome}")
