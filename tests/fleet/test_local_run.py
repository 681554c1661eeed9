"""`scrapy fleet run` on one machine: so many crawls at a time, of each group so many, and none that outlives it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from made_up import site

from panan_spider.fleet.child_process import child_words, closing_line
from panan_spider.fleet.fleet_worker import LocalFleet, LocalResult, seconds_apart
from panan_spider.sites.profile import Site

ROOT = Path(__file__).resolve().parents[2]


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def shell(script: str) -> Callable[[Site, Path, Mapping[str, str]], list[str]]:
    """A stand-in for a crawl: a shell that knows its site as $0, its folder as $1, its arguments as $2."""

    def words(site: Site, folder: Path, arguments: Mapping[str, str]) -> list[str]:
        return ["/bin/sh", "-c", script, site.key, str(folder), str(dict(arguments))]

    return words


def test_starts_are_apart_where_crawls_outnumber_the_processors(tmp_path: Path) -> None:
    assert (seconds_apart(60, 1), seconds_apart(60, 4), seconds_apart(4, 4)) == (2.0, 0.5, 0.0)
    starts = [time.monotonic()]

    def words(site: Site, folder: Path, arguments: Mapping[str, str]) -> list[str]:
        starts.append(time.monotonic())
        return ["/bin/sh", "-c", "true"]

    sites = [site(f"own-{n}") for n in range(4)]
    fleet = LocalFleet(tmp_path, 4, {found.key: 1 for found in sites}, words=words, apart=0.3)
    assert {result.code for result in fleet.run([(found, {}) for found in sites])} == {0}
    # None before its turn; a busy machine may bring one late, and close to the next.
    assert all(start - starts[0] > 0.3 * turn - 0.01 for turn, start in enumerate(starts[1:]))


def test_neither_jobs_nor_slots_are_exceeded(tmp_path: Path) -> None:
    """The first three wait for each other, so that they run together on a busy machine, too."""
    events = tmp_path / "events"
    script = f'echo "begin $0" >> {events}; until [ $(grep -c begin {events}) -ge 3 ]; do sleep 0.02; done'
    script += f'; sleep 0.15; echo "end $0" >> {events}'
    sites = [site(f"zj-{n}", "zjol") for n in range(6)] + [site(f"own-{n}") for n in range(4)]
    fleet = LocalFleet(tmp_path, 3, {"zjol": 2, **{f"own-{n}": 1 for n in range(4)}}, words=shell(script))
    results = fleet.run([(found, {}) for found in sites])
    assert {result.key for result in results} == {found.key for found in sites}
    assert {result.code for result in results} == {0}
    most = together = of_group = most_of_group = 0
    for line in events.read_text().splitlines():
        step = 1 if line.startswith("begin") else -1
        together += step
        of_group += step if " zj-" in line else 0
        most, most_of_group = max(most, together), max(most_of_group, of_group)
    assert most == 3 and most_of_group == 2


def test_each_site_has_its_own_folder_log_arguments_and_end(tmp_path: Path) -> None:
    told: list[LocalResult] = []
    script = 'echo "$1 $2"; echo "12:00 INFO: panan: exit 10 · something is tried again" >&2; exit 10'
    fleet = LocalFleet(tmp_path / "all", 1, {"jia": 1}, words=shell(script), on_end=told.append)
    (result,) = fleet.run([(site("jia"), {"full": "true"})])
    assert told == [result] == [LocalResult("jia", 10, "exit 10 · something is tried again")]
    log = (tmp_path / "all" / "jia.log").read_text("utf-8")
    assert f"{tmp_path}/all/jia {{'full': 'true'}}" in log


def test_a_crawl_without_a_word_at_its_end_is_told_by_its_code(tmp_path: Path) -> None:
    fleet = LocalFleet(tmp_path, 2, {"jia": 1, "yi": 1}, words=shell("[ $0 = jia ] && kill -9 $$; exit 12"))
    results = fleet.run([(site("jia"), {}), (site("yi"), {})])
    assert results == [LocalResult("jia", -9, "ended by SIGKILL"), LocalResult("yi", 12, "blocked")]
    assert [result.exit_code for result in results] == [16, 12]


def test_a_signal_ends_what_runs_and_begins_no_other(tmp_path: Path) -> None:
    """The stand-in sends the signal itself, once it stands: nobody has to guess when."""
    script = 'trap "exit 16" TERM; kill -TERM $PPID; while :; do sleep 0.05; done'
    fleet = LocalFleet(tmp_path, 1, {"jia": 1, "yi": 1}, words=shell(script))
    before = signal.getsignal(signal.SIGTERM)
    results = fleet.run([(site("jia"), {}), (site("yi"), {})])
    assert [result.code for result in results] == [16, None]
    assert [result.exit_code for result in results] == [16, 16] and not (tmp_path / "yi.log").exists()
    signal.signal(signal.SIGTERM, before)


def test_a_command_dies_with_the_process_that_started_it(tmp_path: Path) -> None:
    """A spider's file that waits while it is read stands for a crawl."""
    pid_file, spider = tmp_path / "pid", tmp_path / "waiting.py"
    spider.write_text(
        f"import os, pathlib, time\npathlib.Path({str(pid_file)!r}).write_text(str(os.getpid()))\ntime.sleep(600)\n"
    )
    program = (
        "import subprocess\n"
        "from panan_spider.fleet.child_process import child_words\n"
        f"subprocess.run(child_words(['runspider', {str(spider)!r}]))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT)
    try:
        until(lambda: pid_file.exists() and pid_file.read_text() != "")
        child = int(pid_file.read_text())
        assert is_alive(child)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait(10)
        until(lambda: not is_alive(child))
    finally:
        parent.kill()


def test_a_command_whose_parent_is_gone_before_it_begins_does_nothing() -> None:
    words = child_words(["version"])
    words[3] = "1"  # another parent than the one it has
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 137 and done.stdout == ""


@pytest.mark.parametrize("text", ["", "nothing of ours\n"])
def test_a_log_without_a_closing_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "log").write_text(text)
    assert closing_line(tmp_path / "log") == "" == closing_line(tmp_path / "absent")
