"""Lines: whole, durable, cut where torn."""

import json
import os
from pathlib import Path

import pytest
from store_helpers import START, recorded

from panan_spider.archive.store.files import StoreError, WriteGuard
from panan_spider.archive.store.jsonl import LineFile


def opened(path: Path, guard: WriteGuard | None = None) -> LineFile:
    return LineFile(path, guard or WriteGuard(), START)


def test_a_line_is_written_in_one_write_and_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = opened(tmp_path / "a.jsonl")
    calls = recorded(monkeypatch, "write", "fsync")
    lines.append('{"题": "磐安"}')
    assert calls == ["write", "fsync"]
    assert (tmp_path / "a.jsonl").read_text("utf-8") == '{"题": "磐安"}\n'


def test_a_line_says_where_it_starts_and_ends(tmp_path: Path) -> None:
    lines = opened(tmp_path / "a.jsonl")
    first, second = lines.append('{"n": 1}'), lines.append('{"题": 2}')
    assert (first.start, first.end, second.start) == (0, 9, 9)
    assert second.end == lines.size == (tmp_path / "a.jsonl").stat().st_size
    assert [line.record for line in lines.lines(second.start)] == [{"题": 2}]


def test_no_reader_finds_a_line_end_inside_a_line(tmp_path: Path) -> None:
    text = "一\u2028二\u2029三\u0085四"
    opened(tmp_path / "a.jsonl").append(json.dumps({"text": text}, ensure_ascii=False))
    (only,) = (tmp_path / "a.jsonl").read_text("utf-8").splitlines()
    assert json.loads(only) == {"text": text}


def test_a_record_of_two_lines_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="one line"):
        opened(tmp_path / "a.jsonl").append('{"n":\n1}')


@pytest.mark.parametrize(
    "torn",
    [
        b'{"n": 2',
        b'{"n": 2}',
        b'{"n": 2\n',
        b"\x00" * 300_000,
        b'\x00\x00\n{"n":\n',
        b"\n",
        "{'题".encode()[:-1],
        b"[2]\n",
    ],
    ids=[
        "cut",
        "no line feed",
        "cut with line feed",
        "zeros",
        "several lines",
        "empty line",
        "in a character",
        "array",
    ],
)
def test_a_torn_end_is_cut_and_kept_aside(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"n": 1}\n' + torn)
    lines = opened(path)
    assert path.read_bytes() == b'{"n": 1}\n'
    assert (tmp_path / "a.jsonl.torn-20260307T010203Z").read_bytes() == torn
    assert lines.notes == [
        f"a.jsonl: a torn end of {len(torn)} bytes was cut off and kept in a.jsonl.torn-20260307T010203Z"
    ]
    assert lines.append('{"n": 2}').start == 9


def test_a_file_that_is_all_torn_is_kept_aside_whole(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"n"')
    assert opened(tmp_path / "a.jsonl").size == 0
    assert (tmp_path / "a.jsonl.torn-20260307T010203Z").read_bytes() == b'{"n"'


def test_a_second_torn_end_of_the_same_second_keeps_both(tmp_path: Path) -> None:
    for torn in (b"one", b"two"):
        (tmp_path / "a.jsonl").write_bytes(torn)
        opened(tmp_path / "a.jsonl").close()
    assert {path.read_bytes() for path in tmp_path.glob("a.jsonl.torn-*")} == {b"one", b"two"}


def test_the_torn_end_is_durable_before_anything_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"n": 1}\ntorn')
    calls = recorded(monkeypatch, "write", "fsync", "ftruncate")
    opened(tmp_path / "a.jsonl")
    assert calls[:5] == ["write", "fsync", "fsync", "ftruncate", "fsync"]


def test_a_whole_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b'{"n": 1}\nbroken in the middle\n{"n": 2}\n')
    lines = opened(tmp_path / "a.jsonl")
    assert lines.notes == [] and [line.record for line in lines.lines()] == [{"n": 1}, None, {"n": 2}]
    assert list(tmp_path.iterdir()) == [tmp_path / "a.jsonl"]


def test_a_long_last_line_is_read_whole(tmp_path: Path) -> None:
    long = json.dumps({"text": "文" * 100_000}).encode() + b"\n"
    (tmp_path / "a.jsonl").write_bytes(b'{"n": 1}\n' + long)
    lines = opened(tmp_path / "a.jsonl")
    assert lines.notes == [] and lines.line_before(lines.size) == long
    assert lines.line_before(lines.size + 1) is None and lines.line_before(5) is None


def test_a_line_the_disk_takes_in_part_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = opened(tmp_path / "a.jsonl", guard := WriteGuard())
    lines.append('{"n": 1}')
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:4]))
    with pytest.raises(StoreError, match=r"a\.jsonl: only 4 of 9 bytes were written; is the disk full\?$"):
        lines.append('{"n": 2}')
    monkeypatch.undo()
    assert (tmp_path / "a.jsonl").read_bytes() == b'{"n": 1}\n'
    with pytest.raises(StoreError, match="only 4 of 9"):  # and nothing is written after it
        lines.append('{"n": 3}')
    assert guard.failed is not None and lines.size == 9


def test_a_line_that_cannot_be_synced_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = opened(tmp_path / "a.jsonl")

    def refuse(fd: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(StoreError, match=r"a\.jsonl: Input/output error$"):
        lines.append('{"n": 1}')
    assert lines.size == 0
