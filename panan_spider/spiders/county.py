"""County spiders: one class for every site, made into one spider a profile. Lists first, then every article they name."""

from collections.abc import AsyncIterator
from functools import cache, partial
from typing import Any, Final, Self

from pydantic import ValidationError
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider
from scrapy.utils.defer import deferred_from_coro

from panan_spider.archive.state import CrawlState
from panan_spider.items import Article
from panan_spider.sites.profile import ProfileError, Site, load_site, site_keys
from panan_spider.spiders.arguments import Arguments, complaint
from panan_spider.spiders.article_crawl import ArticleCrawl
from panan_spider.spiders.frontier import Frontier
from panan_spider.spiders.list_crawl import ListCrawl
from panan_spider.spiders.session import CrawlSession, Output

#: A module's name for the class of a profile, which Scrapy's loader looks for.
_CLASS: Final = "{}Spider"


class CountySpider(Spider):
    """Crawls the site whose profile has the spider's name as key. Arguments: `arguments.Arguments`.

    `session` holds what the run has found out so far. `lists` and `articles` exist once the spider has started; with urls=
    no list is read, and `lists` is None.
    """

    site: Site
    crawl_state: CrawlState  # set when the archive is open, before the spider starts
    lists: ListCrawl | None
    articles: ArticleCrawl

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Raises pydantic.ValidationError for a wrong argument; `arguments.complaint` puts it into one line."""
        super().__init__(*args)
        self.site = self.profile()
        self.allowed_domains = sorted(self.site.hosts)
        self.args = Arguments.of(kwargs, self.site)
        self.session = CrawlSession(self.site, self.args, self.logger)

    @classmethod
    def profile(cls) -> Site:
        """The profile of the spider's site. Raises ProfileError or UnknownSiteError."""
        return load_site(cls.name)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Scrapy's constructor. Raises pydantic.ValidationError for a wrong argument."""
        spider: Self = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.on_idle, signals.spider_idle)
        return spider

    async def start(self) -> AsyncIterator[Any]:
        """The first requests."""
        self.prepare()
        for request in self.session.advance():
            yield request

    def prepare(self) -> None:
        """Take up what earlier runs know: `crawl_state` is set."""
        self.session.state = self.crawl_state
        frontier = Frontier(self.session)
        self.lists = None if self.args.urls else ListCrawl(self.session, frontier)
        self.articles = ArticleCrawl(self.session, frontier)
        self.session.advance = self.articles.advance if self.lists is None else partial(self._advance, self.lists)

    def _advance(self, lists: ListCrawl) -> Output:
        """All that can be asked for now. Lists first: an article is handed on with every list that names it."""
        output = lists.advance()
        return output if lists.is_open else output + self.articles.advance()

    def on_idle(self) -> None:
        """Nothing is under way: requests that still wait for an answer get none, so that no run hangs; then go on."""
        if self.lists is not None:
            self.lists.give_up_waiting()
        self.articles.give_up_waiting()
        engine = self.crawler.engine
        assert engine is not None  # an idle spider has one
        output = self.session.advance()
        if self.lists is None or not self.lists.is_open:
            output += self.articles.hand_on(len(self.articles.held))
        for result in output:
            if isinstance(result, Article):
                deferred_from_coro(engine.scraper.start_itemproc_async(result, response=None))
            else:
                engine.crawl(result)
        if output:
            raise DontCloseSpider


def wrong_arguments(spider_class: type[Spider], given: dict[str, Any]) -> str | None:
    """One line about arguments that a county spider does not take; None where they are right, or it is no county spider."""
    if not issubclass(spider_class, CountySpider):
        return None
    try:
        Arguments.of(given, spider_class.profile())
    except ValidationError as error:
        return complaint(error)
    except ProfileError as error:
        return str(error)
    return None


@cache
def spider_class(key: str) -> type[CountySpider]:
    """The spider of one profile, named by its key. The profile is read when the spider is made."""
    name = _CLASS.format("".join(part.title() for part in key.split("-")))
    return type(name, (CountySpider,), {"name": key, "__module__": __name__, "__doc__": f"Crawls the site {key!r}."})


# Scrapy's loader takes the classes that it finds in a module.
globals().update({cls.__name__: cls for cls in map(spider_class, site_keys())})
