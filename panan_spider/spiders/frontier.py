"""The articles of one run: each number once, under whatever addresses, and whether it is to be asked for."""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlsplit

from panan_spider.archive.ledger.stored_articles import KnownArticle
from panan_spider.archive.state import CrawlState
from panan_spider.core.outcomes import Outcome
from panan_spider.sites.panan import ENTRY_PAGES, MAX_POSTING_LAG_DAYS
from panan_spider.sites.urls import Address, understand
from panan_spider.spiders.arguments import Arguments
from panan_spider.spiders.walk import look_back, no_later_than_now

_HOST_ORDER: Final = {urlsplit(url).netloc: rank for rank, url in enumerate(ENTRY_PAGES)}


@dataclass
class FrontierEntry:
    """One article this run has met. `forced` is asked for whatever the archive says of it."""

    number: str
    addresses: dict[str, Address] = field(default_factory=dict)  # of part one, as met
    days: set[date] = field(default_factory=set)  # that lists show, or addresses hold
    sections: set[str] = field(default_factory=set)
    forced: bool = False
    begun: bool = False
    done: bool = False
    settled: set[str] = field(default_factory=set)

    @property
    def posted(self) -> date | None:
        """The newest day known of it: never earlier than its publication."""
        return max(self.days, default=None)


class Frontier:
    """Takes articles in as they are met, hands out those to ask for, and settles those that need no asking."""

    def __init__(self, args: Arguments, memory: CrawlState) -> None:
        self._args, self._memory = args, memory
        self._wanted: dict[str, FrontierEntry] = {}
        self._waiting: deque[str] = deque()
        self._newest: dict[str, date] = {}

    def meet(
        self, address: Address, *, section: str | None = None, shown: date | None = None, forced: bool = False
    ) -> FrontierEntry:
        """An article's address was met: in the list of `section`, with the day `shown` there, or elsewhere."""
        number = address.article_id or ""
        wanted = self._wanted.get(number)
        if wanted is None:
            wanted = self._wanted[number] = FrontierEntry(number)
            self._waiting.append(number)
        self._memory.discovered(address.url, "article", number)
        wanted.days.update(filter(None, (address.posted, shown)))
        wanted.forced = wanted.forced or forced
        if section is not None:
            wanted.sections.add(section)
            self._note_newest(section, address.posted or shown)
        if address.url not in wanted.addresses:
            wanted.addresses[address.url] = address
            if wanted.done:
                self._settle_aliases(wanted)
        return wanted

    def __contains__(self, number: str) -> bool:
        return number in self._wanted

    def __len__(self) -> int:
        return len(self._wanted)

    @property
    def waiting(self) -> int:
        """Articles met and not yet taken."""
        return len(self._waiting)

    def _note_newest(self, section: str, day: date | None) -> None:
        if (day := no_later_than_now(day)) is not None:
            self._newest[section] = max(day, self._newest.get(section, day))

    def take(self) -> tuple[FrontierEntry, KnownArticle | None] | None:
        """The next article to ask for, with what the archive has of it; None when none waits. Others on the way are settled."""
        while self._waiting:
            wanted = self._wanted[self._waiting.popleft()]
            if wanted.begun:
                continue
            wanted.begun = True
            known = self._memory.article(wanted.number)
            fate = self._fate_unasked(wanted, known)
            if fate is None:
                return wanted, known
            self.close(wanted, self.address_of(wanted, known).url, *fate)
        return None

    def address_of(self, wanted: FrontierEntry, known: KnownArticle | None, without: Iterable[str] = ()) -> Address:
        """The address to ask at: the stored one, else the first host's, among those not in `without`."""
        tried = frozenset(without)
        stored = known.url if known is not None else None
        return min(
            (address for url, address in wanted.addresses.items() if url not in tried),
            key=lambda address: (address.url != stored, _HOST_ORDER.get(urlsplit(address.url).netloc, 99), address.url),
        )

    def _fate_unasked(self, wanted: FrontierEntry, known: KnownArticle | None) -> tuple[Outcome, str | None] | None:
        if self.rules_out(wanted.days):
            return Outcome.OUT_OF_RANGE, "by the date of its address or its list"
        if known is not None and known.outcome is Outcome.GONE and self._args.full and wanted.sections:
            return None  # gone, and a list names it: has it come back?
        if wanted.forced or (known is None and not self._memory.settled(wanted.number)) or self._is_due(wanted):
            return None
        return Outcome.KNOWN, None

    def _is_due(self, wanted: FrontierEntry) -> bool:
        recheck, day = self._args.recheck, wanted.posted
        if recheck == "all" or day is None:
            return True
        newest = (self._newest[name] for name in wanted.sections if name in self._newest)
        return any(day >= look_back(last, recheck) for last in newest)

    def unlisted(self) -> Iterable[tuple[str, Address]]:
        """(section, address) of stored articles that are due and that no list of this run has named: they may be gone."""
        recheck = self._args.recheck
        for section, last in list(self._newest.items()):
            since = None if recheck == "all" else look_back(last, recheck)
            for url in self._memory.stored_since(section, since):
                address = understand(url)
                if (address.article_id or "") not in self._wanted:
                    yield section, address

    def rules_out(self, days: Iterable[date]) -> bool:
        """Whether since/until rule out, by its address's and lists' days, an article not yet read."""
        since, until = self._args.since, self._args.until
        lag = timedelta(days=MAX_POSTING_LAG_DAYS)
        # The day of an address is never earlier than that of publication, and not much later.
        return any((since is not None and day < since) or (until is not None and day - until > lag) for day in days)

    def in_range(self, published: str | None, posted: date | None) -> bool:
        """Whether an article that was read lies within since/until; one without any date does."""
        day = date.fromisoformat(published[:10]) if published is not None else posted
        since, until = self._args.since, self._args.until
        return day is None or ((since is None or day >= since) and (until is None or day <= until))

    def close(self, wanted: FrontierEntry, url: str, outcome: Outcome | None, reason: str | None = None) -> None:
        """The article is done: `url` ended as `outcome` (None: the pipelines will say), its other addresses are aliases."""
        wanted.done = True
        if url not in wanted.settled:
            wanted.settled.add(url)
            if outcome is not None:
                self._memory.settle(url, outcome, reason)
        self._settle_aliases(wanted)

    def settle(self, wanted: FrontierEntry, url: str, outcome: Outcome, reason: str | None) -> None:
        """One address of the article ended; the article is not done."""
        wanted.settled.add(url)
        self._memory.settle(url, outcome, reason)

    def _settle_aliases(self, wanted: FrontierEntry) -> None:
        for url in wanted.addresses:
            if url not in wanted.settled:
                wanted.settled.add(url)
                self._memory.settle(url, Outcome.ALIAS, f"of article {wanted.number}")
