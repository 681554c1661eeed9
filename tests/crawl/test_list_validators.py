"""Lists with validators: a 304 stands for the page as last read, and no change is lost to a server that lies."""

import pytest
from harness import Begun, Crawler

from demo_site.faults.fault import Fault, Then
from demo_site.proxy import ProxyServer
from demo_site.response import Request, Response
from panan_spider.spiders import session as crawl_session

LISTS = r"/(index|list)[^/]*\\.s?html?$|/system/count/|\\.js$|/sp/$".replace("\\\\", "\\")


class SameForEver(Fault):
    """Every list has one ETag for ever, and answers 304 to whoever knows it: an include has changed, the shell has not."""

    name, target = "same-for-ever", LISTS

    def spoil(self, request: Request, then: Then) -> Response:
        if "if-none-match" in request.headers:
            return Response(304, {"ETag": '"same"'})
        answer = then(request)
        return Response(answer.status, {**answer.headers, "ETag": '"same"'}, answer.body)


def of_lists(demo: ProxyServer, start: int = 0) -> list[int]:
    """Statuses of the requests for lists since `start`."""
    paths = [(entry.path, entry.status) for entry in demo.requests[start:]]
    return [
        status for path, status in paths if path.endswith((".js", "index.shtml", "index.html")) or "/count/" in path
    ]


def test_unchanged_lists_are_answered_with_304_and_their_rows_still_count(begun: Begun, crawl: Crawler) -> None:
    demo, _first = begun()
    demo.site.validates_lists = True
    plain = crawl(demo)
    start = len(demo.requests)
    again = crawl(demo)
    statuses = of_lists(demo, start)
    assert again.code == 0, again.said
    assert statuses.count(304) > len(statuses) / 2, (
        "but for those whose night it is to be asked plainly, and dead links"
    )
    assert again.report["outcomes"] == plain.report["outcomes"]
    assert again.report["sections"] and [(s["name"], s["state"], s["rows"]) for s in again.report["sections"]] == [
        (s["name"], s["state"], s["rows"]) for s in plain.report["sections"]
    ]
    assert [(c["name"], c["verdict"]) for c in again.report["checks"]] == [
        (c["name"], c["verdict"]) for c in plain.report["checks"]
    ]


def test_a_list_that_changes_is_read_the_same_night(begun: Begun, crawl: Crawler) -> None:
    demo, first = begun()
    demo.site.validates_lists = True
    crawl(demo)
    added = demo.site.add_article("书记").id
    old = demo.site.listing("sz")[7].id
    demo.site.correct(old, title="列表上改过的标题")
    run = crawl(demo)
    assert {(a["id"], a["revision"]) for a in run.articles[len(first.articles) :]} == {(added, 1), (old, 2)}


def test_a_walk_to_the_end_asks_plainly_and_finds_a_host_that_lies(begun: Begun, crawl: Crawler) -> None:
    demo, first = begun(SameForEver())
    crawl(demo)
    added = demo.site.add_article("书记").id
    run = crawl(demo, {"full": "true"})
    assert [a["id"] for a in run.articles[len(first.articles) :]] == [added]
    assert "its host is asked plainly" in run.stderr
    later = demo.site.add_article("书记").id
    assert crawl(demo).articles[-1]["id"] == later, "the host is asked plainly from now on"


def test_each_page_is_asked_plainly_one_night_in_seven() -> None:
    from datetime import date, timedelta

    from scrapy import Request as Asked

    class State:
        today = date(2026, 3, 1)

        def list_reading(self, url: str) -> object:
            return list_readings_row

    list_readings_row = type("Row", (), {"etag": '"e"', "last_modified": None, "reading": "7"})()
    state = State()
    readings = crawl_session.ListReadings(state, None, plain=False)  # type: ignore[arg-type]
    for number in range(20):
        asked = []
        for night in range(14):
            state.today = date(2026, 3, 1) + timedelta(days=night)
            request = Asked(f"http://www.panews.cn/{number}/index.html")
            readings.make_conditional(request)
            asked.append("If-None-Match" in request.headers)
        assert asked.count(False) == 2 and asked[:7] == asked[7:]


@pytest.mark.parametrize(
    ("reading", "is_conditional"),
    [
        ('{"rows": [], "sections": [], "blocks": []}', False),
        ('{"rows": [], "sections": [["", ""]], "blocks": []}', True),
        ('{"rows": [], "sections": [["", ""]]}', False),  # of a version that kept no blocks
    ],
)
def test_a_page_without_links_is_judged_by_its_text_and_asked_plainly(reading: str, is_conditional: bool) -> None:
    from datetime import date, timedelta

    from scrapy import Request as Asked

    class State:
        today = date(2026, 3, 1)

        def list_reading(self, url: str) -> object:
            return type("Row", (), {"etag": '"e"', "last_modified": None, "reading": reading})()

    state, asked = State(), []
    readings = crawl_session.ListReadings(state, None, plain=False)  # type: ignore[arg-type]
    for _night in range(7):
        request = Asked("http://www.panews.cn/")
        readings.make_conditional(request)
        asked.append("If-None-Match" in request.headers)
        state.today += timedelta(days=1)
    assert any(asked) is is_conditional


@pytest.mark.parametrize("path", ["sj", "sz", "xzh"])
def test_a_reading_survives_its_way_through_the_ledger(path: str) -> None:
    import json

    from demo_site.site import Site
    from panan_spider.extract.document import Page
    from panan_spider.extract.section import read_section
    from panan_spider.sites.profile import load_site

    site = Site.build(1, 120)
    section = site.county.by_key[path]
    answer = site.respond("GET", section.host, section.path, {})
    page = read_section(Page(section.url, answer.body, answer.headers["Content-Type"]), load_site())
    assert (
        page.rows
        and crawl_session.LIST_PAGES.validate_json(json.dumps(crawl_session.LIST_PAGES.dump_python(page, mode="json")))
        == page
    )
