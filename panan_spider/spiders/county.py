"""The spider `panan`: the whole site, lists first, then every article they name."""

from collections.abc import AsyncIterator
from typing import Any, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.utils.defer import deferred_from_coro

from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article
from panan_spider.sites.panan import HOSTS
from panan_spider.spiders.article_crawl import ArticleCrawl
from panan_spider.spiders.crawl_base import Output

_NO_ANSWER = "asked for, and neither answer nor error came"


class PananSpider(ArticleCrawl):
    """Crawls Pan'an News. Arguments: see `args.Arguments`; what to make of its end: see `base.CrawlBase`."""

    name = "panan"
    allowed_domains = sorted(HOSTS)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """As Scrapy makes it. Raises pydantic.ValidationError for a wrong argument."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_idle, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """Set out. `memory` is the archive's from here on, where there is one."""
        self.open_sections()
        self.open_desk()
        for request in self.advance():
            yield request

    def advance(self) -> Output:
        """Lists first: an article is handed on with every list that names it."""
        yield from self.read_on()
        if not self.lists_open():
            yield from self.ask_articles()

    def on_idle(self) -> None:
        """Nothing is under way: whatever still waits for an answer gets none, so that no run hangs; then go on."""
        self._give_up_waiting()
        engine = self.crawler.engine
        assert engine is not None  # an idle spider has one
        work = list(self.advance())
        if not self.lists_open():
            work += self.hand_on(len(self.held))
        for one in work:
            if isinstance(one, Article):
                deferred_from_coro(engine.scraper.start_itemproc_async(one, response=None))
            else:
                engine.crawl(one)
        if work:
            raise DontCloseSpider

    def _give_up_waiting(self) -> None:
        for candidate in list(self.discovery.open.values()):
            self.discovery.open.pop(candidate.url)
            self._lose_candidate(candidate, Outcome.FAILED, _NO_ANSWER)
        self.abandon_walks(_NO_ANSWER)
        self.abandon_articles(_NO_ANSWER)
