"""Hosts that redirect http to https: asked by https from the third such answer on, and by http again where that fails."""

from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.http import Response
from scrapy.utils.test import get_crawler

from panan_spider.middlewares.redirects import HttpsMiddleware
from panan_spider.spiders.county import spider_class

PANAN = spider_class("panan")
HOST = "www.panews.cn"


class Hosts:
    """The crawl state's part of it."""

    def __init__(self, *known: str) -> None:
        self.kept = dict.fromkeys(known, True)

    def https_hosts(self) -> frozenset[str]:
        return frozenset(host for host, works in self.kept.items() if works)

    def note_https(self, host: str, *, works: bool) -> None:
        self.kept[host] = works


def middleware(*known: str) -> tuple[HttpsMiddleware, Hosts]:
    crawler = get_crawler(PANAN)
    crawler.spider = PANAN.from_crawler(crawler)
    state = Hosts(*known)
    crawler.spider.crawl_state = state  # type: ignore[assignment]
    return HttpsMiddleware.from_crawler(crawler), state


def page(number: int, scheme: str = "http") -> str:
    return f"{scheme}://{HOST}/system/2020/03/07/{number:09d}.shtml"


def to(url: str, location: str, status: int = 301) -> Response:
    return Response(url, status=status, headers={"Location": location})


def redirect(made: HttpsMiddleware, number: int) -> None:
    made.process_response(Request(page(number)), to(page(number), page(number, "https")))


def test_a_host_that_always_redirects_to_https_is_asked_by_https_and_kept_for_the_next_run() -> None:
    made, state = middleware()
    for number in range(3):
        assert made.process_request(Request(page(number))) is None
        redirect(made, number)
    assert state.kept == {HOST: True}
    asked = made.process_request(Request(page(9), meta={"address": page(9)}))
    assert asked is not None
    assert (asked.url, asked.meta["address"]) == (page(9, "https"), page(9))
    assert made.process_request(asked) is None
    later, _ = middleware(HOST)
    first = later.process_request(Request(page(1)))
    assert first is not None and first.url == page(1, "https")


@pytest.mark.parametrize(
    "other",
    [
        Response(page(1)),
        Response(page(1), status=404),
        to(page(1), page(2, "https")),
        to(page(1), page(1, "https").replace(HOST, "panews.zjol.com.cn")),
        to(page(1), "/index.shtml"),
    ],
)
def test_one_answer_of_another_kind_leaves_it_as_it_is(other: Response) -> None:
    made, state = middleware()
    made.process_response(Request(page(1)), other)
    for number in range(10):
        redirect(made, number)
    assert state.kept == {} and made.process_request(Request(page(3))) is None


def test_where_https_fails_the_url_is_asked_once_by_http_and_so_is_the_host() -> None:
    made, state = middleware(HOST)
    asked = made.process_request(Request(page(1)))
    assert asked is not None
    again = made.process_exception(asked, OSError("refused"))
    assert again is not None and again.url == page(1)
    assert made.process_request(again) is None  # no circle
    assert made.process_request(Request(page(2))) is None
    assert state.kept == {HOST: False}
    assert made.process_exception(again, OSError("refused")) is None


def test_https_that_leads_back_to_http_is_no_circle() -> None:
    made, state = middleware(HOST)
    asked = made.process_request(Request(page(1)))
    assert asked is not None
    again = made.process_response(asked, to(asked.url, page(1), 302))
    assert isinstance(again, Request) and again.url == page(1)
    assert made.process_request(again) is None
    assert state.kept == {HOST: False}


def test_a_spider_without_a_site_is_left_alone() -> None:
    made = HttpsMiddleware(SimpleNamespace(spider=SimpleNamespace()))  # type: ignore[arg-type]
    request, answer = Request(page(1)), to(page(1), page(1, "https"))
    assert made.process_request(request) is None
    assert made.process_response(request, answer) is answer
