"""The ledger's versions, transactions, and the effort its answers cost."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from store_helpers import an_archive, an_article, url_of

from panan_spider.archive.ledger import database
from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import WriteGuard
from panan_spider.core.outcomes import Outcome


def test_an_older_ledger_is_brought_up_with_all_it_knows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = an_archive(tmp_path)
    archive.store_all([(an_article(), Outcome.STORED)])
    archive.close({})
    added = ("ALTER TABLE articles ADD COLUMN colour TEXT", "CREATE TABLE extra (a)")
    monkeypatch.setattr(database, "MIGRATIONS", (*database.MIGRATIONS, added))
    monkeypatch.setattr(database.migrate, "__defaults__", (database.MIGRATIONS,))
    archive = an_archive(tmp_path, "r2")
    db = archive.ledger._db
    assert db.row("PRAGMA user_version") == (len(database.MIGRATIONS),)
    assert db.row("SELECT id, colour FROM articles") == ("000000001", None)
    assert db.rows("SELECT * FROM extra") == [] and archive.notes == []


def test_a_migration_that_fails_leaves_the_older_version_whole(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "ledger.sqlite", isolation_level=None)
    database.migrate(connection)
    with pytest.raises(sqlite3.OperationalError):
        database.migrate(connection, (*database.MIGRATIONS, ("CREATE TABLE extra (a)", "nonsense")))
    assert database.version(connection) == len(database.MIGRATIONS)
    assert connection.execute("SELECT name FROM sqlite_master WHERE name = 'extra'").fetchall() == []


def test_a_failed_transaction_leaves_nothing_and_harms_no_other(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite", guard := WriteGuard())
    with pytest.raises(ValueError, match="of the crawl"), ledger.write():
        ledger.values.keep("a", 1)
        with ledger.write():
            ledger.values.keep("b", 2)
        raise ValueError("of the crawl")
    assert ledger.values.number("a") == ledger.values.number("b") == 0 and guard.failed is None
    with ledger.write():
        ledger.values.keep("a", 3)
    assert Ledger.read_only(tmp_path / "ledger.sqlite").values.number("a") == 3


def test_the_ledger_is_safe_from_a_kill_and_open_to_readers(tmp_path: Path) -> None:
    db = Database(tmp_path / "ledger.sqlite", WriteGuard())
    assert db.row("PRAGMA journal_mode") == ("wal",)
    assert db.row("PRAGMA synchronous") == (1,)
    assert db.row("PRAGMA busy_timeout") == (10_000,)


def filled(folder: Path, articles: int) -> Archive:
    """An archive that knows that many addresses, half of them stored."""
    archive = an_archive(folder, "r1")
    archive.memory.listed("书记", [(f"{n:09d}", url_of(n), None) for n in range(articles)])
    with archive.ledger.write():
        for n in range(0, articles, 2):
            archive.ledger.articles.mark(an_article(n).model_dump(), n, None, None)
            archive.memory.settle(url_of(n), Outcome.STORED)
    return archive


def effort(archive: Archive, work: Callable[[Archive], object]) -> int:
    """SQLite instructions that `work` costs: a measure that no busy machine changes."""
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    archive.ledger._db._connection.set_progress_handler(step, 1)
    work(archive)
    archive.ledger._db._connection.set_progress_handler(None, 0)
    return steps


WORK: dict[str, Callable[[Archive], object]] = {
    "article": lambda archive: archive.memory.article("000000050"),
    "settled": lambda archive: archive.memory.settled("000000051"),
    "listed_in": lambda archive: archive.memory.listed_in("000000050"),
    "listed": lambda archive: archive.memory.listed("要闻", [(f"{n:09d}", url_of(n), None) for n in range(20)]),
    "discovered": lambda archive: archive.memory.discovered(url_of(53), "article", "000000053"),
    "settle": lambda archive: archive.memory.settle(url_of(55), Outcome.GONE),
    "store": lambda archive: archive.store_all([(an_article(57), Outcome.STORED)]),
    "mark_unchanged": lambda archive: archive.mark_unchanged("000000058", url_of(58)),
    "quarantine": lambda archive: archive.memory.settle(url_of(59), Outcome.INVALID),
    "end_walk": lambda archive: archive.memory.end_walk("http://x/", state="end", pages=1, rows=1, new=1),
    "outcome_counts": lambda archive: archive.memory.counts,
}


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> tuple[Archive, Archive]:
    """One of a hundred addresses, one of twenty thousand."""
    return filled(tmp_path_factory.mktemp("small"), 100), filled(tmp_path_factory.mktemp("large"), 20_000)


@pytest.mark.parametrize("name", WORK)
def test_no_call_costs_more_in_a_large_archive(archives: tuple[Archive, Archive], name: str) -> None:
    small, large = (effort(archive, WORK[name]) for archive in archives)
    assert large <= small * 1.5 + 20
