"""The articles: each asked for once, its parts joined, and handed on when all lists are read."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Final

from scrapy.http import Response
from twisted.python.failure import Failure

from panan_spider.archive.ledger.url_outcomes import DiscoveredUrl
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.article import read_article
from panan_spider.extract.assemble import ArticleBuilder
from panan_spider.extract.results import InvalidPage, ListRow
from panan_spider.items import Article
from panan_spider.sites.profile import load_site
from panan_spider.sites.urls import Address, UrlKind, understand
from panan_spider.spiders.article_fetch import ArticleFetch
from panan_spider.spiders.crawl_base import Output
from panan_spider.spiders.discovery import Candidate
from panan_spider.spiders.frontier import Frontier
from panan_spider.spiders.part_crawl import PartCrawl, if_changed

#: Articles under way at a time: enough to keep the downloader busy, few enough to keep memory flat.
IN_FLIGHT: Final = 200
#: Held articles that one answer hands on. Scrapy takes an answer's articles one after another, and each waits a moment
#: for others to be synced with: those of many answers come together, all those of one would stand in a queue.
_HANDED_ON: Final = 4

_ARTICLE_PRIORITY: Final = 0
_WELL: Final = frozenset({Outcome.UNCHANGED, Outcome.OUT_OF_RANGE, Outcome.ALIAS})


class ArticleCrawl(PartCrawl):
    """`desk` knows every article of the run; `open_articles` are those under way; `held` wait for lists still open."""

    def open_desk(self) -> None:
        """Ready for articles; with urls= those are met at once."""
        self.desk = Frontier(self.args, self.memory)
        self.open_articles: dict[str, ArticleFetch] = {}
        self.held: list[Article] = []
        self._took_up = bool(self.args.urls)
        for url in self.args.urls:
            self.desk.meet(understand(url), forced=True)

    def list_rows(self, rows: list[ListRow], section: str | None) -> None:
        """Note the articles a list names. Those of the front pages count as one list of their own."""
        self.memory.discovered_all(DiscoveredUrl(row.url, "article", row.article_id) for row in rows)
        for row in rows:
            self.desk.meet(understand(row.url), section=section or "", shown=row.date)

    def ask_articles(self) -> Output:
        """Hand on some of what is held, take up what earlier runs left, and keep the downloader busy."""
        yield from self.hand_on(_HANDED_ON)
        if not self._took_up:
            self._took_up = True
            self._take_up()
        while len(self.open_articles) < IN_FLIGHT and (taken := self.desk.take()) is not None:
            wanted, known = taken
            yield from self.ask_article(ArticleFetch(wanted, known, self._builder(self.desk.address_of(wanted, known))))

    @staticmethod
    def _builder(address: Address) -> ArticleBuilder:
        return ArticleBuilder(load_site(), address)

    def hand_on(self, most: int) -> Iterator[Article]:
        """Up to `most` of the articles held, the first first, each with every list that names it."""
        handed, self.held = self.held[:most], self.held[most:]
        for article in handed:
            yield article.model_copy(update={"listed_in": list(self.memory.listed_in(article.id))})

    def _take_up(self) -> None:
        for left in self.memory.unsettled():
            address = understand(left.url)
            in_scope = not self.args.sections or not self.walked.isdisjoint(left.listed_in)
            days = [left.posted] if left.posted is not None else []
            if in_scope and address.kind is UrlKind.ARTICLE and not self.desk.rules_out(days):
                self.desk.meet(address, forced=True)
        for section, address in self.desk.unlisted():
            self.desk.meet(address, section=section)

    def ask_article(self, fetch: ArticleFetch) -> Output:
        """Ask for part one; whether it has changed, where the answer no would prove that nothing has."""
        self.open_articles[fetch.wanted.number] = fetch
        url, known = fetch.address.url, fetch.known
        request = self.request(url, "article", self.read_article, self.miss_article, _ARTICLE_PRIORITY, fetch=fetch)
        if known is not None and fetch.may_be_confirmed:
            if_changed(request, known)
        yield request

    def close_article(self, fetch: ArticleFetch, outcome: Outcome, reason: str | None) -> None:
        """The article is done, and nothing is handed on."""
        self.open_articles.pop(fetch.wanted.number, None)
        self.settle_checked(fetch)
        if outcome not in _WELL:
            self.say(fetch.address.url, outcome, reason)
        if outcome is Outcome.GONE:
            for url in fetch.tried:
                self.desk.settle(fetch.wanted, url, outcome, reason)
        self.desk.close(fetch.wanted, fetch.address.url, outcome, reason)

    def read_article(self, response: Response, fetch: ArticleFetch) -> Output:
        """Callback: part one of an article."""
        yield from self.answered(partial(self._take_first, response, fetch), partial(self.close_article, fetch))

    def miss_article(self, failure: Failure) -> Output:
        """Errback: part one of an article. One that is gone is tried at its other addresses."""
        fetch: ArticleFetch = failure.request.cb_kwargs["fetch"]  # type: ignore[attr-defined]
        outcome, reason = self.unanswered(failure, fetch.address.url)
        if outcome is Outcome.GONE and fetch.known is not None and fetch.known.url not in fetch.wanted.addresses:
            self.desk.meet(
                understand(fetch.known.url)
            )  # it is stored under another address: does that one still answer?
        if outcome is Outcome.GONE and set(fetch.wanted.addresses) - {fetch.address.url, *fetch.tried}:
            fetch.tried.append(fetch.address.url)
            fetch.builder = self._builder(self.desk.address_of(fetch.wanted, fetch.known, without=fetch.tried))
            yield from self.ask_article(fetch)
            return
        self.close_article(fetch, outcome, reason)
        yield from self.advance()

    def _take_first(self, response: Response, fetch: ArticleFetch) -> Output:
        if response.status == 304:
            yield from self.check_parts(fetch)
            return
        landed = understand(response.url)
        if landed.kind in (UrlKind.SECTION, UrlKind.LIST_PAGE, UrlKind.PART):
            raise InvalidPage(f"leads to {landed.url}, which is no article")
        renamed = landed.kind is UrlKind.ARTICLE and landed.article_id != fetch.wanted.number
        if renamed and not self._rename(fetch, landed):
            return
        page = read_article(self.page_of(response))
        fetched_at = response.meta.get("fetched_at") or datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        fetch.builder.add(page, response.meta.get("warc"), fetched_at)
        if not self.args.urls and not self.args.sections:
            for text, url in page.section_links:
                if (section := understand(url)).kind is UrlKind.SECTION:
                    self.discovery.offer(Candidate(section.url, text, crumb=True))
        yield from self.go_on(fetch)

    def _rename(self, fetch: ArticleFetch, landed: Address) -> bool:
        """The address leads to an article of another number. False where this run has that one already."""
        known = (landed.article_id or "") in self.desk
        self.close_article(fetch, Outcome.ALIAS, f"leads to {landed.url}")
        if known:
            return False
        fetch.wanted = self.desk.meet(landed, forced=True)
        fetch.wanted.begun = True
        fetch.builder, fetch.tried = self._builder(landed), []
        self.open_articles[fetch.wanted.number] = fetch
        return True

    def abandon_articles(self, reason: str) -> None:
        """End every article under way as failed."""
        for fetch in list(self.open_articles.values()):
            if fetch.waits_for is not None:
                self.lose_part(fetch, fetch.waits_for, Outcome.FAILED, reason)
            else:
                self.close_article(fetch, Outcome.FAILED, reason)

    def hold_article(self, fetch: ArticleFetch) -> None:
        """All parts are there: hold the article ready."""
        article = fetch.builder.article()
        if not self.desk.in_range(article.published, fetch.address.posted):
            self.close_article(fetch, Outcome.OUT_OF_RANGE, f"published {article.published}")
            return
        self.settle_checked(fetch)
        self.open_articles.pop(fetch.wanted.number, None)
        self.desk.close(fetch.wanted, fetch.address.url, None)
        self.held.append(article)
