"""The walks: through each section's list, page after page, one request of a section at a time."""

from abc import abstractmethod
from datetime import date
from functools import partial
from typing import Final

from scrapy.http import Response
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.pager import maxpage
from panan_spider.extract.results import InvalidPage, ListRow, SectionPage
from panan_spider.extract.section import read_section
from panan_spider.sites.urls import UrlKind, understand
from panan_spider.spiders.crawl_base import CrawlBase, Output
from panan_spider.spiders.discovery import bare_path
from panan_spider.spiders.walk import Walk, WalkLimits, WalkState

_PRIORITY: Final = 100


class WalkCrawl(CrawlBase):
    """`walks` are the walks under way, by the address of their first page."""

    def open_walks(self) -> None:
        """Ready to walk: what earlier walks reached is known from memory."""
        self.walks: dict[str, Walk] = {}
        self.walked: set[str] = set()  # names of the sections walked so far
        self._asked: dict[str, str] = {}  # first page of a walk → the address it waits for
        self._behind = {section.url: section.reached_end for section in self.memory.sections()}

    @abstractmethod
    def list_rows(self, rows: list[ListRow], section: str | None) -> None:
        """Rows were read, in the list of `section` or on a page that is no section's."""

    def begin_walk(self, url: str, name: str, page: SectionPage | None) -> None:
        """Walk the section whose first page is `page`; None where that could not be read."""
        recheck = self.args.recheck
        limits = WalkLimits(
            settled=self.memory.settled,
            behind=self._behind.get(url, False),
            full=self.args.full,
            recheck=None if recheck == "all" else recheck,
            since=self.args.since,
        )
        walk = self.walks[url] = Walk(url, name, limits)
        self.walked.add(name)
        self.memory.begin_walk(url, name)
        if page is None:
            walk.lose(url)
        else:
            self._take(walk, page)

    def _take(self, walk: Walk, page: SectionPage) -> None:
        rows = walk.take(page)
        listed: list[tuple[str, str, date | None]] = [(row.article_id, row.url, row.posted) for row in rows]
        self.list_rows(list(page.rows), walk.name)  # all: one met before can stand here under another address
        self.memory.listed(walk.name, listed)

    def step_walks(self) -> Output:
        """Ask for the next page of every walk that waits for none; end those that have no next page."""
        for walk in list(self.walks.values()):
            if walk.url in self._asked:
                continue
            url = walk.next()
            if url is None:
                self._finish(walk)
                continue
            self._asked[walk.url] = url
            kind = "script" if walk.is_script(url) else "list"
            self.memory.discovered(url, kind)
            yield self.request(url, kind, self.read_list, self.miss_list, _PRIORITY, walk=walk, url=url)

    def _finish(self, walk: Walk) -> None:
        del self.walks[walk.url]
        state = walk.state or WalkState.FAILED
        self.memory.end_walk(walk.url, state=state, pages=walk.pages, rows=walk.rows, new=walk.new)
        self.section_reports.append(
            {"name": walk.name, "url": walk.url, "pages": walk.pages, "rows": walk.rows, "new": walk.new}
            | {"state": str(state), "pager": walk.pager, "front": walk.front, "by_words": walk.by_words}
            | {"newest": None if walk.newest is None else walk.newest.isoformat()}
        )
        if state in (WalkState.FAILED, WalkState.CAPPED):
            self.failed_sections.append(walk.name)
            self.logger.warning("section %s (%s): %s after %d pages", walk.name, walk.url, state, walk.pages)

    def abandon_walks(self, reason: str) -> None:
        """End every walk under way as failed."""
        for walk in list(self.walks.values()):
            if (url := self._asked.pop(walk.url, None)) is not None:
                self.settle_page(url, Outcome.FAILED, reason)
            walk.fail(reason)
            self._finish(walk)

    def read_list(self, response: Response, walk: Walk, url: str) -> Output:
        """Callback: a further page of a section, or its pager script."""
        self._asked.pop(walk.url, None)

        def work() -> Output:
            page = self.page_of(response)
            if walk.is_script(url):
                walk.take_script(url, maxpage(page.text))
                self.settle_page(url, Outcome.READ)
            else:
                _check_landing(walk, url, response.url)
                listed = read_section(page)
                self._take(walk, listed)
                self.settle_page(url, Outcome.LISTED if listed.rows else Outcome.NO_LIST)
            yield from ()

        yield from self.answered(work, partial(self._lose, walk, url))

    def miss_list(self, failure: Failure) -> Output:
        """Errback: a further page, or the pager script."""
        told = failure.request.cb_kwargs  # type: ignore[attr-defined]
        self._asked.pop(told["walk"].url, None)
        self._lose(told["walk"], told["url"], *self.unanswered(failure, told["url"]))
        yield from self.advance()

    def _lose(self, walk: Walk, url: str, outcome: Outcome, reason: str) -> None:
        self.settle_page(url, outcome, reason)
        walk.lose(url, gone=outcome is Outcome.GONE)


def _check_landing(walk: Walk, asked: str, landed: str) -> None:
    """Raises InvalidPage where a list page was redirected to a front page, or another section's: its rows are not this one's."""
    elsewhere = understand(landed).kind is not UrlKind.LIST_PAGE and bare_path(landed) != bare_path(walk.url)
    if landed != asked and elsewhere:
        raise InvalidPage(f"leads to {landed}, which is no page of this list")
