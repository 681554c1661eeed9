"""Articles of several parts: parts two and on asked for in order, or asked whether any of them has changed."""

from abc import abstractmethod
from functools import partial
from typing import Final

from scrapy import Request
from scrapy.http import Response
from twisted.python.failure import Failure

from panan_spider.archive.ledger.stored_articles import KnownArticle, KnownPart
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.article import read_article
from panan_spider.extract.results import InvalidPage
from panan_spider.sites.urls import understand
from panan_spider.spiders.article_fetch import ArticleFetch
from panan_spider.spiders.crawl_base import Output
from panan_spider.spiders.section_crawl import SectionCrawl

_PRIORITY: Final = 50


def if_changed(request: Request, known: KnownArticle | KnownPart) -> None:
    """Ask for it only if it is no longer what the archive has."""
    if known.etag is not None:
        request.headers["If-None-Match"] = known.etag
    if known.last_modified is not None:
        request.headers["If-Modified-Since"] = known.last_modified
    request.meta["handle_httpstatus_list"] = [304]


class PartCrawl(SectionCrawl):
    """What an article needs besides its part one."""

    @abstractmethod
    def ask_article(self, fetch: ArticleFetch) -> Output:
        """Ask for part one."""

    @abstractmethod
    def hold_article(self, fetch: ArticleFetch) -> None:
        """All parts are there."""

    @abstractmethod
    def close_article(self, fetch: ArticleFetch, outcome: Outcome, reason: str | None) -> None:
        """The article is done, and nothing is handed on."""

    def go_on(self, fetch: ArticleFetch) -> Output:
        """Ask for the next part, or hold the whole article ready."""
        url = fetch.builder.next_part()
        if url is None:
            self.hold_article(fetch)
            return
        fetch.waits_for = url
        self.memory.discovered(url, "part", fetch.wanted.number)
        yield self.request(url, "part", self.read_part, self.miss_part, _PRIORITY, fetch=fetch, url=url)

    def check_parts(self, fetch: ArticleFetch) -> Output:
        """Part one has not changed: ask whether the next part has, or end the article as unchanged."""
        known = fetch.known
        assert known is not None  # only what the archive has is asked whether it has changed
        if len(fetch.checked) == len(known.parts):
            self.close_article(fetch, Outcome.UNCHANGED, None)
            return
        part = known.parts[len(fetch.checked)]
        fetch.checked.append(part.url)
        fetch.waits_for = part.url
        self.memory.discovered(part.url, "part", fetch.wanted.number)
        request = self.request(part.url, "part", self.read_check, self.miss_part, _PRIORITY, fetch=fetch, url=part.url)
        if_changed(request, part)
        yield request

    def read_check(self, response: Response, fetch: ArticleFetch, url: str) -> Output:
        """Callback: whether a part has changed. Where one has, the whole article is read again: its parts are one text."""
        fetch.waits_for = None

        def work() -> Output:
            if response.status == 304:
                yield from self.check_parts(fetch)
            else:
                fetch.plain = True
                yield from self.ask_article(fetch)

        yield from self.answered(work, partial(self.lose_part, fetch, url))

    def settle_checked(self, fetch: ArticleFetch) -> None:
        """The fate of the parts that were asked whether they have changed, where nothing more was made of them."""
        for url in fetch.checked:
            if url != fetch.waits_for:
                self.settle_page(url, Outcome.READ, "asked whether it has changed")

    def read_part(self, response: Response, fetch: ArticleFetch, url: str) -> Output:
        """Callback: part two and on of an article."""
        fetch.waits_for = None

        def work() -> Output:
            landed, due = understand(response.url), understand(url)
            if (landed.article_id, landed.part) != (due.article_id, due.part):
                raise InvalidPage(f"leads to {response.url}")
            page = read_article(self.page_of(response))
            self.settle_page(url, Outcome.READ)
            fetch.builder.add(page, response.meta.get("warc"))
            yield from self.go_on(fetch)

        yield from self.answered(work, partial(self.lose_part, fetch, url))

    def miss_part(self, failure: Failure) -> Output:
        """Errback: a part. An article is never stored short of one."""
        told = failure.request.cb_kwargs  # type: ignore[attr-defined]
        self.lose_part(told["fetch"], told["url"], *self.unanswered(failure, told["url"]))
        yield from self.advance()

    def lose_part(self, fetch: ArticleFetch, url: str, outcome: Outcome, reason: str) -> None:
        """A part is not to be had: the article is not stored short of it."""
        if self.is_told(url):  # the part is read; what it makes with the others is no article
            self.close_article(fetch, outcome, reason)
            return
        self.settle_page(url, outcome, reason)
        self.close_article(fetch, Outcome.FAILED, f"part {url}: {outcome}: {reason}")
