"""Section search: asks for every page that can be a section, and begins a walk of each that lists articles."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Final
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.results import SectionPage
from panan_spider.items import Article
from panan_spider.middlewares.retry import page_of
from panan_spider.sites.urls import UrlKind, canonical
from panan_spider.spiders.discovery import (
    MAX_CANDIDATES,
    Candidate,
    Discovery,
    SideBlocks,
    bare_path,
    is_front_page,
    name_of,
)
from panan_spider.spiders.frontier import Frontier
from panan_spider.spiders.session import NO_ANSWER, CrawlSession, Output
from panan_spider.spiders.walk import CUT_PAGE

_PRIORITY: Final = 200
#: Outcomes of a candidate that is no section. A candidate that fails otherwise might be one.
_NO_SECTION: Final = frozenset({Outcome.GONE, Outcome.FORBIDDEN, Outcome.OFF_SITE})

#: Outcomes of an entry page that is no page with links; however else it fails, it is not read tonight.
_NO_ENTRY: Final = _NO_SECTION | {Outcome.INVALID, Outcome.UNKNOWN_LAYOUT, Outcome.TOO_LARGE}
#: Outcomes of a link of the navigation behind which a list is missed.
_DEAD: Final = frozenset({Outcome.GONE, Outcome.NO_LIST, Outcome.ALIAS})
#: The title of a page, and elements that can show links which its markup does not hold.
_TITLE: Final = re.compile(r"<title[^>]*>([^<]{0,200})", re.IGNORECASE)
_HIDES_LINKS: Final = re.compile(r"<(?:script|i?frame|form|object|embed|noscript|meta[^>]+refresh)\b", re.IGNORECASE)

#: Rows with addresses of no known form that make a list.
_LIST_OF_UNKNOWN: Final = 3

_OVER: Final = f"more than {MAX_CANDIDATES} addresses look like sections, the rest is not asked for"
_HINT: Final = " (one that only articles lead to is known by name after a run without sections=; its path does always)"


class SectionSearch:
    """Candidates from entry pages, earlier runs, the profile and other pages. `discovery` holds what was found."""

    def __init__(
        self,
        session: CrawlSession,
        frontier: Frontier,
        begin_walk: Callable[[str, str, SectionPage | None], None],
        side_blocks: SideBlocks,
    ) -> None:
        self._session, self._frontier, self._begin_walk = session, frontier, begin_walk
        self._side_blocks = side_blocks
        args, state, site = session.args, session.state, session.site
        self.discovery = Discovery(site, frozenset() if args.full else state.barren())
        self._first_round = True
        self._entries: dict[str, Outcome | None] = {}  # outcomes of the entry pages, None for one that was read
        self._bare: list[str] = []  # entry pages that lead nowhere, each with the reason
        self._idle: dict[str, str] = {}  # entry pages of the site itself without any link, with the reason, by address
        self._dead: list[tuple[str, str]] = []  # links of entry pages that lead to no list: address, and line
        self._missing: list[tuple[Candidate, str]] = []
        self._moved: list[tuple[Candidate, str]] = []  # that lead to their own path at another host, and where
        self._answering: set[str] = set()  # hosts a page of which was read where it was asked for
        self._hubs = state.hubs()
        # Without rows, and with rows but no name of their own: judged when all candidates have answered.
        self._rowless, self._nameless = list[Candidate](), list[tuple[Candidate, SectionPage]]()
        # Cut before their end, judged so too: a site can leave out the end of every page.
        self._cut, self._is_any_whole = list[str](), False
        self._fronts: list[SectionPage] = []  # entry pages as read
        self._hold_known = False
        for url in site.entry_pages:
            self.discovery.offer(Candidate(url, entry=True))
        for section in state.sections():
            self.discovery.offer(Candidate(section.url, known=section.name))
        # Where sections= names one that earlier runs do not know, theirs are asked for only once it is found.
        self._hold_known = bool(self.discovery.names and self.discovery.chosen(args.sections)[1])
        for url in site.known_sections:
            self.discovery.offer(Candidate(url))

    @property
    def is_open(self) -> bool:
        """Whether candidates are still to be asked for, to be answered, or to be walked."""
        return self.discovery.busy or self.discovery.has_fresh

    def advance(self, *, walking: bool) -> Output:
        """Requests for candidates. Once all have answered, walks of the sections among them begin."""
        self._offer_breadcrumbs()
        output = self._ask_candidates()
        if not self.discovery.open:
            self._judge_cut()
            self._judge_nameless()
        if self._first_round and not self.discovery.open:
            self.discovery.offer_paths(self._session.args.sections)
            output += self._ask_candidates()
        if self._hold_known and not self.discovery.open:
            self._refuse_unknown(walking=walking)
            self._hold_known = False
            output += self._ask_candidates()
        if not self.discovery.busy:
            self._begin_walks(walking=walking)
        return output

    def _offer_breadcrumbs(self) -> None:
        """Offer the sections that breadcrumbs of articles name; none where the arguments choose."""
        links, self._session.breadcrumbs = self._session.breadcrumbs, []
        for text, url in () if self._session.args.sections else links:
            if (section := self._session.urls.understand(url)).kind is UrlKind.SECTION:
                self.discovery.offer(Candidate(section.url, text, crumb=True))

    def give_up_waiting(self) -> None:
        """Candidates that still wait for an answer end as failed."""
        for candidate in list(self.discovery.open.values()):
            self.discovery.open.pop(candidate.url)
            self._lose_candidate(candidate, Outcome.FAILED, NO_ANSWER)

    def _ask_candidates(self) -> Output:
        output: Output = []
        for candidate in self.discovery.take(hold_known=self._hold_known):
            self._session.state.discovered(candidate.url, "section")
            request = self._session.request(
                candidate.url, "section", self.read_candidate, self.miss_candidate, _PRIORITY, candidate=candidate
            )
            output.append(request)
        return output

    def read_candidate(self, response: Response, candidate: Candidate) -> Iterable[Request | Article]:
        """Callback: a page that can be a section."""
        self.discovery.open.pop(candidate.url, None)
        work = partial(self._take_candidate, candidate, response)
        return self._session.answered(work, partial(self._lose_candidate, candidate))

    def miss_candidate(self, failure: Failure) -> Output:
        """Errback: a page that can be a section."""
        candidate: Candidate = failure.request.cb_kwargs["candidate"]  # type: ignore[attr-defined]
        self.discovery.open.pop(candidate.url, None)
        self._lose_candidate(candidate, *self._session.unanswered(failure, candidate.url))
        return self._session.advance()

    def _take_candidate(self, candidate: Candidate, response: Response) -> Output:
        page = self._session.read_section(response)
        if (host := urlsplit(response.url).netloc) == urlsplit(candidate.url).netloc:
            self._answering.add(host)
        if candidate.entry:
            self._entries[candidate.url] = None
            self._fronts.append(page)
            if not (page.sections or page.rows):
                self._note_bare(candidate, response)
        self.discovery.follow(candidate, page)
        self._is_any_whole = self._is_any_whole or page.is_cut is False
        if page.is_cut:
            is_section = page.name is not None and not candidate.entry
            self._cut.append(f"section {page.name} ({candidate.url})" if is_section else candidate.url)
        self._place(candidate, page)
        return []

    def _judge_cut(self) -> None:
        """A page that breaks off before its end, while others reach theirs, is drift: its rows are read, and some may be missing."""
        cut, self._cut = self._cut, []
        for place in cut if self._is_any_whole else ():
            self._session.note_drift(f"{place} {CUT_PAGE}: rows and links may be missing")

    def _place(self, candidate: Candidate, page: SectionPage) -> None:
        """Settle a candidate by what its page is: an alias, the front page, a page without rows, a section."""
        final = page.url
        front = is_front_page(final, page, self._session.site)
        if self.discovery.leads_elsewhere(candidate, final) or (
            front and not candidate.entry and final != candidate.url
        ):
            self._settle_alias(candidate, final, page)
        elif front and page.rows:
            if not self._session.args.sections:
                self._frontier.meet_rows(page.rows, "")
            self._settle(candidate, Outcome.LISTED, None)
        elif not page.rows:
            self._note_unknown_list(candidate, page)
            self._rowless.append(candidate)
        elif page.name is None or page.name in self._session.site.front_names:
            self._nameless.append((candidate, page))
        else:
            self._add(candidate, page)

    def _add(self, candidate: Candidate, page: SectionPage) -> None:
        if self.discovery.add(candidate, page):
            self._settle(candidate, Outcome.LISTED, None)
        else:
            self._settle(candidate, Outcome.ALIAS, "the same list as another address of its folder")

    def _judge_nameless(self) -> None:
        """A page without a name of its own can be the front page, which the site shows in place of a list."""
        nameless, self._nameless = self._nameless, []
        for candidate, page in nameless:
            if not candidate.entry and any(page.is_copy_of(front) for front in self._fronts):
                self._settle(candidate, Outcome.ALIAS, "shows the front page", missing=True)
            else:
                self._add(candidate, page)

    def _settle_alias(self, candidate: Candidate, final: str, page: SectionPage) -> None:
        """A candidate leads to a page that has an address of its own: a missing section, unless it moved with its host.

        It has moved where it stands at the same path of another host. Of a known section that is believed only where its
        whole host leads there: two hosts can have a section each at one path.
        """
        prefix, host = self._session.site.prefix, urlsplit(final).netloc
        same_path = bare_path(final, prefix) == bare_path(candidate.url, prefix) != ""
        if same_path and host != urlsplit(candidate.url).netloc:
            self._moved.append((candidate, canonical(final)))
            named = candidate.known is None and name_of(candidate, page, self._session.site) == candidate.text
            self._settle(
                candidate, Outcome.ALIAS, f"leads to {canonical(final)}", missing=not named and candidate.known is None
            )
        else:
            self._settle(candidate, Outcome.ALIAS, f"leads to {canonical(final)}", missing=True)

    def _judge_moved(self) -> None:
        """Known sections that lead to their path at another host are missing where a page of their own host still answers."""
        for candidate, final in self._moved:
            if candidate.known is not None and urlsplit(candidate.url).netloc in self._answering:
                self._missing.append((candidate, f"leads to {final}"))
        self._moved = []

    def _note_bare(self, candidate: Candidate, response: Response) -> None:
        """An entry page without links: of another site, or of this one, whose host may have no sections at all."""
        line, text = f"entry page {candidate.url} shows neither sections nor articles", page_of(response).text
        title = _TITLE.search(text)
        own = title is not None and any(name in title[1] for name in self._session.site.names)
        if own and not _HIDES_LINKS.search(text):
            self._idle[candidate.url] = line
        else:
            self._bare.append(line)

    def _note_unknown_list(self, candidate: Candidate, page: SectionPage) -> None:
        """A page that lists rows, and no article among them: its articles may have addresses of a new form."""
        name = name_of(candidate, page, self._session.site)
        if self._session.settle_other_rows(page, name)[0] >= _LIST_OF_UNKNOWN:
            line = f"section {name} ({candidate.url}) lists addresses of no known form: {page.other_rows[0].url}"
            self._session.note_drift(line)

    def _settle(self, candidate: Candidate, outcome: Outcome, reason: str | None, *, missing: bool = False) -> None:
        self._session.settle_page(candidate.url, outcome, reason)
        if not missing:
            return
        if candidate.known is not None:
            self._missing.append((candidate, reason or str(outcome)))
        elif candidate.nav and candidate.text not in self._session.site.front_names and outcome in _DEAD:
            self._dead.append((candidate.url, f"{candidate.text} ({candidate.url}): {reason}"))

    def _lose_candidate(self, candidate: Candidate, outcome: Outcome, reason: str) -> None:
        self._settle(candidate, outcome, reason, missing=outcome in _NO_SECTION)
        if candidate.entry:
            self._entries[candidate.url] = outcome
            if outcome in _NO_ENTRY:
                self._bare.append(f"entry page {candidate.url}: {reason}")
        if outcome in _NO_SECTION:
            return
        if candidate.known is None:
            name = f"{candidate.text} ({candidate.url})" if candidate.text else candidate.url
            self._session.failed_sections.append(name)
        else:
            self._begin_walk(candidate.url, candidate.known, None)

    def _judge_rowless(self) -> None:
        """A page that lists nothing is barren, and not asked for a while, unless a section was found through it."""
        rowless, self._rowless = self._rowless, []
        for candidate in rowless:
            leading = self.discovery.leads(candidate, before=candidate.url in self._hubs)
            reason = "lists no article" + (", leads to sections" if leading else "")
            missing = candidate.known is not None or not leading
            self._settle(candidate, Outcome.READ if leading else Outcome.NO_LIST, reason, missing=missing)

    def _begin_walks(self, *, walking: bool) -> None:
        self._judge_rowless()
        fresh = self.discovery.fresh()
        if self._first_round:
            self._first_round = False
            self._judge_moved()
            self._note_drift()
            self._note_dead_links()
            chosen = self._choose(walking=walking)
            fresh = [section for section in fresh if chosen is None or section.url in chosen]
        self._side_blocks.learn({section.url: section.page for section in self.discovery.sections})
        for section in fresh:
            self._begin_walk(section.url, section.name, section.page)
        if self.discovery.over and _OVER not in self._session.failed_sections:
            self._session.failed_sections.append(_OVER)
            self._session.log.warning(_OVER)

    def _note_drift(self) -> None:
        """Note known sections that are missing, by address, and entry pages that lead nowhere."""
        session, known = self._session, {section.url for section in self._session.state.sections()}
        moved = {section.name for section in self.discovery.sections if section.url not in known}
        for candidate, why in self._missing:
            # A section that stands at a new address has moved; of two sections of one name each is missed by itself.
            if candidate.known not in moved:
                session.note_drift(
                    f"section {candidate.known} ({candidate.url}) listed articles in earlier runs, now: {why}"
                )
        entries = set(self._entries.values())
        hosts = {urlsplit(url).hostname for url in (*known, *(section.url for section in self.discovery.sections))}
        if self.discovery.sections:
            for line in self._bare + [line for url, line in self._idle.items() if urlsplit(url).hostname in hosts]:
                session.note_drift(line)
        elif None in entries or entries <= _NO_SECTION:
            ends = ", ".join(str(end) for end in sorted(filter(None, entries)))
            session.note_drift("no section found from the entry pages on" + (f" ({ends})" if ends else ""))

    def _note_dead_links(self) -> None:
        """Links of the navigation that lead to no list: what stood behind them is missing."""
        session = self._session
        if session.args.sections:
            return
        walked = {urlsplit(section.url).path for section in self.discovery.sections}
        # A relative link on a page that several hosts serve: the list stands at the same path of another host.
        for line in (line for url, line in self._dead if urlsplit(url).path not in walked):
            session.failed_sections.append(line)
            session.log.warning("navigation: %s", line)

    def _choose(self, *, walking: bool) -> frozenset[str] | None:
        """The sections this run was asked for, None for all. Ends the run where one of them is nowhere."""
        session = self._session
        if not session.args.sections:
            return None
        session.failed_sections += self._refuse_unknown(walking=walking)
        return self.discovery.chosen(session.args.sections)[0]

    def _refuse_unknown(self, *, walking: bool) -> list[str]:
        """End the run where a section that it was asked for is nowhere. Those that may stand behind an unread page."""
        session = self._session
        unknown = self.discovery.chosen(session.args.sections)[1]
        if not unknown or session.failed_sections or walking:
            return unknown  # a page that could not be read today makes the run incomplete, and no argument wrong
        self._judge_rowless()
        names = ", ".join(self.discovery.names) or "none"
        missing = ", ".join(map(repr, unknown))
        session.refusal = f"sections: the site has no section {missing}; it has: {names}{_HINT}"
        session.log.error(session.refusal)
        raise CloseSpider("refused")
