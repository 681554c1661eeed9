"""The books of a run: one fate for every address, adding up; what goes, what returns, what is lacking."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from store_helpers import an_archive, an_article, an_exchange, url_of
from store_runs import SECTION, Runs

from panan_spider.archive.ledger.url_outcomes import DiscoveredUrl, UrlTable
from panan_spider.core.outcomes import Outcome


def open_urls(runs: Runs) -> list[str]:
    """The URLs that the run has entered and not settled."""
    rows = runs.archive.ledger._db.rows(
        "SELECT url FROM fates f JOIN addresses a ON a.number = f.address WHERE run = ? AND f.outcome IS NULL",
        runs.archive._run,
    )
    return [url for (url,) in rows]


def outcomes(runs: Runs) -> dict[str, int]:
    """The number of the run's URLs by outcome, as the ledger has them."""
    question = "SELECT outcome, count(*) FROM fates WHERE run = ? AND outcome IS NOT NULL GROUP BY outcome"
    return dict(runs.archive.ledger._db.rows(question, runs.archive._run))


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path)
    yield runs
    runs.archive.close({})


def test_the_books_add_up(runs: Runs) -> None:
    for number, outcome in enumerate((Outcome.GONE, Outcome.GONE, Outcome.FAILED)):
        runs.settle(number, outcome)
    runs.memory.discovered(url_of(7), "article", "000000007")
    runs.memory.discovered(url_of(7), "article", "000000007")
    runs.archive.store_all([(an_article(8), Outcome.STORED)])
    runs.memory.settle("http://www.panews.cn/never-announced", Outcome.NO_LIST)
    assert open_urls(runs) == [url_of(7)]
    assert runs.archive.memory.settle_rest() == 1 and runs.archive.memory.settle_rest() == 0
    counts = runs.archive.memory.counts
    assert counts == Counter(gone=2, failed=1, pending=1, stored=1, no_list=1)
    assert sum(counts.values()) == runs.archive.memory.discovered_count == 6
    assert outcomes(runs) == counts


def statements(runs: Runs, work: Callable[[], object]) -> list[str]:
    """What `work` says to the ledger."""
    said: list[str] = []
    connection = runs.archive.ledger._db._connection
    connection.set_trace_callback(said.append)
    work()
    connection.set_trace_callback(None)
    return said


def test_the_addresses_of_one_page_are_entered_in_one_commit(runs: Runs) -> None:
    page = [DiscoveredUrl(url_of(number), "article", f"{number:09d}") for number in range(20)]
    assert statements(runs, lambda: runs.memory.discovered_all(page)).count("COMMIT") == 1
    assert open_urls(runs) == [url_of(number) for number in range(20)]
    assert runs.archive.memory.discovered_count == 20


def test_what_a_run_has_entered_and_told_costs_no_further_statement(runs: Runs) -> None:
    assert statements(runs, lambda: runs.settle(1, Outcome.GONE))
    assert statements(runs, lambda: runs.settle(1, Outcome.GONE)) == []
    assert statements(runs, lambda: runs.memory.settle(url_of(1), Outcome.ALIAS)) == []


def test_an_address_met_again_is_of_the_kind_it_was_last_met_as(runs: Runs) -> None:
    for kind in ("section", "list", "section"):
        runs.memory.discovered(SECTION, kind)
        assert runs.archive.ledger._db.rows("SELECT url, kind FROM addresses") == [(SECTION, kind)]
    assert runs.archive.memory.discovered_count == 1


def test_what_the_ledger_did_not_take_is_not_taken_for_entered(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_told: object) -> None:
        raise ValueError

    with monkeypatch.context() as refusing:
        refusing.setattr(UrlTable, "enter", refuse)
        refusing.setattr(UrlTable, "record_outcome", refuse)
        for tell in (runs.memory.discovered, runs.memory.settle):
            with pytest.raises(ValueError):
                tell(url_of(1), Outcome.GONE)
    assert runs.archive.memory.discovered_count == 0
    runs.settle(1, Outcome.FAILED)
    assert outcomes(runs) == {Outcome.FAILED: 1}


def test_the_first_word_stands(runs: Runs) -> None:
    runs.settle(1, Outcome.GONE)
    runs.memory.settle(url_of(1), Outcome.GONE, "again")
    with pytest.raises(ValueError, match="is already gone, now failed"):
        runs.memory.settle(url_of(1), Outcome.FAILED)
    assert runs.archive.memory.counts == Counter(gone=1)


def test_at_the_end_the_last_word_is_told(runs: Runs) -> None:
    runs.memory.discovered(url_of(1), "article", "000000001")
    runs.archive.memory.settle_rest()
    with pytest.raises(ValueError, match="is already pending, now failed"):
        runs.memory.settle(url_of(1), Outcome.FAILED)


@pytest.mark.parametrize("afterword", [Outcome.ALIAS, Outcome.KNOWN])
def test_an_afterword_changes_nothing(runs: Runs, afterword: Outcome) -> None:
    runs.settle(1, Outcome.GONE)
    runs.memory.settle(url_of(1), afterword)
    assert runs.archive.memory.counts == Counter(gone=1)


def test_each_run_tells_its_own_fate(runs: Runs) -> None:
    runs.settle(1, Outcome.FAILED)
    runs.next()
    runs.settle(1, Outcome.GONE)
    assert runs.archive.memory.counts == Counter(gone=1)


def test_a_stored_article_that_goes_is_gone_and_its_return_is_noticed(runs: Runs) -> None:
    runs.archive.store_all([(an_article(1), Outcome.STORED)])
    lines = (runs.folder / "articles.jsonl").read_bytes()
    runs.next()
    runs.settle(1, Outcome.GONE)
    known = runs.next().memory.article("000000001")
    assert known is not None and known.outcome is Outcome.GONE and known.revision == 1
    runs.settle(1, Outcome.UNCHANGED)
    known = runs.memory.article("000000001")
    assert known is not None and known.outcome is Outcome.UNCHANGED
    assert in_the_books(runs, 1) == (Outcome.UNCHANGED, "returned")
    assert (runs.folder / "articles.jsonl").read_bytes() == lines


def in_the_books(runs: Runs, number: int) -> tuple[str, str | None] | None:
    """Outcome and reason of an article in the run."""
    return runs.archive.ledger._db.row(
        "SELECT f.outcome, f.reason FROM fates f JOIN addresses a ON a.number = f.address WHERE run = ? AND url = ?",
        *(runs.archive._run, url_of(number)),
    )


def test_an_article_that_returns_corrected_is_noticed_too(runs: Runs) -> None:
    runs.archive.store_all([(an_article(1), Outcome.STORED)])
    runs.next()
    runs.settle(1, Outcome.GONE)
    runs.next()
    runs.archive.store_all([(an_article(1, revision=2, version=2), Outcome.REVISED)])
    assert in_the_books(runs, 1) == (Outcome.REVISED, "returned")


def test_another_address_that_is_gone_leaves_the_article(runs: Runs) -> None:
    runs.archive.store_all([(an_article(1), Outcome.STORED)])
    runs.settle(1, Outcome.GONE, url=url_of(1).replace("www.panews.cn", "panews.zjol.com.cn"))
    known = runs.memory.article("000000001")
    assert known is not None and known.outcome is Outcome.STORED


def test_gaps_name_what_the_archive_lacks(runs: Runs) -> None:
    runs.archive.store_all([(an_article(1), Outcome.STORED)])
    runs.memory.listed("书记", [("000000002", url_of(2), None)])
    runs.settle(3, Outcome.FAILED)
    runs.archive.places[url_of(4)] = runs.archive.write_response(an_exchange(url_of(4)))
    runs.memory.discovered(url_of(4), "article", "000000004")
    runs.memory.settle(url_of(4), Outcome.UNKNOWN_LAYOUT, "no title")
    runs.memory.discovered(SECTION, "section")
    runs.memory.settle(SECTION, Outcome.FAILED, "timed out")
    told = [(gap.url, gap.outcome, gap.reason, gap.tries) for gap in runs.archive.gaps()]
    assert told == [
        (SECTION, Outcome.FAILED, "timed out", 1),
        (url_of(3), Outcome.FAILED, None, 1),
        (url_of(2), Outcome.PENDING, None, 0),
        (url_of(4), Outcome.UNKNOWN_LAYOUT, "no title", 1),
    ]
    runs.next()  # in which the section was not met: what its list said has been read since
    assert {gap.url for gap in runs.archive.gaps()} == {url_of(2), url_of(3), url_of(4)}


def test_an_article_that_stays_gone_was_removed_once(tmp_path: Path) -> None:
    archive = an_archive(tmp_path, "r1")
    archive.store_all([(an_article(1), Outcome.STORED)])
    archive.close({})
    told = []
    for run, outcome in (("r2", Outcome.GONE), ("r3", Outcome.GONE), ("r4", Outcome.UNCHANGED), ("r5", Outcome.GONE)):
        archive = an_archive(tmp_path, run)
        archive.memory.discovered(url_of(1), "article", "000000001")
        archive.memory.settle(url_of(1), outcome, "HTTP 404" if outcome is Outcome.GONE else None)
        told.append([number for number, *_ in archive.ledger.queries.gone(archive._run)])
        archive.close({})
    assert told == [["000000001"], [], [], ["000000001"]]


def test_stored_articles_of_a_section_since_a_day(tmp_path: Path) -> None:
    archive = an_archive(tmp_path, "r1")
    for number, section in ((1, "书记"), (2, "书记"), (3, "县长")):
        archive.store_all([(an_article(number, listed_in=[section]), Outcome.STORED)])
    assert archive.memory.stored_since("书记", date(2020, 3, 7)) == [url_of(1), url_of(2)]
    assert archive.memory.stored_since("书记", date(2020, 3, 8)) == []
    assert archive.memory.stored_since("书记", None) == [url_of(1), url_of(2)]
    archive.close({})
