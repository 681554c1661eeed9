"""What the tests of the store share: invented articles and answers, a clock that stands still, a whole-archive check."""

import gzip
import io
import json
import os
from argparse import Namespace
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warcio.checker import Checker

from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.warc_file import HttpExchange
from panan_spider.items import Article, Paragraph, WarcLocation

START = datetime(2026, 3, 7, 1, 2, 3, tzinfo=UTC)


class StandingClock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **step: float) -> None:
        self.time += timedelta(**step)


def url_of(number: int) -> str:
    return f"http://www.panews.cn/system/2020/03/07/{number:09d}.shtml"


def an_article(number: int = 1, revision: int = 1, version: int = 1, **other: Any) -> Article:
    """Article `number` in content version `version`, as revision `revision`."""
    values: dict[str, Any] = {
        "id": f"{number:09d}",
        "revision": revision,
        "url": url_of(number),
        "title": f"样例标题{number}",
        "published": "2020-03-07",
        "posted": "2020-03-07",
        "section": "书记",
        "breadcrumbs": ["磐安新闻网", "书记"],
        "listed_in": ["书记"],
        "credits": {},
        "text": f"第{version}版正文",
        "blocks": [Paragraph(text=f"第{version}版正文")],
        "pages": 1,
        "template": "enorth_b",
        "content_hash": f"sha256:{number * 100 + version:064x}",
        "fetched_at": "2026-03-07T01:02:03Z",
        "warc": None,
    }
    values |= dict.fromkeys(("kicker", "subtitle", "source", "header_line", "editor"))
    values |= {name: [] for name in ("authors", "images", "attachments", "related")}
    return Article(**(values | other))


def an_exchange(url: str = url_of(1), body: bytes = b"<html>", status: int = 200, **other: Any) -> HttpExchange:
    """An answer of `body`."""
    values: dict[str, Any] = {
        "url": url,
        "at": "2026-03-07T01:02:03Z",
        "status": status,
        "body": body,
        "headers": ((b"Content-Type", b"text/html; charset=utf-8"),),
        "request_headers": ((b"Host", b"www.panews.cn"),),
    }
    return HttpExchange(**(values | other))


def an_archive(folder: Path, run_id: str = "r1", **other: Any) -> Archive:
    """The archive in `folder`, open."""
    return Archive.open(folder, run_id=run_id, args={}, **other)


def a_dead_run(archive: Archive) -> None:
    """Let go of `archive` as the death of its process would: nothing settled, nothing reported."""
    archive._closing.close()


def lines_of(path: Path) -> list[dict[str, Any]]:
    """The records of a file of JSON lines; a torn or broken line raises."""
    raw = path.read_bytes()
    assert raw == b"" or raw.endswith(b"\n"), "torn last line"
    return [json.loads(line) for line in raw.split(b"\n")[:-1]]


def warcio_check(folder: Path) -> None:
    """What `warcio check` says of every WARC file below `folder` must be nothing, and none may be torn.

    `warcio check` by itself passes over a last record that breaks off; unpacking the file does not.
    """
    for path in (folder / "warc").glob("*.warc.gz"):
        assert gzip.decompress(path.read_bytes()).endswith(b"\r\n\r\n"), path
    files = [str(path) for path in sorted((folder / "warc").glob("*.warc.gz"))]
    said = io.StringIO()
    with redirect_stdout(said):
        failed = Checker(Namespace(inputs=files, verbose=False)).process_all()
    assert not failed and said.getvalue() == "", said.getvalue()


def place_of(record: dict[str, Any]) -> WarcLocation:
    """The WARC place of an article line."""
    return WarcLocation.model_validate(record["warc"])


def recorded(monkeypatch: pytest.MonkeyPatch, *names: str) -> list[str]:
    """From now on, the calls of these functions of `os`, by name, in order."""
    calls: list[str] = []

    def recording(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            calls.append(name)
            return call(*args)

        return called

    for name in names:
        monkeypatch.setattr(os, name, recording(name, getattr(os, name)))
    return calls
