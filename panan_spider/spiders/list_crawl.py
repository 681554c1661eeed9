"""List crawl: the walks through every section's list, page after page, one request of a section at a time."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Final

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.pager import maxpage
from panan_spider.extract.results import InvalidPage, SectionPage
from panan_spider.items import Article
from panan_spider.sites.urls import UrlKind
from panan_spider.spiders.discovery import bare_path
from panan_spider.spiders.frontier import Frontier
from panan_spider.spiders.section_search import SectionSearch
from panan_spider.spiders.session import CrawlSession, Output, page_of
from panan_spider.spiders.walk import Walk, WalkLimits, WalkState

_PRIORITY: Final = 100
_NO_ANSWER: Final = "asked for, and neither answer nor error came"


class ListCrawl:
    """Sections and walks. `walks` are those under way, by the URL of their first page; `walked` names all begun."""

    def __init__(self, session: CrawlSession, frontier: Frontier) -> None:
        self._session, self._frontier = session, frontier
        self.walks: dict[str, Walk] = {}
        self.walked: set[str] = set()
        self.search = SectionSearch(session, frontier, self.begin_walk)
        self._asked: dict[str, str] = {}  # first page of a walk → the URL it waits for
        self._behind = {section.url: section.reached_end for section in session.state.sections()}

    @property
    def is_open(self) -> bool:
        """Whether lists are still to be read: articles are asked for, and handed on, only when none is."""
        return self.search.is_open or bool(self.walks)

    def advance(self) -> Output:
        """Requests for candidates; once all have answered, for the next page of every walk."""
        return self.search.advance(walking=bool(self.walks)) + self._step_walks()

    def begin_walk(self, url: str, name: str, page: SectionPage | None) -> None:
        """Walk the section whose first page is `page`; None where that could not be read."""
        session = self._session
        limits = WalkLimits(
            settled=session.state.settled,
            behind=self._behind.get(url, False),
            full=session.args.full,
            recheck=session.look_back,
            since=session.args.since,
        )
        walk = self.walks[url] = Walk(url, name, limits, session.site)
        self.walked.add(name)
        session.state.begin_walk(url, name)
        if page is None:
            walk.lose(url)
        else:
            self._take(walk, page)

    def _take(self, walk: Walk, page: SectionPage) -> None:
        rows = walk.take(page)
        listed: list[tuple[str, str, date | None]] = [(row.article_id, row.url, row.posted) for row in rows]
        # All rows: an article met before can be listed here under another URL.
        self._frontier.meet_rows(page.rows, walk.name)
        self._session.state.listed(walk.name, listed)

    def _step_walks(self) -> Output:
        """A request for the next page of every walk that waits for none; walks without a next page end."""
        output: Output = []
        for walk in list(self.walks.values()):
            if walk.url in self._asked:
                continue
            url = walk.next()
            if url is None:
                self._finish(walk)
            else:
                self._asked[walk.url] = url
                output.append(self._request(walk, url))
        return output

    def _request(self, walk: Walk, url: str) -> Request:
        kind = "script" if walk.is_script(url) else "list"
        self._session.state.discovered(url, kind)
        return self._session.request(url, kind, self.read_list, self.miss_list, _PRIORITY, walk=walk, url=url)

    def _finish(self, walk: Walk) -> None:
        del self.walks[walk.url]
        session, state = self._session, walk.state or WalkState.FAILED
        session.state.end_walk(walk.url, state=state, pages=walk.pages, rows=walk.rows, new=walk.new)
        session.section_reports.append(walk.report())
        if state in (WalkState.FAILED, WalkState.CAPPED):
            session.failed_sections.append(walk.name)
            session.log.warning("section %s (%s): %s after %d pages", walk.name, walk.url, state, walk.pages)

    def give_up_waiting(self) -> None:
        """Nothing is under way any more: candidates and walks that still wait for an answer end as failed."""
        self.search.give_up_waiting(_NO_ANSWER)
        for walk in list(self.walks.values()):
            if (url := self._asked.pop(walk.url, None)) is not None:
                self._session.settle_page(url, Outcome.FAILED, _NO_ANSWER)
            walk.fail(_NO_ANSWER)
            self._finish(walk)

    def read_list(self, response: Response, walk: Walk, url: str) -> Iterable[Request | Article]:
        """Callback: a further page of a section, or its pager script."""
        self._asked.pop(walk.url, None)
        return self._session.answered(partial(self._read, response, walk, url), partial(self._lose, walk, url))

    def _read(self, response: Response, walk: Walk, url: str) -> Output:
        if walk.is_script(url):
            walk.take_script(url, maxpage(page_of(response).text))
            self._session.settle_page(url, Outcome.READ)
            return []
        self._check_landing(walk, url, response.url)
        page = self._session.read_section(response)
        self._take(walk, page)
        self._session.settle_page(url, Outcome.LISTED if page.rows else Outcome.NO_LIST)
        return []

    def miss_list(self, failure: Failure) -> Output:
        """Errback: a further page, or the pager script."""
        asked = failure.request.cb_kwargs  # type: ignore[attr-defined]
        walk, url = asked["walk"], asked["url"]
        self._asked.pop(walk.url, None)
        self._lose(walk, url, *self._session.unanswered(failure, url))
        return self._session.advance()

    def _lose(self, walk: Walk, url: str, outcome: Outcome, reason: str) -> None:
        self._session.settle_page(url, outcome, reason)
        walk.lose(url, gone=outcome is Outcome.GONE)

    def _check_landing(self, walk: Walk, asked: str, landed: str) -> None:
        """Raises InvalidPage where a list page was redirected to a front page or another section's."""
        site = self._session.site
        elsewhere = site.urls.understand(landed).kind is not UrlKind.LIST_PAGE
        if landed != asked and elsewhere and bare_path(landed, site.prefix) != bare_path(walk.url, site.prefix):
            raise InvalidPage(f"leads to {landed}, which is no page of this list")
