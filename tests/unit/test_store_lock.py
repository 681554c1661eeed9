"""One writer; a dead one holds nothing."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from panan_spider.archive import data_folder
from panan_spider.archive.data_folder import Lock
from panan_spider.archive.store.files import LockHeld, StoreError

HOLDER = """
import sys, time
from pathlib import Path
from panan_spider.archive.data_folder import Lock
lock = Lock(Path(sys.argv[1]), "run-of-another")
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path) -> "subprocess.Popen[bytes]":
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "lock")], stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"held\n"
    return process


def test_a_living_holder_is_named(tmp_path: Path, holder: "subprocess.Popen[bytes]") -> None:
    try:
        with pytest.raises(LockHeld, match=rf"lock is held by pid {holder.pid}, run run-of-another; one run at a time"):
            Lock(tmp_path / "lock", "mine")
        assert (tmp_path / "lock").read_text() == f"pid {holder.pid}, run run-of-another\n"  # asking harms nothing
    finally:
        holder.kill()
        holder.wait()


def test_a_killed_holder_holds_nothing(tmp_path: Path, holder: "subprocess.Popen[bytes]") -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    lock = Lock(tmp_path / "lock", "mine")
    assert (tmp_path / "lock").read_text() == f"pid {os.getpid()}, run mine\n"
    lock.release()


def test_release_lets_the_next_one_in(tmp_path: Path) -> None:
    first = Lock(tmp_path / "lock", "one")
    with pytest.raises(LockHeld):
        Lock(tmp_path / "lock", "two")
    first.release()
    first.release()
    Lock(tmp_path / "lock", "two").release()


def test_a_folder_that_is_none_is_a_store_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="No such file or directory"):
        Lock(tmp_path / "nowhere" / "lock", "mine")


def test_a_lock_nobody_holds_has_no_holder_and_asking_makes_no_file(tmp_path: Path) -> None:
    assert data_folder.holder(tmp_path / "lock") is None
    assert list(tmp_path.iterdir()) == []
    Lock(tmp_path / "lock", "r1").release()
    assert data_folder.holder(tmp_path / "lock") is None


def test_the_holder_is_told_and_keeps_it(tmp_path: Path) -> None:
    held = Lock(tmp_path / "lock", "r1")
    assert data_folder.holder(tmp_path / "lock") == f"pid {os.getpid()}, run r1"
    with pytest.raises(LockHeld):
        Lock(tmp_path / "lock", "r2")
    held.release()


def test_whoever_looks_keeps_no_run_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To look is to hold the lock for an instant; a run that begins in it waits that long."""
    Lock(tmp_path / "lock", "r1").release()
    looking = os.open(tmp_path / "lock", os.O_RDONLY)
    assert data_folder._taken(looking)
    monkeypatch.setattr(time, "sleep", lambda _seconds: os.close(looking))
    Lock(tmp_path / "lock", "r2").release()


def test_a_lock_that_was_removed_while_another_waited_for_it_is_taken_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second opens the file of the first, which is removed before the second has locked it."""
    first = Lock(tmp_path / "lock", "first")

    def removed(fd: int) -> bool:
        monkeypatch.undo()
        first.remove()
        return taken(fd)

    taken = data_folder._taken
    monkeypatch.setattr(data_folder, "_taken", removed)
    second = Lock(tmp_path / "lock", "second")
    with pytest.raises(LockHeld, match="run second"):
        Lock(tmp_path / "lock", "third")
    second.remove()
    second.remove()
    assert list(tmp_path.iterdir()) == []
