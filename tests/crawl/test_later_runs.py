"""The second night and after: what is new, what changed, what went, and nothing else."""

import re

import harness
from harness import Crawler, Serve

from demo_site.fault import ARTICLES, Fault, Then
from demo_site.proxy import ProxyServer
from demo_site.response import Request, Response


class StalePageOne(Fault):
    """Page one of every article says that it has not changed, whatever was asked: what changes stands behind it."""

    name, target = "stale-page-one", r"/system/.*/\d{9}\.shtml$|/t\d{8}_\d+\.html$"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(304, {}) if "if-none-match" in request.headers else then(request)


def requests_of(server: ProxyServer, work: "object") -> int:
    before = len(server.requests)
    assert callable(work)
    work()
    return len(server.requests) - before


def test_an_unchanged_site_costs_little_and_adds_nothing(serving: Serve, crawl: Crawler) -> None:
    server = serving(articles=420)
    runs: list[harness.Crawl] = []
    first = requests_of(server, lambda: runs.append(crawl(server)))
    second = requests_of(server, lambda: runs.append(crawl(server)))
    assert [run.code for run in runs] == [0, 0], runs[-1].said
    assert len(runs[1].articles) == len(runs[0].articles) == 420
    assert second < 0.15 * first
    assert set(runs[1].report["outcomes"]) <= {"listed", "known", "unchanged", "alias", "read", "no_list", "gone"}


def test_articles_asked_again_cost_no_body_and_a_change_behind_page_one_is_seen(
    demo: ProxyServer, crawl: Crawler
) -> None:
    first = crawl(demo)
    before = len(demo.requests)
    same = crawl(demo, {"recheck": "all"})
    assert same.code == 0, same.said
    asked = [entry for entry in demo.requests[before:] if re.search(ARTICLES, f"http://{entry.host}{entry.path}")]
    several = [record for record in demo.site.records if record.parts]
    assert len(asked) >= 120 + sum(len(record.parts) - 1 for record in several) > 120
    assert {entry.status for entry in asked} == {304}
    assert same.articles == first.articles

    demo.faults.append(StalePageOne())
    record = demo.site.correct(several[0].id)
    changed = crawl(demo, {"recheck": "all"})
    assert changed.code == 0, changed.said
    (new,) = changed.articles[120:]
    assert (new["id"], new["revision"]) == (record.id, 2)
    assert (new["text"], new["pages"]) == (demo.site.expected(record)["text"], len(record.parts))


def test_five_new_one_corrected_one_removed(demo: ProxyServer, crawl: Crawler) -> None:
    first = crawl(demo)
    view = demo.site.sections["书记"]
    newest = [slot.id for key in view.keys for slot in demo.site.listing(key)]
    added = {demo.site.add_article("书记").id for _ in range(5)}
    demo.site.correct(newest[0])
    demo.site.remove(newest[1], keep_listed=True)
    second = crawl(demo)
    assert second.code == 0, second.said
    new = second.articles[len(first.articles) :]
    assert {a["id"]: a["revision"] for a in new} == {**dict.fromkeys(added, 1), newest[0]: 2}
    outcomes = second.report["outcomes"]
    assert (outcomes["stored"], outcomes["revised"], outcomes["gone"]) == (5, 1, 1)


def test_a_correction_says_what_the_page_says(demo: ProxyServer, crawl: Crawler) -> None:
    crawl(demo)
    newest = demo.site.listing(demo.site.sections["书记"].keys[0])[0].id
    record = demo.site.correct(newest, title="改过的标题")
    latest = harness.newest(crawl(demo).articles)[newest]
    assert (latest["title"], latest["revision"], latest["text"]) == (
        "改过的标题",
        2,
        demo.site.expected(record)["text"],
    )


def test_what_was_gone_and_came_back_is_noticed(demo: ProxyServer, crawl: Crawler) -> None:
    first = crawl(demo)
    newest = demo.site.listing(demo.site.sections["书记"].keys[0])[0].id
    demo.site.remove(newest, keep_listed=True)
    assert crawl(demo).report["outcomes"]["gone"] == 1
    demo.site.restore(newest)
    back = crawl(demo)
    assert "gone" not in back.report["outcomes"]
    assert len(back.articles) == len(first.articles)
