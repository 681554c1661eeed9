"""Archives that this call may not write: of a newer format, or of another user. One line, and not a byte is changed."""

import os
import shutil
import stat
from hashlib import sha256
from pathlib import Path

import pytest
from command_line import scrapy
from verify_archive import a_copy, raw_lines

ON_AN_ARCHIVE = (
    ("status",),
    ("verify",),
    ("verify", "--repair"),
    ("reparse",),
    ("reparse", "--write"),
    ("export",),
    ("people",),
    ("browse", "--static", "pages"),
)
WRITING = (("verify", "--repair"), ("reparse", "--write"), ("export",), ("people",), ("browse", "--static", "pages"))
NOBODY = 65534


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SCRAPY_SETTINGS_MODULE", "panan_spider.settings")
    monkeypatch.chdir(tmp_path)
    return a_copy(tmp_path)


def content(folder: Path) -> dict[str, str]:
    """Every file's bytes, as a hash, by name."""
    return {
        str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def newer(data: Path, number: int) -> None:
    lines = raw_lines(data)
    lines[number] = lines[number].replace(b'"schema_version":1}', b'"new_field":true,"schema_version": 9}')
    (data / "articles.jsonl").write_bytes(b"".join(lines))


@pytest.mark.parametrize("words", ON_AN_ARCHIVE, ids=" ".join)
@pytest.mark.parametrize("number", [0, -1])
def test_a_line_of_a_newer_format_is_refused(
    data: Path, words: tuple[str, ...], number: int, capsys: pytest.CaptureFixture[str]
) -> None:
    newer(data, number)
    before = content(data.parent)
    call = scrapy(capsys, *words, "--data-dir", data)
    assert (call.code, call.out, call.err.count("\n")) == (14, "", 1), call
    assert "has schema_version 9, this program knows 1: update panan_spider" in call.err
    assert content(data.parent) == before


def test_a_crawl_refuses_it_and_touches_nothing(data: Path) -> None:
    """Also where the ledger was moved aside, as for going back to an older program."""
    from panan_spider.archive.store.archive import Archive
    from panan_spider.archive.store.files import StoreError

    newer(data, 2)
    (data / "ledger.sqlite").rename(data.parent / "ledger.aside")
    before = content(data)
    with pytest.raises(StoreError, match="update panan_spider"):
        Archive.open(data, run_id="20300101T000000Z-1", args={})
    assert content(data) == before


@pytest.mark.parametrize("length", [*range(65_440, 65_540, 7), 200_000])
def test_a_newer_line_is_found_wherever_a_block_ends(tmp_path: Path, length: int) -> None:
    """The file is read in blocks of 64 KiB: the key may lie across two of them, and its line may begin in an earlier one."""
    from panan_spider.archive.store.files import StoreError
    from panan_spider.archive.store.jsonl import refuse_newer

    first = b'{"text":"' + b"x" * 100 + b'","schema_version":1}\n'
    path = tmp_path / "articles.jsonl"
    path.write_bytes(first + b'{"text":"' + b"x" * length + b'","schema_version": 12}\n' + first)
    with pytest.raises(StoreError, match=f"the line at byte {len(first)} has schema_version 12,"):
        refuse_newer(path)


def test_a_text_that_speaks_of_the_format_is_no_newer_format(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = raw_lines(data)
    lines[0] = lines[0].replace(b'"subtitle":null', rb'"subtitle":"\"schema_version\":9"', 1)
    assert rb"\"schema_version\":9" in lines[0]
    (data / "articles.jsonl").write_bytes(b"".join(lines))
    assert scrapy(capsys, "status", "--data-dir", data).code == 0


def test_a_damaged_line_is_named_with_the_command_that_repairs_it(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = raw_lines(data)
    start = len(lines[0])
    lines[1] = lines[1][:40] + b"\n"
    (data / "articles.jsonl").write_bytes(b"".join(lines))
    for words in (("reparse",), ("reparse", "--diff"), ("export",), ("people",)):
        call = scrapy(capsys, *words, "--data-dir", data)
        assert (call.code, call.err.count("\n")) == (14, 1), (words, call)
        assert f"the line at byte {start} is no article" in call.err and "`scrapy verify --repair`" in call.err


def test_a_torn_end_is_no_damage(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (data / "articles.jsonl").open("ab") as lines:
        lines.write(b'{"id":"torn')
    assert scrapy(capsys, "reparse", "--data-dir", data).code == 0


def test_a_repaired_file_keeps_its_mode(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data / "articles.jsonl"
    lines = raw_lines(data)
    path.write_bytes(b"".join([*lines[:3], lines[3][:40] + b"\n", *lines[4:]]))
    path.chmod(0o660)
    before = path.stat()
    assert scrapy(capsys, "verify", "--repair", "--data-dir", data).code == 0
    after = path.stat()
    assert after.st_ino != before.st_ino and stat.S_IMODE(after.st_mode) == 0o660
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@root
@pytest.mark.parametrize("words", WRITING, ids=" ".join)
def test_root_writes_in_nobody_elses_archive(
    data: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (data, *data.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    before = content(data.parent)
    call = scrapy(capsys, *words, "--data-dir", data)
    assert (call.code, call.out, call.err.count("\n")) == (1, "", 1) and "run this as that user" in call.err, call
    assert content(data.parent) == before


@root
def test_a_crawl_by_root_is_refused_there_and_reading_is_not(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (data, *data.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    call = scrapy(capsys, "crawl", "panan", "-s", f"PANAN_DATA_DIR={data}")
    assert call.code == 1 and "run this as that user" in call.err
    assert scrapy(capsys, "verify", "--data-dir", data).code == 0
    assert scrapy(capsys, "status", "--data-dir", data).code == 0


@root
def test_a_repaired_file_keeps_its_owner(data: Path, tmp_path: Path) -> None:
    """Where root may change it: a file of another user in a folder of root."""
    from panan_spider.archive.store.files import replace_bytes, write_atomically

    path = tmp_path / "file"
    path.write_bytes(b"old")
    os.chown(path, NOBODY, NOBODY)
    path.chmod(0o640)
    write_atomically(path, b"new")
    replace_bytes(path, {}, [b"er"], tmp_path / "aside")
    assert path.read_bytes() == b"newer"
    assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (NOBODY, 0o640)
    shutil.rmtree(data)
