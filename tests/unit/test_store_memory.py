"""What the spider is told of the articles of earlier runs."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from store_helpers import an_article, url_of
from store_runs import Runs

from panan_spider.archive.ledger.queries import PendingArticle
from panan_spider.core.outcomes import Outcome


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path)
    yield runs
    runs.archive.close({})


def test_a_stored_article_is_known(runs: Runs) -> None:
    assert runs.memory.article("000000001") is None and not runs.memory.settled("000000001")
    runs.archive.validators[url_of(1)] = ('"e1"', "Sat, 07 Mar 2020 00:00:00 GMT")
    runs.archive.store_all([(an_article(1, pages=3), Outcome.STORED)])
    known = runs.next().memory.article("000000001")
    assert known is not None and runs.memory.settled("000000001")
    assert (known.article_id, known.url, known.revision, known.pages) == ("000000001", url_of(1), 1, 3)
    assert (known.posted, known.content_hash) == (date(2020, 3, 7), an_article(1).content_hash)
    assert (known.etag, known.last_modified) == ('"e1"', "Sat, 07 Mar 2020 00:00:00 GMT")
    assert known.outcome is Outcome.STORED


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_settles_an_article_for_later_runs(runs: Runs, outcome: Outcome) -> None:
    news = {Outcome.FAILED, Outcome.BLOCKED, Outcome.PENDING, Outcome.OUT_OF_RANGE, Outcome.ALIAS}
    runs.settle(1, outcome)
    runs.next()
    assert runs.memory.settled("000000001") is (outcome not in news)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_what_later_runs_take_up_again(runs: Runs, outcome: Outcome) -> None:
    again = {
        Outcome.FAILED,
        Outcome.BLOCKED,
        Outcome.PENDING,
        Outcome.OUT_OF_RANGE,
        Outcome.FORBIDDEN,
        Outcome.OFF_SITE,
    }
    runs.settle(1, outcome)
    runs.next()
    assert runs.asked_again() == (["000000001"] if outcome in again else [])


def test_an_unsettled_article_comes_with_all_that_is_known_of_it(runs: Runs) -> None:
    runs.memory.listed("要闻", [("000000001", url_of(1), date(2020, 3, 7))])
    runs.memory.listed("书记", [("000000001", url_of(1), date(2020, 3, 7))])
    runs.settle(1, Outcome.FAILED)
    runs.next()
    listed_in = ("书记", "要闻")
    assert list(runs.memory.unsettled()) == [
        PendingArticle(url_of(1), "000000001", date(2020, 3, 7), Outcome.FAILED, 1, listed_in)
    ]
    assert runs.memory.listed_in("000000001") == listed_in


def test_an_article_listed_and_never_asked_for_is_taken_up(runs: Runs) -> None:
    runs.memory.listed("书记", [("000000001", url_of(1), None), ("000000002", url_of(2), None)])
    runs.archive.store_all([(an_article(2), Outcome.STORED)])
    runs.next("dead")
    assert list(runs.memory.unsettled()) == [
        PendingArticle(url_of(1), "000000001", None, Outcome.PENDING, 0, ("书记",))
    ]


def test_an_article_on_two_hosts_is_taken_up_once_by_the_address_tried_least(runs: Runs) -> None:
    other = url_of(1).replace("www.panews.cn", "panews.zjol.com.cn")
    runs.memory.listed("书记", [("000000001", url_of(1), None), ("000000001", other, None)])
    runs.settle(1, Outcome.FAILED)
    runs.next()
    assert [left.url for left in runs.memory.unsettled()] == [other]
    runs.archive.store_all([(an_article(1, url=other), Outcome.STORED)])
    runs.next()
    assert runs.asked_again() == []


def test_an_article_that_this_run_has_met_itself_is_not_taken_up_by_it(runs: Runs) -> None:
    """A first crawl meets every article of the site: it needs no second list of them all."""
    runs.memory.discovered(url_of(1), "article", "000000001")
    assert runs.asked_again() == []
    runs.next("dead")
    assert runs.asked_again() == ["000000001"]
    runs.memory.discovered(url_of(1), "article", "000000001")
    assert runs.asked_again() == ["000000001"], "an earlier run did not come to it"


def test_an_article_that_failed_is_taken_up_although_this_run_has_met_it_at_another_address(runs: Runs) -> None:
    runs.settle(1, Outcome.FAILED)
    runs.next()
    runs.memory.discovered(url_of(1).replace("www.panews.cn", "panews.zjol.com.cn"), "article", "000000001")
    assert runs.asked_again() == ["000000001"]


def test_a_page_in_quarantine_is_not_asked_for_on_its_other_host(runs: Runs) -> None:
    runs.memory.listed("书记", [("000000001", url_of(1).replace("www.panews.cn", "panews.zjol.com.cn"), None)])
    runs.settle(1, Outcome.INVALID)
    runs.next()
    assert runs.asked_again() == []


def test_a_stored_article_whose_recheck_failed_is_taken_up(runs: Runs) -> None:
    runs.archive.store_all([(an_article(1), Outcome.STORED)])
    runs.next()
    runs.settle(1, Outcome.FAILED)
    runs.next()
    assert runs.asked_again() == ["000000001"] and runs.memory.settled("000000001")
    runs.settle(1, Outcome.UNCHANGED)
    runs.next()
    assert runs.asked_again() == []


def test_tries_count_runs_that_asked(runs: Runs) -> None:
    for outcome in (Outcome.FAILED, Outcome.PENDING, Outcome.BLOCKED, Outcome.OUT_OF_RANGE):
        runs.settle(1, outcome)
        runs.next()
    (left,) = runs.memory.unsettled()
    assert left.tries == 2


def test_hearsay_never_hides_what_was_found_out(runs: Runs) -> None:
    runs.settle(1, Outcome.FAILED)
    runs.next()
    runs.settle(1, Outcome.OUT_OF_RANGE)
    runs.next()
    runs.settle(1, Outcome.KNOWN)
    runs.next()
    assert runs.asked_again() == ["000000001"]


def test_what_a_dead_run_had_not_settled_is_pending(runs: Runs) -> None:
    runs.memory.discovered(url_of(1), "article", "000000001")
    runs.settle(2, Outcome.GONE)
    archive = runs.next("dead")
    assert runs.asked_again() == ["000000001"]
    assert archive.notes == ["run r1 died without a report: 1 addresses pending, 0 walks interrupted"]


def test_a_listed_article_that_is_gone_is_asked_again_until_it_was_gone_on_three_days_over_a_week(runs: Runs) -> None:
    runs.memory.listed("书记", [("000000001", url_of(1), None)])
    for days in (0, 3, 3.5):
        runs.settle(1, Outcome.GONE)
        runs.next()
        assert runs.asked_again() == ["000000001"] and not runs.memory.settled("000000001")
        runs.clock.advance(days=days)
    runs.next()
    runs.settle(1, Outcome.GONE)
    runs.clock.advance(days=1)
    runs.next()
    runs.settle(1, Outcome.GONE)
    runs.next()
    assert runs.asked_again() == [] and runs.memory.settled("000000001")


def test_an_article_that_no_list_names_is_gone_at_once_and_a_stored_one_that_is_listed_by_the_second_run(
    runs: Runs,
) -> None:
    runs.settle(1, Outcome.GONE)
    runs.archive.store_all([(an_article(2), Outcome.STORED)])
    runs.next()
    for asked_again in (["000000002"], []):
        assert runs.asked_again() == ([] if asked_again else ["000000002"])
        runs.memory.listed("书记", [("000000002", url_of(2), None)])
        runs.settle(2, Outcome.GONE)
        runs.next()
        assert runs.asked_again() == asked_again
    assert runs.asked_again() == []
    assert runs.memory.settled("000000001") and runs.memory.settled("000000002")


def test_titles_that_lists_show_of_other_articles_are_counted(runs: Runs) -> None:
    runs.memory.shown("书记", {"000000001": "2020-03-07 甲稿", "000000002": " 乙 稿", "000000003": "2020-03-07 丙稿"})
    runs.memory.shown("要闻", {"000000003": "2020-03-07 丙稿"})
    articles = runs.archive.ledger.articles
    exchanged = [("000000001", "乙 稿"), ("000000002", "甲稿"), ("000000004", "丙稿")]
    own = [("000000001", "甲稿"), ("000000003", "丙稿"), ("000000002", "丁稿")]
    assert articles.titles_of_others(exchanged + own).exchanged == 3
    assert articles.titles_of_others([]) == (0, 0)
    assert articles.titles_of_others(exchanged[:2]).mixed_up == 2
    assert articles.titles_of_others([exchanged[0], own[1]]).mixed_up == 0, (
        "乙's page shows 乙's own title, or was not read"
    )
