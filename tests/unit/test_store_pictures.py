"""Pictures on disk: named by their content, found by their address, as durable as articles, and asked for as needed."""

from collections.abc import Callable
from pathlib import Path

import pytest
from store_helpers import a_dead_run, an_archive, lines_of, recorded

from panan_spider.archive.ledger.url_outcomes import ImageTable
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.image_files import ImageFiles, kept
from panan_spider.core.outcomes import Outcome
from panan_spider.items import WarcLocation

A, B = "http://www.panews.cn/pic/1.jpg", "http://panews.zjol.com.cn/pic/1.jpg"
#: SHA-256 of `bytes`.
BYTES, NAME = b"bytes", "images/27/277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9.jpg"


def keep(pictures: ImageFiles, url: str = A, body: bytes = BYTES) -> Path:
    return pictures.keep(url, body, "image/jpeg", "jpg", WarcLocation(file="warc/x", offset=7))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return an_archive(tmp_path)


def next_run(archive: Archive, how: Callable[[Archive], None] = lambda archive: archive.close({})) -> Archive:
    how(archive)
    return an_archive(archive.folder, f"{archive.run_id}+")


def test_a_picture_is_named_by_its_content_and_found_by_its_address(archive: Archive) -> None:
    keep(archive.open_images())
    assert kept(archive.folder) == {A: NAME}
    assert (archive.folder / NAME).read_bytes() == BYTES
    (line,) = lines_of(archive.folder / "images/index.jsonl")
    assert (line["type"], line["bytes"], line["warc"]) == ("image/jpeg", 5, {"file": "warc/x", "offset": 7})


def test_one_picture_at_two_addresses_is_one_file(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = archive.open_images()
    keep(pictures)
    renamed = recorded(monkeypatch, "replace")
    keep(pictures, B)
    assert renamed == []
    assert kept(archive.folder) == {A: NAME, B: NAME}


def test_file_then_index_then_ledger_each_durable(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    pictures = archive.open_images()
    calls = recorded(monkeypatch, "replace", "write", "fsync")
    marks: list[list[str]] = []
    monkeypatch.setattr(archive.ledger.images, "mark", lambda *_: marks.append([*calls]))
    keep(pictures)
    assert marks == [["write", "fsync", "replace", "fsync", "write", "fsync"]]


def test_a_mark_that_a_kill_took_is_made_again(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as kill:
        kill.setattr(ImageTable, "mark", killed)
        with pytest.raises(KeyboardInterrupt):
            keep(archive.open_images())
    pictures = next_run(archive, a_dead_run).open_images()
    assert not pictures.wants(A)


def test_a_torn_line_is_cut_and_its_picture_asked_for_again(archive: Archive) -> None:
    keep(archive.open_images())
    archive.close({})
    index = archive.folder / "images/index.jsonl"
    index.write_bytes(index.read_bytes()[:-9])
    assert kept(archive.folder) == {}
    again = an_archive(archive.folder, "r2")
    assert again.open_images().wants(A)
    assert [note for note in again.notes if "index.jsonl: a torn end" in note]


def test_a_lost_ledger_learns_of_kept_pictures_from_the_index(archive: Archive) -> None:
    pictures = archive.open_images()
    keep(pictures)
    pictures.miss(B, Outcome.GONE, "HTTP 404")
    archive.close({})
    for path in archive.folder.glob("ledger.sqlite*"):
        path.unlink()
    pictures = an_archive(archive.folder, "r2").open_images()
    assert (pictures.wants(A), pictures.wants(B)) == (False, True)


def test_a_picture_whose_file_is_gone_is_asked_for_again(archive: Archive) -> None:
    pictures = archive.open_images()
    keep(pictures).unlink()
    assert pictures.wants(A)
    keep(pictures)
    assert not pictures.wants(A)


@pytest.mark.parametrize(
    ("outcome", "wanted", "by_all"),
    [
        (Outcome.FAILED, True, True), (Outcome.BLOCKED, True, True), (Outcome.INVALID, True, True), (Outcome.FORBIDDEN, True, True),
        (Outcome.GONE, False, True), (Outcome.OFF_SITE, False, True), (Outcome.TOO_LARGE, False, True),
    ],
)  # fmt: skip
def test_what_was_not_had_is_asked_for_again_where_it_may_be_had_by_now(
    archive: Archive, outcome: Outcome, wanted: bool, by_all: bool
) -> None:
    archive.open_images().miss(A, outcome, "why")
    pictures = next_run(archive).open_images()
    assert (pictures.wants(A), pictures.wants(A, all_again=True)) == (wanted, by_all)


def test_a_kept_picture_is_never_asked_for_again(archive: Archive) -> None:
    keep(archive.open_images())
    pictures = next_run(archive).open_images()
    assert not pictures.wants(A) and not pictures.wants(A, all_again=True)


def test_a_fault_is_news_until_it_is_known(archive: Archive) -> None:
    assert archive.open_images().miss(A, Outcome.INVALID, "a page")
    pictures = next_run(archive).open_images()
    assert not pictures.miss(A, Outcome.INVALID, "a page")
    assert pictures.miss(A, Outcome.GONE, "HTTP 404")


def test_what_opening_would_pass_over_is_passed_over(archive: Archive) -> None:
    keep(archive.open_images())
    with (archive.folder / "images/index.jsonl").open("ab") as index:
        index.write(b'not json\n{"no": "address"}\n')
    assert kept(archive.folder) == {A: NAME}
    assert not next_run(archive, a_dead_run).open_images().wants(A)


def test_without_pictures_there_is_no_folder(archive: Archive) -> None:
    archive.close({})
    assert kept(archive.folder) == {}
    assert not (archive.folder / "images").exists()
