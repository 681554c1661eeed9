"""`scrapy verify` sees every kind of damage, names it with file and byte, and touches nothing."""

import gzip
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import scrapy
from jsonschema import Draft202012Validator
from store_helpers import an_archive, an_exchange, lines_of
from verify_archive import a_copy, alter, by_revision, rewrite, said, starts, warcs

from panan_spider.archive.store.jsonl import StoredLine
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.archive.verify.line_check import read_line
from panan_spider.extract.assemble import content_hash
from panan_spider.sites.profile import load_site
from tools.docs.article_schema import article_schema
from tools.docs.example import EXAMPLE

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return a_copy(tmp_path)


@pytest.fixture
def sql(data: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(data / "ledger.sqlite", isolation_level=None)
    yield connection
    connection.close()


def test_a_whole_archive_agrees(data: Path, capsys: Capture) -> None:
    told = scrapy(capsys, "verify", "--data-dir", data)
    assert (told.code, told.err) == (0, "")
    assert told.lines == ["panan: 10 lines of 7 articles, 25 responses in 4 WARC files: everything agrees"]


def test_nothing_is_touched(data: Path, capsys: Capture) -> None:
    def every_file() -> dict[str, tuple[int, int]]:
        return {str(p): (p.stat().st_mtime_ns, p.stat().st_size) for p in (data, *data.rglob("*"))}

    before = every_file()
    scrapy(capsys, "verify", "--data-dir", data)
    assert every_file() == before


def test_what_disagrees_is_one_line_with_file_and_byte_and_code_10(data: Path, capsys: Capture) -> None:
    rewrite(data, lambda lines: lines.__setitem__(1, b"{broken\n"))
    told = scrapy(capsys, "verify", "--data-dir", data)
    assert told.code == 10
    assert told.lines[0] == f"articles.jsonl, byte {starts(data)[1]}: no line of JSON"
    assert told.lines[-1].endswith("not agree; `scrapy verify --repair` repairs what can be repaired")


def test_a_place_that_holds_another_article_s_page(data: Path) -> None:
    lines = lines_of(data / "articles.jsonl")
    alter(data, 0, warc=lines[1]["warc"])
    assert any(one.endswith("that is a response of something else") for one in said(data))


def test_a_place_that_holds_an_earlier_answer_of_the_same_article(data: Path) -> None:
    lines = by_revision(data)
    number = lines_of(data / "articles.jsonl")[9]["id"]
    alter(data, 9, warc=lines[number, 2]["warc"])
    assert any("that one was not received at" in one for one in said(data))


def test_a_place_that_holds_an_answer_without_the_article(data: Path) -> None:
    """The site answered 404 for it once: a response of that address, at that time, and no raw page."""
    line = lines_of(data / "articles.jsonl")[0]
    archive = an_archive(data, "r9")
    place = archive.write_response(an_exchange(line["url"], b"gone", status=404, at=line["fetched_at"]))
    archive.close({"run": "r9"})
    alter(data, 0, warc=place.model_dump())
    assert any(one.endswith("that is a response of something else") for one in said(data))


def test_a_place_where_no_response_begins(data: Path) -> None:
    warc = lines_of(data / "articles.jsonl")[0]["warc"]
    alter(data, 0, warc=warc | {"offset": warc["offset"] + 1})
    assert any(one.endswith("no whole response begins there") for one in said(data))


def test_parts_whose_places_are_wrong(data: Path) -> None:
    warc = lines_of(data / "articles.jsonl")[5]["warc"]
    assert len(warc["parts"]) == 2
    alter(data, 5, warc=warc | {"parts": warc["parts"][:1]})
    assert any("3 pages, and the places of 2" in one for one in said(data))
    alter(data, 5, warc=warc | {"parts": [warc["parts"][0], warc | {"parts": []}]})
    assert any("a response of something else" in one for one in said(data))


def _places(data: Path, warc: Path) -> list[dict[str, Any]]:
    """The places in a WARC file that lines and quarantine lines name."""
    lines = [*lines_of(data / "articles.jsonl"), *lines_of(data / "quarantine.jsonl")]
    return [line["warc"] for line in lines if line["warc"]["file"] == f"warc/{warc.name}"]


def test_a_warc_file_that_is_not_there(data: Path) -> None:
    gone = warcs(data)[0]
    size = gone.stat().st_size
    gone.unlink()
    lost = len(_places(data, gone))
    named = f"warc/{gone.name}: not there; the ledger has it with {size} bytes; {lost} lines have their raw page there"
    assert lost > 1 and said(data) == [named]


def test_a_warc_file_cut_in_the_middle_of_a_record(data: Path) -> None:
    path = warcs(data)[0]
    raw = path.read_bytes()
    path.write_bytes(raw[:-30])
    (found,) = said(data)
    assert found.startswith(f"warc/{path.name}, byte ") and "a torn end of" in found


def test_a_warc_file_cut_between_two_records(data: Path) -> None:
    path = warcs(data)[0]
    size, places = path.stat().st_size, _places(data, path)
    end = sorted(place["offset"] for place in places)[-2]
    lost = sum(max(page["offset"] for page in (place, *place.get("parts", []))) >= end for place in places)
    path.write_bytes(path.read_bytes()[:end])
    named = f"warc/{path.name}, byte {end}: {end} bytes; the ledger has it with {size} bytes; {lost} lines have their raw page there"
    assert said(data) == [named]


def test_a_flipped_byte_in_a_warc_record(data: Path) -> None:
    path, line = warcs(data)[0], lines_of(data / "articles.jsonl")[2]
    raw = bytearray(path.read_bytes())
    raw[line["warc"]["offset"] + 200] ^= 0xFF
    path.write_bytes(raw)
    (found,) = said(data)  # records behind the damage are read all the same
    assert found.startswith(f"warc/{path.name}, byte {line['warc']['offset']}: damaged up to byte")


def test_a_digest_that_is_wrong(data: Path) -> None:
    """A record packed anew around other words: gzip is content, the digest is not."""
    path, line = warcs(data)[-1], lines_of(data / "articles.jsonl")[9]
    raw, start = path.read_bytes(), line["warc"]["offset"]
    packed = gzip.decompress(raw[start:])
    path.write_bytes(raw[:start] + gzip.compress(packed.replace(b"</html>", b"</htmI>", 1)))
    assert any(one.startswith(f"warc/{path.name}, byte {start}: its digest is wrong") for one in said(data))


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE articles SET line_offset = 7 WHERE id = '{id}'", "its line begins at byte {start}, and not at 7"),
        ("UPDATE articles SET revision = 9 WHERE id = '{id}'", "revision 9 is on record, and no good line holds it"),
        (
            "UPDATE articles SET content_hash = 'x' WHERE id = '{id}'",
            "another content_hash than its line at byte {start}",
        ),
        (
            "UPDATE articles SET warc_offset = 1 WHERE id = '{id}'",
            "another byte in the WARC than its line at byte {start}",
        ),
        ("DELETE FROM listings WHERE article_id = '{id}'", "not on record as listed in 书记"),
        ("DELETE FROM addresses WHERE article_id = '{id}'", "its address {url} is not on record"),
    ],
)
def test_a_ledger_that_says_something_else(data: Path, sql: sqlite3.Connection, change: str, finding: str) -> None:
    line = lines_of(data / "articles.jsonl")[4]
    given = {"id": line["id"], "url": line["url"], "start": starts(data)[4]}
    sql.execute(change.format(**given))
    sql.close()
    assert said(data) == [f"ledger.sqlite: {line['id']}: {finding.format(**given)}"]


def test_an_article_the_ledger_does_not_know(data: Path, sql: sqlite3.Connection) -> None:
    line = lines_of(data / "articles.jsonl")[4]
    sql.execute("DELETE FROM articles WHERE id = ?", (line["id"],))
    sql.close()
    assert said(data) == [
        f"articles.jsonl, byte {starts(data)[4]}: {line['id']}, revision 1: the ledger does not know it"
    ]


def test_a_ledger_that_is_none(data: Path) -> None:
    (data / "ledger.sqlite").write_bytes(b"not a database")
    assert said(data)[0].startswith("ledger.sqlite: cannot be read: ledger.sqlite: file is not a database")


@pytest.mark.parametrize("command", [("status",), ("verify",), ("verify", "--repair")])
def test_a_ledger_of_a_newer_version_is_a_store_error(
    command: tuple[str, ...], data: Path, sql: sqlite3.Connection, capsys: Capture
) -> None:
    """Only a newer program can tell whether such an archive is whole."""
    sql.execute("PRAGMA user_version = 99")
    sql.close()
    told = scrapy(capsys, *command, "--data-dir", data)
    assert (told.code, told.out) == (14, "") and "ledger.sqlite is of version 99, this program knows" in told.err, told


def test_a_ledger_that_is_missing(data: Path) -> None:
    (data / "ledger.sqlite").unlink()
    assert said(data)[0] == "ledger.sqlite: missing"


def test_a_report_that_is_missing_or_broken(data: Path) -> None:
    first, second, *_ = sorted((data / "runs").iterdir())
    first.unlink()
    second.write_bytes(b"{")
    assert said(data) == [
        f"runs/{first.name}: not there; the ledger has a copy of it",
        f"runs/{second.name}: not the report of that run; the ledger has a copy of it",
    ]


def test_a_quarantine_line_without_its_page(data: Path) -> None:
    path = data / "quarantine.jsonl"
    record = json.loads(path.read_bytes())
    record["warc"]["offset"] += 1
    path.write_bytes(json.dumps(record).encode() + b"\n")
    assert any(one.startswith("quarantine.jsonl, byte 0: its raw page should lie at") for one in said(data))


def test_beside_a_run_what_it_has_marked_is_checked_and_nothing_is_blamed_on_it(data: Path, capsys: Capture) -> None:
    archive = an_archive(data, "r9")
    with (data / "articles.jsonl").open("ab") as file:
        file.write(b'{"id":"0160')  # a line on its way
    told = scrapy(capsys, "verify", "--data-dir", data)
    archive._closing.close()
    assert told.code == 0, told.out
    assert told.lines[0].startswith("panan: a run is writing (pid ") and "everything agrees" in told.lines[1]


def test_a_run_that_begins_meanwhile_ends_it_with_15(
    data: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody held the archive when it began; what it finds may be the run's doing."""
    monkeypatch.setattr("panan_spider.archive.verify.repair.holder", lambda _path: "pid 7, run r9")
    told = scrapy(capsys, "verify", "--data-dir", data)
    assert (told.code, told.out) == (15, "")
    assert told.err == "panan: a run began while the archive was read (pid 7, run r9): verify again when it has ended\n"


def test_stopped_it_ends_with_16(data: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_check: ArchiveCheck) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ArchiveCheck, "findings", stopped)
    told = scrapy(capsys, "verify", "--data-dir", data)
    assert (told.code, told.err) == (16, "panan: interrupted; nothing was left half done\n")


def test_a_disk_that_cannot_be_read_is_one_line_and_14(data: Path, capsys: Capture) -> None:
    (data / "warc" / "a.warc.gz").mkdir()
    told = scrapy(capsys, "verify", "--data-dir", data)
    assert told.code == 14
    assert told.err == f"panan: {data / 'warc/a.warc.gz'}: Is a directory\n"


def as_stored(record: dict[str, Any]) -> StoredLine:
    return StoredLine(0, json.dumps(record).encode() + b"\n")


def test_what_the_schema_refuses_is_no_good_line() -> None:
    """The published schema and the check of a line are of one mind."""
    schema, whole = Draft202012Validator(article_schema()), EXAMPLE.model_dump(mode="json")
    whole["content_hash"] = content_hash(EXAMPLE)
    assert read_line(as_stored(whole), load_site())[2] == []
    for name in whole:
        changes: tuple[dict[str, Any], ...] = ({name: 1.5}, {name: None}, {name: "x"}, {name: []})
        for change in changes:
            record = whole | change
            if not schema.is_valid(record):
                assert read_line(as_stored(record), load_site())[1] is None, change
        left_out = {key: value for key, value in whole.items() if key != name}
        assert read_line(as_stored(left_out), load_site())[1] is None, name


def test_no_archive_is_one_line(tmp_path: Path, capsys: Capture) -> None:
    told = scrapy(capsys, "verify", "--data-dir", tmp_path / "none")
    assert (told.code, told.err) == (1, f"panan: there is no archive in {tmp_path / 'none'}\n")
    assert not (tmp_path / "none").exists()
