"""`scrapy browse`, called in this process: what it refuses, what it makes first, how it ends."""

import argparse
import os
import queue
import signal
import socket
import sqlite3
import threading
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from browse_archive import HOST, Pages, build, pages_of
from export_helpers import a_full_article, export, put, rows
from scrapy.settings import Settings

from panan_spider.commands.browse import Command
from panan_spider.core.clock import local_time
from panan_spider.publish.browse import server as serve
from panan_spider.publish.browse.app import BrowseApp
from panan_spider.publish.browse.page_render import ExportSource
from panan_spider.publish.export import sqlite as sqlite_export
from panan_spider.publish.export.job import ExportJob, ExportResult
from panan_spider.sites.profile import load_site


def browse(data: Path, *words: str) -> int:
    """Call the command; its exit code. Raises SystemExit where the call is refused."""
    command = Command()
    command.settings = Settings({"PANAN_DATA_DIR": str(data)})
    parser = argparse.ArgumentParser()
    command.add_options(parser)
    command.run([], parser.parse_args(list(words)))
    return command.exitcode


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--host", "0.0.0.0"], "--host 0.0.0.0: others could reach it; add --public if that is meant"),
        (["--host", "192.0.2.1"], "--host 192.0.2.1: others could reach it; add --public if that is meant"),
        (["--port", "70000"], "--port: 70000 is no port"),
        (["--port", "-1"], "--port: -1 is no port"),
    ],
)
def test_a_wrong_call_is_one_line_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        browse(put(tmp_path, a_full_article()), *words)
    assert ended.value.code == 1 and capsys.readouterr().err == f"panan: {said}\n"
    assert not (tmp_path / "export").exists()


@pytest.mark.parametrize("words", [[], ["--static", "site"]])
def test_no_archive_is_one_line_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        browse(tmp_path / "none", *words)
    assert ended.value.code == 1 and capsys.readouterr().err == f"panan: there is no archive in {tmp_path / 'none'}\n"
    assert not (tmp_path / "none").exists()


def test_a_port_in_use_is_one_line_and_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(SystemExit) as ended:
        browse(put(tmp_path, a_full_article()), "--port", str(taken.getsockname()[1]))
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert (
        said.startswith("panan: cannot serve on 127.0.0.1:")
        and said.endswith(": Address already in use\n")
        and said.count("\n") == 1
    )


def test_something_else_in_the_exports_place_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = ExportSource(put(tmp_path, a_full_article()), load_site())
    source.export.parent.mkdir()
    source.export.write_text("a diary")
    with pytest.raises(SystemExit):
        browse(tmp_path, "--static", str(tmp_path / "site"))
    assert "is no SQLite export of this program" in capsys.readouterr().err and source.export.read_text() == "a diary"


def test_an_export_of_a_part_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    put(tmp_path, a_full_article())
    assert export(tmp_path, "--section", "书记") == 0
    with pytest.raises(SystemExit):
        browse(tmp_path)
    said = capsys.readouterr().err
    assert (
        said.endswith("holds a part of the archive; move it away, and export parts with --out\n")
        and said.count("\n") == 1
    )


def test_an_export_by_an_older_grammar_is_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ExportSource(put(tmp_path, a_full_article()), load_site())
    source.refresh()
    monkeypatch.setattr("panan_spider.publish.browse.page_render.GRAMMAR", "newer")
    assert source.is_stale()


def test_files_are_written_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert browse(put(tmp_path / "data", a_full_article()), "--static", str(tmp_path / "site")) == 0
    count = sum(path.is_file() for path in (tmp_path / "site").rglob("*")) - 1
    assert capsys.readouterr().out.splitlines()[-1] == f"panan: {count} files in {tmp_path / 'site'}"


def test_the_export_is_brought_up_to_date_first_and_only_then(tmp_path: Path) -> None:
    source = ExportSource(put(tmp_path, a_full_article(1)), load_site())
    assert source.refresh() is not None and source.refresh() is None
    put(tmp_path, a_full_article(2))
    assert source.is_stale()
    done = source.refresh()
    assert done is not None and done.articles == 2
    assert rows(source.export, "SELECT count(*) FROM articles") == [(2,)]


def test_an_article_known_to_be_gone_since_makes_it_stale(tmp_path: Path) -> None:
    source = ExportSource(put(tmp_path, a_full_article(1)), load_site())
    source.refresh()
    ledger = tmp_path / "ledger.sqlite"
    ledger.touch()
    os.utime(ledger, ns=(2 * 10**18, 2 * 10**18))
    assert source.is_stale()


def test_pages_being_served_show_what_was_stored_since(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ExportSource(put(tmp_path, a_full_article(1, title="第一篇")), load_site())
    source.refresh()
    pages = pages_of(source)
    assert "第二篇" not in pages.text("/")
    put(tmp_path, a_full_article(2, title="第二篇"))
    assert "第二篇" not in pages.text("/"), "looked at too often"
    source.export.rename(tmp_path / "old.sqlite")  # as an export made anew is put in place
    source.refresh()
    assert "第二篇" in pages.text("/")
    assert "赵新来" not in pages.text("/authors")
    monkeypatch.setattr(ExportSource, "every", -1.0)
    put(tmp_path, a_full_article(3, title="第三篇", authors=[{"name": "赵新来", "title": None, "work": None}]))
    assert any("第三篇" in pages.text("/") for _try in range(500))
    assert "赵新来" in pages.text("/authors"), "remembered from the export before"


def test_the_first_visitor_does_not_wait_for_an_export_that_is_being_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = ExportSource(put(tmp_path, a_full_article(1, title="第一篇")), load_site())
    source.refresh()
    made_at = local_time(rows(source.export, "SELECT value FROM meta WHERE key = 'made_at'")[0][0])
    put(tmp_path, a_full_article(2, title="第二篇"))
    make, (begun, may_end, has_ended) = sqlite_export.export, (threading.Event(), threading.Event(), threading.Event())

    def slow(job: ExportJob, out: Path) -> ExportResult:
        begun.set()
        assert may_end.wait(60)
        done = make(job, out)
        has_ended.set()
        return done

    def visit(app: BrowseApp, listener: socket.socket, _ready: object) -> None:
        listener.close()
        pages = Pages(app)
        assert begun.wait(60)
        first = pages.text("/")
        assert not may_end.is_set() and app.live.is_refreshing
        assert "第一篇" in first and "第二篇" not in first and made_at in first
        assert "being brought up to date" in pages.text("/?lang=en")
        may_end.set()
        assert has_ended.wait(60)
        assert "第二篇" in pages.text("/")

    monkeypatch.setattr(sqlite_export, "export", slow)
    monkeypatch.setattr(serve, "serve", visit)
    assert browse(tmp_path, "--port", "0") == 0
    assert capsys.readouterr().out == ""


def test_a_damaged_export_is_a_page_that_says_so_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = ExportSource(put(tmp_path, a_full_article(1)), load_site())
    source.refresh()
    with closing(sqlite3.connect(source.export)) as db:
        db.execute("DROP TABLE listed_in")

    def visit(app: BrowseApp, listener: socket.socket, _ready: object) -> None:
        listener.close()
        assert Pages(app).get("/").status_code == 500

    monkeypatch.setattr(serve, "serve", visit)
    assert browse(tmp_path, "--port", "0") == 0
    assert "panan: /: OperationalError: no such table: listed_in" in capsys.readouterr().err


def test_an_archive_without_an_article_yet_in_a_folder_of_any_name_is_shown(tmp_path: Path) -> None:
    source = ExportSource(put(tmp_path / "a b?#%&甲"), load_site())
    source.refresh()
    pages = pages_of(source)
    assert "档案中还没有文章" in pages.text("/")
    for path in ("/search", "/search?q=磐安", "/calendar", "/people", "/authors", "/runs"):
        pages.text(path)


@pytest.mark.parametrize("words", [[], ["--open"]])
def test_it_says_where_it_is_and_opens_a_browser_when_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    opened: queue.Queue[str] = queue.Queue()
    monkeypatch.setattr("webbrowser.open", opened.put)
    address = "http://127.0.0.1:8001/"
    monkeypatch.setattr(
        "panan_spider.publish.browse.server.serve",
        lambda _pages, listener, ready: (listener.close(), ready(address)),
    )
    assert browse(put(tmp_path, a_full_article()), "--port", "0", *words) == 0
    export = tmp_path / "export" / "panan.sqlite"
    assert capsys.readouterr().out.splitlines() == [
        f"panan: {export}: 1 articles, 1 revisions, made anew",
        f"panan: {address} (Ctrl-C ends it)",
    ]
    assert (opened.get(timeout=10) if words else opened.empty()) in (address, True)


def served(tmp_path: Path, stop: signal.Signals) -> list[str]:
    """Serve a real archive on a free port, ask for a page once it is ready, and send this process `stop`."""
    said: list[str] = []

    def ready(address: str) -> None:
        def ask() -> None:
            with urllib.request.urlopen(address, timeout=10) as answer:  # loopback
                said.extend(
                    [address, answer.headers["content-security-policy"] or "", answer.headers.get("server", "none")]
                )
            os.kill(os.getpid(), stop)

        threading.Thread(target=ask, daemon=True).start()

    serve.serve(pages_of(build(tmp_path)).app, serve.listening("127.0.0.1", 0), ready)
    return said


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_stopped_and_ends_cleanly(
    tmp_path: Path, stop: signal.Signals, capfd: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    address, policy, server = served(tmp_path, stop)
    assert address.startswith("http://127.0.0.1:") and "default-src 'none'" in policy and server == "none"
    assert capfd.readouterr() == ("", "")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", int(address.rstrip("/").rpartition(":")[2])), timeout=1)
    assert HOST.startswith("http://127.0.0.1")
