"""Opening after a bad end: what is found, what is put right, what is said about it."""

import shutil
import sqlite3
from collections.abc import Iterable
from pathlib import Path

import pytest
from store_helpers import StandingClock, a_dead_run, an_archive, an_article, an_exchange, lines_of, url_of

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.files import StoreError
from panan_spider.archive.store.jsonl import StoredLine
from panan_spider.core.outcomes import Outcome


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive of three articles, one of them revised, and one page in quarantine; closed."""
    archive = an_archive(tmp_path, "r0", clock=StandingClock())
    for number in (1, 2, 3):
        archive.store_all([(an_article(number), Outcome.STORED)])
    archive.memory.discovered(url_of(9), "article", "000000009")
    archive.places[url_of(9)] = archive.write_response(an_exchange(url_of(9)))
    archive.memory.settle(url_of(9), Outcome.INVALID, "bad")
    archive.close({})
    archive = an_archive(tmp_path, "r00", clock=StandingClock())
    archive.store_all([(an_article(2, revision=2, version=2, listed_in=["书记", "要闻"]), Outcome.REVISED)])
    archive.close({})
    return tmp_path


def whole(folder: Path) -> list[str]:
    """Open the archive, hold its ledger against its lines, close it; the notes."""
    archive = an_archive(folder, f"after-{len(list((folder / 'runs').iterdir()))}", clock=StandingClock())
    newest = {line["id"]: line for line in lines_of(folder / "articles.jsonl")}
    assert archive.ledger.articles.count() == len(newest)
    for number, line in newest.items():
        known = archive.ledger.articles.latest(number)
        assert known is not None and (known.revision, known.content_hash) == (line["revision"], line["content_hash"])
        assert archive.memory.settled(number) and set(line["listed_in"]) <= set(archive.memory.listed_in(number))
    for line in lines_of(folder / "quarantine.jsonl"):
        assert archive.memory.settled(line["article_id"])
    assert list(archive.memory.unsettled()) == []
    archive.close({})
    return archive.notes


def test_a_whole_archive_needs_no_note(data: Path) -> None:
    assert whole(data) == []


def test_a_missing_ledger_is_made_again(data: Path) -> None:
    (data / "ledger.sqlite").unlink()
    assert whole(data) == [
        "ledger.sqlite: was missing and is made again from the lines",
        "ledger.sqlite: 4 lines of articles.jsonl were not yet marked in it; they are now",
    ]
    assert whole(data) == []


@pytest.mark.parametrize("where", ["", " WHERE id = '000000002'", " WHERE id = '000000001'"])
def test_rows_that_the_ledger_has_lost_are_made_again_from_the_lines(data: Path, where: str) -> None:
    with sqlite3.connect(data / "ledger.sqlite") as ledger:
        ledger.execute(f"DELETE FROM articles{where}")
    had = 0 if not where else 2
    assert whole(data) == [f"ledger.sqlite: had {had} of 3 articles; they are marked again from the lines"]
    assert whole(data) == []


def test_a_line_that_is_no_article_costs_one_marking_and_no_more(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (data / "articles.jsonl").open("ab") as lines:
        lines.write(b'{"hello":1}\n')
    marked: list[int] = []
    remark = Ledger.remark_articles

    def counted(ledger: Ledger, lines: Iterable[StoredLine], at: str) -> None:
        marked.append(1)
        remark(ledger, lines, at)

    monkeypatch.setattr(Ledger, "remark_articles", counted)
    for _opening in range(3):
        an_archive(data, f"r{_opening}-again", clock=StandingClock()).close({})
    assert marked == [1]


@pytest.mark.parametrize("ruin", [b"no database at all" * 99, b""], ids=["no database", "empty"])
def test_a_ledger_that_is_no_database_is_set_aside(data: Path, ruin: bytes) -> None:
    (data / "ledger.sqlite").write_bytes(ruin)
    notes = whole(data)
    if ruin:
        assert notes[0].endswith(
            "ledger.sqlite: file is not a database, it begins with b'no database at a'; it was set aside as ledger.sqlite.corrupt-20260307T010203Z"
            " and made again from the lines"
        )
        assert (data / "ledger.sqlite.corrupt-20260307T010203Z").read_bytes() == ruin
    assert notes[-1] == "ledger.sqlite: 4 lines of articles.jsonl were not yet marked in it; they are now"


def test_a_malformed_ledger_is_set_aside(data: Path) -> None:
    path = data / "ledger.sqlite"
    raw = bytearray(path.read_bytes())
    raw[4096 : 4096 * 3] = b"\xff" * 4096 * 2
    path.write_bytes(raw)
    assert "it was set aside as ledger.sqlite.corrupt-20260307T010203Z" in whole(data)[0]
    assert (data / "ledger.sqlite.corrupt-20260307T010203Z").exists()


def test_a_broken_ledger_takes_its_companion_files_along(data: Path) -> None:
    (data / "ledger.sqlite").write_bytes(b"no database at all" * 99)
    (data / "ledger.sqlite-wal").write_bytes(b"of the old one")
    whole(data)
    assert (data / "ledger.sqlite.corrupt-20260307T010203Z-wal").read_bytes() == b"of the old one"


def test_a_wal_without_its_ledger_is_not_read_into_the_new_one(data: Path) -> None:
    archive = an_archive(data, "r1", clock=StandingClock())
    archive.store_all([(an_article(4), Outcome.STORED)])
    a_copy = data.with_name(f"{data.name}-copy")
    shutil.copytree(data, a_copy)
    archive.close({})
    assert (a_copy / "ledger.sqlite-wal").stat().st_size > 0
    (a_copy / "ledger.sqlite").unlink()
    assert whole(a_copy)[0] == "ledger.sqlite: was missing and is made again from the lines"
    assert (a_copy / "ledger.sqlite.orphaned-20260307T010203Z-wal").exists()


def test_a_ledger_of_a_newer_version_is_refused_and_left_alone(data: Path) -> None:
    connection = sqlite3.connect(data / "ledger.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = (data / "ledger.sqlite").read_bytes()
    with pytest.raises(
        StoreError, match=r"ledger\.sqlite is of version 99, this program knows \d+: update panan_spider$"
    ):
        an_archive(data, "r1")
    assert (data / "ledger.sqlite").read_bytes() == before


def cut_to(path: Path, lines: int, torn: bytes = b"") -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:lines]) + torn)


def test_a_ledger_ahead_of_the_lines_is_set_aside(data: Path) -> None:
    cut_to(data / "articles.jsonl", 2)
    ahead = "ledger.sqlite: knows more of articles.jsonl than is there; it was set aside as ledger.sqlite.ahead-20260307T010203Z"
    assert whole(data) == [
        f"{ahead} and made again from the lines",
        "ledger.sqlite: 2 lines of articles.jsonl were not yet marked in it; they are now",
    ]


def test_a_ledger_of_other_lines_of_the_same_length_is_set_aside(data: Path) -> None:
    path = data / "articles.jsonl"
    path.write_bytes(path.read_bytes().replace("第2版".encode(), "第7版".encode()))
    assert "set aside as ledger.sqlite.ahead-" in whole(data)[0]


def test_lines_newer_than_the_ledger_are_replayed(data: Path) -> None:
    shutil.copy(data / "ledger.sqlite", data / "older")
    archive = an_archive(data, "r1", clock=StandingClock())
    archive.store_all([(an_article(4), Outcome.STORED)])
    archive.store_all([(an_article(1, revision=2, version=2), Outcome.REVISED)])
    archive.close({})
    shutil.move(data / "older", data / "ledger.sqlite")
    assert whole(data) == ["ledger.sqlite: 2 lines of articles.jsonl were not yet marked in it; they are now"]
    assert whole(data) == []


def test_a_torn_line_is_cut_and_the_article_asked_for_again(data: Path) -> None:
    archive = an_archive(data, "r1", clock=StandingClock())
    archive.memory.discovered(url_of(4), "article", "000000004")
    a_dead_run(archive)
    with (data / "articles.jsonl").open("ab") as file:
        file.write(b'{"id": "000000004", "url"')
    archive = an_archive(data, "r2", clock=StandingClock())
    assert archive.notes == [
        "articles.jsonl: a torn end of 25 bytes was cut off and kept in articles.jsonl.torn-20260307T010203Z",
        "run r1 died without a report: 1 addresses pending, 0 walks interrupted",
    ]
    assert [left.article_id for left in archive.memory.unsettled()] == ["000000004"]


def test_a_replayed_line_settles_its_address_in_the_books_of_the_dead_run(data: Path) -> None:
    archive = an_archive(data, "r1", clock=StandingClock())
    archive.memory.discovered(url_of(4), "article", "000000004")
    archive._articles.append(an_article(4).model_dump_json())
    a_dead_run(archive)
    again = an_archive(data, "r2", clock=StandingClock())
    assert "run r1 died without a report: 0 addresses pending, 0 walks interrupted" in again.notes
    with sqlite3.connect(data / "ledger.sqlite") as ledger:
        assert ledger.execute("SELECT outcome FROM fates WHERE run = ?", (archive._run,)).fetchall() == [("stored",)]
    assert list(again.memory.unsettled()) == []


def test_a_broken_line_in_the_middle_is_named_and_passed_over(data: Path) -> None:
    path = data / "articles.jsonl"
    first, *rest = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b'{"id": "broken\n' + first + b'{"id": "1"}\n' + b"".join(rest))
    (data / "ledger.sqlite").unlink()
    archive = an_archive(data, "r1")
    assert archive.notes[1:3] == [
        "articles.jsonl: no readable record at byte 0; it was passed over",
        f"articles.jsonl: no readable record at byte {15 + len(first)}; it was passed over",
    ]
    assert archive.ledger.articles.count() == 3


def test_a_page_quarantined_before_it_was_stored_is_stored(data: Path) -> None:
    archive = an_archive(data, "r1", clock=StandingClock())
    archive.store_all([(an_article(9, fetched_at="2026-03-07T01:02:04Z"), Outcome.STORED)])
    archive.close({})
    (data / "ledger.sqlite").unlink()
    archive = an_archive(data, "r2")
    assert archive.ledger.urls.quarantined(url_of(9)) == (None, None)
    assert archive.gaps() == []


def test_a_shortened_quarantine_is_no_error(data: Path) -> None:
    (data / "quarantine.jsonl").write_bytes(b"")
    archive = an_archive(data, "r1")
    archive.memory.settle(url_of(8), Outcome.INVALID, "bad")
    assert len(lines_of(data / "quarantine.jsonl")) == 1
