"""Exports upon exports: only what is new is done, the result is that of one made anew, and a failed one changes nothing."""

import os
import re
import resource
import shutil
import signal
import sqlite3
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import duckdb
import pytest
from export_helpers import a_full_article, export, put, rows
from store_crawl import in_a_child

from panan_spider.archive.store.files import StoreError
from panan_spider.items import Article
from panan_spider.publish.export import export_files, job, sqlite
from panan_spider.publish.export.job import FORMATS, ExportJob
from panan_spider.publish.export.sqlite import SqliteWriter
from panan_spider.sites.profile import load_site

EVERY = [
    pytest.param(
        name, marks=pytest.mark.skipif(name == "xlsx" and not find_spec("xlsxwriter"), reason="XlsxWriter is an extra")
    )
    for name in sorted(FORMATS)
    if name != "wacz"  # of raw pages, which these archives have none of: test_export_wacz.py
]
CONTINUED = ["csv", "jsonld", "markdown", "sqlite"]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return put(tmp_path / "data", *(a_full_article(number) for number in range(1, 6)))


def out_of(data: Path, name: str) -> Path:
    return data / "export" / FORMATS[name].file_name(load_site())


def content(path: Path) -> Any:
    """What an export says, but for when it was made and where its lines lie."""
    if path.suffix == ".sqlite":
        names = [
            name
            for (name,) in rows(path, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search%'")
        ]
        tables = {name: sorted(rows(path, f"SELECT * FROM {name}"), key=repr) for name in names if name != "meta"}
        found = [
            rows(path, "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", f'"{word}"')
            for word in ("磐安", "更正", "样例")
        ]
        return tables, found, rows(path, "SELECT * FROM meta WHERE key IN ('articles', 'revisions', 'source_bytes')")
    if path.is_dir():
        return {
            str(one.relative_to(path)): one.read_bytes()
            for one in sorted(path.rglob("*"))
            if one.is_file() and one.name[0] != "."
        }
    return path.read_bytes()


def numbers(data: Path, name: str) -> set[int]:
    """The articles in an export."""
    out = out_of(data, name)
    if name == "sqlite":
        return {int(number) for (number,) in rows(out, "SELECT id FROM articles")}
    if name == "xlsx":
        import openpyxl

        sheet = openpyxl.load_workbook(out, read_only=True).active
        assert sheet is not None
        return {int(str(row[0])) for row in sheet.iter_rows(min_row=2, values_only=True)}
    if name == "parquet":
        return {int(number) for (number,) in duckdb.read_parquet(str(out)).project("id").fetchall()}
    return {int(number) for number in re.findall(r"(\d{9})\.shtml", str(content(out)))}


@pytest.mark.parametrize(
    "words", [[], ["--section", "时政"], ["--since", "2020-03-07"], ["--latest-only"], ["--all-revisions"]]
)
@pytest.mark.parametrize("name", [*CONTINUED, "atom"])
def test_a_continued_export_is_what_one_made_anew_is(data: Path, name: str, words: list[str]) -> None:
    words = words if name != "atom" or words != ["--all-revisions"] else []  # a feed has no older revisions
    steps: tuple[list[Article], ...] = (
        [a_full_article(6), a_full_article(7, section="乡镇", listed_in=[])],
        [a_full_article(2, 2, text="更正的正文", authors=[]), a_full_article(8)],
        [
            a_full_article(2, 3, section="乡镇", listed_in=["乡镇"], published="2020-03-01"),
            a_full_article(7, 2, section="时政"),
        ],
        [],
    )
    assert export(data, "--format", name, *words) == 0
    for new in steps:
        put(data, *new)
        assert export(data, "--format", name, *words) == 0
        anew = data / "anew" / FORMATS[name].file_name(load_site())
        assert export(data, "--format", name, *words, "--out", str(anew)) == 0
        assert content(out_of(data, name)) == content(anew)
        shutil.rmtree(anew.parent)


@pytest.mark.parametrize("name", CONTINUED)
def test_ten_new_articles_cost_ten_articles_work(
    data: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(data, "--format", name) == 0
    put(data, *(a_full_article(number) for number in range(10, 20)))
    parsed, parse = [], job._article_record
    monkeypatch.setattr(job, "_article_record", lambda line: parsed.append(line) or parse(line))  # type: ignore[func-returns-value]
    assert export(data, "--format", name) == 0
    assert len(parsed) == 10
    assert "15 articles, 15 revisions, brought up to date" in capsys.readouterr().out


@pytest.mark.parametrize("name", EVERY)
def test_nothing_new_costs_nothing_but_a_look(data: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert export(data, "--format", name) == 0
    before = content(out_of(data, name))
    monkeypatch.setattr(job, "_article_record", lambda raw: pytest.fail("a line was read again"))
    assert export(data, "--format", name) == 0
    assert content(out_of(data, name)) == before


@pytest.mark.parametrize("name", EVERY)
def test_lines_that_are_not_those_of_before_make_it_anew(data: Path, name: str) -> None:
    assert export(data, "--format", name) == 0
    (data / "articles.jsonl").unlink()
    put(data, *(a_full_article(number, title=f"别的{number}") for number in range(20, 26)))
    assert export(data, "--format", name) == 0
    assert numbers(data, name) == set(range(20, 26))


@pytest.mark.parametrize("name", EVERY)
def test_a_failed_export_keeps_the_last_good_one(
    data: Path, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(data, "--format", name) == 0
    before = content(out_of(data, name))
    put(data, a_full_article(6), a_full_article(1, 2))

    def refuse(*_args: Any, **_others: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(SqliteWriter, "_parts", refuse)
    monkeypatch.setattr(export_files, "_sync", refuse)
    capsys.readouterr()
    assert export(data, "--format", name) == 14
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "No space left on device" in said
    assert content(out_of(data, name)) == before
    assert not [
        path for path in (data / "export").iterdir() if path.name.endswith((".part", ".old", ".lines", "-journal"))
    ]


@pytest.mark.parametrize("name", EVERY)
def test_files_that_may_not_grow_are_a_store_error(data: Path, tmp_path: Path, name: str) -> None:
    assert export(data, "--format", name) == 0
    before, told = content(out_of(data, name)), tmp_path / "told"
    long: dict[str, Any] = {"text": "样例" * 5_000, "blocks": [{"type": "paragraph", "text": "样例" * 5_000}]}
    put(data, *(a_full_article(number, **long) for number in range(6, 16)))

    def work() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, resource.RLIM_INFINITY))
        code = export(data, "--format", name)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        told.write_text(str(code))

    in_a_child(work)
    assert told.read_text() == "14"
    assert content(out_of(data, name)) == before
    assert export(data, "--format", name) == 0 and numbers(data, name) == set(range(1, 16))


@pytest.mark.parametrize("name", ["sqlite", "csv", "markdown"])
def test_one_that_does_not_hold_what_was_read_is_thrown_away(
    data: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert export(data, "--format", name) == 0
    before = content(out_of(data, name))
    put(data, a_full_article(6))
    monkeypatch.setattr(SqliteWriter, "write", lambda self, records: None)
    monkeypatch.setattr(export_files, "write_file", lambda path, text: None)
    if name == "csv":
        monkeypatch.setattr("csv.reader", lambda file: iter([["id"]]))
    out = out_of(data, name)
    if name == "sqlite":
        monkeypatch.setattr(sqlite, "_goes_on", lambda job, meta: None)
    assert export(data, "--format", name) == 14
    monkeypatch.undo()
    assert content(out) == before


@pytest.mark.parametrize("name", EVERY)
def test_a_line_that_a_run_is_just_writing_is_left_for_later(data: Path, name: str) -> None:
    whole = (data / "articles.jsonl").read_bytes()
    put(data, a_full_article(6))
    line = (data / "articles.jsonl").read_bytes()[len(whole) :]
    for torn in (line[:1], line[: len(line) // 2], line[:-1]):
        (data / "articles.jsonl").write_bytes(whole + torn)
        assert export(data, "--format", name) == 0
        assert numbers(data, name) == set(range(1, 6))
    (data / "articles.jsonl").write_bytes(whole + line)
    assert export(data, "--format", name) == 0
    assert numbers(data, name) == set(range(1, 7))


def test_a_broken_line_in_the_middle_is_an_error(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = data / "articles.jsonl"
    path.write_bytes(path.read_bytes().replace(b'{"id":"000000003"', b'"id":"000000003"'))
    assert export(data) == 14
    assert "the file is damaged" in capsys.readouterr().err and not out_of(data, "sqlite").exists()


def test_killed_in_the_transaction_the_export_is_the_old_one(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert export(data) == 0
    out = out_of(data, "sqlite")
    before = content(out)
    put(data, *(a_full_article(number) for number in range(6, 9)), a_full_article(1, 2))

    def dying(work: Callable[..., Any]) -> Callable[..., Any]:
        def died(*args: Any, **others: Any) -> None:
            work(*args, **others)
            os.kill(os.getpid(), signal.SIGKILL)

        return died

    monkeypatch.setattr(sqlite, "_finished", dying(sqlite._finished))
    in_a_child(lambda: export(data))
    monkeypatch.undo()
    assert content(out) == before
    assert export(data) == 0 and rows(out, "SELECT count(*) FROM articles") == [(8,)]


def test_a_reader_sees_the_old_export_until_the_new_one_is_whole(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert export(data) == 0
    out, seen = out_of(data, "sqlite"), []
    put(data, a_full_article(6))
    finished = sqlite._finished

    def looking(*args: Any, **others: Any) -> Any:
        done = finished(*args, **others)
        seen.append(rows(out, "SELECT count(*), (SELECT value FROM meta WHERE key = 'articles') FROM articles"))
        return done

    monkeypatch.setattr(sqlite, "_finished", looking)
    assert export(data) == 0
    assert seen == [[(5, "5")]] and rows(out, "SELECT count(*) FROM articles") == [(6,)]


def test_a_reader_that_holds_on_delays_the_export_and_does_not_break_it(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert export(data) == 0
    out = out_of(data, "sqlite")
    put(data, a_full_article(6))
    monkeypatch.setattr(sqlite, "_BUSY_SECONDS", 0.2)
    reader = sqlite3.connect(out, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM articles").fetchone()
    with pytest.raises(StoreError, match="locked"):
        sqlite.export(ExportJob(data, load_site(), all_revisions=True), out)
    assert reader.execute("SELECT count(*) FROM articles").fetchone() == (5,)
    reader.close()
    assert export(data) == 0 and rows(out, "SELECT count(*) FROM articles") == [(6,)]


def test_an_export_of_an_older_version_gets_the_indexes_it_lacks_with_its_next_lines(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = out_of(data, "sqlite")
    export(data)
    with sqlite3.connect(out) as db:
        db.execute("DROP INDEX idx_articles_url")
    put(data, a_full_article(9))
    export(data)
    assert "brought up to date" in capsys.readouterr().out
    assert rows(out, "SELECT name FROM sqlite_master WHERE name = 'idx_articles_url'")
