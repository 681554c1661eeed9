"""Processes that share out work: its results in the order of the pieces, bounded, and no process left over."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from multiprocessing import active_children
from pathlib import Path

import pytest

from panan_spider.archive.reparse.reader import Workers
from panan_spider.archive.store.files import StoreError

ROOT = Path(__file__).parents[2]


def squares(numbers: Iterable[int]) -> Iterator[int]:
    for number in numbers:
        time.sleep(0.02 if number == 0 else 0)  # the first load is the last to be done
        yield number * number


def killed(numbers: Iterable[int]) -> Iterator[int]:
    """Kills its process at the first, a middle or the last number, as `DIES_AT` says."""
    for number in numbers:
        if number == int(os.environ["DIES_AT"]):
            os.kill(os.getpid(), signal.SIGKILL)
        yield number


LOCK = threading.Lock()


def locking(numbers: Iterable[int]) -> Iterator[bool]:
    """Whether the process could take a lock of its own."""
    for _number in numbers:
        taken = LOCK.acquire(timeout=5)
        if taken:
            LOCK.release()
        yield taken


def unreadable(numbers: Iterable[int]) -> Iterator[int]:
    raise StoreError("articles.jsonl: gone")
    yield from numbers


def pids(numbers: Iterable[int]) -> Iterator[int]:
    for _number in numbers:
        yield os.getpid()


@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_results_come_in_the_order_of_the_pieces(jobs: int) -> None:
    with Workers(jobs) as workers:
        assert list(workers.each(squares, range(300))) == [number * number for number in range(300)]
        assert list(workers.each(squares, [])) == []


def test_other_processes_do_the_work_unless_there_is_one_job() -> None:
    with Workers(2) as workers:
        assert os.getpid() not in set(workers.each(pids, range(100)))
    with Workers(1) as workers:
        assert set(workers.each(pids, range(100))) == {os.getpid()}


def spared(numbers: Iterable[int]) -> Iterator[int]:
    for _number in numbers:
        yield gc.get_freeze_count()


@pytest.mark.parametrize("jobs", [1, 2])
def test_nobody_looks_through_what_was_loaded_for_garbage_until_all_is_done(jobs: int) -> None:
    with Workers(jobs) as workers:
        assert min(workers.each(spared, range(100))) > 10 * len(gc.get_objects()) > 0
    assert gc.get_freeze_count() == 0


def test_nobody_works_far_ahead_of_who_takes_the_results() -> None:
    given = iter(range(100_000))
    with Workers(2) as workers:
        results = workers.each(squares, given)
        assert next(results) == 0
        assert next(given) < 1_000


@pytest.mark.parametrize("number", [0, 33, 150, 299])
def test_a_process_that_kills_itself_is_a_store_error(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIES_AT", str(number))
    with Workers(2) as workers, pytest.raises(StoreError, match="a process that reads pages was killed"):
        list(workers.each(killed, range(300)))


@pytest.mark.parametrize("taken", [0, 1, 40, 200])
def test_processes_killed_at_any_moment_are_a_store_error_and_never_a_wait(taken: int) -> None:
    """Killed while they start, work, or send: nobody waits for them."""
    with Workers(3) as workers:
        results = workers.each(pids, range(100_000))
        seen = {next(results) for _number in range(taken)}
        if not taken:  # they are just being started
            seen = {next(results)}
        for child in active_children():
            assert child.pid is not None
            os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(StoreError, match="a process that reads pages was killed"):
            list(results)
    assert seen and not active_children()


def test_a_lock_that_a_thread_holds_stops_no_process() -> None:
    """A forked process would inherit the held lock, and wait for it for ever."""
    with LOCK, Workers(2) as workers:
        assert all(workers.each(locking, range(100)))


def test_what_the_work_raises_is_raised_here() -> None:
    with Workers(2) as workers, pytest.raises(StoreError, match=r"^articles\.jsonl: gone$"):
        list(workers.each(unreadable, range(100)))


def test_kill_9_leaves_no_process_over() -> None:
    code = "import sys, time; sys.path[:0] = ['', 'tests/unit']\nfrom test_workers import Workers, pids\n"
    code += (
        "with Workers(2) as workers:\n    print(*set(workers.each(pids, range(500))), flush=True)\n    time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        children = [int(pid) for pid in parent.stdout.readline().split()]
        assert children
        parent.kill()
    for _try in range(600):
        if not any(_alive(pid) for pid in children):
            return
        time.sleep(0.1)
    pytest.fail(f"still there: {children}")


def _alive(pid: int) -> bool:
    """Whether the process runs; one that nobody has taken the code of is none."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return False
    return stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"
