"""One writer at a time.

`flock` on one file, taken by hand: the kernel lets go of it with the process that held it, however that died.
Lock libraries fall back, on file systems without flock, to a file that merely exists, and that a killed run
would leave behind for ever.
"""

import fcntl
import os
from pathlib import Path

from panan_spider.store.errors import LockHeld, naming


class Lock:
    """The lock of one archive, held from construction to `release`, or to the death of the process."""

    def __init__(self, path: Path, run_id: str) -> None:
        """Raises LockHeld, naming the holder, where another process holds it; StoreError where it cannot be made."""
        with naming(path):
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            with naming(path):
                self._take(path, f"pid {os.getpid()}, run {run_id}")
        except BaseException:
            os.close(self._fd)
            raise

    def _take(self, path: Path, holder: str) -> None:
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            told = os.pread(self._fd, 200, 0).decode("utf-8", "replace").strip() or "a holder that left no name"
            raise LockHeld(f"{path} is held by {told}; one run at a time writes to an archive") from None
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, holder.encode() + b"\n", 0)

    def release(self) -> None:
        """Let go. Again is harmless."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
