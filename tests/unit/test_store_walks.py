"""What the spider is told of sections: which there are, which proved their end, which are not worth asking."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from store_helpers import url_of
from store_runs import SECTION, Runs

from panan_spider.archive.ledger.runs_and_walks import KnownSection, RecordedEnd
from panan_spider.core.outcomes import Outcome

OTHER_SECTION = "http://www.panews.cn/xwzx/index.html"


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path)
    yield runs
    runs.archive.close({})


def test_a_section_is_known_once_it_listed_rows(runs: Runs) -> None:
    for url, rows in ((SECTION, 20), ("http://www.panews.cn/leer/", 0)):
        runs.memory.begin_walk(url, "书记")
        runs.memory.end_walk(url, state="end", pages=1, rows=rows, new=rows)
    runs.next()
    assert list(runs.memory.sections()) == [KnownSection(SECTION, "书记", True, RecordedEnd(1, 20, None, None))]


@pytest.mark.parametrize(
    ("walks", "reached"),
    [
        ([("end", 9)], True),
        ([("failed", 9)], False),
        ([("known", 9)], False),
        ([("end", 9), ("known", 2), ("known", 0)], True),
        ([("end", 9), ("failed", 0), ("since", 0)], True),
        ([("end", 9), ("failed", 2)], False),
        ([("end", 9), ("interrupted", 2), ("known", 1)], False),
        ([("end", 9), ("since", 2), ("end", 0)], True),
    ],
)
def test_a_walk_that_breaks_off_among_news_undoes_the_proof_of_the_end(
    runs: Runs, walks: list[tuple[str, int]], reached: bool
) -> None:
    for state, new in walks:
        runs.memory.begin_walk(SECTION, "书记")
        runs.memory.end_walk(SECTION, state=state, pages=1, rows=20, new=new)
        runs.next()
    assert [section.reached_end for section in runs.memory.sections()] == [reached]


def test_a_killed_walk_is_interrupted_and_counts_the_rows_it_read(runs: Runs) -> None:
    runs.memory.begin_walk(SECTION, "书记")
    runs.memory.end_walk(SECTION, state="end", pages=1, rows=1, new=1)
    runs.next()
    runs.memory.begin_walk(SECTION, "书记")
    runs.memory.listed("书记", [("000000001", url_of(1), None), ("000000002", url_of(2), None)], SECTION)
    runs.memory.listed("书记", [("000000003", url_of(3), None)], SECTION)
    first = runs.archive
    runs.next("dead")
    (walk,) = runs.archive.ledger.walks.of(first._run)
    assert (walk["state"], walk["rows"], walk["new"]) == ("interrupted", 3, 3)
    assert [section.reached_end for section in runs.memory.sections()] == [False]


def test_rows_that_the_front_page_has_shown_before_are_news_and_keep_their_day(runs: Runs) -> None:
    runs.memory.discovered(url_of(1), "article", "000000001")
    runs.memory.begin_walk(SECTION, "书记")
    runs.memory.listed("书记", [("000000001", url_of(1), date(2020, 3, 7)), ("000000002", url_of(2), None)], SECTION)
    first = runs.archive
    runs.next("dead")
    (walk,) = runs.archive.ledger.walks.of(first._run)
    assert walk["new"] == 2
    assert [(row.article_id, row.posted) for row in runs.memory.unsettled()] == [
        ("000000001", date(2020, 3, 7)),
        ("000000002", None),
    ]


def test_rows_of_settled_articles_are_no_news(runs: Runs) -> None:
    runs.memory.discovered(url_of(1), "article", "000000001")
    runs.memory.settle(url_of(1), Outcome.INVALID, "a made-up reason")
    runs.memory.begin_walk(SECTION, "书记")
    runs.memory.listed("书记", [("000000001", url_of(1), None)], SECTION)
    assert [walk["new"] for walk in runs.archive.ledger.walks.of(runs.archive._run)] == [0]


def test_news_that_a_walk_listed_count_whatever_its_end_says(runs: Runs) -> None:
    for state in ("end", "failed"):
        runs.memory.begin_walk(SECTION, "书记")
        runs.memory.listed("书记", [(f"{len(state):09d}", url_of(len(state)), None)], SECTION)
        runs.memory.end_walk(SECTION, state=state, pages=1, rows=1, new=0)
        runs.next()
    assert [section.reached_end for section in runs.memory.sections()] == [False]


def test_two_walks_of_one_name_count_their_own_rows(runs: Runs) -> None:
    for section in (SECTION, OTHER_SECTION):
        runs.memory.begin_walk(section, "书记")
    runs.memory.listed("书记", [("000000001", url_of(1), None), ("000000002", url_of(2), None)], SECTION)
    runs.memory.listed("书记", [("000000003", url_of(3), None)], OTHER_SECTION)
    for section, rows in ((SECTION, 2), (OTHER_SECTION, 1)):
        runs.memory.end_walk(section, state="end", pages=1, rows=rows, new=rows)
    assert [walk["rows"] for walk in runs.archive.ledger.walks.of(runs.archive._run)] == [2, 1]


def test_a_walk_still_open_at_the_end_of_the_run_is_interrupted(runs: Runs) -> None:
    runs.memory.begin_walk(SECTION, "书记")
    runs.archive.memory.settle_rest()
    assert [walk["state"] for walk in runs.archive.walks()] == ["interrupted"]


@pytest.mark.parametrize("outcome", [Outcome.NO_LIST, Outcome.GONE])
def test_a_barren_address_is_left_in_peace_for_a_week(runs: Runs, outcome: Outcome) -> None:
    for _night in range(2):
        assert runs.next().memory.barren() == frozenset()  # empty once, it is asked again
        runs.memory.discovered(SECTION, "section")
        runs.memory.settle(SECTION, outcome)
    runs.clock.advance(days=6.9)
    assert runs.next().memory.barren() == frozenset({SECTION})
    runs.memory.discovered(SECTION, "section")
    runs.memory.settle(SECTION, Outcome.KNOWN)  # not asked: the week goes on
    runs.clock.advance(days=0.2)
    assert runs.next().memory.barren() == frozenset()


@pytest.mark.parametrize(("how", "exit_code"), [("dead", 0), ("closed", 10), ("closed", 16)])
def test_a_run_that_did_not_end_well_makes_nothing_barren(runs: Runs, how: str, exit_code: int) -> None:
    for _night in range(2):
        runs.memory.discovered(SECTION, "section")
        runs.memory.settle(SECTION, Outcome.NO_LIST)
        assert runs.next(how, exit_code).memory.barren() == frozenset()


def test_neither_articles_nor_sections_that_once_listed_are_barren(runs: Runs) -> None:
    runs.settle(1, Outcome.GONE)
    runs.memory.begin_walk(SECTION, "书记")
    runs.memory.end_walk(SECTION, state="end", pages=1, rows=20, new=20)
    runs.next()
    runs.memory.discovered(SECTION, "section")
    runs.memory.settle(SECTION, Outcome.GONE)
    assert runs.memory.barren() == frozenset()


def test_an_end_that_an_earlier_version_recorded_does_not_count(runs: Runs) -> None:
    walked(runs, "end")
    ledger = runs.archive.ledger
    with ledger.write():
        ledger.walks._db.run("UPDATE walks SET proven = 0")
    (section,) = runs.memory.sections()
    assert (section.reached_end, section.end, section.by_earlier_version) == (False, None, True)
    walked(runs, "end")
    (section,) = runs.memory.sections()
    assert (section.reached_end, section.by_earlier_version) == (True, False)


def test_an_end_without_evidence_counts_the_days_it_was_found_on_and_undoes_the_recorded_one(runs: Runs) -> None:
    walked(runs, "end")
    for day in ("2026-03-01", "2026-03-01", "2026-03-02"):
        walked(runs, "unproven", day)
    (section,) = runs.memory.sections()
    assert (section.reached_end, section.unproven_days) == (False, 2)
    assert section.end == RecordedEnd(2, 20, date(2020, 3, 7), f"{SECTION}index_1.html")
    walked(runs, "end")
    (section,) = runs.memory.sections()
    assert (section.reached_end, section.unproven_days) == (True, 0)


def walked(runs: Runs, state: str, day: str | None = None) -> None:
    """One walk of two pages; `day` is when it ended, today by default."""
    runs.memory.begin_walk(SECTION, "书记")
    evidence = {"oldest": date(2020, 3, 7), "last_page": f"{SECTION}index_1.html"}
    runs.memory.end_walk(SECTION, state=state, pages=2, rows=20, new=0, **evidence)  # type: ignore[arg-type]
    ledger = runs.archive.ledger
    if day is not None:
        with ledger.write():
            ledger.walks._db.run("UPDATE walks SET ended = ? WHERE number = (SELECT max(number) FROM walks)", day)
    runs.next()
