"""List crawl: the walks through every section's list, page after page, one request of a section at a time."""

from collections.abc import Iterable
from datetime import date
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.results import SectionPage
from panan_spider.items import Article
from panan_spider.spiders.discovery import SideBlocks
from panan_spider.spiders.frontier import Frontier
from panan_spider.spiders.section_search import SectionSearch
from panan_spider.spiders.session import NO_ANSWER, CrawlSession, Output
from panan_spider.spiders.walk import Walk
from panan_spider.spiders.walk_evidence import WalkLimits, WalkState, other_spelling, slashes_of, with_slashes

_PRIORITY: Final = 100


class ListCrawl:
    """Sections and walks. `walks` are those under way, by the URL of their first page."""

    def __init__(self, session: CrawlSession, frontier: Frontier) -> None:
        self._session, self._frontier = session, frontier
        self.walks: dict[str, Walk] = {}
        self._side_blocks = SideBlocks()
        self.search = SectionSearch(session, frontier, self.begin_walk, self._side_blocks)
        self._asked: dict[str, str] = {}  # first page of a walk → the URL it waits for
        self._known = {section.url: section for section in session.state.sections()}
        # Numbered pages that are asked for in their other spelling → the one that is gone.
        self._gone: dict[str, str] = {}
        self._slashes = session.state.slashes()  # after `count` in the numbered pages that have answered, by host
        self._confirmed: set[str] = set()  # hosts one of whose numbered pages has answered in this run
        if doubtful := sum(section.by_earlier_version for section in self._known.values()):
            session.log.info("the ends of %d sections were recorded without evidence: each is walked whole", doubtful)

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
        known = self._known.get(url)
        limits = WalkLimits(
            settled=session.state.settled,
            behind=known is not None and known.reached_end,
            end=known.end if known is not None else None,
            unproven_days=known.unproven_days if known is not None else 0,
            full=session.args.full,
            recheck=session.look_back,
            since=session.args.since,
            today=session.state.today if session.is_scheduled else None,
        )
        walk = self.walks[url] = Walk(url, name, limits, session.site)
        session.walked.add(name)
        session.state.begin_walk(url, name)
        if page is None:
            walk.lose(url)
        else:
            self._take(walk, page)

    def _take(self, walk: Walk, page: SectionPage, url: str | None = None) -> None:
        page, side_rows = self._side_blocks.without(page, walk.url, first=url in (None, walk.url))
        rows = walk.take(page, url)
        listed: list[tuple[str, str, date | None]] = [(row.article_id, row.url, row.posted) for row in rows]
        # Before the frontier meets the rows: rows it has met already are not new to the ledger, and keep no posted day.
        self._session.state.listed(walk.name, listed, walk.url)
        # All rows: an article met before can be listed here under another URL.
        self._frontier.meet_rows(page.rows, walk.name)
        if not self._session.args.sections:
            self._frontier.meet_rows(side_rows, "")
        self._session.state.shown(walk.name, {row.article_id: f"{row.date or ''} {row.title}" for row in page.rows})
        walk.count_other_rows(*self._session.settle_other_rows(page, walk.name))
        if url is None and (newest := self._session.unknown_newest(page)) is not None:
            self._session.note_drift(
                f"section {walk.name} ({walk.url}): its newest row has an address of no known form: {newest}"
            )

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
                output.append(self._request(walk, url, with_slashes(url, self._slashes.get(urlsplit(url).netloc))))
        return output

    def _request(self, walk: Walk, url: str, spelled: str) -> Request:
        """A request for the walk's page `url`, at the URL as `spelled`."""
        self._asked[walk.url] = spelled
        kind = "script" if walk.is_script(url) else "list"
        self._session.state.discovered(spelled, kind)
        return self._session.request(
            spelled, kind, self.read_list, self.miss_list, _PRIORITY, walk=walk, url=url, spelled=spelled
        )

    def _finish(self, walk: Walk) -> None:
        del self.walks[walk.url]
        session, state = self._session, walk.state or WalkState.FAILED
        session.state.end_walk(
            walk.url,
            state=state,
            pages=walk.pages,
            rows=walk.rows,
            new=walk.new,
            oldest=walk.oldest,
            last_page=walk.last_page,
        )
        session.section_reports.append(walk.report())
        if walk.not_understood is not None:
            session.note_drift(
                f"section {walk.name} ({walk.url}) has a pager that is not understood: {walk.not_understood}"
            )
        elif state not in (WalkState.END, WalkState.KNOWN, WalkState.SINCE):
            session.failed_sections.append(walk.name)
            why = "; ".join((walk.lost + walk.doubtful)[:3]) or "no evidence that this is its end"
            session.log.warning("section %s (%s): %s after %d pages: %s", walk.name, walk.url, state, walk.pages, why)
        elif walk.is_confirmed_by_days:
            session.log.warning(
                "section %s (%s): an end found on several days is now taken for its end", walk.name, walk.url
            )

    def give_up_waiting(self) -> None:
        """Nothing is under way any more: candidates and walks that still wait for an answer end as failed."""
        self.search.give_up_waiting()
        for walk in list(self.walks.values()):
            if (url := self._asked.pop(walk.url, None)) is not None:
                self._session.settle_page(url, Outcome.FAILED, NO_ANSWER)
            walk.fail(NO_ANSWER)
            self._finish(walk)

    def read_list(self, response: Response, walk: Walk, url: str, spelled: str) -> Iterable[Request | Article]:
        """Callback: a further page of a section, or its pager script."""
        self._asked.pop(walk.url, None)
        work, lost = partial(self._read, response, walk, url, spelled), partial(self._lose, walk, url, spelled)
        return self._session.answered(work, lost)

    def _read(self, response: Response, walk: Walk, url: str, spelled: str) -> Output:
        if walk.is_script(url):
            walk.take_script(url, self._session.read_pager_script(response))
            self._settle(url, spelled, Outcome.READ)
            return []
        page = self._session.read_section(response)
        self._take(walk, page, url)
        self._settle(url, spelled, Outcome.LISTED if page.rows else Outcome.NO_LIST)
        self._note_slashes(spelled)
        return []

    def _note_slashes(self, spelled: str) -> None:
        """A numbered page has answered at this spelling: the next ones of its host are asked so, in later runs too."""
        host, slashes = urlsplit(spelled).netloc, slashes_of(spelled)
        if slashes is not None:
            self._confirmed.add(host)
            if self._slashes.get(host) != slashes:
                self._slashes[host] = slashes
                self._session.state.note_slashes(host, slashes)

    def _settle(self, url: str, spelled: str, outcome: Outcome) -> None:
        """Record the outcome of a page that has answered, and of its other spelling where that was asked before."""
        self._session.settle_page(spelled, outcome)
        if (gone := self._gone.pop(url, spelled)) != spelled:
            self._session.settle_page(gone, Outcome.ALIAS, f"stands at {spelled}")

    def miss_list(self, failure: Failure) -> Output:
        """Errback: a further page, or the pager script. A numbered page that is gone is asked for in its other spelling."""
        asked = failure.request.cb_kwargs  # type: ignore[attr-defined]
        walk, url, spelled = asked["walk"], asked["url"], asked["spelled"]
        self._asked.pop(walk.url, None)
        outcome, reason = self._session.unanswered(failure, spelled)
        if outcome is Outcome.GONE and self._may_be_spelled_otherwise(walk, url) and url not in self._gone:
            self._gone[url] = spelled
            return [self._request(walk, url, other_spelling(spelled) or url), *self._session.advance()]
        self._lose(walk, url, spelled, outcome, reason)
        return self._session.advance()

    def _may_be_spelled_otherwise(self, walk: Walk, url: str) -> bool:
        """Whether a page that is gone may stand at its other spelling: no page of its host has answered in this run.

        A page behind the last one is asked for in the spelling that is known from earlier runs alone.
        """
        host = urlsplit(url).netloc
        known = host in self._confirmed or (walk.is_beyond(url) and host in self._slashes)
        return other_spelling(url) is not None and not known

    def _lose(self, walk: Walk, url: str, spelled: str, outcome: Outcome, reason: str) -> None:
        self._session.settle_page(spelled, outcome, reason)
        if (gone := self._gone.pop(url, spelled)) != spelled:
            self._session.settle_page(gone, Outcome.GONE, "HTTP 404")
        walk.lose(url, outcome)
