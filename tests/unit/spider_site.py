"""A site and an engine in one dictionary: the spider's requests are answered from it, one after another."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from scrapy import Request
from scrapy.exceptions import CloseSpider, DontCloseSpider
from scrapy.http import HtmlResponse, Response
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.test import get_crawler
from spider_pages import HASH, Answer
from twisted.python.failure import Failure

from panan_spider.archive.ledger.queries import PendingArticle
from panan_spider.archive.ledger.runs_and_walks import KnownSection, ListReading
from panan_spider.archive.ledger.stored_articles import KnownArticle
from panan_spider.archive.ledger.url_outcomes import DiscoveredUrl, Recheck
from panan_spider.archive.state import CrawlState
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article
from panan_spider.spiders.county import CountySpider, spider_class


class Notes(CrawlState):
    """Crawl state without a ledger: knows what a test gives it, and keeps what it is told."""

    def __init__(self) -> None:
        self._listed: dict[str, set[str]] = {}
        self.outcomes: dict[str, tuple[Outcome, str | None]] = {}
        self.stored: dict[str, KnownArticle] = {}
        self.settled_numbers: set[str] = set()
        self.left: list[PendingArticle] = []
        self.known_sections: list[KnownSection] = []
        self.barren_urls: frozenset[str] = frozenset()
        self.hub_urls: frozenset[str] = frozenset()
        self.spellings: dict[str, str] = {}
        self.all_listed_in: set[str] = set()  # the sections that have listed every stored article
        self.twins: set[str] = set()
        self.met: dict[str, str] = {}
        self.rechecks: dict[str, Recheck] = {}
        self.readings: dict[str, ListReading] = {}
        self.planned: list[Recheck] = []
        self.sampled: list[Recheck] = []
        self.walks: list[tuple[str, str]] = []

    def store(self, number: int, url: str, posted: date, **more: object) -> None:
        """Have the article in the archive."""
        fields = {"pages": 1, "etag": '"e"', "last_modified": None, "outcome": Outcome.STORED} | more
        self.stored[f"{number:09d}"] = KnownArticle(f"{number:09d}", url, 1, HASH, posted, **fields)  # type: ignore[arg-type]

    def article(self, article_id: str) -> KnownArticle | None:
        return self.stored.get(article_id)

    def settled(self, article_id: str) -> bool:
        return article_id in self.stored or article_id in self.settled_numbers

    def unsettled(self) -> Iterable[PendingArticle]:
        return self.left

    def sections(self) -> Iterable[KnownSection]:
        return self.known_sections

    def is_twin(self, article_id: str) -> bool:
        return article_id in self.twins

    def stored_since(self, section: str, day: date | None) -> Iterable[str]:
        known = self.stored.values() if section in self.all_listed_in else ()
        return [one.url for one in known if day is None or one.posted is None or one.posted >= day]

    @property
    def today(self) -> date:
        return date(2020, 3, 31)

    def due(self) -> list[Recheck]:
        return self.planned

    def sample(self) -> list[Recheck]:
        return self.sampled

    def list_reading(self, url: str) -> ListReading | None:
        return self.readings.get(url)

    def keep_list_reading(self, url: str, etag: str | None, last_modified: str | None, reading: str) -> None:
        self.readings[url] = ListReading(etag, last_modified, "2020-03-31T00:00:00Z", reading)

    def shown(self, section: str, rows: Mapping[str, str]) -> None:
        pass

    def barren(self) -> frozenset[str]:
        return self.barren_urls

    def slashes(self) -> dict[str, str]:
        return self.spellings

    def note_slashes(self, host: str, slashes: str) -> None:
        self.spellings[host] = slashes

    def hubs(self) -> frozenset[str]:
        return self.hub_urls

    def listed(self, section: str, rows: Iterable[tuple[str, str, date | None]], walk: str = "") -> None:
        for article_id, _url, _posted in rows:
            self._listed.setdefault(article_id, set()).add(section)

    def listed_in(self, article_id: str) -> tuple[str, ...]:
        return tuple(sorted(self._listed.get(article_id, ())))

    def begin_walk(self, url: str, name: str) -> None:
        pass

    def settle(self, url: str, outcome: Outcome, reason: str | None = None, *_of_quarantine: str | None) -> None:
        known = self.outcomes.setdefault(url, (outcome, reason))
        assert known[0] is outcome, f"{url} is already {known[0]}, now {outcome}"

    def discovered(self, url: str, kind: str, article_id: str | None = None) -> None:
        self.met[url] = kind

    def discovered_all(self, addresses: Iterable[DiscoveredUrl]) -> None:
        for address in addresses:
            self.discovered(*address)

    def end_walk(
        self,
        url: str,
        *,
        state: str,
        pages: int,
        rows: int,
        new: int,
        oldest: date | None = None,
        last_page: str | None = None,
    ) -> None:
        self.walks.append((url, state))


@dataclass
class Run:
    """What a run asked for and what came of it."""

    spider: CountySpider
    memory: Notes
    requests: list[Request] = field(default_factory=list)
    items: list[Article] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    closed: str | None = None

    @property
    def asked(self) -> list[str]:
        """The addresses asked for, in order."""
        return [request.url for request in self.requests]

    @property
    def asked_articles(self) -> list[str]:
        """Those of them that are articles'."""
        return [request.url for request in self.requests if request.meta["kind"] == "article"]

    def outcome(self, url: str) -> Outcome | None:
        """The fate of an address; None for an article handed on, whose fate the pipelines tell."""
        return self.memory.outcomes.get(url, (None, None))[0]

    def check_books(self) -> None:
        """Every address met ends in one outcome or as one item, and nothing else does."""
        handed_on = [item.url for item in self.items]
        assert len(set(handed_on)) == len(handed_on)
        assert sorted([*self.memory.outcomes, *handed_on]) == sorted(self.memory.met)


class Engine:
    """The two doors of Scrapy's engine that an idle spider uses."""

    def __init__(self, result: Run) -> None:
        self.queue: list[Request] = []
        self.result = result
        self.scraper = self

    async def start_itemproc_async(self, item: Article, *, response: None) -> None:
        self.result.items.append(item)

    def crawl(self, request: Request) -> None:
        self.queue.append(request)


def run(site: Mapping[str, Answer], memory: Notes | None = None, **args: str) -> Run:
    """Run the spider over `site`; what is not in it answers 404. The books are checked unless the run was refused."""
    crawler = get_crawler(spider_class("panan"))
    spider = spider_class("panan").from_crawler(crawler, **args)
    spider.crawl_state = memory = memory or Notes()
    result = Run(spider, memory)
    engine = Engine(result)
    crawler.engine = engine  # type: ignore[assignment]
    try:
        asyncio.run(_drive(result, engine, site))
        result.check_books()
    except CloseSpider as stop:
        result.closed = stop.reason
    return result


async def _drive(result: Run, engine: Engine, site: Mapping[str, Answer]) -> None:
    _take(result, engine, [request async for request in result.spider.start()])
    while True:
        while engine.queue:
            engine.queue.sort(key=lambda request: -request.priority)
            request = engine.queue.pop(0)
            result.requests.append(request)
            assert len(result.requests) < 5_000
            answer = site.get(request.url, 404)
            if isinstance(answer, list):
                answer = answer.pop(0) if len(answer) > 1 else answer[0]
            if answer is not None:
                _take(result, engine, answer_of(request, answer))
        try:
            result.spider.on_idle()
        except DontCloseSpider:
            await asyncio.sleep(0)
            continue
        return


def answer_of(request: Request, answer: Answer) -> Iterable[Request | Article]:
    """The result of the request's callback or errback on an answer."""
    if isinstance(answer, Exception):
        return _fail(request, answer)
    if isinstance(answer, int) and answer != 304:
        return _fail(request, HttpError(Response(request.url, status=answer)))
    final, text = answer if isinstance(answer, tuple) else (request.url, answer)
    status = 304 if text == 304 else 200
    response = HtmlResponse(final, status=status, body=b"" if status == 304 else str(text).encode(), request=request)
    callback: Callable[..., Iterable[Request | Article]] = request.callback  # type: ignore[assignment]
    return callback(response, **request.cb_kwargs)


def _fail(request: Request, error: Exception) -> Iterable[Request | Article]:
    failure = Failure(error)  # type: ignore[no-untyped-call]
    failure.request = request  # type: ignore[attr-defined]
    assert request.errback is not None
    output: Iterable[Request | Article] = request.errback(failure)
    return output


def _take(result: Run, engine: Engine, output: Iterable[Request | Article]) -> None:
    try:
        for one in output:
            if isinstance(one, Request):
                engine.queue.append(one)
            else:
                result.items.append(one)
    except CloseSpider:
        raise
    except Exception as error:  # as Scrapy does: counted, and the run goes on
        result.errors.append(error)
