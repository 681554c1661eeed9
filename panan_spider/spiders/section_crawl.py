"""The sections: from the entry pages to every page that lists articles."""

from functools import partial
from typing import Final

from scrapy.exceptions import CloseSpider
from scrapy.http import Response
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.results import SectionPage
from panan_spider.extract.section import read_section
from panan_spider.sites.panan import ENTRY_PAGES, KNOWN_SECTIONS
from panan_spider.sites.urls import canonical
from panan_spider.spiders.crawl_base import Output
from panan_spider.spiders.discovery import MAX_CANDIDATES, Candidate, Discovery, is_front_page
from panan_spider.spiders.list_crawl import WalkCrawl

_PRIORITY: Final = 200
#: A candidate that ends so is no section; however else it fails, it might be one.
_NO_SECTION: Final = frozenset({Outcome.GONE, Outcome.FORBIDDEN, Outcome.OFF_SITE})

_OVER: Final = f"more than {MAX_CANDIDATES} addresses look like sections, the rest is not asked for"
_HINT: Final = " (one that only articles lead to is known by name after a run without sections=; its path does always)"


class SectionCrawl(WalkCrawl):
    """Discovery. `discovery` holds candidates and sections; `chosen` the addresses asked for by sections=, None for all."""

    def open_sections(self) -> None:
        """Set out: entry pages, sections of earlier runs, sections known beforehand; nothing of all that with urls=."""
        self.open_walks()
        self.discovery = Discovery(frozenset() if self.args.full else self.memory.barren())
        self._first_round = not self.args.urls
        self._entries: set[Outcome | None] = set()  # how the entry pages ended, None for read
        self._missing: list[tuple[Candidate, str]] = []
        self._rowless: list[Candidate] = []  # read, listing nothing: judged when all candidates have answered
        if self.args.urls:
            return
        for url in ENTRY_PAGES:
            self.discovery.offer(Candidate(url, entry=True))
        for section in self.memory.sections():
            self.discovery.offer(Candidate(section.url, known=section.name))
        for url in KNOWN_SECTIONS:
            self.discovery.offer(Candidate(url))

    def lists_open(self) -> bool:
        """Whether lists are still to be read: articles are asked for, and handed on, only when none is."""
        return self.discovery.busy or bool(self.walks) or self.discovery.has_fresh

    def read_on(self) -> Output:
        """Ask for candidates; once all have answered, walk the sections among them."""
        yield from self._ask_candidates()
        if not self.discovery.busy and self._first_round:
            self.discovery.offer_paths(self.args.sections)
            yield from self._ask_candidates()
        if not self.discovery.busy:
            self._begin_walks()
        yield from self.step_walks()

    def _ask_candidates(self) -> Output:
        for candidate in self.discovery.take():
            self.memory.discovered(candidate.url, "section")
            yield self.request(
                candidate.url, "section", self.read_candidate, self.miss_candidate, _PRIORITY, candidate=candidate
            )

    def read_candidate(self, response: Response, candidate: Candidate) -> Output:
        """Callback: a page that can be a section."""
        self.discovery.open.pop(candidate.url, None)

        def work() -> Output:
            self._take_candidate(candidate, response.url, read_section(self.page_of(response)))
            yield from ()

        yield from self.answered(work, partial(self._lose_candidate, candidate))

    def miss_candidate(self, failure: Failure) -> Output:
        """Errback: a page that can be a section."""
        candidate: Candidate = failure.request.cb_kwargs["candidate"]  # type: ignore[attr-defined]
        self.discovery.open.pop(candidate.url, None)
        self._lose_candidate(candidate, *self.unanswered(failure, candidate.url))
        yield from self.advance()

    def _take_candidate(self, candidate: Candidate, final: str, page: SectionPage) -> None:
        if candidate.entry:
            self._entries.add(None)
        self.discovery.follow(candidate, page)
        front = is_front_page(final, page)
        if self.discovery.leads_elsewhere(candidate, final) or (
            front and not candidate.entry and final != candidate.url
        ):
            self._settle(candidate, Outcome.ALIAS, f"leads to {canonical(final)}", missing=front)
        elif front and page.rows:
            if not self.args.sections:
                self.list_rows(list(page.rows), None)
            self._settle(candidate, Outcome.LISTED, None)
        elif not page.rows:
            self._rowless.append(candidate)
        elif self.discovery.add(candidate, page):
            self._settle(candidate, Outcome.LISTED, None)
        else:
            self._settle(candidate, Outcome.ALIAS, "the same list as another address of its folder")

    def _settle(self, candidate: Candidate, outcome: Outcome, reason: str | None, *, missing: bool = False) -> None:
        self.settle_page(candidate.url, outcome, reason)
        if missing and candidate.known is not None:
            self._missing.append((candidate, reason or str(outcome)))

    def _lose_candidate(self, candidate: Candidate, outcome: Outcome, reason: str) -> None:
        self._settle(candidate, outcome, reason, missing=outcome in _NO_SECTION)
        if candidate.entry:
            self._entries.add(outcome)
        if outcome in _NO_SECTION:
            return
        if candidate.known is None:
            self.failed_sections.append(candidate.text or candidate.url)
        else:
            self.begin_walk(candidate.url, candidate.known, None)

    def _judge_rowless(self) -> None:
        """A page that lists nothing is barren, and left alone for a while, unless a section was found through it."""
        rowless, self._rowless = self._rowless, []
        for candidate in rowless:
            leading = candidate.url in self.discovery.leading
            reason = "lists no article" + (", leads to sections" if leading else "")
            self._settle(candidate, Outcome.READ if leading else Outcome.NO_LIST, reason, missing=True)

    def _begin_walks(self) -> None:
        self._judge_rowless()
        fresh = self.discovery.fresh()
        if self._first_round:
            self._first_round = False
            self._note_drift()
            chosen = self._choose()
            fresh = [section for section in fresh if chosen is None or section.url in chosen]
        for section in fresh:
            self.begin_walk(section.url, section.name, section.page)
        if self.discovery.over and _OVER not in self.failed_sections:
            self.failed_sections.append(_OVER)
            self.logger.warning(_OVER)

    def _note_drift(self) -> None:
        found = set(self.discovery.names)
        for candidate, why in self._missing:
            if candidate.known not in found:
                self.drift.append(
                    f"section {candidate.known} ({candidate.url}) listed articles in earlier runs, now: {why}"
                )
        if not found and (None in self._entries or self._entries <= _NO_SECTION):
            ends = ", ".join(str(end) for end in sorted(filter(None, self._entries)))
            self.drift.append("no section found from the entry pages on" + (f" ({ends})" if ends else ""))
        for line in self.drift:
            self.logger.warning(line)

    def _choose(self) -> frozenset[str] | None:
        """The sections this run was asked for, None for all. Ends the run where one of them is nowhere."""
        if not self.args.sections:
            return None
        chosen, unknown = self.discovery.chosen(self.args.sections)
        if unknown and (self.failed_sections or self.walks):
            # It may stand behind a page that could not be read today: incomplete, but no wrong argument.
            self.failed_sections += unknown
        elif unknown:
            names = ", ".join(self.discovery.names) or "none"
            self.refusal = f"sections: the site has no section {', '.join(map(repr, unknown))}; it has: {names}{_HINT}"
            self.logger.error(self.refusal)
            raise CloseSpider("refused")
        return chosen
