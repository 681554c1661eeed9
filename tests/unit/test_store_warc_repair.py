"""Torn WARC files: cut back to their last whole record; damaged ones are never cut."""

import os
from pathlib import Path

import pytest
from store_helpers import START, StandingClock, an_archive, an_exchange, url_of, warcio_check

from panan_spider.archive.store import torn_ends
from panan_spider.archive.store.files import WriteGuard
from panan_spider.archive.store.torn_ends import cut_torn_record
from panan_spider.archive.store.warc_file import WarcWriter, iter_responses


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of info, two responses and their requests."""
    (tmp_path / "warc").mkdir()
    writer = WarcWriter(tmp_path, "r1", WriteGuard(), StandingClock())
    for number in (1, 2):
        place = writer.response(an_exchange(url=url_of(number), body=os.urandom(500)))
    return tmp_path / place.file


def members(file: Path) -> list[int]:
    """Where each record begins, and the end of the last."""
    with file.open("rb") as opened:
        starts = [0]
        while (length := torn_ends._member_at(opened, starts[-1])) is not None:
            starts.append(starts[-1] + length)
    return starts


def test_a_whole_file_is_left_alone(file: Path) -> None:
    before = file.read_bytes()
    assert cut_torn_record(file, START) is None
    assert file.read_bytes() == before


def test_cut_anywhere_it_ends_with_its_last_whole_record(file: Path) -> None:
    raw, starts = file.read_bytes(), members(file)
    assert len(starts) == 6
    for cut in range(starts[1] + 1, len(raw), 7):
        file.write_bytes(raw[:cut])
        cut_torn_record(file, START)
        whole = max(start for start in starts if start <= cut)
        assert file.read_bytes() == raw[:whole]
    warcio_check(file.parent.parent)


def test_what_is_cut_is_kept_aside_and_named(file: Path) -> None:
    raw, starts = file.read_bytes(), members(file)
    file.write_bytes(raw[:-1])
    torn = len(raw) - 1 - starts[-2]
    assert (
        cut_torn_record(file, START)
        == f"{file.name}: a torn end of {torn} bytes was cut off and kept in {file.name}.torn-20260307T010203Z"
    )
    assert file.with_name(f"{file.name}.torn-20260307T010203Z").read_bytes() == raw[starts[-2] : -1]


@pytest.mark.parametrize(
    "rest", [b"\x00" * 100_000, b"garbage", b"\x1f\x8b\x08" * 9], ids=["zeros", "garbage", "magic"]
)
def test_what_is_no_record_is_cut_off_the_end(file: Path, rest: bytes) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole + rest)
    assert cut_torn_record(file, START) is not None
    assert file.read_bytes() == whole


@pytest.mark.parametrize("size", [0, 1, 100])
def test_a_file_without_a_whole_record_is_no_warc_file(file: Path, size: int) -> None:
    raw = file.read_bytes()
    file.write_bytes(raw[:size])
    assert (
        cut_torn_record(file, START)
        == f"{file.name}: holds no whole record ({size} bytes) and was renamed to {file.name}.torn"
    )
    assert not file.exists() and file.with_name(f"{file.name}.torn").read_bytes() == raw[:size]


def test_a_file_damaged_in_the_middle_keeps_what_follows(file: Path) -> None:
    raw, starts = bytearray(file.read_bytes()), members(file)
    raw[starts[1] + 40] ^= 0xFF
    file.write_bytes(raw)
    assert (
        cut_torn_record(file, START)
        == f"{file.name}: damaged between bytes {starts[1]} and {starts[2]}; the records around it are good"
    )
    assert file.read_bytes() == raw


def test_opening_the_archive_mends_the_files_of_a_dead_run(file: Path) -> None:
    data = file.parent.parent
    file.write_bytes(file.read_bytes()[:-5])
    archive = an_archive(data, "r2")
    assert any(note.startswith(f"{file.name}: a torn end") for note in archive.notes)
    assert len(list(iter_responses(data))) == 2
    warcio_check(data)


def test_a_file_found_whole_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = file.parent.parent
    archive = an_archive(data, "r2")
    archive.write_response(an_exchange())
    archive.close({})
    read: list[str] = []
    monkeypatch.setattr("panan_spider.archive.store.recovery.cut_torn_record", lambda path, at: read.append(path.name))
    an_archive(data, "r3").close({})
    assert read == []


def test_a_bomb_is_passed_over_in_bounded_memory(tmp_path: Path) -> None:
    import gzip
    import tracemalloc

    file = tmp_path / "bomb.warc.gz"
    file.write_bytes(gzip.compress(b"WARC/1.1\r\n" + b"\x00" * 50_000_000) + b"torn")
    tracemalloc.start()
    assert cut_torn_record(file, START) is not None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
