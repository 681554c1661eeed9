"""Lock: one writer at a time, by `flock` on one file.

The kernel releases it with the process. Lock libraries fall back, on file systems without flock, to a file that merely
exists; a killed run would leave it behind.
"""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from panan_spider.archive.store.files import LockHeld, naming, refuse_special

#: Seconds after which a lock found taken is tried once more: `holder` takes it for an instant to look.
_INSTANT: Final = 0.05


class Lock:
    """The lock of one archive, held from construction to `release`, or to the death of the process."""

    def __init__(self, path: Path, run_id: str) -> None:
        """Raises LockHeld, naming the holder, where another process holds it; StoreError where it cannot be made."""
        self._path = path
        while not self._open(f"pid {os.getpid()}, run {run_id}"):
            pass  # the holder has removed the file between the opening and the lock

    def _open(self, name: str) -> bool:
        """Open and lock the file; False where another one, or none, is at its path by then."""
        path = self._path
        with naming(path):
            refuse_special(path)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            with naming(path):
                self._take(path, name)
        except BaseException:
            os.close(self._fd)
            raise
        if _is_at(path, self._fd):
            return True
        self.release()
        return False

    def _take(self, path: Path, name: str) -> None:
        if not _taken(self._fd):
            time.sleep(_INSTANT)
            if not _taken(self._fd):
                raise LockHeld(f"{path} is held by {_told(self._fd)}; one run at a time writes to an archive")
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, name.encode() + b"\n", 0)

    def remove(self) -> None:
        """Let go, and remove the file: another process that has opened it meanwhile opens it anew."""
        if self._fd >= 0:
            with suppress(OSError):
                self._path.unlink()
        self.release()

    def release(self) -> None:
        """Let go. Again is harmless."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def holder(path: Path) -> str | None:
    """Holder of the lock at `path`, as it wrote itself; None where nobody holds it. Makes no file."""
    if not path.exists():
        return None
    with naming(path):
        refuse_special(path)
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            return None if _taken(fd) else _told(fd)
        finally:
            os.close(fd)  # lets go of it


def _is_at(path: Path, fd: int) -> bool:
    """True where the open file is the one at the path."""
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


def _taken(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _told(fd: int) -> str:
    return os.pread(fd, 200, 0).decode("utf-8", "replace").strip() or "a holder that left no name"
