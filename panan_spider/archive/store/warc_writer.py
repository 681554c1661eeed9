"""The raw responses: WARC 1.1 files that only grow, rotated by size, whole after every write."""

import os
from pathlib import Path
from typing import Final

from panan_spider.archive.store import files
from panan_spider.archive.store.errors import WriteGuard
from panan_spider.archive.store.files import append_whole, check_in_place, sync_folder
from panan_spider.archive.store.http_exchange import HttpExchange
from panan_spider.archive.store.warc_records import Original, RecordMaker
from panan_spider.core.clock import Clock, moment, stamp
from panan_spider.items import WarcLocation

FOLDER: Final = files.WARC_FOLDER

#: Bytes a file may reach before the next one is begun; the size most tools of the field expect.
MAX_FILE_BYTES: Final = 1_000_000_000


class WarcWriter:
    """Writes one run's responses. The first record makes the first file; a run without responses makes none.

    `whole` holds (path below the data folder, size) of each file of this run that has been closed.
    """

    def __init__(
        self, data: Path, run_id: str, guard: WriteGuard, clock: Clock, max_bytes: int = MAX_FILE_BYTES
    ) -> None:
        """`data` is the archive's folder, `run_id` a part of file names."""
        self._data, self._run, self._guard, self._clock, self._max = data, run_id, guard, clock, max_bytes
        self._records = RecordMaker()
        self._fd, self._name, self._serial = -1, "", 0
        self._unsynced = False
        self._expected = 0
        self.whole: list[tuple[str, int]] = []

    def response(self, exchange: HttpExchange) -> WarcLocation:
        """Store an answer and its request; durable after the next `sync`. The place of the answer. Raises StoreError."""
        return self._append(self._records.pair(exchange))

    def revisit(self, exchange: HttpExchange, original: Original | None) -> WarcLocation:
        """Store a 304 and its request; `original` is the response it says is still good. Raises StoreError."""
        return self._append(self._records.revisit(exchange, original))

    def _append(self, members: bytes) -> WarcLocation:
        self.check()
        with self._guard.writing(self._data / FOLDER):
            if self._fd >= 0 and os.fstat(self._fd).st_size >= self._max:
                self.close()
            begins = self._fd < 0
            try:
                head = self._begin() if begins else b""
                # One write for all members: whatever instant the process dies at, at most the end is torn.
                offset = append_whole(self._fd, head + members, sync=False) + len(head)
            except OSError:
                if begins:
                    self._undo_begin()
                raise
        self._unsynced = True
        self._expected = offset + len(members)
        return WarcLocation(file=self._name, offset=offset)

    def check(self) -> None:
        """Raises StoreError where somebody else has deleted, replaced, cut or written to a file of this run."""
        if self._fd >= 0:
            with self._guard.writing(self._data / self._name):
                check_in_place(self._fd, self._data / self._name, self._expected)

    def check_all(self) -> None:
        """`check`, for the files of this run that are closed, too."""
        self.check()
        for name, size in self.whole:
            with self._guard.writing(self._data / name):
                if (found := (self._data / name).stat().st_size) != size:
                    raise OSError(f"it has {found} bytes and not the {size} that the run has written")

    def sync(self) -> None:
        """Make every record written so far durable: before anything else durable names its place. Raises StoreError."""
        if self._unsynced:
            with self._guard.writing(self._data / self._name):
                os.fsync(self._fd)
            self._unsynced = False

    def _begin(self) -> bytes:
        """Make the next file; its first record, not yet written."""
        at = self._clock()
        name = f"panan-{stamp(at)}-{self._serial:05d}-{self._run}.warc.gz"
        path = self._data / FOLDER / name
        self._name = f"{FOLDER}/{name}"
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        self._serial += 1
        sync_folder(path.parent)
        info = {"software": "panan_spider", "format": "WARC File Format 1.1", "isPartOf": self._run}
        return self._records.warcinfo(name, moment(at), info)

    def _undo_begin(self) -> None:
        """Take back a file whose first write was refused: an empty one is no WARC file."""
        if self._fd >= 0:
            os.unlink(self._data / self._name)
            os.close(self._fd)
            self._fd = -1

    def close(self) -> None:
        """Close the file being written, durable. Again is harmless. Raises StoreError."""
        if self._fd < 0:
            return
        if self._guard.failed is None:
            self.sync()
        self.whole.append((self._name, os.fstat(self._fd).st_size))
        os.close(self._fd)
        self._fd = -1
