"""Article crawl: each article is requested once, its parts joined, and handed on when all lists are read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from panan_spider.archive.ledger.stored_articles import KnownArticle
from panan_spider.core.clock import moment, now
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.assemble import ArticleBuilder
from panan_spider.extract.results import SAYS_MISSING, InvalidPage
from panan_spider.items import Article
from panan_spider.sites.urls import Address, UrlKind
from panan_spider.spiders.frontier import Frontier, FrontierEntry
from panan_spider.spiders.session import NO_ANSWER, CrawlSession, Output, make_conditional


@dataclass
class ArticleFetch:
    """The state of one fetch. `builder` holds the pages; its address is that of part one as asked for."""

    entry: FrontierEntry
    known: KnownArticle | None
    builder: ArticleBuilder
    tried: list[str] = field(default_factory=list)  # addresses of part one that are gone
    waits_for: str | None = None  # the part asked for and not answered yet
    checked: list[str] = field(default_factory=list)  # parts that were asked whether they have changed
    refetch_all: bool = False  # a part has changed: every part is fetched without conditional headers

    @property
    def address(self) -> Address:
        """The address of part one."""
        return self.builder.address

    @property
    def may_be_confirmed(self) -> bool:
        """Whether 304s would prove it unchanged: same address as stored, and a validator for every part.

        304 speaks of one page: an article of several parts can have changed behind it.
        """
        known = self.known
        if known is None or self.refetch_all or known.outcome is Outcome.GONE or known.url != self.address.url:
            return False
        tags = [(known.etag, known.last_modified), *((part.etag, part.last_modified) for part in known.parts)]
        return len(tags) == known.pages and (None, None) not in tags


#: Articles under way at a time: enough to keep the downloader busy, few enough to keep memory flat.
IN_FLIGHT: Final = 200
#: Held articles handed on by one callback. Few, so that articles of several callbacks share one fsync.
_HANDED_ON: Final = 4

_ARTICLE_PRIORITY: Final = 0
_PART_PRIORITY: Final = 50
#: Outcomes that are not logged.
_GOOD: Final = frozenset({Outcome.UNCHANGED, Outcome.OUT_OF_RANGE, Outcome.ALIAS})


class ArticleCrawl:
    """Articles of the frontier. `open` holds the fetches under way, by number; `held` waits for lists still open."""

    def __init__(self, session: CrawlSession, frontier: Frontier) -> None:
        """With urls= those articles are met at once."""
        self._session, self.frontier = session, frontier
        self.open: dict[str, ArticleFetch] = {}
        self.held: list[Article] = []
        self._resumed = bool(session.args.urls)
        for url in session.args.urls:
            frontier.meet(session.urls.understand(url), forced=True)

    def advance(self) -> Output:
        """Some of the articles held, then requests that keep the downloader busy."""
        output: Output = [*self.hand_on(_HANDED_ON)]
        if not self._resumed:
            self._resumed = True
            self._resume()
        while len(self.open) < IN_FLIGHT and (taken := self.frontier.take()) is not None:
            entry, known = taken
            builder = self._builder(self.frontier.address_of(entry, known))
            output += self._ask(ArticleFetch(entry, known, builder))
        return output

    def hand_on(self, most: int) -> list[Article]:
        """Up to `most` of the articles held, oldest first, each with every list that names it."""
        handed, self.held = self.held[:most], self.held[most:]
        listed_in = self._session.state.listed_in
        return [article.model_copy(update={"listed_in": list(listed_in(article.id))}) for article in handed]

    def _resume(self) -> None:
        """Meet the articles that earlier runs left pending, and stored ones that no list names any more."""
        urls = self._session.urls
        for left in self._session.state.unsettled():
            address = urls.understand(left.url)
            if self._is_in_scope(address, left.posted, left.listed_in):
                self.frontier.meet(address, forced=True)
        if self._session.is_scheduled:
            self._take_rechecks()
        else:
            for section, address in self.frontier.unlisted():
                self.frontier.meet(address, section=section)

    def _take_rechecks(self) -> None:
        """Meet the stored articles that are due, and with no argument that chooses a sample of the old.

        Not while the site shows no list: it is down or refuses, and every article keeps its turn.
        """
        if not self.frontier.has_rows:
            return
        args, state, urls = self._session.args, self._session.state, self._session.urls
        chosen = bool(args.sections or args.since or args.until)
        for recheck in [*state.due(), *(() if chosen else state.sample())]:
            address = urls.understand(recheck.url)
            if self._is_in_scope(address, address.posted, state.listed_in(recheck.article_id)):
                state.rechecks[recheck.article_id] = recheck
                if recheck.article_id not in self.frontier:
                    self.frontier.meet(address)

    def _is_in_scope(self, address: Address, posted: date | None, listed_in: Iterable[str]) -> bool:
        """Whether the arguments admit an article of earlier runs: by the sections that list it and the day it was posted."""
        in_sections = not self._session.args.sections or not self._session.walked.isdisjoint(listed_in)
        days = [posted] if posted is not None else []
        return in_sections and address.kind is UrlKind.ARTICLE and not self.frontier.rules_out(days)

    def _builder(self, address: Address) -> ArticleBuilder:
        return ArticleBuilder(self._session.site, address)

    def give_up_waiting(self) -> None:
        """Nothing is under way any more: articles that still wait for an answer end as failed."""
        for fetch in list(self.open.values()):
            if fetch.waits_for is not None:
                self._lose_part(fetch, fetch.waits_for, Outcome.FAILED, NO_ANSWER)
            else:
                self._close(fetch, Outcome.FAILED, NO_ANSWER)

    # --- part one ---

    def _ask(self, fetch: ArticleFetch) -> Output:
        """A request for part one, conditional where a 304 would prove that nothing has changed."""
        self.open[fetch.entry.number] = fetch
        request = self._session.request(
            fetch.address.url, "article", self.read_article, self.miss_article, _ARTICLE_PRIORITY, fetch=fetch
        )
        if fetch.known is not None and fetch.may_be_confirmed and not self._session.state.is_twin(fetch.entry.number):
            make_conditional(request, fetch.known.etag, fetch.known.last_modified)
        return [request]

    def read_article(self, response: Response, fetch: ArticleFetch) -> Iterable[Request | Article]:
        """Callback: part one of an article."""
        return self._session.answered(
            partial(self._read_first, response, fetch), partial(self._lose_first, response, fetch)
        )

    def _lose_first(self, response: Response, fetch: ArticleFetch, outcome: Outcome, reason: str) -> None:
        """Part one could not be read. An article whose page says it does not exist is gone, and asked for again.

        So is one that leads to an entry page; a stored one wherever it leads that is no article.
        """
        landed = self._session.urls.understand(response.url)
        moved = landed.article_id is None if fetch.known is not None else landed.url in self._session.site.entry_pages
        unread = outcome in (Outcome.INVALID, Outcome.UNKNOWN_LAYOUT)
        if unread and (moved or SAYS_MISSING in reason):
            outcome = Outcome.GONE
        self._close(fetch, outcome, reason)

    def miss_article(self, failure: Failure) -> Output:
        """Errback: part one of an article. One that is gone is tried at its other addresses."""
        fetch: ArticleFetch = failure.request.cb_kwargs["fetch"]  # type: ignore[attr-defined]
        outcome, reason = self._session.unanswered(failure, fetch.address.url)
        if outcome is Outcome.GONE and fetch.known is not None and fetch.known.url not in fetch.entry.urls:
            # Stored under another address: that one may still answer.
            self.frontier.meet(self._session.urls.understand(fetch.known.url))
        if outcome is Outcome.GONE and set(fetch.entry.urls) - {fetch.address.url, *fetch.tried}:
            fetch.tried.append(fetch.address.url)
            fetch.builder = self._builder(self.frontier.address_of(fetch.entry, fetch.known, without=fetch.tried))
            return self._ask(fetch)
        self._close(fetch, outcome, reason)
        return self._session.advance()

    def _read_first(self, response: Response, fetch: ArticleFetch) -> Output:
        if response.status == 304:
            return self._check_parts(fetch)
        landed = self._session.urls.understand(response.url)
        if landed.kind in (UrlKind.SECTION, UrlKind.LIST_PAGE, UrlKind.PART):
            raise InvalidPage(f"leads to {landed.url}, which is no article")
        renamed = landed.kind is UrlKind.ARTICLE and landed.article_id != fetch.entry.number
        if renamed and not self._rename(fetch, landed):
            return []
        page = self._session.read_article(response)
        fetch.builder.add(page, response.meta.get("warc"), response.meta.get("fetched_at") or moment(now()))
        if not self._session.args.urls:
            self._session.breadcrumbs += page.section_links
        return self._next_part(fetch)

    def _rename(self, fetch: ArticleFetch, landed: Address) -> bool:
        """The address leads to an article of another number. False where this run has that one already."""
        known = (landed.article_id or "") in self.frontier
        self._close(fetch, Outcome.ALIAS, f"leads to {landed.url}")
        if known:
            return False
        fetch.entry = self.frontier.meet(landed, forced=True)
        fetch.entry.begun = True
        fetch.builder, fetch.tried = self._builder(landed), []
        self.open[fetch.entry.number] = fetch
        return True

    # --- further parts ---

    def _next_part(self, fetch: ArticleFetch) -> Output:
        """A request for the next part; where all are there, the article is held."""
        url = fetch.builder.next_part()
        if url is None:
            self._hold(fetch)
            return []
        return [self._part_request(fetch, url, self.read_part)]

    def _part_request(self, fetch: ArticleFetch, url: str, callback: object) -> Request:
        fetch.waits_for = url
        self._session.state.discovered(url, "part", fetch.entry.number)
        return self._session.request(url, "part", callback, self.miss_part, _PART_PRIORITY, fetch=fetch, url=url)

    def _check_parts(self, fetch: ArticleFetch) -> Output:
        """Part one has not changed: a conditional request for the next part; behind the last the article is unchanged."""
        known = fetch.known
        assert known is not None  # a conditional request is sent only for stored articles
        if len(fetch.checked) == len(known.parts):
            self._close(fetch, Outcome.UNCHANGED, None)
            return []
        part = known.parts[len(fetch.checked)]
        fetch.checked.append(part.url)
        request = self._part_request(fetch, part.url, self.read_check)
        make_conditional(request, part.etag, part.last_modified)
        return [request]

    def read_check(self, response: Response, fetch: ArticleFetch, url: str) -> Iterable[Request | Article]:
        """Callback: a conditional request for a part. Where it has changed, the whole article is read again."""
        fetch.waits_for = None

        def work() -> Output:
            if response.status == 304:
                return self._check_parts(fetch)
            fetch.refetch_all = True
            return self._ask(fetch)

        return self._session.answered(work, partial(self._lose_part, fetch, url))

    def read_part(self, response: Response, fetch: ArticleFetch, url: str) -> Iterable[Request | Article]:
        """Callback: part two or later of an article."""
        fetch.waits_for = None

        def work() -> Output:
            landed, due = self._session.urls.understand(response.url), self._session.urls.understand(url)
            if (landed.article_id, landed.part) != (due.article_id, due.part):
                raise InvalidPage(f"leads to {response.url}")
            page = self._session.read_article(response)
            self._session.settle_page(url, Outcome.READ)
            fetch.builder.add(page, response.meta.get("warc"))
            return self._next_part(fetch)

        return self._session.answered(work, partial(self._lose_part, fetch, url))

    def miss_part(self, failure: Failure) -> Output:
        """Errback: a part. An article is never stored short of one."""
        asked = failure.request.cb_kwargs  # type: ignore[attr-defined]
        self._lose_part(asked["fetch"], asked["url"], *self._session.unanswered(failure, asked["url"]))
        return self._session.advance()

    def _lose_part(self, fetch: ArticleFetch, url: str, outcome: Outcome, reason: str) -> None:
        if self._session.is_settled(url):  # the part was read; what it makes with the others is no article
            self._close(fetch, outcome, reason)
            return
        self._session.settle_page(url, outcome, reason)
        self._close(fetch, Outcome.FAILED, f"part {url}: {outcome}: {reason}")

    # --- ends ---

    def _hold(self, fetch: ArticleFetch) -> None:
        """All parts are there: the article is held, unless its date is out of range."""
        article = fetch.builder.article()
        if not self.frontier.in_range(article.published, fetch.address.posted):
            self._close(fetch, Outcome.OUT_OF_RANGE, f"published {article.published}")
            return
        if fetch.known is not None and article.pages < fetch.known.pages:
            log = self._session.log
            log.warning("%s: %d pages, %d when last stored", article.url, article.pages, fetch.known.pages)
        self._settle_checked(fetch)
        self.open.pop(fetch.entry.number, None)
        self.frontier.close(fetch.entry, fetch.address.url, None)
        self.held.append(article)

    def _close(self, fetch: ArticleFetch, outcome: Outcome, reason: str | None) -> None:
        """The article is done, and nothing is handed on."""
        self.open.pop(fetch.entry.number, None)
        self._settle_checked(fetch)
        if outcome not in _GOOD:
            self._session.log_outcome(fetch.address.url, outcome, reason)
        if outcome is Outcome.GONE:
            for url in fetch.tried:
                self.frontier.settle(fetch.entry, url, outcome, reason)
        self.frontier.close(fetch.entry, fetch.address.url, outcome, reason)

    def _settle_checked(self, fetch: ArticleFetch) -> None:
        """Record the parts that answered a conditional request and were not read otherwise."""
        for url in fetch.checked:
            if url != fetch.waits_for:
                self._session.settle_page(url, Outcome.READ, "asked whether it has changed")
