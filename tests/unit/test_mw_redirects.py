"""The site's edge: nothing beyond it is asked for, however a page or a redirect names it."""

import pytest
from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from panan_spider.core.outcomes import Outcome
from panan_spider.middlewares.redirects import LinkPageMiddleware, OffsiteMiddleware, RedirectMiddleware
from panan_spider.middlewares.retry import OutcomeError
from panan_spider.spiders.county import spider_class

PANAN = spider_class("panan")
HERE = "http://www.panews.cn/system/2020/03/07/000000001.shtml"
ELSEWHERE = [
    "http://elsewhere.example.com/",
    "http://zjol.com.cn/",
    "http://www.panews.cn.example.com/",
    "http://www.panews.cn@example.com/",
    "http://www.panews.cn:8080/",
    "ftp://www.panews.cn/",
]


def redirects(spider: type[Spider] = PANAN) -> RedirectMiddleware:
    crawler = get_crawler(spider, {"REDIRECT_MAX_TIMES": 5, "REFERER_ENABLED": False})
    crawler.spider = spider.from_crawler(crawler)
    return RedirectMiddleware.from_crawler(crawler)


def edge(spider: type[Spider] = PANAN) -> OffsiteMiddleware:
    crawler = get_crawler(spider)
    crawler.spider = spider.from_crawler(crawler)
    return OffsiteMiddleware.from_crawler(crawler)


def to(location: str, status: int = 302) -> Response:
    return Response(HERE, status=status, headers={"Location": location})


@pytest.mark.parametrize("url", ELSEWHERE)
def test_another_host_scheme_or_port_is_not_asked(url: str) -> None:
    with pytest.raises(OutcomeError) as ended:
        edge().process_request(Request(url))
    assert ended.value.outcome is Outcome.OFF_SITE
    assert url in ended.value.reason


@pytest.mark.parametrize("url", [HERE, "https://panews.zjol.com.cn/", "http://www.panews.cn:80/"])
def test_the_sites_own_hosts_are_asked(url: str) -> None:
    edge().process_request(Request(url))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("url", [*ELSEWHERE, "//elsewhere.example.com/x", "\\\\elsewhere.example.com/x"])
def test_a_redirect_off_the_site_is_not_followed(url: str, status: int) -> None:
    try:
        followed = redirects().process_response(Request(HERE), to(url, status))
    except OutcomeError as fate:
        assert fate.outcome is Outcome.OFF_SITE
    else:
        assert isinstance(followed, Request)
        edge().process_request(followed)  # as the engine does with it: still on the site


@pytest.mark.parametrize("location", ["/a/b.shtml", "http://panews.zjol.com.cn/a/b.shtml", "../../../../../a/b.shtml"])
def test_a_redirect_within_the_site_is_followed(location: str) -> None:
    followed = redirects().process_response(Request(HERE), to(location))
    assert isinstance(followed, Request)
    assert followed.url.endswith("/a/b.shtml")


def test_redirects_without_end_are_failed_after_five() -> None:
    middleware, asked = redirects(), Request(HERE)
    with pytest.raises(OutcomeError) as ended:
        for turn in range(1, 20):
            followed = middleware.process_response(asked, to(f"{HERE}?turn={turn}"))
            assert isinstance(followed, Request)
            asked = followed
    assert ended.value.outcome is Outcome.FAILED
    assert asked.url.endswith("turn=5")


@pytest.mark.parametrize("location", ["http://[", "http://www.panews.cn:port/", "http://[::1", "javascript:alert(1)"])
def test_a_redirect_to_no_address_at_all_has_its_fate(location: str) -> None:
    with pytest.raises(OutcomeError) as ended:
        redirects().process_response(Request(HERE), to(location))
    assert ended.value.outcome in (Outcome.OFF_SITE, Outcome.FAILED)


def test_an_answer_that_is_no_redirect_goes_through() -> None:
    for response in (Response(HERE), Response(HERE, status=304), to("http://elsewhere.example.com/", 200)):
        assert redirects().process_response(Request(HERE), response) is response


def test_another_spider_minds_its_own_site() -> None:
    class Other(Spider):
        name = "other"

    class Bound(Other):
        allowed_domains = ("elsewhere.example.com",)

    edge(Other).process_request(Request("http://elsewhere.example.com/"))
    edge(Bound).process_request(Request("http://elsewhere.example.com/"))
    with pytest.raises(IgnoreRequest):
        edge(Bound).process_request(Request(HERE))
    followed = redirects(Other).process_response(Request(HERE), to("http://elsewhere.example.com/"))
    assert isinstance(followed, Request)


def test_no_request_of_ours_is_dropped_without_a_fate() -> None:
    edge().request_scheduled(Request(ELSEWHERE[0]), PANAN())


def test_a_redirect_to_itself_that_sets_a_cookie_is_a_challenge() -> None:
    again = to(HERE)
    again.headers["Set-Cookie"] = "clearance=1"
    with pytest.raises(OutcomeError) as ended:
        redirects().process_response(Request(HERE), again)
    assert ended.value.outcome is Outcome.BLOCKED


def test_so_is_a_circle_of_redirects_in_which_a_cookie_is_set() -> None:
    middleware = redirects()
    check = to("/check")
    check.headers["Set-Cookie"] = "clearance=1"
    asked = middleware.process_response(Request(HERE), check)
    assert isinstance(asked, Request)
    with pytest.raises(OutcomeError) as ended:
        middleware.process_response(asked, Response(asked.url, status=302, headers={"Location": HERE}))
    assert ended.value.outcome is Outcome.BLOCKED


def links(body: str, url: str = HERE, **meta: object) -> Request | Response:
    crawler = get_crawler(PANAN, {"REDIRECT_MAX_TIMES": 2, "REFERER_ENABLED": False})
    crawler.spider = PANAN.from_crawler(crawler)
    response = HtmlResponse(url, body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})
    return LinkPageMiddleware.from_crawler(crawler).process_response(Request(url, meta=meta), response)


def test_a_page_that_is_only_a_link_is_a_redirect() -> None:
    followed = links('<script>window.location.href="/system/2020/03/07/000000002.shtml"</script>')
    assert isinstance(followed, Request)
    assert followed.url == HERE.replace("01.shtml", "02.shtml")
    assert followed.meta["redirect_urls"] == [HERE]


def test_off_the_site_it_is_not_followed() -> None:
    with pytest.raises(OutcomeError) as ended:
        links('<meta http-equiv="refresh" content="0;url=http://elsewhere.example.com/a.html">')
    assert (ended.value.outcome, ended.value.reason) == (
        Outcome.OFF_SITE,
        "its page only leads to http://elsewhere.example.com/a.html",
    )


def test_a_circle_of_such_pages_is_failed_and_one_that_leads_to_itself_is_left_to_the_reader() -> None:
    with pytest.raises(OutcomeError) as ended:
        links('<script>location.replace("/a.shtml")</script>', redirect_times=2)
    assert ended.value.outcome is Outcome.FAILED
    assert isinstance(links(f'<script>location.href="{HERE}"</script>'), Response)


def test_robots_txt_is_no_page_and_a_whole_page_that_reloads_itself_is_one() -> None:
    link = '<meta http-equiv="refresh" content="300;url=/index.shtml">'
    assert isinstance(links(link, "http://www.panews.cn/robots.txt"), Response)
    assert isinstance(links(f"{link}<ul><li><a href='/sj/index.shtml'>书记</a></li></ul>"), Response)


def test_an_entry_page_that_leads_on_is_read_as_one_link_to_its_target() -> None:
    onward = '<script>location.href="/xwzx/index.html"</script>'
    assert isinstance(links(onward, "http://www.panews.cn/"), Response)
    assert isinstance(links(onward, "http://www.panews.cn/xwzx/"), Request)
