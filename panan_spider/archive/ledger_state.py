"""The spider's memory, kept in the ledger: `panan_spider.archive.state.CrawlState` over one open archive."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.state import DiscoveredUrl, KnownArticle, KnownSection, PendingArticle
from panan_spider.archive.store.files import Clock, moment
from panan_spider.archive.store.quarantine import Quarantine
from panan_spider.core.outcomes import QUARANTINED, Outcome
from panan_spider.items import WarcLocation

#: How long an address that listed nothing, or led off the site time and again, is left in peace.
_LEFT_IN_PEACE: Final = timedelta(days=7)

#: Faults of an article that last: the same one found again is no news.
_LASTING: Final = frozenset({Outcome.OFF_SITE, Outcome.TOO_LARGE})

#: Said in the books where an article that was gone is found again.
RETURNED: Final = "returned"

#: … and where it is found gone once more: no removal of this run.
STILL_GONE: Final = "still gone"


class LedgerCrawlState:
    """What earlier runs learned, and the books of this one. Every write is in the ledger when it returns.

    `counts` and `discovered_count` are this run's books added up: its outcomes, and the addresses it met.
    `known_faults` are those of `counts` that an earlier run has found already: lasting faults of articles' addresses.
    `places` holds, by canonical address, where the archive keeps this run's responses.
    What the run has entered and settled is kept in mind too, so that to say it again costs no question to the ledger.
    """

    def __init__(self, ledger: Ledger, quarantine: Quarantine, run: int, clock: Clock) -> None:
        self._ledger, self._quarantine, self._run, self._clock = ledger, quarantine, run, clock
        self.counts: Counter[Outcome] = Counter()
        self.known_faults: Counter[Outcome] = Counter()
        self._met: dict[str, DiscoveredUrl] = {}
        self._fates: dict[str, Outcome | None] = {}  # by address; None while it is open
        self.places: dict[str, WarcLocation] = {}

    @property
    def discovered_count(self) -> int:
        """How many addresses are in this run's books."""
        return len(self._fates)

    def article(self, article_id: str) -> KnownArticle | None:
        """The newest stored revision of that number; None where none is stored."""
        return self._ledger.articles.latest(article_id)

    def settled(self, article_id: str) -> bool:
        """Whether that number needs no asking: stored, gone, quarantined…; not failed, blocked, pending, out of range."""
        return self._ledger.questions.settled(article_id)

    def unsettled(self) -> list[PendingArticle]:
        """Articles to take up again: failed, blocked, pending, off-site, listed but never asked for; and those that
        were out of range or forbidden, which cost no request as long as they still are. Off-site thrice: once a week.
        """
        return self._ledger.questions.unsettled(self._lately())

    def _lately(self) -> str:
        return moment(self._clock() - _LEFT_IN_PEACE)

    def sections(self) -> list[KnownSection]:
        """The sections earlier runs have read; `reached_end` only where no later walk broke off after new rows."""
        return self._ledger.walks.sections()

    def barren(self) -> frozenset[str]:
        """Section-like addresses that listed nothing or were gone within the last week, and never listed anything."""
        return self._ledger.questions.barren(self._lately())

    def listed(self, section: str, rows: Iterable[tuple[str, str, date | None]]) -> None:
        """Note the rows of one list page: (article_id, canonical address, posted). One transaction."""
        rows = list(rows)
        with self._ledger.write():
            new = self._ledger.addresses.listed(rows, moment(self._clock()))
            self._ledger.articles.list_in(section, [row[0] for row in rows])
            self._ledger.walks.listed(self._run, section, len(rows), new)

    def listed_in(self, article_id: str) -> tuple[str, ...]:
        """Names of all sections whose lists named the article; sorted."""
        return self._ledger.articles.listed_in(article_id)

    def stored_since(self, section: str, day: date | None) -> list[str]:
        """Addresses of stored articles that lists of the section have named, put on the web since that day; None: all."""
        return self._ledger.articles.stored_since(section, "" if day is None else day.isoformat())

    def begin_walk(self, url: str, name: str) -> None:
        """A walk of the section begins."""
        self._ledger.walks.begin(self._run, url, name, moment(self._clock()))

    def end_walk(self, url: str, *, state: str, pages: int, rows: int, new: int) -> None:
        """The walk of the section has ended."""
        self._ledger.walks.end(self._run, url, state, pages, rows, new, moment(self._clock()))

    def discovered(self, url: str, kind: str, article_id: str | None = None) -> None:
        """An address enters this run's books. Again is harmless."""
        self.discovered_all([DiscoveredUrl(url, kind, article_id)])

    def discovered_all(self, addresses: Iterable[DiscoveredUrl]) -> None:
        """`discovered` for several addresses, in one commit."""
        if not (new := [address for address in addresses if self._met.get(address.url) != address]):
            return
        with self._ledger.write():
            self._ledger.addresses.enter(self._run, new, moment(self._clock()))
        for address in new:
            self._met[address.url] = address
            self._fates.setdefault(address.url)

    def told(self, url: str) -> Outcome | None:
        """The outcome of an address in this run; None where it is open, or not met."""
        return self._fates.get(url)

    def expect(self, url: str, outcome: Outcome) -> bool:
        """Whether the fate of the address is still open. Raises ValueError where it is told and is a different one."""
        told = self.told(url)
        if told is not None:
            self._ledger.addresses.check(url, told, outcome)
        return told is None

    def settle(self, url: str, outcome: Outcome, reason: str | None = None) -> None:
        """The address's fate in this run; unknown addresses enter the books. An unreadable page is quarantined.

        The first word stands: a second, different one raises ValueError, but ALIAS and KNOWN add nothing.
        """
        self.settle_with(url, outcome, reason)

    def settle_with(
        self, url: str, outcome: Outcome, reason: str | None, field: str | None = None, template: str | None = None
    ) -> None:
        """`settle`, with what the quarantine line of an invalid article says besides."""
        if not self.expect(url, outcome):
            return
        at = moment(self._clock())
        if outcome in _LASTING and self._ledger.addresses.article_fate(url) is outcome:
            self.known_faults[outcome] += 1
        with self._ledger.write():
            if url not in self._fates:
                self._ledger.addresses.enter_as_known(self._run, url, at)
            if outcome in (Outcome.UNCHANGED, Outcome.GONE):
                reason = self._seen(url, outcome) or reason
            if outcome in QUARANTINED:
                place = self.places.get(url)
                self._quarantine.add(url, outcome, at, reason=reason, field=field, template=template, place=place)
            self._ledger.addresses.settle(self._run, url, outcome, reason, at)
        self._fates[url] = outcome
        self.counts[outcome] += 1

    def _seen(self, url: str, outcome: Outcome) -> str | None:
        """What is to be said where the article was known to be gone."""
        article_id = self._ledger.addresses.article_id(url)
        if article_id is None or self._ledger.articles.seen(article_id, url, outcome) is not Outcome.GONE:
            return None
        return STILL_GONE if outcome is Outcome.GONE else RETURNED

    def settle_rest(self, reason: str) -> int:
        """At the end of a run: everything still open is PENDING, walks still open are interrupted. How many."""
        at = moment(self._clock())
        with self._ledger.write():
            pending = self._ledger.addresses.settle_open(self._run, reason, at)
            self._ledger.walks.interrupt(self._run, at)
        if pending:
            self.counts[Outcome.PENDING] += pending
            self._fates |= dict.fromkeys((url for url, told in self._fates.items() if told is None), Outcome.PENDING)
        return pending
