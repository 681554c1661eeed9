"""Crawl state: what the crawl asks the archive about earlier runs, and the outcomes it records in the ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger.queries import PendingArticle
from panan_spider.archive.ledger.runs_and_walks import KnownSection, ListReading
from panan_spider.archive.ledger.stored_articles import KnownArticle
from panan_spider.archive.ledger.url_outcomes import DiscoveredUrl, Recheck
from panan_spider.archive.store.quarantine import Quarantine
from panan_spider.core.clock import Clock, moment, site_day
from panan_spider.core.outcomes import QUARANTINED, Outcome
from panan_spider.items import WarcLocation
from panan_spider.sites.thresholds import Thresholds

#: Interval at which URLs are asked again that listed nothing, or that have redirected off the site repeatedly.
_RARE_INTERVAL: Final = timedelta(days=7)

#: Prefixes of keys of the ledger's single values; the host follows.
_HTTPS: Final = "https "
_SLASHES: Final = "slashes "

#: Reason recorded with the outcome of an article that was gone and is found again.
RETURNED: Final = "returned"

#: Reason recorded with GONE where the article was gone before: not a removal of this run.
STILL_GONE: Final = "still gone"

#: Reason recorded with GONE where a list names the article: no removal before a later run finds the same.
STILL_LISTED: Final = "gone, and still listed: no removal until a later run finds it gone again"

#: Rows of a list page that are shown otherwise than before: more than this number, and half of those known, are a new
#: form of the list and no corrections.
_SHOWN_OTHERWISE: Final = 3

#: The key under which the ledger keeps the day of the last sample.
_SAMPLE_DAY: Final = "sample_day"

#: The beginning of the keys of hosts whose validators for lists are not believed.
_DISTRUSTED: Final = "distrusted:"


class _MetUrl(NamedTuple):
    """A URL of this run; `outcome` None while it is open. Equal ones are one object: a first crawl meets 100,000 URLs."""

    kind: str | None = None  # None: settled without having been discovered
    article_id: str | None = None  # of a part; that of an article is in its URL
    outcome: Outcome | None = None


#: Outcomes that neither replace nor contradict the one on record.
_MAY_FOLLOW: Final = frozenset({Outcome.ALIAS, Outcome.KNOWN})

_UNKNOWN: Final = _MetUrl()
_ARTICLE: Final = "article"


def _met(address: DiscoveredUrl, outcome: Outcome | None) -> _MetUrl:
    return _MetUrl(address.kind, None if address.kind == _ARTICLE else address.article_id, outcome)


class CrawlState:
    """State of one crawl over the ledger. Every write is in the ledger when the method returns.

    `counts` holds this run's outcomes, `rechecks` the stored articles it asks for again, `rereadings` the number of
    unchanged pages that this version reads otherwise than the stored line. `places` maps a canonical URL without an
    outcome to the WARC location of this run's response. URLs and
    outcomes of this run are cached in memory, so that recording one again costs no query. Tests replace single methods of it.
    """

    def __init__(self, ledger: Ledger, quarantine: Quarantine, run: int, clock: Clock) -> None:
        self._ledger, self._quarantine, self._run, self._clock = ledger, quarantine, run, clock
        self.counts: Counter[Outcome] = Counter()
        self.rereadings = 0
        self.places: dict[str, WarcLocation] = {}
        self.rechecks: dict[str, Recheck] = {}  # stored articles that this run asks for again, by ID
        self._listed_ids: set[str] = set()  # stored articles that the lists of this run name
        self._urls: dict[str, _MetUrl] = {}
        self._met: dict[_MetUrl, _MetUrl] = {}  # the one object of each value

    @property
    def discovered_count(self) -> int:
        """Number of URLs discovered in this run; after `settle_rest` it is the sum of `counts`."""
        return len(self._urls)

    def article(self, article_id: str) -> KnownArticle | None:
        """The newest stored revision of an article; None where none is stored."""
        return self._ledger.articles.latest(article_id)

    def settled(self, article_id: str) -> bool:
        """Whether an earlier run has a final outcome of the article: stored, gone, quarantined.

        Failed, blocked, pending and out of range are not final.
        """
        return self._ledger.queries.settled(article_id)

    def unsettled(self) -> Iterable[PendingArticle]:
        """Articles to ask for again: failed, blocked, pending, listed and never asked for, out of range or forbidden, doubted.

        An article that redirected off the site on three days is returned once a week, one that is only a link once a day.
        """
        return self._ledger.queries.unsettled(self._rare_cutoff(), self.today.isoformat(), self._run)

    def is_twin(self, article_id: str) -> bool:
        """Whether a stored article shows the content of another one and was not asked for since: a 304 proves nothing."""
        return self._ledger.queries.is_twin(article_id)

    def _rare_cutoff(self) -> str:
        return moment(self._clock() - _RARE_INTERVAL)

    def sections(self) -> Iterable[KnownSection]:
        """The sections that earlier runs have read; `reached_end` where no later walk broke off after new rows."""
        return self._ledger.walks.sections(moment(self._clock())[:10])

    def barren(self) -> frozenset[str]:
        """Section-like URLs that listed nothing or were gone within the last week, and never listed anything."""
        return self._ledger.queries.barren(self._rare_cutoff())

    def https_hosts(self) -> frozenset[str]:
        """Hosts that earlier runs found to redirect http to https always."""
        return frozenset(host for host, works in self._ledger.values.texts(_HTTPS).items() if works == "1")

    def note_https(self, host: str, *, works: bool) -> None:
        """Record whether a host is asked by https."""
        with self._ledger.write():
            self._ledger.values.keep(_HTTPS + host, str(int(works)))

    def slashes(self) -> dict[str, str]:
        """The slashes after `count` in the numbered list pages that answered in earlier runs, `/` or `//`, by host."""
        return self._ledger.values.texts(_SLASHES)

    def note_slashes(self, host: str, slashes: str) -> None:
        """Record the spelling in which a numbered list page of a host has answered."""
        with self._ledger.write():
            self._ledger.values.keep(_SLASHES + host, slashes)

    def hubs(self) -> frozenset[str]:
        """Section-like URLs that the newest run to ask found to be pages of links to sections."""
        return self._ledger.queries.hubs()

    def listed(self, section: str, rows: Iterable[tuple[str, str, date | None]], walk: str = "") -> None:
        """Record the rows of one list page of a section, by name: (article ID, canonical URL, posted). One transaction.

        `walk` is the URL of the walk that read them: two sections can have one name.
        """
        rows = list(rows)
        self._listed_ids |= self._ledger.articles.stored_among([row[0] for row in rows])
        with self._ledger.write():
            new = self._ledger.urls.listed(rows, moment(self._clock()))
            self._ledger.articles.list_in(section, [row[0] for row in rows])
            self._ledger.walks.listed(self._run, walk, len(rows), new)

    def listed_in(self, article_id: str) -> tuple[str, ...]:
        """Names of the sections whose lists, in this run or earlier ones, name the article; sorted."""
        return self._ledger.articles.listed_in(article_id)

    def stored_since(self, section: str, day: date | None) -> Iterable[str]:
        """URLs of stored articles that lists of the section name, posted since `day`; None: all."""
        return self._ledger.articles.stored_since(section, "" if day is None else day.isoformat())

    def shown(self, section: str, rows: Mapping[str, str]) -> None:
        """Note what a list page shows of articles: article ID → title and day. Stored ones shown otherwise are due today."""
        with self._ledger.write():
            changed = self._ledger.articles.show_in(section, rows) if rows else []
            if len(changed) <= max(_SHOWN_OTHERWISE, len(rows) // 2):
                self._ledger.rechecks.due_at_once(changed, self.today)

    def list_reading(self, url: str) -> ListReading | None:
        """The last reading of a list page or pager script, where it came with validators from a host that can be believed."""
        if self._ledger.values.text(f"{_DISTRUSTED}{urlsplit(url).netloc}") is not None:
            return None
        return self._ledger.list_pages.get(url)

    def keep_list_reading(self, url: str, etag: str | None, last_modified: str | None, reading: str) -> None:
        """Keep the reading of a list page or pager script; only drop the last one where it came without validators."""
        with self._ledger.write():
            self._ledger.list_pages.keep(url, ListReading(etag, last_modified, moment(self._clock()), reading))

    def distrust(self, url: str) -> None:
        """Note that the validators of the URL's host stay the same when its lists change."""
        with self._ledger.write():
            self._ledger.values.keep(f"{_DISTRUSTED}{urlsplit(url).netloc}", self.today.isoformat())

    @property
    def today(self) -> date:
        """The day in the time of the sites."""
        return site_day(self._clock())

    def due(self) -> list[Recheck]:
        """The articles to ask for again today, by the schedule of their ages or for another reason; those overdue included."""
        return self._ledger.rechecks.due(self.today)

    def sample(self) -> list[Recheck]:
        """Some articles behind the schedule's last age, the same for the same day; drawn once a day, as soon as there are any."""
        day = self.today.isoformat()
        if self._ledger.values.text(_SAMPLE_DAY) == day:
            return []
        drawn = self._ledger.rechecks.sample(self.today)
        if drawn:
            with self._ledger.write():
                self._ledger.values.keep(_SAMPLE_DAY, day)
        return drawn

    def begin_walk(self, url: str, name: str) -> None:
        """Record that a walk of the section begins."""
        self._ledger.walks.begin(self._run, url, name, moment(self._clock()))

    def end_walk(
        self,
        url: str,
        *,
        state: str,
        pages: int,
        rows: int,
        new: int,
        oldest: date | None = None,
        last_page: str | None = None,
    ) -> None:
        """Record the end of a walk: `state` is a `WalkState`, or `interrupted`; `oldest` and `last_page` are its evidence."""
        self._ledger.walks.end(self._run, url, state, pages, rows, new, moment(self._clock()), oldest, last_page)

    def discovered(self, url: str, kind: str, article_id: str | None = None) -> None:
        """Record a URL as discovered in this run; it must end in exactly one outcome. Idempotent."""
        self.discovered_all([DiscoveredUrl(url, kind, article_id)])

    def discovered_all(self, addresses: Iterable[DiscoveredUrl]) -> None:
        """`discovered` for several URLs in one transaction."""
        if not (new := [address for address in addresses if not self._is_entered(address)]):
            return
        with self._ledger.write():
            self._ledger.urls.enter(self._run, new, moment(self._clock()))
        for address in new:
            self._note_met(address.url, _met(address, self.outcome_of(address.url)))

    def _is_entered(self, address: DiscoveredUrl) -> bool:
        met = self._urls.get(address.url)
        return met is not None and met == _met(address, met.outcome)

    def _note_met(self, url: str, met: _MetUrl) -> None:
        self._urls[url] = self._met.setdefault(met, met)

    def outcome_of(self, url: str) -> Outcome | None:
        """The outcome of a URL in this run; None where it is open or was not discovered."""
        met = self._urls.get(url)
        return None if met is None else met.outcome

    def check_outcome(self, url: str, outcome: Outcome) -> bool:
        """Whether the URL is still open. Raises ValueError where a different outcome is recorded."""
        recorded = self.outcome_of(url)
        if recorded not in (None, outcome) and outcome not in _MAY_FOLLOW:
            raise ValueError(f"{url} is already {recorded}, now {outcome}")
        return recorded is None

    def settle(
        self,
        url: str,
        outcome: Outcome,
        reason: str | None = None,
        field: str | None = None,
        template: str | None = None,
    ) -> None:
        """Record the outcome of a URL in this run; a URL not yet discovered is entered. An unreadable page is quarantined.

        `field` and `template` are those of the quarantine line of an invalid article. The first outcome stands: a second,
        different one raises ValueError, except ALIAS and KNOWN, which are ignored.
        """
        if not self.check_outcome(url, outcome):
            return
        at = moment(self._clock())
        with self._ledger.write():
            if url not in self._urls:
                self._ledger.urls.enter_as_known(self._run, url, at)
            if outcome in (Outcome.UNCHANGED, Outcome.GONE):
                reason = self._article_reason(url, outcome, at, reason) or reason
            if outcome in QUARANTINED:
                place = self.places.get(url)
                self._quarantine.add(url, outcome, at, reason=reason, field=field, template=template, place=place)
            self._ledger.urls.record_outcome(self._run, url, outcome, reason, at)
            self._plan_recheck(url, outcome, reason)
        self._note_met(url, self._urls.get(url, _UNKNOWN)._replace(outcome=outcome))
        self.places.pop(url, None)
        self.counts[outcome] += 1

    def _plan_recheck(self, url: str, outcome: Outcome, reason: str | None) -> None:
        """Plan when the article of the URL is to be asked for again."""
        if self._urls.get(url, _UNKNOWN).kind not in (None, _ARTICLE):
            return
        article_id = self._ledger.urls.article_id(url)
        if article_id is not None:
            again = reason not in (STILL_GONE, RETURNED)
            self._ledger.rechecks.answered(article_id, url, outcome, self.today, again=again)

    def _article_reason(self, url: str, outcome: Outcome, at: str, reason: str | None) -> str | None:
        """Note UNCHANGED or GONE with the article of the URL; the reason to record, if any.

        A stored article that is gone while a list names it counts as removed when a later run finds it so again, or at the
        run's end where the site says so in words and not of many articles at once (`HeldReview`).
        """
        article_id = self._ledger.urls.article_id(url)
        if article_id is None or (known := self._ledger.articles.latest(article_id)) is None:
            return None
        if outcome is Outcome.UNCHANGED:
            self._ledger.held.drop(article_id)
        elif known.url != url:
            return None
        elif known.outcome is not Outcome.GONE and article_id in self._listed_ids:
            words = "" if reason is None or reason.startswith("HTTP ") else reason
            if not self._ledger.held.note_gone(article_id, url, self._run, at, words):
                return STILL_LISTED
        elif outcome is Outcome.GONE:
            self._ledger.held.drop(article_id)
        if self._ledger.articles.seen(article_id, url, outcome) is not Outcome.GONE:
            return None
        return STILL_GONE if outcome is Outcome.GONE else RETURNED

    def confirm_removals(self, limits: Thresholds) -> int:
        """End of a run: make removals of the listed articles that are gone in the site's words; none where they are many.

        The number of removals.
        """
        rows = self._ledger.held.said_gone(self._run)
        if not rows or len(rows) >= max(limits.mass_addresses, limits.mass_share * self._ledger.held.asked(self._run)):
            return 0
        with self._ledger.write():
            for row in rows:
                self._ledger.held.drop(row.article_id)
                self._ledger.articles.seen(row.article_id, row.url, Outcome.GONE)
                self._ledger.urls.replace_reason(self._run, row.url, row.record)
        return len(rows)

    def settle_rest(self) -> int:
        """End of a run: every open URL becomes PENDING, open walks interrupted. The number of such URLs."""
        at, reason = moment(self._clock()), "the run ended before it"
        with self._ledger.write():
            pending = self._ledger.urls.record_pending(self._run, reason, at)
            self._ledger.walks.interrupt(self._run, at)
        if pending:
            self.counts[Outcome.PENDING] += pending
            for url, met in self._urls.items():
                if met.outcome is None:
                    self._note_met(url, met._replace(outcome=Outcome.PENDING))
        return pending
