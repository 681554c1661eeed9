"""robots.txt: asked for once a host and before all else, obeyed, and where it cannot be read nothing is asked."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Response
from scrapy.utils.test import get_crawler
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import ResponseNeverReceived

from panan_spider.core.outcomes import Outcome
from panan_spider.middlewares.retry import OutcomeError
from panan_spider.middlewares.robots import RobotsMiddleware
from panan_spider.settings import USER_AGENT
from panan_spider.spiders.county import spider_class

HOST = "www.panews.cn"
PAGE = f"http://{HOST}/system/2020/03/07/000000001.shtml"


class Slot(SimpleNamespace):
    delay: float
    concurrency: int
    jitter: float


class Engine:
    """Scrapy's engine as far as robots.txt goes: one answer for all hosts, and a slot of the downloader a host."""

    def __init__(self, answer: Callable[[Request], Response]) -> None:
        self._answer = answer
        self.asked: list[Request] = []
        self.slot = Slot(delay=1.0, concurrency=8, jitter=0.5)
        self.downloader = SimpleNamespace(
            per_slot_settings={}, slots={HOST: self.slot}, get_slot_key=lambda request: HOST
        )

    async def download_async(self, request: Request) -> Response:
        self.asked.append(request)
        await asyncio.sleep(0)
        return self._answer(request)


def robots(answer: Callable[[Request], Response]) -> tuple[RobotsMiddleware, Engine, Crawler]:
    crawler, engine = (
        get_crawler(spider_class("panan"), {"ROBOTSTXT_OBEY": True, "USER_AGENT": USER_AGENT}),
        Engine(answer),
    )
    crawler.engine = engine  # type: ignore[assignment]
    return RobotsMiddleware.from_crawler(crawler), engine, crawler


def saying(text: str = "", status: int = 200) -> Callable[[Request], Response]:
    return lambda request: Response(request.url, status=status, body=text.encode())


def raising(error: Exception) -> Callable[[Request], Response]:
    def answer(request: Request) -> Response:
        raise error

    return answer


def fates(middleware: RobotsMiddleware, *urls: str) -> list[Outcome | None]:
    """The fate of each address, all asked for at once; None where it may be asked."""

    async def one(url: str) -> Outcome | None:
        try:
            await middleware.process_request(Request(url))
        except OutcomeError as fate:
            return fate.outcome
        return None

    async def every() -> list[Outcome | None]:
        return await asyncio.gather(*map(one, urls))

    return asyncio.run(every())


def test_it_is_asked_for_once_a_host() -> None:
    middleware, engine, _ = robots(saying())
    assert fates(middleware, PAGE, PAGE, "http://panews.zjol.com.cn/", PAGE) == [None] * 4
    assert [request.url for request in engine.asked] == [
        f"http://{HOST}/robots.txt",
        "http://panews.zjol.com.cn/robots.txt",
    ]
    assert all(request.meta["dont_obey_robotstxt"] for request in engine.asked)


def test_what_it_disallows_is_forbidden_and_the_rest_is_not() -> None:
    middleware, _, _ = robots(saying("User-agent: *\nDisallow: /admin/\nDisallow: /*.pdf$\n"))
    found = fates(middleware, PAGE, f"http://{HOST}/admin/x", f"http://{HOST}/a.pdf", f"http://{HOST}/a.pdf.html")
    assert found == [None, Outcome.FORBIDDEN, Outcome.FORBIDDEN, None]
    assert middleware.unreachable == {}


def test_a_group_of_our_own_name_is_ours() -> None:
    middleware, _, _ = robots(saying("User-agent: *\nDisallow:\n\nUser-agent: panan_spider\nDisallow: /\n"))
    assert fates(middleware, PAGE) == [Outcome.FORBIDDEN]


@pytest.mark.parametrize("status", [404, 403, 410])
def test_a_host_without_one_allows_everything(status: int) -> None:
    middleware, _, _ = robots(saying("User-agent: *\nDisallow: /\n", status))
    assert fates(middleware, PAGE) == [None]


@pytest.mark.parametrize(
    "answer",
    [
        saying(status=500), saying(status=503), saying(status=429), raising(TimeoutError()), raising(OSError("refused")),
        raising(OutcomeError(Outcome.FAILED, "status 503, to the last try")), raising(OutcomeError(Outcome.OFF_SITE, "elsewhere")),
    ],
)  # fmt: skip
def test_a_host_whose_rules_cannot_be_read_is_asked_for_nothing(answer: Callable[[Request], Response]) -> None:
    middleware, engine, crawler = robots(answer)
    assert fates(middleware, PAGE, f"http://{HOST}/") == [Outcome.FAILED, Outcome.FAILED]
    assert len(engine.asked) == 1
    assert list(middleware.unreachable) == [HOST]
    assert crawler.stats is not None
    assert list(crawler.stats.get_value("panan/robots_unreachable")) == [HOST]


def test_what_the_network_did_is_said_in_plain_words(caplog: pytest.LogCaptureFixture) -> None:
    middleware, _, _ = robots(raising(ResponseNeverReceived([Failure(ConnectionLost())])))  # type: ignore[no-untyped-call]
    fates(middleware, PAGE)
    (line,) = [record.getMessage() for record in caplog.records]
    assert "ConnectionLost: Connection to the other side was lost" in line
    assert middleware.unreachable[HOST] in line and "<twisted" not in line


def test_rules_that_break_the_parser_are_rules_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    def parse(text: str) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("panan_spider.middlewares.robots.Protego.parse", parse)
    middleware, _, _ = robots(saying())
    assert fates(middleware, PAGE, PAGE) == [Outcome.FAILED, Outcome.FAILED]
    assert middleware.unreachable == {HOST: "broken"}


def test_a_run_that_is_ended_meanwhile_blames_no_host() -> None:
    middleware, _, crawler = robots(raising(OutcomeError(Outcome.PENDING, "the run ended")))
    assert fates(middleware, PAGE) == [Outcome.PENDING]
    assert middleware.unreachable == {}
    assert crawler.stats is not None and crawler.stats.get_value("panan/robots_unreachable") is None


def test_it_is_asked_for_by_the_pages_own_scheme() -> None:
    middleware, engine, _ = robots(saying())
    fates(middleware, f"https://{HOST}/")
    assert [request.url for request in engine.asked] == [f"https://{HOST}/robots.txt"]


def test_one_host_down_leaves_the_other_alone() -> None:
    def answer(request: Request) -> Response:
        return Response(request.url, status=503 if HOST in request.url else 404)

    middleware, _, _ = robots(answer)
    assert fates(middleware, PAGE, "http://panews.zjol.com.cn/") == [Outcome.FAILED, None]


def test_its_crawl_delay_is_the_floor_under_ours() -> None:
    middleware, engine, _ = robots(saying("User-agent: *\nCrawl-delay: 7\n"))
    fates(middleware, PAGE)
    assert (engine.slot.delay, engine.slot.concurrency, engine.slot.jitter) == (7, 1, 0)
    assert engine.downloader.per_slot_settings[HOST] == {"delay": 7, "concurrency": 1, "jitter": 0}
    engine.slot.delay = 1.0  # as AutoThrottle would have it
    middleware._keep_delay(Request(PAGE))
    assert engine.slot.delay == 7


def test_a_crawl_delay_shorter_than_ours_lowers_nothing() -> None:
    middleware, engine, _ = robots(saying("User-agent: *\nCrawl-delay: 0.1\n"))
    fates(middleware, PAGE)
    assert engine.slot.delay == 1.0


@pytest.mark.parametrize("delay", ["nan", "inf", "-1", "-inf", "soon"])
def test_a_crawl_delay_that_is_no_time_is_none(delay: str) -> None:
    middleware, engine, _ = robots(saying(f"User-agent: *\nCrawl-delay: {delay}\n"))
    assert fates(middleware, PAGE) == [None]
    assert engine.slot.delay == 1.0


@pytest.mark.parametrize("text", ["\ufeffUser-agent: *\nDisallow: /\n", "User-agent: *\r\nDisallow: /\r\n"])
def test_a_byte_order_mark_or_windows_lines_hide_no_rule(text: str) -> None:
    middleware, _, _ = robots(saying(text))
    assert fates(middleware, PAGE) == [Outcome.FORBIDDEN]


def test_bytes_that_are_no_text_are_no_rules() -> None:
    middleware, _, _ = robots(lambda request: Response(request.url, body=bytes(range(256)) * 20))
    assert fates(middleware, PAGE) == [None]


def test_whoever_runs_without_it_has_no_middleware() -> None:
    with pytest.raises(NotConfigured):
        RobotsMiddleware.from_crawler(get_crawler(spider_class("panan"), {"ROBOTSTXT_OBEY": False}))
