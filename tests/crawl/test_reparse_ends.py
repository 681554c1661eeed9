"""How `scrapy reparse --write` ends when it may not write, cannot, or is stopped: by its exit code, and with an archive that is whole."""

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import harness
import pytest
from harness import Begun, Crawl

from panan_spider.archive.data_folder import Lock

#: An extraction of tomorrow that reads a kicker on every page; ten articles are stored together. At the n-th line written:
#: SIGTERM, or kill -9, after it and before its mark; or no line grows the file beyond so many bytes, as on a full disk.
TOMORROW = """
import os, resource, signal, sys
from dataclasses import replace
from scrapy.cmdline import execute
from panan_spider.archive.reparse import reader as again, reparse_run as keeping
from panan_spider.archive.store.jsonl import LineFile
today, append_all, written = again.read_article, LineFile.append_all, 0
keeping.AT_ONCE = 10
again.read_article = lambda page, site=None: replace(today(page, site), kicker="田样例 2020")
def appending(self, records):
    global written
    lines = append_all(self, records)
    written += len(lines)
    if sys.argv[1] in ("SIGTERM", "SIGKILL") and written == int(sys.argv[2]):
        os.kill(os.getpid(), getattr(signal, sys.argv[1]))
    return lines
LineFile.append_all = appending
if sys.argv[1] == "full":
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
if __name__ == "__main__":  # in a worker it is not
    execute(["scrapy", "reparse", *sys.argv[3:]])
"""


@pytest.fixture
def data(begun: Begun) -> Path:
    return begun(articles=100)[1].data


def reparse(data: Path, how: str = "", number: int = 0, *options: str) -> Crawl:
    script = data.with_name(f"{data.name}-tomorrow.py")
    script.write_text(TOMORROW, "utf-8")
    words = [sys.executable, str(script), how, str(number), "-s", f"PANAN_DATA_DIR={data}", *options]
    env = harness.environment("http://127.0.0.1:9") | {"PYTHONPATH": str(harness.ROOT)}
    done = subprocess.run(words, cwd=harness.ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
    return Crawl(done.returncode, done.stdout, done.stderr, data, harness.articles_in(data))


def check_finished(data: Path, skipped: int) -> None:
    """What is left over is stored by the next call, once: every article in two revisions, no line torn."""
    run = reparse(data, "", 0, "--write")
    assert run.code == 0, run.said
    assert f"panan: {100 - skipped} stored articles read again: " in run.stdout
    assert f"panan: {skipped} more skipped, as a call that was stopped had done them\n" in run.stdout
    assert Counter(article["revision"] for article in run.articles) == {1: 100, 2: 100}
    assert len({(article["id"], article["revision"]) for article in run.articles}) == 200
    assert {article["kicker"] for article in run.articles if article["revision"] == 2} == {"田样例 2020"}
    assert (data / "articles.jsonl").read_bytes().endswith(b"\n")


def test_15_while_another_run_writes_and_reading_alone_needs_no_lock(data: Path) -> None:
    held = Lock(data / "lock", "another")
    before = (data / "articles.jsonl").read_bytes()
    locked = reparse(data, "", 0, "--write")
    assert locked.code == 15, locked.said
    assert [f"pid {os.getpid()}" in line for line in locked.stderr.splitlines()] == [True]
    assert (data / "articles.jsonl").read_bytes() == before
    assert reparse(data).code == 0
    held.release()


def test_16_stopped_while_lines_are_stored_and_the_next_call_goes_on_behind_them(data: Path) -> None:
    stopped = reparse(data, "SIGTERM", 30, "--write")
    assert stopped.code == 16, stopped.said
    assert "interrupted; the rest was not read: the same call again goes on there" in stopped.stdout
    assert "Traceback" not in stopped.said
    assert len(stopped.articles) == 130
    assert (stopped.report["exit_code"], stopped.report["command"]) == (16, "reparse")
    check_finished(data, 30)


def test_kill_9_between_lines_and_marks_with_several_processes_and_the_next_call_goes_on(data: Path) -> None:
    killed = reparse(data, "SIGKILL", 30, "--write", "--jobs=3")
    assert killed.code == -9, killed.said
    assert len(killed.articles) == 130
    check_finished(data, 20)


def test_14_a_line_that_cannot_be_written_and_the_next_call_goes_on(data: Path) -> None:
    full = reparse(data, "full", (data / "articles.jsonl").stat().st_size + 100_000, "--write")
    assert full.code == 14, full.said
    (line,) = full.stderr.splitlines()
    assert "articles.jsonl" in line
    assert 100 < len(full.articles) < 200
    assert (data / "articles.jsonl").read_bytes().endswith(b"\n")
    check_finished(data, len(full.articles) // 10 * 10 - 100)
