"""The second night and after: what is new, what changed, what went, and nothing else."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

import harness
from harness import Begun, Crawler, Firsts

from demo_site.faults.fault import ARTICLES, Fault, Then
from demo_site.response import Request, Response

#: Requests of a first night over a healthy site of 420 articles, and of a second one on which nothing has changed. They only fall.
#: Three of the first night's look once behind the only page that a `createPageHTML` names: the second night remembers the answer.
FIRST: Final = 499
UNCHANGED: Final = 60


class StalePageOne(Fault):
    """Page one of every article says that it has not changed, whatever was asked: what changes stands behind it."""

    name, target = "stale-page-one", r"/system/.*/\d{9}\.shtml$|/t\d{8}_\d+\.html$"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(304, {}) if "if-none-match" in request.headers else then(request)


def test_an_unchanged_site_costs_little_and_adds_nothing(first: Firsts, begun: Begun, crawl: Crawler) -> None:
    server, before = begun(articles=420)
    run = crawl(server)
    assert run.code == 0, run.said
    assert len(run.articles) == len(before.articles) == 420
    assert 0 < len(server.requests) <= UNCHANGED
    assert len(first(420).requests) <= FIRST
    assert set(run.report["outcomes"]) <= {"listed", "known", "unchanged", "alias", "read", "no_list", "gone"}


def test_articles_asked_again_cost_no_body_and_a_change_behind_page_one_is_seen(begun: Begun, crawl: Crawler) -> None:
    demo, first = begun()
    same = crawl(demo, {"recheck": "all"})
    assert same.code == 0, same.said
    asked = [entry for entry in demo.requests if re.search(ARTICLES, f"http://{entry.host}{entry.path}")]
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


def _articles_gone(data: Path) -> list[str]:
    """Numbers of the articles the newest run found gone: list pages beyond the last one are gone, too."""
    with closing(sqlite3.connect(data / "ledger.sqlite")) as ledger:
        rows = ledger.execute(
            """SELECT a.article_id FROM fates f JOIN addresses a ON a.number = f.address WHERE f.outcome = 'gone'
            AND a.kind = 'article' AND f.run = (SELECT max(number) FROM runs) ORDER BY a.article_id"""
        )
        return [row[0] for row in rows]


def test_five_new_one_corrected_one_removed(begun: Begun, crawl: Crawler) -> None:
    demo, first = begun()
    view = demo.site.sections["书记"]
    newest = [slot.id for key in view.keys for slot in demo.site.listing(key)]
    added = {demo.site.add_article("书记").id for _ in range(5)}
    demo.site.correct(newest[0])
    demo.site.remove(newest[1], keep_listed=True)
    second = crawl(demo, {"recheck": 30})
    assert second.code == 0, second.said
    new = second.articles[len(first.articles) :]
    assert {a["id"]: a["revision"] for a in new} == {**dict.fromkeys(added, 1), newest[0]: 2}
    outcomes = second.report["outcomes"]
    assert (outcomes["stored"], outcomes["revised"]) == (5, 1)
    assert _articles_gone(second.data) == [newest[1]]


def test_a_correction_says_what_the_page_says(begun: Begun, crawl: Crawler) -> None:
    demo, _first = begun()
    newest = demo.site.listing(demo.site.sections["书记"].keys[0])[0].id
    record = demo.site.correct(newest, title="改过的标题")
    latest = harness.newest(crawl(demo, {"recheck": 30}).articles)[newest]
    assert (latest["title"], latest["revision"], latest["text"]) == (
        "改过的标题",
        2,
        demo.site.expected(record)["text"],
    )


def test_what_was_gone_and_came_back_is_noticed(begun: Begun, crawl: Crawler) -> None:
    demo, first = begun()
    newest = demo.site.listing(demo.site.sections["书记"].keys[0])[0].id
    demo.site.remove(newest, keep_listed=True)
    assert _articles_gone(crawl(demo, {"recheck": 30}).data) == [newest]
    demo.site.restore(newest)
    back = crawl(demo, {"recheck": 30})
    assert _articles_gone(back.data) == []
    assert len(back.articles) == len(first.articles)


def test_a_headline_that_a_list_shows_otherwise_is_asked_for_the_same_night(begun: Begun, crawl: Crawler) -> None:
    """However old the article is: its turn has long passed."""
    demo, first = begun()
    oldest = demo.site.listing(demo.site.sections["书记"].keys[0])[5].id
    demo.site.correct(oldest, title="列表上也改过的标题")
    demo.site.correct(demo.site.listing(demo.site.sections["书记"].keys[0])[6].id)  # of this one lists show nothing
    second = crawl(demo)
    assert [(a["id"], a["title"]) for a in second.articles[len(first.articles) :]] == [(oldest, "列表上也改过的标题")]
    assert second.report["look_back"]["corrections"] == {"listed": 1}
