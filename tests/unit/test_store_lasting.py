"""What stays for years: articles off the site, books that would grow for ever, articles at another address."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from store_helpers import url_of
from store_runs import Runs

from panan_spider.archive.ledger import ledger
from panan_spider.core.outcomes import Outcome

OTHER = url_of(1).replace("www.panews.cn", "panews.zjol.com.cn/panews")


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path)
    yield runs
    runs.archive.close({})


def test_what_led_off_the_site_on_three_days_is_asked_for_once_a_week(runs: Runs) -> None:
    for _ in range(5):  # five runs of one day are one sighting
        runs.settle(1, Outcome.OFF_SITE)
        runs.next()
    assert runs.asked_again() == ["000000001"]
    for _ in range(2):
        runs.clock.advance(days=1)
        runs.next()
        assert runs.asked_again() == ["000000001"]
        runs.settle(1, Outcome.OFF_SITE)
    runs.next()
    assert runs.asked_again() == []
    runs.clock.advance(days=6, hours=23)
    assert runs.asked_again() == []
    runs.clock.advance(hours=2)
    assert runs.asked_again() == ["000000001"]


def test_a_page_that_is_only_a_link_off_the_site_is_asked_for_once_a_day(runs: Runs) -> None:
    def found(number: int) -> None:
        url = url_of(number)
        runs.memory.discovered(url, "article", f"{number:09d}")
        runs.memory.settle(url, Outcome.OFF_SITE, "its page only leads to http://example.com/a.html")

    for night in range(2):
        assert runs.asked_again() == (["000000001"] if night else [])
        found(1)
        runs.next()
        assert runs.asked_again() == []
        runs.clock.advance(days=1)
        runs.next()
    for number in range(2, 12):  # so many at once: a portal before the site
        found(number)
    runs.next()
    assert len(runs.asked_again()) == 11


def test_hosts_by_https_and_spellings_of_list_pages_are_kept_for_the_next_run(runs: Runs) -> None:
    runs.memory.note_https("a.example.com", works=True)
    runs.memory.note_https("b.example.com", works=True)
    runs.memory.note_https("b.example.com", works=False)
    runs.memory.note_slashes("a.example.com", "//")
    runs.memory.note_slashes("a.example.com", "/")
    runs.next("dead")
    assert runs.memory.https_hosts() == frozenset({"a.example.com"})
    assert runs.memory.slashes() == {"a.example.com": "/"}


def test_a_page_of_links_is_known_to_the_next_run_until_it_is_another(runs: Runs) -> None:
    hub = "http://www.panews.cn/xwzx/index.html"
    for outcome, known in ((Outcome.READ, {hub}), (Outcome.NO_LIST, set())):
        runs.memory.discovered(hub, "section")
        runs.memory.settle(hub, outcome)
        runs.next()
        assert runs.memory.hubs() == known


def test_an_article_gone_at_one_host_is_no_settled_one_at_the_other(runs: Runs) -> None:
    runs.settle(1, Outcome.GONE)
    runs.next()
    assert runs.memory.settled("000000001")
    runs.memory.listed("\u4e66\u8bb0", [("000000001", OTHER, None)])
    assert not runs.memory.settled("000000001")
    for days in (0, 3, 5):  # listed: believed only after three days over a week
        runs.clock.advance(days=days)
        runs.next()
        runs.settle(1, Outcome.GONE)
        runs.settle(1, Outcome.GONE, OTHER)
    assert runs.memory.settled("000000001")


def test_books_of_runs_long_past_are_dropped_and_nothing_else(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "KEPT_RUNS", 2)
    for number in range(1, 5):
        runs.settle(number, Outcome.GONE)
        runs.next()
    db = runs.archive.ledger._db
    assert db.rows("SELECT DISTINCT run FROM fates ORDER BY run") == [(4,)]
    assert [run.number for run in runs.archive.ledger.runs.newest(9)] == [5, 4, 3, 2, 1]
    assert all(run.report is not None for run in runs.archive.ledger.runs.newest(9)[1:])
    assert all(runs.memory.settled(f"{number:09d}") for number in range(1, 5))
