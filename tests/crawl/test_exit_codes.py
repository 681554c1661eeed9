"""The exit code of whole runs: each code from the fault it stands for, with its reason as the log's last word."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import harness
import pytest
from conftest import Crawler, Serve

from demo_site.proxy import ProxyServer
from panan_spider.archive.data_folder import Lock
from panan_spider.sites.profile import load_site

HOSTS = load_site().urls.hosts

QUICK = {"PANAN_RETRY_BASE": 0.01, "RETRY_TIMES": 1}


def check_end(run: harness.Crawl, code: int, *words: str) -> None:
    """The code, and the same code with its reason in one line of the log and in the report; no traceback anywhere."""
    assert run.code == code, run.said
    told = re.findall(r"panan: exit (\d+) · (.*)", run.stderr)
    assert [int(number) for number, _ in told] == [code], run.said
    assert all(word in told[0][1] for word in words), told
    assert "Traceback" not in run.said, run.said
    if code != 14:
        assert (run.report["exit_code"], run.report["reason"]) == (code, told[0][1])


def check_refusal(run: harness.Crawl, code: int, *words: str) -> None:
    """The code, and why in one line on stderr."""
    assert run.code == code, run.said
    (line,) = [line for line in run.stderr.splitlines() if line.startswith("panan: ")]
    assert all(word in line for word in words), line
    assert "Traceback" not in run.said, run.said


def an_article(server: ProxyServer) -> str:
    """A fault's target: the first article of a list, alone."""
    return re.escape(server.site.listing("sj")[0].url.split("/", 3)[3].rsplit(".", 1)[0]) + r"\."


def test_0_a_whole_site(demo: ProxyServer, crawl: Crawler) -> None:
    check_end(crawl(demo), 0, "stored")


def test_1_a_spider_there_is_not(demo: ProxyServer, tmp_path: Path) -> None:
    words = [word if word != "panan" else "pannan" for word in harness.command(tmp_path / "data", None, None)]
    run = harness.finish(harness.launch(words, demo.url), tmp_path / "data")
    check_refusal(run, 1, "'pannan'", "panan")
    assert len(run.stderr.splitlines()) == 1, run.said
    assert demo.requests == []
    assert not run.data.exists()


def test_10_one_article_that_cannot_be_had(serving: Serve, crawl: Crawler) -> None:
    lost = an_article(serving())
    server = serving(f"always-5xx%100@{lost}")
    run = crawl(server, settings=QUICK)
    check_end(run, 10, "1 failed")
    assert len(run.articles) == len(server.site.records) - 1


def test_11_pages_nobody_can_read_alert_until_they_are_confirmed(serving: Serve, crawl: Crawler) -> None:
    server = serving("relayout-unreadable%10")
    first = crawl(server)
    check_end(first, 11, "unknown layout")
    check_end(crawl(server), 11, "unknown layout")  # the same day confirms nothing
    with closing(sqlite3.connect(first.data / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE faults SET days = 3, last_seen = '2026-01-03'")
    later = crawl(server)
    check_end(later, 0, "known unread")
    unread = [gap for gap in later.report["gaps"] if gap["outcome"] == "unknown_layout"]
    assert f"{len(unread)} known unread" in later.report["reason"]


def test_12_a_challenge(serving: Serve, crawl: Crawler) -> None:
    run = crawl(serving("challenge"))
    check_end(run, 12, "blocked")
    assert run.articles == []


@pytest.mark.parametrize("fault", ["robots-5xx", "robots-5xx:429", "down"])
def test_13_robots_txt_that_cannot_be_read(serving: Serve, crawl: Crawler, fault: str) -> None:
    server = serving(fault)
    run = crawl(server, settings=QUICK)
    check_end(run, 13, "robots.txt", "panews.zjol.com.cn", "www.panews.cn")
    assert {request.path for request in server.requests} == {"/robots.txt"}


def test_13_nobody_answers_at_all(tmp_path: Path) -> None:
    with harness.refusing_proxy() as proxy:
        run = harness.crawl(proxy, tmp_path / "data", None, QUICK)
    check_end(run, 13, "robots.txt")
    for host in HOSTS:  # the last try, what it means, and the run's end: no traceback, no line for every address
        assert 1 <= sum("refused" in line and host in line for line in run.stderr.splitlines()) <= 3, run.said


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A real file system of so many KiB."""
    mounted = tmp_path / "disk"
    mounted.mkdir()

    def sized(kib: int) -> Path:
        options = f"{'remount,' if os.path.ismount(mounted) else ''}size={kib}k"
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(mounted)]
        if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("no file system can be mounted here: not root")
        return mounted

    yield sized
    if os.path.ismount(mounted):
        subprocess.run(["umount", "--lazy", str(mounted)], check=True)


@pytest.mark.parametrize("kib", [8, 160, 400])
def test_14_a_disk_that_fills_up_and_the_next_run_goes_on(
    demo: ProxyServer, crawl: Crawler, disk: Callable[[int], Path], kib: int
) -> None:
    data = disk(kib) / "data"
    run = crawl(demo, data=data)
    assert run.code == 14, run.said
    assert "Traceback" not in run.said, run.said
    assert str(data) in run.stderr
    errors = [line for line in run.stderr.splitlines() if " ERROR: " in line or line.startswith("panan: ")]
    assert 1 <= len(errors) <= 2 and "panan: " in errors[-1], run.said  # the moment it happens, and the verdict
    disk(50_000)
    again = crawl(demo, data=data)
    check_end(again, 0)
    assert sorted(article["id"] for article in again.articles) == sorted(record.id for record in demo.site.records)


def test_14_a_folder_that_cannot_be_made(demo: ProxyServer, crawl: Crawler, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    check_refusal(crawl(demo, data=tmp_path / "file" / "data"), 14, str(tmp_path / "file"))
    assert demo.requests == []


def test_15_an_archive_that_another_run_writes_to(demo: ProxyServer, crawl: Crawler, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    held = Lock(tmp_path / "data" / "lock", "another")
    check_refusal(crawl(demo), 15, f"pid {os.getpid()}", "another")
    assert demo.requests == []
    held.release()
    check_end(crawl(demo), 0)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_16_stopped_in_mid_run_and_the_next_run_goes_on(demo: ProxyServer, tmp_path: Path, how: signal.Signals) -> None:
    data = tmp_path / "data"
    process = harness.start(demo.url, data, None, {"DOWNLOAD_DELAY": 0.02})
    while process.poll() is None and not harness.articles_in(data):
        time.sleep(0.02)
    os.kill(process.pid, how)
    run = harness.finish(process, data)
    check_end(run, 16, "interrupted")
    assert 0 < len(run.articles) < len(demo.site.records)
    assert run.report["sums_match"]
    again = harness.crawl(demo.url, data)
    check_end(again, 0)
    assert sorted(article["id"] for article in again.articles) == sorted(record.id for record in demo.site.records)
