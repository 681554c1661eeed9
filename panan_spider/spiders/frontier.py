"""Frontier: the articles of one run, each number once under all its addresses, and which of them to ask for."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from panan_spider.archive.ledger.stored_articles import KnownArticle
from panan_spider.archive.ledger.url_outcomes import DiscoveredUrl, Recheck
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.results import ListRow
from panan_spider.sites.urls import Address
from panan_spider.spiders.arguments import look_back, no_later_than_now
from panan_spider.spiders.session import CrawlSession


@dataclass(slots=True)
class FrontierEntry:
    """One article this run has met. A `forced` one is asked for even where the archive has it.

    A first crawl holds one for every article of the site: tuples and sets shared with others, nothing that can be made again.
    """

    number: str
    urls: tuple[str, ...] = ()  # its addresses, of part one, as met
    days: tuple[date, ...] = ()  # the earliest and the latest that lists show, or addresses hold
    sections: frozenset[str] = frozenset()
    forced: bool = False
    begun: bool = False
    done: bool = False
    settled: tuple[str, ...] = ()

    @property
    def posted(self) -> date | None:
        """The newest day known of it: never earlier than its publication."""
        return max(self.days, default=None)


def _span(*days: date | None) -> tuple[date, ...]:
    """The first and the last of the days known."""
    known = sorted(day for day in days if day is not None)
    return tuple(dict.fromkeys((known[0], known[-1]))) if known else ()


class Frontier:
    """Takes articles as they are met, gives those to ask for, and settles those that need no request."""

    def __init__(self, session: CrawlSession) -> None:
        self._session, self._args, self._state = session, session.args, session.state
        self._hosts = {host: rank for rank, host in enumerate(session.site.hosts)}
        self._entries: dict[str, FrontierEntry] = {}
        self._waiting: deque[str] = deque()
        self._newest: dict[str, date] = {}
        self._groups: dict[tuple[frozenset[str], str], frozenset[str]] = {}  # shared by entries, as are `_spans`
        self._spans: dict[tuple[date, ...], tuple[date, ...]] = {}

    def meet_rows(self, rows: Sequence[ListRow], section: str) -> None:
        """Articles were met in the list of `section`. The front pages together count as one list without a name."""
        self._state.discovered_all(DiscoveredUrl(row.url, "article", row.article_id) for row in rows)
        for row in rows:
            self.meet(self._session.urls.understand(row.url), section=section, shown=row.date)

    def meet(
        self, address: Address, *, section: str | None = None, shown: date | None = None, forced: bool = False
    ) -> FrontierEntry:
        """An article's address was met: in the list of `section`, with the day `shown` there, or elsewhere."""
        number = address.article_id or ""
        entry = self._entries.get(number)
        if entry is None:
            entry = self._entries[number] = FrontierEntry(number)
            self._waiting.append(number)
        self._state.discovered(address.url, "article", number)
        days = _span(*entry.days, address.posted, shown)
        entry.days = self._spans.setdefault(days, days)
        entry.forced = entry.forced or forced
        if section is not None:
            entry.sections = self._with_section(entry.sections, section)
            self._note_newest(section, address.posted or shown)
        if address.url not in entry.urls:
            entry.urls = (*entry.urls, address.url)
            if entry.done:
                self._settle_aliases(entry)
        return entry

    def _with_section(self, sections: frozenset[str], section: str) -> frozenset[str]:
        if section in sections:
            return sections
        key = (sections, section)
        if key not in self._groups:
            self._groups[key] = sections | {section}
        return self._groups[key]

    def __contains__(self, number: str) -> bool:
        return number in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def has_rows(self) -> bool:
        """Whether any list of this run has shown an article."""
        return bool(self._newest)

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
            entry = self._entries[self._waiting.popleft()]
            if entry.begun:
                continue
            entry.begun = True
            known = self._state.article(entry.number)
            unasked = self._outcome_unasked(entry, known)
            if unasked is None:
                if known is not None:
                    self._state.rechecks.setdefault(entry.number, Recheck(entry.number, known.url, "recheck"))
                return entry, known
            self.close(entry, self.address_of(entry, known).url, *unasked)
        return None

    def address_of(self, entry: FrontierEntry, known: KnownArticle | None, without: Iterable[str] = ()) -> Address:
        """The address to ask at: the stored one, else the first host's, among those not in `without`."""
        tried = frozenset(without)
        stored = known.url if known is not None else None
        return min(
            (self._session.urls.understand(url) for url in entry.urls if url not in tried),
            key=lambda address: (address.url != stored, self._hosts.get(urlsplit(address.url).netloc, 99), address.url),
        )

    def _outcome_unasked(self, entry: FrontierEntry, known: KnownArticle | None) -> tuple[Outcome, str | None] | None:
        if self.rules_out(entry.days):
            return Outcome.OUT_OF_RANGE, "by every date known of it"
        if known is not None and known.outcome is Outcome.GONE and self._args.full and entry.sections:
            return None  # gone, and a list names it: has it come back?
        if entry.forced or (known is None and not self._state.settled(entry.number)) or self._is_due(entry):
            return None
        return Outcome.KNOWN, None

    def _is_due(self, entry: FrontierEntry) -> bool:
        if self._session.is_scheduled:
            return entry.number in self._state.rechecks
        days, day = self._session.look_back, entry.posted
        if days is None or day is None:
            return True
        newest = (self._newest[name] for name in entry.sections if name in self._newest)
        return any(day >= look_back(last, days) for last in newest)

    def unlisted(self) -> Iterable[tuple[str, Address]]:
        """(section, address) of stored articles that are due and that no list of this run has named: they may be gone."""
        days = self._session.look_back
        for section, last in list(self._newest.items()):
            since = None if days is None else look_back(last, days)
            for url in self._state.stored_since(section, since):
                address = self._session.urls.understand(url)
                if (address.article_id or "") not in self._entries:
                    yield section, address

    def rules_out(self, days: Iterable[date]) -> bool:
        """Whether since/until rule out an article not yet read: every day known of it lies outside, with a margin.

        The day of an address can be weeks before or after that of the publication.
        """
        since, until = self._args.since, self._args.until
        lag, known = timedelta(days=self._session.site.limits.posting_lag_days), list(days)
        early = since is not None and all(since - day > lag for day in known)
        late = until is not None and all(day - until > lag for day in known)
        return bool(known) and (early or late)

    def in_range(self, published: str | None, posted: date | None) -> bool:
        """Whether an article that was read lies within since/until; one without any date does."""
        day = date.fromisoformat(published[:10]) if published is not None else posted
        since, until = self._args.since, self._args.until
        return day is None or ((since is None or day >= since) and (until is None or day <= until))

    def close(self, entry: FrontierEntry, url: str, outcome: Outcome | None, reason: str | None = None) -> None:
        """The article is done: `url` ended as `outcome` (None: the pipelines will say), its other addresses are aliases."""
        entry.done = True
        if url not in entry.settled:
            entry.settled = (*entry.settled, url)
            if outcome is not None:
                self._state.settle(url, outcome, reason)
        self._settle_aliases(entry)

    def settle(self, entry: FrontierEntry, url: str, outcome: Outcome, reason: str | None) -> None:
        """One address of the article ended; the article is not done."""
        entry.settled = (*entry.settled, url)
        self._state.settle(url, outcome, reason)

    def _settle_aliases(self, entry: FrontierEntry) -> None:
        aliases = tuple(url for url in entry.urls if url not in entry.settled)
        for url in aliases:
            self._state.settle(url, Outcome.ALIAS, f"of article {entry.number}")
        entry.settled = entry.urls if entry.settled + aliases == entry.urls else entry.settled + aliases
