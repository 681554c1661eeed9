"""The WARC held against the rest: a page that reads as an article is never lost, whatever else is."""

import os
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from command_line import scrapy
from store_helpers import a_dead_run, an_archive, an_article, an_exchange, lines_of
from verify_archive import Newsroom, by_revision, newsroom, raw_lines, rewrite, said

from panan_spider.archive.store.files import StoreError
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.archive.verify.repair import open_archive
from panan_spider.core.outcomes import Outcome

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def room(tmp_path: Path) -> Newsroom:
    return newsroom(tmp_path / "data")


def lose_ledger(folder: Path) -> None:
    for path in folder.glob("ledger.sqlite*"):
        path.unlink()


def without_listings(lines: dict[Any, dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    """The lines but for `listed_in`, which only the ledger knew."""
    return {key: line | {"listed_in": []} for key, line in lines.items()}


@pytest.mark.parametrize("count", [1, 4, 99])
def test_lines_and_ledger_lost_together_come_back(room: Newsroom, capsys: Capture, count: int) -> None:
    whole = by_revision(room.folder)
    lose_ledger(room.folder)
    rewrite(room.folder, lambda raw: raw.__delitem__(slice(-count, None)))
    told = scrapy(capsys, "verify", "--data-dir", room.folder)
    assert told.code == 10 and "nothing else accounts for" in told.out
    told = scrapy(capsys, "verify", "--repair", "--data-dir", room.folder)
    assert told.code == 0, told.out
    assert without_listings(by_revision(room.folder)) == without_listings(whole)
    assert said(room.folder) == []


def newest_by_readme(folder: Path) -> dict[str, int]:
    """README's loop: the last line of an article is its newest revision."""
    return {line["id"]: line["revision"] for line in lines_of(folder / "articles.jsonl")}


@pytest.mark.parametrize("damage", ["a line", "all but two", "the file"])
def test_opening_for_a_run_makes_lost_lines_again_before_anything_else(room: Newsroom, damage: str) -> None:
    whole, newest = by_revision(room.folder), newest_by_readme(room.folder)
    if damage == "a line":
        rewrite(room.folder, lambda raw: raw.pop(3))
    elif damage == "all but two":
        rewrite(room.folder, lambda raw: raw.__delitem__(slice(2, None)))
    else:
        (room.folder / "articles.jsonl").unlink()
    archive = open_archive(room.folder, run_id="next", args={})
    assert any("made again from the WARC" in note for note in archive.notes)
    assert by_revision(room.folder) == whole
    assert newest_by_readme(room.folder) == newest
    archive.close({"run": "next"})
    assert said(room.folder) == []


def test_a_line_that_no_page_gives_is_named_first_and_asked_for(room: Newsroom) -> None:
    lines = lines_of(room.folder / "articles.jsonl")
    at = [line["id"] for line in lines].index(room.ids[4])
    gone = lines[at]
    rewrite(room.folder, lambda raw: raw.pop(at))
    (room.folder / gone["warc"]["file"]).unlink()
    archive = open_archive(room.folder, run_id="next", args={})
    assert archive.notes[0].endswith("no raw page in the WARC gives it")
    assert gone["id"] in {left.article_id for left in archive.memory.unsettled()}
    archive.close({})


def test_an_undamaged_archive_is_opened_without_reading_the_warc(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ArchiveCheck, "findings", lambda _self: pytest.fail("the whole archive was read"))
    open_archive(room.folder, run_id="next", args={}).close({})
    open_archive(room.folder.with_name("new"), run_id="next", args={}).close({})


def fetched(room: Newsroom, article_id: str, outcome: Outcome | None) -> None:
    """A run that received the article's page as it now stands, and recorded `outcome` of it; None: nothing at all."""

    def work(archive: Any) -> None:
        url = room.site.record(article_id).url
        place = room._fetch(archive, url)
        if outcome is not None:
            archive.memory.discovered(url, "article", article_id)
            archive.places[url] = place
            archive.memory.settle(url, outcome, "made up")

    room.run(work)


def a_new_article(room: Newsroom) -> str:
    known = {line["id"] for line in lines_of(room.folder / "articles.jsonl")}
    return next(record.id for record in room.site.records if record.id not in known and len(record.parts) <= 1)


@pytest.mark.parametrize(
    "outcome", [Outcome.OUT_OF_RANGE, Outcome.ALIAS, Outcome.GONE, Outcome.PENDING, Outcome.FAILED, Outcome.INVALID]
)
def test_a_page_that_the_ledger_or_the_quarantine_accounts_for_is_no_finding(room: Newsroom, outcome: Outcome) -> None:
    fetched(room, a_new_article(room), outcome)
    assert said(room.folder) == []


@pytest.mark.parametrize("outcome", [None, Outcome.BLOCKED, Outcome.KNOWN])
def test_one_that_nothing_accounts_for_is_found_and_becomes_a_line(
    room: Newsroom, capsys: Capture, outcome: Outcome | None
) -> None:
    article_id = a_new_article(room)
    fetched(room, article_id, outcome)
    (finding,) = said(room.folder)
    assert article_id in finding and "accounts for" in finding
    assert scrapy(capsys, "verify", "--repair", "--data-dir", room.folder).code == 0
    assert by_revision(room.folder)[article_id, 1]["title"] == room.site.record(article_id).title
    assert said(room.folder) == []


def test_a_later_page_of_a_stored_article_with_other_content_is_found_and_becomes_a_revision(
    room: Newsroom, capsys: Capture
) -> None:
    article_id = room.ids[4]
    fetched(room, article_id, None)
    assert said(room.folder) == [], "the same content needs no line"
    room.site.correct(article_id)
    fetched(room, article_id, None)
    (finding,) = said(room.folder)
    assert article_id in finding
    assert scrapy(capsys, "verify", "--repair", "--data-dir", room.folder).code == 0
    assert by_revision(room.folder)[article_id, 2]["title"] == room.site.record(article_id).title
    assert said(room.folder) == []


SPECIAL = ("articles.jsonl", "quarantine.jsonl", "ledger.sqlite", "lock", "site.json", "warc/{warc}")


@pytest.mark.parametrize("name", SPECIAL)
def test_a_fifo_in_place_of_a_file_is_an_error_and_no_wait(room: Newsroom, name: str) -> None:
    path = room.folder / name.format(warc=next((room.folder / "warc").iterdir()).name)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    errors: list[str] = []

    def work() -> None:
        for call in (
            lambda: list(ArchiveCheck(room.folder).findings()),
            lambda: open_archive(room.folder, run_id="x", args={}),
        ):
            try:
                call()
            except StoreError as error:
                errors.append(str(error))

    thread = Thread(target=work, daemon=True)
    thread.start()
    thread.join(60)
    assert not thread.is_alive(), "it waits for somebody to write into the FIFO"
    assert name == "site.json" or errors  # a finding, for whoever is not bound to a site
    assert all("no regular file" in error for error in errors)


@pytest.mark.parametrize("name", ["articles.jsonl", "warc"])
@pytest.mark.parametrize("damage", ["deleted", "replaced", "cut", "grown"])
def test_a_file_that_somebody_else_changes_under_a_run_ends_it(tmp_path: Path, name: str, damage: str) -> None:
    archive = an_archive(tmp_path)
    archive.store_all([(an_article(1, warc=archive.write_response(an_exchange())), Outcome.STORED)])
    path = tmp_path / name if name != "warc" else next((tmp_path / "warc").iterdir())
    change(path, damage)
    with pytest.raises(StoreError, match=path.name):
        if name == "warc":
            archive.write_response(an_exchange())
        else:
            archive.store_all([(an_article(2), Outcome.STORED)])
    assert archive.guard.failed is not None
    a_dead_run(archive)


WRITTEN = (
    "articles.jsonl",
    "quarantine.jsonl",
    "warc",
    "ledger.sqlite",
    "ledger.sqlite-wal",
    "ledger.sqlite-shm",
    "lock",
)


def change(path: Path, damage: str) -> None:
    raw = path.read_bytes()
    if damage in ("deleted", "replaced"):
        path.unlink()
    if damage == "replaced":
        path.write_bytes(raw)
    if damage == "cut":
        os.truncate(path, len(raw) // 2)
    if damage == "grown":
        path.write_bytes(raw + b"{}\n")


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("damage", ["deleted", "replaced"])
def test_so_does_one_that_is_found_so_at_the_end(tmp_path: Path, name: str, damage: str) -> None:
    archive = an_archive(tmp_path)
    archive.store_all([(an_article(1, warc=archive.write_response(an_exchange())), Outcome.STORED)])
    path = tmp_path / name if name != "warc" else next((tmp_path / "warc").iterdir())
    change(path, damage)
    with pytest.raises(StoreError, match=path.name):
        archive.close({})


@pytest.mark.parametrize("name", ["ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm", "lock"])
@pytest.mark.parametrize("damage", ["deleted", "replaced", "cut"])
def test_the_ledger_and_the_lock_are_looked_at_before_every_write(tmp_path: Path, name: str, damage: str) -> None:
    an_archive(tmp_path, "r0").close({})
    archive = an_archive(tmp_path)
    change(tmp_path / name, damage)
    with pytest.raises(StoreError, match=name):
        archive.memory.discovered("http://www.panews.cn/", "section")
    assert archive.guard.failed is not None
    a_dead_run(archive)


def test_a_ledger_that_is_overwritten_in_place_is_found_at_the_end(tmp_path: Path) -> None:
    an_archive(tmp_path, "r0").close({})
    yesterday = (tmp_path / "ledger.sqlite").read_bytes()
    archive = an_archive(tmp_path)
    for number in range(1, 400):  # more than SQLite keeps in the -wal
        archive.memory.discovered(f"http://www.panews.cn/{number}/", "section")
    with (tmp_path / "ledger.sqlite").open("r+b") as file:
        file.write(yesterday)
    with pytest.raises(StoreError, match="ledger"):
        archive.close({})
    later = an_archive(tmp_path, "r2")
    assert later.ledger.damage() is None
    later.close({})


LINKED = ("articles.jsonl", "quarantine.jsonl", "ledger.sqlite", "ledger.sqlite-wal", "lock", "site.json")


@pytest.mark.parametrize("name", [*LINKED, "images/index.jsonl"])
@pytest.mark.parametrize("is_dangling", [False, True])
def test_a_link_in_place_of_a_file_is_one_clear_error_and_its_target_stays(
    tmp_path: Path, name: str, is_dangling: bool
) -> None:
    data, target = tmp_path / "data", tmp_path / "precious"
    (data / "images").mkdir(parents=True)
    if not is_dangling:
        target.write_text("precious\n")
    (data / name).symlink_to(target)
    with pytest.raises(
        StoreError, match=rf"{name}: is a symbolic link to .*precious; .*link the data folder"
    ) as failed:
        open_archive(data, run_id="x", args={})
    assert len(str(failed.value).splitlines()) == 1
    assert target.exists() is not is_dangling and (is_dangling or target.read_text() == "precious\n")
    assert (data / name).is_symlink()


def test_the_data_folder_and_its_folders_may_be_links(tmp_path: Path) -> None:
    for name in ("disk", "warcs", "pictures"):
        (tmp_path / name).mkdir()
    (tmp_path / "data").symlink_to(tmp_path / "disk")
    (tmp_path / "disk/warc").symlink_to(tmp_path / "warcs")
    (tmp_path / "disk/images").symlink_to(tmp_path / "pictures")
    archive = open_archive(tmp_path / "data", run_id="x", args={})
    archive.store_all([(an_article(1, warc=archive.write_response(an_exchange())), Outcome.STORED)])
    archive.open_images()
    archive.close({})
    assert list((tmp_path / "warcs").glob("*.warc.gz")) and (tmp_path / "pictures/index.jsonl").exists()
    before, moved = said(tmp_path / "data"), next((tmp_path / "warcs").glob("*.warc.gz"))
    (tmp_path / "old").mkdir()
    moved.rename(tmp_path / "old" / moved.name)
    moved.symlink_to(tmp_path / "old" / moved.name)
    assert said(tmp_path / "data") == before, "a WARC file of an earlier run is only read"


def test_lines_of_the_middle_that_are_lost_are_restored_in_their_order(room: Newsroom) -> None:
    before = raw_lines(room.folder)
    rewrite(room.folder, lambda raw: raw.__delitem__(slice(1, 4)))
    open_archive(room.folder, run_id="next", args={}).close({})
    assert sorted(raw_lines(room.folder)) == sorted(before)
