"""Patience: how often and after how long what failed is asked for again, and what becomes of it in the end."""

import asyncio
import time
from collections.abc import Callable
from email.utils import formatdate
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import HtmlResponse, Response
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.test import get_crawler

from panan_spider import settings as project
from panan_spider.core.outcomes import Outcome
from panan_spider.middlewares.retry import CUT, EMPTY, OutcomeError, RetryMiddleware, outcome_of_error, pause
from panan_spider.spiders.county import spider_class

URL = "http://www.panews.cn/system/2020/03/07/000000001.shtml"


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds of every wait, none of which is sat through."""
    told: list[float] = []

    async def pause(seconds: float, over: Callable[[], bool]) -> None:
        told.append(seconds)

    monkeypatch.setattr("panan_spider.middlewares.retry.pause", pause)
    return told


class Engine:
    """Scrapy's engine as far as patience goes: whether it still runs, and the downloader's slot of the host."""

    def __init__(self, running: bool = True, closing: object = None) -> None:
        self.running = running
        self._slot = SimpleNamespace(closing=closing)
        self.host = SimpleNamespace(lastseen=time.monotonic(), delay=1.0)
        self.downloader = SimpleNamespace(slots={"www.panews.cn": self.host})


def patience(**settings: Any) -> RetryMiddleware:
    own = {name: getattr(project, name) for name in ("PANAN_RETRY_BASE", "PANAN_RETRY_CAP", "RETRY_TIMES")}
    crawler = get_crawler(spider_class("panan"), {**own, **settings})
    crawler.spider = spider_class("panan").from_crawler(crawler)
    crawler.engine = Engine()  # type: ignore[assignment]
    return RetryMiddleware.from_crawler(crawler)


def answer(status: int = 200, body: bytes = b"<html>", flags: tuple[str, ...] = (), **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(URL, status=status, body=body, flags=list(flags), headers=named)


def judge(middleware: RetryMiddleware, response: Response, request: Request | None = None) -> Request | Response:
    return asyncio.run(middleware.process_response(request or Request(URL), response))


def to_the_end(middleware: RetryMiddleware, response: Response) -> OutcomeError:
    """Give the same answer until the middleware gives up; how it does."""
    request: Request | Response = Request(URL)
    for _ in range(100):
        assert isinstance(request, Request)
        try:
            request = judge(middleware, response, request)
        except OutcomeError as fate:
            return fate
    raise AssertionError("it never gave up")


def test_a_whole_answer_goes_through_at_once(waits: list[float]) -> None:
    for whole in (answer(), answer(404, b""), answer(304, b""), answer(301, b""), answer(403)):
        assert judge(patience(), whole) is whole
    assert waits == []


def test_the_waits_double_and_are_spread_by_a_quarter(waits: list[float]) -> None:
    to_the_end(patience(), answer(503))
    assert len(waits) == 4
    for wait, base in zip(waits, (2, 4, 8, 16), strict=True):
        assert 0.75 * base <= wait <= 1.25 * base
    assert waits != [2, 4, 8, 16]


def test_no_wait_exceeds_the_cap(waits: list[float]) -> None:
    to_the_end(patience(PANAN_RETRY_CAP=5), answer(503))
    assert waits[-2:] == [5, 5]


def test_a_host_that_wants_a_longer_rest_than_the_cap_is_not_asked_again(waits: list[float]) -> None:
    for status, outcome in ((429, Outcome.BLOCKED), (503, Outcome.FAILED)):
        with pytest.raises(OutcomeError) as ended:
            judge(patience(), answer(status, Retry_After="86400"))
        assert ended.value.outcome is outcome
        assert "86400 s" in ended.value.reason
    assert waits == []


def test_a_host_that_names_a_time_is_left_alone_as_a_whole() -> None:
    asked = Request(URL, meta={"download_slot": "www.panews.cn", "dont_retry": False})
    middleware = patience(RETRY_TIMES=0)
    for response, rest in ((answer(503), 0), (answer(429, Retry_After="90"), 90), (answer(503, Retry_After="30"), 90)):
        with pytest.raises(OutcomeError):
            judge(middleware, response, asked)
        host = middleware._crawler.engine.host  # type: ignore[attr-defined]
        assert rest - 20 <= host.lastseen + host.delay - time.monotonic() <= rest + 1


def test_retry_after_in_seconds_is_obeyed(waits: list[float]) -> None:
    judge(patience(), answer(429, Retry_After="30"))
    assert waits == [30]


def test_a_shorter_retry_after_shortens_nothing(waits: list[float]) -> None:
    judge(patience(), answer(429, Retry_After="0"))
    assert 1.5 <= waits[0] <= 2.5


def test_retry_after_as_a_date_is_obeyed(waits: list[float]) -> None:
    judge(patience(), answer(503, Retry_After=formatdate(time.time() + 60, usegmt=True)))
    assert 57 <= waits[0] <= 61


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
def test_a_retry_after_without_zone_is_utc(
    waits: list[float], zone: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    request.addfinalizer(time.tzset)
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    judge(patience(), answer(503, Retry_After=time.asctime(time.gmtime(time.time() + 60))))
    assert 57 <= waits[0] <= 61


CHALLENGE = b'<html><head><script>$_ts=window["$_ts"];if(!$_ts)$_ts={};</script></head><body></body></html>'


@pytest.mark.parametrize("status", [521, 503, 202])
def test_a_firewalls_script_to_the_end_is_blocked(waits: list[float], status: int) -> None:
    challenge = answer(status).replace(body=CHALLENGE)
    assert to_the_end(patience(RETRY_HTTP_CODES=[521, 503]), challenge).outcome is Outcome.BLOCKED


@pytest.mark.parametrize("status", [403, 412, 468, 400])
def test_a_status_of_a_firewall_is_judged_by_its_body(status: int) -> None:
    challenge = HttpError(Response("http://www.panews.cn/", status=status, body=CHALLENGE))
    assert outcome_of_error(challenge)[0] is Outcome.BLOCKED
    page = HttpError(Response("http://www.panews.cn/", status=404, body=CHALLENGE))
    assert outcome_of_error(page)[0] is Outcome.GONE
    text = "<html><script>x()</script><body><p>请求的格式有错误，请检查您输入的网址，或者返回首页重新浏览。</p></body></html>".encode()
    plain = HttpError(Response("http://www.panews.cn/", status=412, body=text))
    assert outcome_of_error(plain)[0] is Outcome.FAILED


@pytest.mark.parametrize("status", [400, 405, 418, 500, 503, 567])
def test_the_words_of_a_firewall_are_a_block_whatever_the_status(status: int) -> None:
    body = "<html><style>a{}</style><h1>很抱歉</h1><p>您的访问被阻断，编号 7。<a href='/'>返回首页</a></html>".encode(
        "gb18030"
    )
    headers = {"Content-Type": "text/html; charset=gbk"}
    refused = Response("http://www.panews.cn/", status=status, headers=headers, body=body)
    assert outcome_of_error(HttpError(refused))[0] is Outcome.BLOCKED
    plain = refused.replace(body="<html><h1>很抱歉</h1><p>系统出错，编号 7。</html>".encode("gb18030"))
    assert outcome_of_error(HttpError(plain))[0] is Outcome.FAILED


@pytest.mark.parametrize("charset", ["utf-8", "gb18030"])
def test_a_footer_proves_a_page_whole_whose_end_tag_is_missing(charset: str) -> None:
    body = "<html><body><p>正文</p><div>版权所有 某县新闻中心</div>".encode(charset)
    whole = HtmlResponse("http://www.panews.cn/", body=body, flags=["partial"])
    assert judge(patience(), whole) is whole


@pytest.mark.parametrize(
    "header",
    [
        "soon", "", "-5", "1.5", "\xb2", "Mon, 30 Feb 2026 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 01 Jan 99999999999999999999 00:00:00 GMT",
    ],
)  # fmt: skip
def test_a_retry_after_that_says_nothing_leaves_our_own_wait(waits: list[float], header: str) -> None:
    response = answer(429)
    response.headers[b"Retry-After"] = header.encode("latin-1")
    assert isinstance(judge(patience(), response), Request)
    assert 1.5 <= waits[0] <= 2.5


def test_429_to_the_end_is_blocked(waits: list[float]) -> None:
    assert to_the_end(patience(), answer(429)).outcome is Outcome.BLOCKED
    assert len(waits) == 4


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_an_error_of_the_server_to_the_end_is_failed(waits: list[float], status: int) -> None:
    fate = to_the_end(patience(), answer(status))
    assert fate.outcome is Outcome.FAILED
    assert str(status) in fate.reason
    assert len(waits) == 4


@pytest.mark.parametrize(
    ("spoilt", "named"),
    [
        (answer(body=b""), EMPTY),
        *((answer(status=status), f"status {status}") for status in (202, 203, 204, 206)),
        (answer(flags=("dataloss",)), CUT),
        (answer(404, flags=("dataloss",)), CUT),
        (HtmlResponse(URL, body=b"<html><body>", flags=["partial"]), CUT),
    ],
)
def test_half_an_answer_is_asked_for_again_and_then_failed(waits: list[float], spoilt: Response, named: str) -> None:
    fate = to_the_end(patience(), spoilt)
    assert (fate.outcome, fate.reason) == (Outcome.FAILED, f"{named}, to the last try")
    assert len(waits) == 4


def test_without_a_length_a_pages_own_end_proves_it_whole(waits: list[float]) -> None:
    page = HtmlResponse(URL, body=b"<html><body></body></HTML>\n<!-- 1 -->", flags=["partial"])
    script = Response("http://www.panews.cn/count_page_list_1.js", body=b"var maxpage = 3;", flags=["partial"])
    for whole in (page, script):
        assert judge(patience(), whole) is whole


def test_an_empty_robots_txt_is_one_that_allows_everything(waits: list[float]) -> None:
    response = answer(body=b"")
    assert judge(patience(), response, Request("http://www.panews.cn/robots.txt")) is response


def test_what_the_network_lost_is_asked_for_again_until_the_error_is_left_to_the_spider(waits: list[float]) -> None:
    middleware, request = patience(), Request(URL)
    for times in range(1, 5):
        again = asyncio.run(middleware.process_exception(request, TimeoutError()))
        assert again is not None and again.meta["retry_times"] == times
        request = again
    assert asyncio.run(middleware.process_exception(request, TimeoutError())) is None
    assert len(waits) == 4


def test_an_error_that_is_not_the_networks_is_not_tried_again(waits: list[float]) -> None:
    assert asyncio.run(patience().process_exception(Request(URL), OutcomeError(Outcome.OFF_SITE, "elsewhere"))) is None
    assert asyncio.run(patience().process_exception(Request(URL), KeyError("ours"))) is None
    assert waits == []


def test_a_request_that_wants_no_retry_gets_none(waits: list[float]) -> None:
    request, response = Request(URL, meta={"dont_retry": True}), answer(503)
    assert judge(patience(), response, request) is response
    assert asyncio.run(patience().process_exception(request, TimeoutError())) is None


def test_without_retries_half_an_answer_is_none_all_the_same(waits: list[float]) -> None:
    unavailable = answer(503)
    assert judge(patience(RETRY_ENABLED=False), unavailable) is unavailable
    assert to_the_end(patience(RETRY_ENABLED=False), answer(flags=("dataloss",))).outcome is Outcome.FAILED
    assert asyncio.run(patience(RETRY_ENABLED=False).process_exception(Request(URL), TimeoutError())) is None
    assert waits == []


@pytest.mark.parametrize("engine", [Engine(running=False), Engine(closing=object())])
def test_a_run_that_is_told_to_stop_waits_for_nobody(engine: Engine) -> None:
    middleware = patience()
    middleware._crawler.engine = engine  # type: ignore[assignment]
    begun = time.monotonic()
    with pytest.raises(OutcomeError) as ended:
        judge(middleware, answer(429, Retry_After="60"))
    assert ended.value.outcome is Outcome.PENDING
    assert time.monotonic() - begun < 30


def test_a_wait_is_as_long_as_told() -> None:
    begun = time.monotonic()
    asyncio.run(pause(0.05, lambda: False))
    assert 0.04 < time.monotonic() - begun < 10
