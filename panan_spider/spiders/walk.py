"""Walk: one pass through one section's list, page after page: the next page to ask for, and how the walk ends.

A pure state machine: no request, no storage. `take` and `lose` are its inputs, `next` and `state` its outputs.
A walk ends as END only on evidence: the pager's last page was read with rows and names no next one, nothing was lost on
the way, and as much was read as at the recorded end.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.results import InvalidPage, ListRow, SectionPage
from panan_spider.sites.profile import Site
from panan_spider.spiders.arguments import day_of, no_later_than_now
from panan_spider.spiders.walk_evidence import (
    CONFIRMING_DAYS,
    Probe,
    WalkLimits,
    WalkState,
    count_page_list,
    folder_of,
    is_newer,
    is_same_page,
    jumps,
    next_numbered,
    own_rows,
    page_key,
    repeated,
    short_pages,
)

#: Pages in a row that cannot be read, after which a section's further pages are given up for this run.
MAX_LOST_PAGES: Final = 5
#: Reason of a page that is not read: rows may lack.
CUT_PAGE: Final = "breaks off before its end"
_REPEATS: Final = "repeats articles of the first page in the place of its own"
#: Outcomes of the page behind the last one that say: there is none.
_NO_PAGE: Final = frozenset(
    {Outcome.GONE, Outcome.INVALID, Outcome.UNKNOWN_LAYOUT, Outcome.OFF_SITE, Outcome.FORBIDDEN}
)


class Walk:
    """The state of one walk. `state` is None while it goes on; `pages`, `rows` and `new` count the pages read and their rows.

    `front` is the number of links on its first page, None where that could not be read; `by_words`: its list block is
    not known by its class. `lost` names pages and faults, `doubtful` pages that may lack rows; `not_understood` is the sign of a pager that leads nowhere;
    `is_confirmed_by_days`: its end was found on several days, without full evidence.
    """

    def __init__(self, url: str, name: str, limits: WalkLimits, site: Site) -> None:
        self.url, self.name, self.limits, self._site = url, name, limits, site
        self.state: WalkState | None = None
        self.pager = "none"
        self.front: int | None = None
        self.by_words = self.is_confirmed_by_days = False
        self._other_rows = [0, 0]  # rows with addresses of no known form, rows that lead off the site
        self.pages = self.rows = self.new = self._lost_in_a_row = 0
        self.newest: date | None = None
        self.oldest: date | None = None
        self.last_page: str | None = None  # the last page that showed a new row
        self.lost, self.doubtful = list[str](), list[str]()
        self.not_understood: str | None = None
        self._first: SectionPage | None = None
        self._previous: SectionPage | None = None
        self._seen, self._queue = set[str](), deque[str]()
        self._met = {page_key(url)}
        self._script: str | None = None
        self._total: int | None = None
        self._list_id: str | None = None  # channel of enorth's numbered pages
        self._newest_page: str | None = None  # enorth's newest numbered page
        self._forgiven: str | None = None  # … where it showed nothing of its own: must be followed by a page that does
        # The page behind the last one, and those that were asked for behind the newest numbered one and are gone.
        self._probe, self._probed = Probe(), list[str]()
        # Pages without a new row since the last page with one; rows of each page that had new ones, in the order read.
        self._stale, self._counts = list[str](), list[tuple[str, int]]()
        self._again = self._asked_again = self._numbered = self._script_asked = False
        # Article numbers jump behind page one; behind the newest numbered page.
        self._is_torn = self._is_newest_torn = False

    # --- input ---

    def take(self, page: SectionPage, url: str | None = None) -> list[ListRow]:
        """Take in the page asked for at `url`, None for the first; its rows that no page of this walk has named before.

        May end the walk. Raises InvalidPage where the page is not of this list.
        """
        if self._first is None:
            self._first, self.front, self.by_words = page, page.link_count, page.by_words
            url = self.url
        elif url is None or not self._is_again(url):
            self._check_belongs(page, url or page.url)
        fresh = [row for row in page.rows if row.article_id not in self._seen]
        url = url or page.url
        if url == self._probe.url:
            self._probe = Probe(url, answered=True, nothing=not fresh)
            if not fresh:
                return []  # empty, or a repeat
            self._take_page_beyond(page, url)
        self._count(page, fresh, url)
        if not self._is_again(url):
            self._judge(page, fresh, url)
            self._previous = page
        return fresh

    def _take_page_beyond(self, page: SectionPage, url: str) -> None:
        """A page that the pager did not name has rows: pages between it and those named are lost."""
        self.lost += self._probed
        self._probed = []
        if self._numbered_downwards:
            self._newest_page, self._is_torn = url, self._first is not None and jumps(self._first.rows, page.rows)

    def _count(self, page: SectionPage, fresh: list[ListRow], url: str) -> None:
        self._seen.update(row.article_id for row in fresh)
        self.pages += not self._is_again(url)
        self.rows += len(fresh)
        self.new += sum(not self.limits.settled(row.article_id) for row in fresh)
        days = [day for row in fresh if (day := no_later_than_now(day_of(row))) is not None]
        self.newest = max([*days, *([self.newest] if self.newest else [])], default=None)
        self.oldest = min([*days, *([self.oldest] if self.oldest else [])], default=None)
        self._lost_in_a_row = 0
        if fresh and not self._is_again(url):
            # Rows of the page before stand for its own; enorth's numbered pages repeat those of the index page.
            index = self._first.rows if self._numbered_downwards and self._first is not None and url != self.url else ()
            own = {row.article_id for row in fresh} | set(repeated(index, page.rows))
            self._counts.append((url, len(own) + len(page.other_rows)))
            self.last_page = url

    def count_other_rows(self, unknown: int, off_site: int) -> None:
        """Count rows of a page that lead to no article."""
        self._other_rows = [self._other_rows[0] + unknown, self._other_rows[1] + off_site]

    def take_script(self, script: str, maxpage: int) -> None:
        """Take in the number of the newest numbered page, as the pager script says it."""
        self._numbered = True
        pages = self._site.urls.count_pages(script, maxpage)
        if not pages and maxpage < 1 and not self._is_known_end():
            pages = self._site.urls.count_pages(script, 1)  # a list of one page, or a script that says too little
            self._probe = Probe(pages[0] if pages else None)
        self._newest_page = pages[0] if pages else None
        self._enqueue(pages)

    def lose(self, url: str, outcome: Outcome = Outcome.FAILED) -> None:
        """A page, or the pager script, could not be read. The walk goes on where the pager names further pages."""
        if url == self._probe.url and outcome in _NO_PAGE:
            self._probe = Probe(url, answered=True, nothing=True)
            if outcome is Outcome.GONE and self._is_torn and self._numbered_downwards and not self._probed:
                self._probed.append(url)  # gone, or missing: the page behind it tells
                self._probe = Probe()
            return
        if url == self._newest_page and outcome is Outcome.GONE and self._queue and self._forgiven is None:
            self._forgiven = url  # on some sites of this CMS the newest number is the index page's, and stands nowhere
            return
        self._lose(url)

    def fail(self, reason: str) -> None:
        """End the walk as failed, whatever it was about to do."""
        self.lost.append(reason)
        self._end(WalkState.FAILED)

    # --- output ---

    def next(self) -> str | None:
        """The URL to ask for next, a list page or the pager script; None where the walk has ended."""
        if self.state is None and self.pages >= self._site.limits.list_pages:
            self._end(WalkState.CAPPED)
        if self.state is not None:
            return None
        if self._queue:
            return self._queue.popleft()
        if self._script is not None and not self._script_asked:
            self._script_asked = True
            return self._script
        if (beyond := self._page_beyond()) is not None:
            return beyond
        if self._again and not self._asked_again:
            self._asked_again = True
            return self.url
        self._end(self._end_by_evidence())
        return None

    def is_script(self, url: str) -> bool:
        """Whether `url` is the walk's pager script."""
        return url == self._script

    def is_beyond(self, url: str) -> bool:
        """Whether `url` is asked for to see whether anything is behind the pages that the pager names."""
        return url == self._probe.url

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
            "unknown": self._other_rows[0],
            "off_site": self._other_rows[1],
            "newest": None if self.newest is None else self.newest.isoformat(),
        }

    # --- pages ---

    def _is_again(self, url: str) -> bool:
        return self._asked_again and url == self.url

    def _check_belongs(self, page: SectionPage, url: str) -> None:
        """Raises InvalidPage where a further page is not of this list: redirected, or under another breadcrumb."""
        assert self._first is not None
        if not is_same_page(url, page.url, self._site.prefix):
            raise InvalidPage(f"leads to {page.url}, which is no page of this list")
        if page.is_cut and not self._first.is_cut:
            raise InvalidPage(CUT_PAGE)
        own, other = self._first.breadcrumbs, page.breadcrumbs
        if own and other and other[: len(own)] != own and page.name != self._first.name:
            raise InvalidPage(f"is a page of {' > '.join(other)}")
        if own and not other and page.rows and not self._has_own_pager(page):
            raise InvalidPage("prints neither the list's breadcrumb nor its pager")

    def _has_own_pager(self, page: SectionPage) -> bool:
        pager = page.pager
        if pager.script is not None and pager.script == self._script:
            return True
        return any(self._is_of_list(url) for url in pager.following)

    def _is_of_list(self, url: str) -> bool:
        """Whether a further page's URL is one of this list: by its channel at enorth, by page one's folder at TRS."""
        if (channel := count_page_list(url)) is not None:
            return self._list_id is None or channel == self._list_id
        return folder_of(url, self._site.prefix) in (None, folder_of(self.url, self._site.prefix))

    def _judge(self, page: SectionPage, fresh: list[ListRow], url: str) -> None:
        self._go_on(page)
        if not page.rows:
            self._judge_stale(url, numbered=self._numbered)
        elif not fresh:
            self._judge_repeat(page, url)
        else:
            self._judge_fresh(page, fresh, url)
        if self.state is None and page.rows:
            self._judge_known(own_rows(page.rows, fresh))

    def _go_on(self, page: SectionPage) -> None:
        pager = page.pager
        if self.pager == "none":
            self.pager = pager.kind
        self._script = self._script or pager.script
        self._numbered = self._numbered or pager.kind in ("count_links", "create_page_html")
        self._total = max(filter(None, (self._total, pager.total)), default=None)
        if page is self._first:  # behind it, the pages that the first one named tell more than the words of the last
            self.not_understood = pager.not_understood
        if pager.kind == "count_links" and page is self._first:
            self._newest_page = pager.following[0]
        self._enqueue(pager.following)

    def _enqueue(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            if page_key(address) in self._met:
                continue
            if not self._is_of_list(address):
                self.lost.append(f"{address}: the pager leads to another list")
                continue
            self._list_id = self._list_id or count_page_list(address)
            self._met.add(page_key(address))
            self._queue.append(address)

    def _judge_repeat(self, page: SectionPage, url: str) -> None:
        """A page whose rows all stood before. The newest numbered page may show what the index page shows."""
        assert self._first is not None
        index = {row.article_id for row in self._first.rows}
        if url == self._newest_page and self._forgiven is None and {row.article_id for row in page.rows} <= index:
            self._forgiven = url
        else:
            self._judge_stale(url, numbered=self._numbered)

    def _judge_stale(self, url: str, *, numbered: bool) -> None:
        """A page without a new row is lost amid numbered pages; a link pager can be one that never ends."""
        if url == self.url:
            return
        if numbered:
            self.lost.append(url)
            self._lost_in_a_row += 1
            if self._lost_in_a_row >= MAX_LOST_PAGES:
                self._end(WalkState.FAILED)
            return
        self._stale.append(url)
        if len(self._stale) >= self._site.limits.stale_pages:
            self._end(self._end_by_evidence())

    def _judge_fresh(self, page: SectionPage, fresh: list[ListRow], url: str) -> None:
        if self._previous is not None and url != self._probe.url and is_newer(self._previous.rows, fresh):
            self.doubtful.append(f"{url} shows newer articles than the page before it")
        self.lost += self._stale  # pages without a new row amid pages with some: what they should show is missing
        self._stale = []
        if self._forgiven is not None and url != self._forgiven and self._first is not None:
            if jumps(self._first.rows, page.rows):
                self.lost.append(self._forgiven)
            self._forgiven = None
        if self._previous is self._first and self._first is not None:
            self._is_torn = jumps(self._first.rows, page.rows)
        if self._numbered_downwards and self._previous is self._first and self._first is not None:
            same = repeated(self._first.rows, page.rows)
            if set(same) != {row.article_id for row in self._first.rows[len(self._first.rows) - len(same) :]}:
                self.doubtful.append(f"{url} {_REPEATS}")
        before = self._counts[-2][0] if len(self._counts) > 1 else None
        if self._numbered_downwards and self._previous is not None and before == self._newest_page:
            self._is_newest_torn = jumps(self._previous.rows, page.rows)
            if self._is_newest_torn and self._first is not None and repeated(self._first.rows, self._previous.rows):
                self.doubtful.append(f"{before} {_REPEATS}")
        if self._previous is not None and not self._numbered_downwards and self._previous.rows:
            last = self._previous.rows[-1].article_id
            self._again = self._again or any(row.article_id == last for row in page.rows)

    @property
    def _numbered_downwards(self) -> bool:
        return self._list_id is not None

    def _lose(self, url: str) -> None:
        if self._forgiven is not None:
            self.lost.append(self._forgiven)
            self._forgiven = None
        self.lost.append(url)
        self._lost_in_a_row += 1
        if self._first is None or self._lost_in_a_row >= MAX_LOST_PAGES:
            self._end(WalkState.FAILED)

    # --- ends ---

    def _page_beyond(self) -> str | None:
        """The page behind the last one, to be asked once: a pager can say too little. None where that is known already."""
        if self._probe.nothing or (self._probe.url is not None and not self._probe.answered):
            return None
        if self._is_known_end() or self.lost or self._is_total_read() or self.last_page is None:
            return None
        last = (*self._probed, self._newest_page)[0] if self._numbered_downwards else self.last_page
        beyond = next_numbered(last, self.url, self.pager) if last else None
        if beyond is None or page_key(beyond) in self._met:
            return None
        self._met.add(page_key(beyond))
        self._probe = Probe(beyond)
        return beyond

    def _is_known_end(self) -> bool:
        """Whether the walk stands at the last page of the recorded end, behind which an earlier walk found nothing."""
        end = self.limits.end
        return end is not None and end.last_page is not None and end.last_page == self.last_page

    def _is_total_read(self) -> bool:
        return self._total is not None and self.pages - len(self._stale) >= self._total and self.pager == "next_link"

    def _end_by_evidence(self) -> WalkState:
        if self.not_understood is not None and not self._is_total_read():
            self.lost.append(f"a pager that is not understood: {self.not_understood}")
            return WalkState.FAILED
        self.not_understood = None
        if self._is_total_read():
            self._stale = []
        elif self._total is not None and self.pager == "next_link" and self.pages < self._total:
            self.lost.append(f"the pager says {self._total} pages, {self.pages} were read")
        self.doubtful += [f"{url} has fewer rows than half of the other pages" for url in self._short_pages()]
        # Where pages are numbered downwards, page 1 has the oldest rows, and any pager leads there.
        oldest = None if self._numbered_downwards else self.oldest
        is_doubtful = bool(self.doubtful) and not self.limits.has_as_many_rows(self.rows)
        if not self._stale and not is_doubtful and self.limits.is_as_much(self.rows, self.pages, oldest):
            return WalkState.END
        self.is_confirmed_by_days = self.limits.unproven_days >= CONFIRMING_DAYS - 1
        return WalkState.END if self.is_confirmed_by_days else WalkState.UNPROVEN

    def _short_pages(self) -> list[str]:
        """Pages amid the list with few rows. The last may have few, and so may the first and enorth's second, if nothing jumps."""
        first = 2 if self._numbered_downwards and not self._is_newest_torn else 1
        return short_pages(self._counts, first=0 if self._is_torn else first)

    def _end(self, state: WalkState) -> None:
        if self.state is None:
            # A walk that missed a page has not seen all it walked past, however it ended.
            self.state = WalkState.FAILED if self.lost else state

    def _judge_known(self, rows: Sequence[ListRow]) -> None:
        named = self.pages + len(self._queue) + (self._script is not None and not self._script_asked)
        if self.limits.is_end_outgrown(named):
            return
        early = self.limits.early_end(rows, self.newest, self._site.limits.posting_lag_days)
        if early is not None:
            self._end(early)
