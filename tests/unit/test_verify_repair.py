"""`scrapy verify --repair`: what can be mended is mended to the byte, nothing is deleted, and verify is clean afterwards."""

import json
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Said, scrapy
from store_helpers import an_archive, lines_of
from verify_archive import a_copy, alter, by_revision, raw_lines, rewrite, said, warcs

from panan_spider.archive.data_folder import Lock
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.archive.verify.repair import Repairer, repair_archive
from panan_spider.core.clock import now
from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import VerifyReport

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return a_copy(tmp_path)


@pytest.fixture
def repair(data: Path, capsys: Capture) -> Callable[..., Said]:
    """Repair, and hold that verify is clean then; with `left`, that this many things still disagree."""

    def run(left: int = 0) -> Said:
        told = scrapy(capsys, "verify", "--repair", "--data-dir", data)
        assert told.code == (10 if left else 0), told.out + told.err
        assert len(said(data)) == left
        return told

    return run


def kept_aside(data: Path) -> list[str]:
    return sorted(path.name for path in data.iterdir() if ".damaged-" in path.name or ".torn-" in path.name)


def swap(lines: list[bytes]) -> None:
    lines[8], lines[9] = lines[9], lines[8]


def flip(lines: list[bytes], number: int = 2) -> None:
    """One byte of a line's text: still JSON, and no longer what the page says."""
    lines[number] = lines[number].replace("。".encode(), "！".encode(), 1)


def several(lines: list[bytes]) -> None:
    flip(lines, 0)
    del lines[6]
    lines.insert(3, lines[3])


DAMAGE: dict[str, Callable[[list[bytes]], object]] = {
    "a byte of a text": flip,
    "a byte of an article in parts": lambda lines: flip(lines, 5),
    "a byte of the JSON": lambda lines: lines.__setitem__(4, lines[4].replace(b'"title":', b'"title";')),
    "an older revision": lambda lines: flip(lines, 2),
    "a middle revision": lambda lines: flip(lines, 8),
    "the newest revision": lambda lines: flip(lines, 9),
    "a line dropped": lambda lines: lines.pop(4),
    "an article in parts dropped": lambda lines: lines.pop(5),
    "a middle revision dropped": lambda lines: lines.pop(8),
    "the last line dropped": lambda lines: lines.pop(9),
    "every revision of one dropped": lambda lines: [lines.pop(at) for at in (9, 8, 2)],
    "a line twice": lambda lines: lines.insert(3, lines[3]),
    "two revisions swapped": swap,
    "a revision number": lambda lines: lines.__setitem__(4, lines[4].replace(b'"revision":1,', b'"revision":7,')),
    "the newest revision's number": lambda lines: lines.__setitem__(
        9, lines[9].replace(b'"revision":3,', b'"revision":9,')
    ),
    "number and all unreadable": lambda lines: lines.__setitem__(4, b"\x00" * (len(lines[4]) - 1) + b"\n"),
    "the last line torn": lambda lines: lines.__setitem__(9, lines[9][:700]),
    "several at once": several,
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_lines_are_made_again_to_the_last_field(
    data: Path, repair: Callable[..., Said], damage: Callable[[list[bytes]], object]
) -> None:
    whole, before = by_revision(data), raw_lines(data)
    rewrite(data, damage)
    assert raw_lines(data) != before
    damaged = (data / "articles.jsonl").read_bytes()
    repair()
    assert by_revision(data) == whole
    assert sorted(raw_lines(data)) == sorted(before), "lines that were whole keep their bytes"
    (aside,) = [name for name in kept_aside(data) if name.startswith("articles.jsonl.damaged-")]
    assert (data / aside).read_bytes() == damaged


def test_what_was_done_is_said_line_by_line_and_stands_in_a_report(data: Path, repair: Callable[..., Said]) -> None:
    line = lines_of(data / "articles.jsonl")[4]
    rewrite(data, lambda lines: lines.pop(4))
    told = repair()
    assert f"panan: {line['id']}, revision 1: made again from the WARC" in told.lines
    assert any(one.startswith("panan: articles.jsonl: written anew; as it was it is kept in") for one in told.lines)
    assert "panan: ledger.sqlite: its articles are marked again from the lines" in told.lines
    assert told.lines[-1].endswith("everything agrees")
    report = json.loads(max((data / "runs").glob("*.json"), key=os.path.getmtime).read_text())
    assert VerifyReport.model_validate(report).disagreed == 1 and any("made again" in one for one in report["repaired"])


def test_a_whole_archive_is_left_as_it_is(data: Path, repair: Callable[..., Said]) -> None:
    lines = (data / "articles.jsonl").read_bytes()
    repair()
    assert (data / "articles.jsonl").read_bytes() == lines
    assert kept_aside(data) == []


def test_what_the_ledger_alone_knows_is_kept(data: Path, repair: Callable[..., Said]) -> None:
    """Gone marks, walks and validators come from runs, and no line can give them again."""
    connection = sqlite3.connect(data / "ledger.sqlite", isolation_level=None)
    connection.execute("UPDATE articles SET etag = '\"e\"'")
    gone = connection.execute("SELECT id FROM articles WHERE outcome = 'gone'").fetchall()
    connection.close()
    assert len(gone) == 1
    rewrite(data, lambda lines: lines.pop(0))
    repair()
    archive = an_archive(data, "after")
    assert [row[0] for row in gone] == [
        number
        for number, *_ in archive.ledger.articles.rows()
        if archive.ledger.articles.latest(number).outcome is Outcome.GONE  # type: ignore[union-attr]
    ]
    assert {archive.ledger.articles.latest(line["id"]).etag for line in lines_of(data / "articles.jsonl")} == {'"e"'}  # type: ignore[union-attr]
    archive.close({})


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE articles SET line_offset = 7",
        "UPDATE articles SET content_hash = 'x'",
        "DELETE FROM articles",
        "DELETE FROM articles WHERE revision = 1",
        "DELETE FROM listings",
        "DELETE FROM addresses WHERE kind = 'article'",
        "UPDATE meta SET value = 12 WHERE key = 'articles_offset'",
        "UPDATE meta SET value = 'x' WHERE key = 'articles_last'",
    ],
)
def test_a_ledger_that_says_something_else_is_marked_again_from_the_lines(
    data: Path, repair: Callable[..., Said], change: str
) -> None:
    lines = (data / "articles.jsonl").read_bytes()
    connection = sqlite3.connect(data / "ledger.sqlite", isolation_level=None)
    assert connection.execute(change).rowcount > 0
    connection.close()
    assert said(data)
    repair()
    assert (data / "articles.jsonl").read_bytes() == lines


def test_a_line_that_points_to_the_wrong_page_finds_its_own_again(data: Path, repair: Callable[..., Said]) -> None:
    whole = by_revision(data)
    alter(data, 0, warc=lines_of(data / "articles.jsonl")[1]["warc"])
    repair()
    assert by_revision(data) == whole


def test_a_torn_end_of_a_warc_file_is_cut_off_and_kept(data: Path, repair: Callable[..., Said]) -> None:
    path = warcs(data)[0]
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:50])
    repair()
    assert path.read_bytes() == whole
    assert [one.read_bytes() for one in path.parent.glob("*.torn-*")] == [whole[:50]]


def test_an_article_whose_line_and_page_are_both_lost_is_asked_for_again(
    data: Path, repair: Callable[..., Said]
) -> None:
    line = lines_of(data / "articles.jsonl")[9]
    rewrite(data, lambda lines: [lines.pop(at) for at in (9, 8, 2)])
    for path in warcs(data):
        path.write_bytes(b"")
    check = ArchiveCheck(data, own=True)
    assert [one for one in check.findings() if line["id"] in one.what]
    repairer = Repairer(check, now)
    repairer.repair()
    assert f"{line['id']}, revision 3: no raw page in the WARC gives it" in repairer.messages
    archive = an_archive(data, "after")
    assert line["id"] in {one.article_id for one in archive.memory.unsettled()}
    archive.close({})


def test_a_missing_warc_file_cannot_be_mended_and_is_named_still(data: Path, capsys: Capture) -> None:
    warcs(data)[-1].unlink()
    lines = (data / "articles.jsonl").read_bytes()
    told = scrapy(capsys, "verify", "--repair", "--data-dir", data)
    assert told.code == 10
    assert (data / "articles.jsonl").read_bytes() == lines
    assert any(one.startswith("still: warc/") and "not there" in one for one in told.lines)
    assert any("its raw page is nowhere in the WARC; its line stays as it is" in one for one in told.lines)


def test_reports_come_back_from_the_ledger(data: Path, repair: Callable[..., Said]) -> None:
    first, second, *_ = sorted((data / "runs").iterdir())
    whole = json.loads(first.read_text())
    first.unlink()
    second.write_bytes(b"{")
    repair()
    assert json.loads(first.read_text()) == whole
    assert [path.read_bytes() for path in (data / "runs").glob("*.damaged-*")] == [b"{"]


def test_pictures_of_a_line_made_again_stay(data: Path, repair: Callable[..., Said]) -> None:
    before = sorted((data / "images").rglob("*.jpg"))
    rewrite(data, lambda lines: lines.pop(0))
    repair()
    assert sorted((data / "images").rglob("*.jpg")) == before


def test_a_damaged_quarantine_line_is_set_aside(data: Path, repair: Callable[..., Said]) -> None:
    path = data / "quarantine.jsonl"
    line = path.read_bytes()
    path.write_bytes(line.replace(b'"outcome"', b'"outcomf"'))
    repair()
    assert path.read_bytes() == b""
    assert len([name for name in kept_aside(data) if name.startswith("quarantine.jsonl.damaged-")]) == 1


def test_two_revisions_of_one_number_that_say_different_things_are_both_kept(
    data: Path, repair: Callable[..., Said]
) -> None:
    lines = lines_of(data / "articles.jsonl")
    alter(data, 9, revision=2)
    repair()
    now = by_revision(data)
    assert now[lines[9]["id"], 3] == lines[9]


@pytest.mark.parametrize("step", ["_lines", "_quarantine", "_ledger", "_reports", "_orphans"])
def test_killed_in_the_middle_it_is_done_again(
    data: Path, repair: Callable[..., Said], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    whole = by_revision(data)
    rewrite(data, several)

    def killed(_repairer: Repairer) -> None:
        raise SystemExit(137)

    with monkeypatch.context() as patched:
        patched.setattr(Repairer, step, killed)
        with pytest.raises(SystemExit):
            repair_archive(data)
    repair()
    assert by_revision(data) == whole


def test_beside_a_run_it_repairs_nothing(data: Path, capsys: Capture) -> None:
    rewrite(data, lambda lines: lines.pop(4))
    damaged = (data / "articles.jsonl").read_bytes()
    lock = Lock(data / "lock", "r9")
    told = scrapy(capsys, "verify", "--repair", "--data-dir", data)
    lock.release()
    assert told.code == 15 and "is held by" in told.err
    assert (data / "articles.jsonl").read_bytes() == damaged
