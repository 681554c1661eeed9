"""Outputs of a crawl: nothing but the archive writes to the archive's files, and a feed that cannot be written is told first."""

import os
from pathlib import Path

import pytest
from scrapy.settings import BaseSettings, Settings

from panan_spider.commands.crawl import archive_file, feed_objection, file_objection


@pytest.fixture
def data(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    for name in ("articles.jsonl", "quarantine.jsonl", "ledger.sqlite", "site.json", "warc/a.warc.gz", "runs/r1.json"):
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text("kept")
    return data


def settings(data: Path, *feeds: str, **more: object) -> BaseSettings:
    return Settings({"PANAN_DATA_DIR": str(data), "FEEDS": {uri: {"format": "jsonl"} for uri in feeds}, **more})


OWN = (
    "articles.jsonl", "quarantine.jsonl", "ledger.sqlite", "ledger.sqlite-wal", "site.json", "lock", "reparse.json", "people.jsonl",
    "warc/a.warc.gz", "warc/new.warc.gz", "runs/r1.json", "runs/latest.html", "images/index.jsonl", "images/ab/x.jpg",
    "articles.jsonl.torn-20260307T010203Z", "./warc/../articles.jsonl",
)  # fmt: skip


@pytest.mark.parametrize("name", OWN)
def test_a_feed_onto_a_file_of_the_archive_is_refused(data: Path, name: str) -> None:
    path = data / name
    for uri in (str(path), f"file://{path}", os.path.relpath(path)):
        objection = feed_objection(settings(data, uri), "panan")
        assert objection is not None and "the archive's own" in objection, uri


def test_by_whatever_way_the_path_leads_there(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "link").symlink_to(data)
    (tmp_path / "feed.jsonl").symlink_to(data / "articles.jsonl")
    (tmp_path / "hard.gz").hardlink_to(data / "warc/a.warc.gz")
    (tmp_path / "twin.jsonl").hardlink_to(data / "articles.jsonl")
    monkeypatch.chdir(data)
    for uri in (
        *(str(tmp_path / name) for name in ("link/articles.jsonl", "feed.jsonl", "hard.gz", "twin.jsonl")),
        *("articles.jsonl", f"file://{data}/articles%2Ejsonl", str(data)),
    ):
        assert feed_objection(settings(data, uri), "panan") is not None, uri
    assert feed_objection(settings(data, str(data / "ledger.%(name)s")), "sqlite") is not None
    assert feed_objection(settings(Path(), "articles.jsonl"), "panan") is not None


@pytest.mark.parametrize(
    "uri",
    ["stdout:", "-", "s3://bucket/articles.jsonl", "{tmp}/feed.jsonl", "{tmp}/new/feed.jsonl", "{data}/feed.jsonl"],
)
def test_any_other_feed_is_fine(data: Path, tmp_path: Path, uri: str) -> None:
    assert feed_objection(settings(data, uri.format(tmp=tmp_path, data=data)), "panan") is None


def test_an_unwritable_feed_is_told_before_the_first_request(data: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file/feed.jsonl", tmp_path):
        objection = feed_objection(settings(data, str(path)), "panan")
        assert objection is not None and "cannot be written" in objection


def test_the_log_is_not_written_into_the_archive_either(data: Path, tmp_path: Path) -> None:
    assert feed_objection(settings(data, LOG_FILE=str(data / "articles.jsonl")), "panan") is not None
    assert feed_objection(settings(data, LOG_FILE=str(tmp_path / "crawl.log")), "panan") is None
    assert file_objection(data, data / "ledger.sqlite", "x") is not None
    assert archive_file(data, tmp_path / "elsewhere") is None
