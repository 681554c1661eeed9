"""Walk: one pass through one section's list, page after page: the next page to ask for, and how the walk ends.

A pure state machine: no request, no storage. `take` and `lose` are its inputs, `next` and `state` its outputs.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from panan_spider.core.clock import now
from panan_spider.extract.results import ListRow, SectionPage
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import section_key

#: Pages in a row that cannot be read, after which a section's further pages are given up for this run.
MAX_LOST_PAGES: Final = 5


class WalkState(StrEnum):
    """How a walk ended."""

    END = "end"  # nothing more to ask for
    KNOWN = "known"  # a whole page settled and older than the look-back, and what is behind it is on record
    SINCE = "since"  # a whole page older than since=
    CAPPED = "capped"  # the limit of list pages was reached
    FAILED = "failed"  # a page of it could not be read


@dataclass(frozen=True, slots=True)
class WalkLimits:
    """What may end a walk before its end.

    `recheck` are days to look back, None for all; `behind` says that an earlier walk reached the end;
    `settled` tells of an article's number whether an earlier run settled it.
    """

    settled: Callable[[str], bool]
    behind: bool = False
    full: bool = False
    recheck: int | None = 30
    since: date | None = None


class Walk:
    """The state of one walk. `state` is None while it goes on; `pages`, `rows` and `new` count the pages read and their rows.

    `front` is the number of links on its first page; None where that could not be read; `by_words`: its list block is not known by its class.
    """

    def __init__(self, url: str, name: str, limits: WalkLimits, site: Site) -> None:
        self.url, self.name, self.limits, self._site = url, name, limits, site
        self.state: WalkState | None = None
        self.pager = "none"
        self.front: int | None = None
        self.by_words = False
        self.pages = self.rows = self.new = 0
        self.newest: date | None = None
        self.lost: list[str] = []
        self._seen: set[str] = set()
        self._queue: deque[str] = deque()
        self._met = {_key(url)}
        self._script: str | None = None
        self._script_asked = False
        self._overshoot: str | None = None
        self._numbered = False
        self._stale = self._lost_in_a_row = 0
        self._first_trail: tuple[str, ...] = ()

    def take(self, page: SectionPage) -> list[ListRow]:
        """Take a page in; the rows no page of this walk has named before. May end the walk."""
        fresh = [row for row in page.rows if row.article_id not in self._seen]
        self._seen.update(row.article_id for row in fresh)
        if self.pages == 0:
            self._first_trail, self.front, self.by_words = page.breadcrumbs, len(page.rows), page.by_words
        self.pages += 1
        self.rows += len(fresh)
        self.new += sum(not self.limits.settled(row.article_id) for row in fresh)
        days = (no_later_than_now(day_of(row)) for row in fresh)
        self.newest = max(filter(None, (self.newest, *days)), default=None)
        self._lost_in_a_row = 0
        self._go_on(page)
        self._judge(page, fresh)
        return fresh

    def take_script(self, script: str, maxpage: int) -> None:
        """Take in what the pager script says: the number of the newest numbered page."""
        pages = self._site.urls.count_pages(script, maxpage)
        # On some sites of this CMS the newest number is the index page's own, and stands nowhere.
        self._overshoot = pages[0] if pages else None
        self._numbered = True
        self._enqueue(pages)

    def lose(self, url: str, *, gone: bool = False) -> None:
        """A page, or the pager script, could not be read. The walk goes on where the pager names further pages."""
        if gone and url == self._overshoot:
            return
        self.lost.append(url)
        self._lost_in_a_row += 1
        if self.pages == 0 or self._lost_in_a_row >= MAX_LOST_PAGES:
            self._end(WalkState.FAILED)

    def next(self) -> str | None:
        """The address to ask for next, a list page or the pager script; None where the walk has ended."""
        if self.state is None and self.pages >= self._site.limits.list_pages:
            self._end(WalkState.CAPPED)
        if self.state is not None:
            return None
        if self._queue:
            return self._queue.popleft()
        if self._script is not None and not self._script_asked:
            self._script_asked = True
            return self._script
        self._end(WalkState.END)
        return None

    def fail(self, reason: str) -> None:
        """End the walk as failed, whatever it was about to do."""
        self.lost.append(reason)
        self._end(WalkState.FAILED)

    def report(self) -> dict[str, Any]:
        """The walk's record for the report of the run."""
        return {
            "name": self.name,
            "url": self.url,
            "pages": self.pages,
            "rows": self.rows,
            "new": self.new,
            "state": str(self.state or WalkState.FAILED),
            "pager": self.pager,
            "front": self.front,
            "by_words": self.by_words,
            "newest": None if self.newest is None else self.newest.isoformat(),
        }

    def is_script(self, url: str) -> bool:
        """Whether `url` is the walk's pager script."""
        return url == self._script

    def _end(self, state: WalkState) -> None:
        if self.state is None:
            # A walk that missed a page has not seen all it walked past, however it ended.
            self.state = WalkState.FAILED if self.lost else state

    def _go_on(self, page: SectionPage) -> None:
        if self.pager == "none":
            self.pager = page.pager.kind
        self._script = self._script or page.pager.script
        self._numbered = self._numbered or page.pager.kind in ("count_links", "create_page_html")
        self._enqueue(page.pager.following)

    def _enqueue(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            if (key := _key(address)) not in self._met:
                self._met.add(key)
                self._queue.append(address)

    def _judge(self, page: SectionPage, fresh: list[ListRow]) -> None:
        self._judge_empty(page)
        self._stale = 0 if fresh else self._stale + 1
        if self._stale >= self._site.limits.stale_pages:
            self._end(WalkState.END)
        elif self._all_known(page.rows):
            self._end(WalkState.KNOWN)
        elif self._all_before_since(page.rows):
            self._end(WalkState.SINCE)

    def _judge_empty(self, page: SectionPage) -> None:
        """A page without rows ends a list of links; amid numbered pages, or under another breadcrumb, it hides rows."""
        more = bool(self._queue) and self._numbered
        if not page.rows and (more or page.breadcrumbs != self._first_trail):
            self.lost.append(page.url)

    def _all_known(self, rows: tuple[ListRow, ...]) -> bool:
        limits = self.limits
        if limits.full or not limits.behind or limits.recheck is None or not rows or self.newest is None:
            return False
        horizon = look_back(self.newest, limits.recheck)
        days = list(map(day_of, rows))
        return all(day is not None and day < horizon for day in days) and all(
            limits.settled(r.article_id) for r in rows
        )

    def _all_before_since(self, rows: tuple[ListRow, ...]) -> bool:
        since = self.limits.since
        if since is None or not rows:
            return False
        # Lists are not strictly in order; a page this far behind has nothing in range behind it.
        horizon = look_back(since, self._site.limits.posting_lag_days)
        return all((day := day_of(row)) is not None and day < horizon for row in rows)


def day_of(row: ListRow) -> date | None:
    """The day an article was put on the web, as its address, else the list, tells it."""
    return row.posted or row.date


def no_later_than_now(day: date | None) -> date | None:
    """`day`; None where it lies in the future: a slip of the pen must not end the look-back of a section."""
    return day if day is not None and day <= now().date() + timedelta(days=1) else None


def look_back(day: date, days: int) -> date:
    """`days` days before `day`; the first of all days where there are not so many."""
    return day - timedelta(days=min(days, day.toordinal() - 1))


def _key(url: str) -> str:
    """One key for the spellings of one list page: `…/`, `…/index.shtml`, one slash or two after `count`."""
    query = urlsplit(url).query
    return section_key(url).replace("//", "/") + (f"?{query}" if query else "")
