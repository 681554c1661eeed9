"""JSON lines that only grow: each whole, each durable, a torn end cut on open."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from panan_spider.archive.store.errors import StoreError, WriteGuard, naming
from panan_spider.archive.store.files import append_whole, cut_aside, sync_folder

#: Characters that JSON lets stand in a string and that many readers take for the end of a line.
_LINE_ENDS: Final = (("\u0085", "\\u0085"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))

_BLOCK: Final = 1 << 16


class StoredLine(NamedTuple):
    """One line as it stands in the file: `start` and `end` in bytes, `record` None where it is no JSON object."""

    start: int
    end: int
    raw: bytes
    record: dict[str, Any] | None


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def as_line(record: str) -> bytes:
    """JSON text as a line of such a file. Raises ValueError where it is not of one line."""
    for sign, escaped in _LINE_ENDS:  # `str.translate` looks up every character
        record = record.replace(sign, escaped)
    raw = record.encode("utf-8") + b"\n"
    if raw.count(b"\n") != 1:
        raise ValueError("a record must be JSON text of one line")
    return raw


class LineFile:
    """One file of JSON lines, open for appending. `notes` says what was cut off its end on opening."""

    def __init__(self, path: Path, fuse: WriteGuard, at: datetime) -> None:
        """Opens or makes `path`. Bytes after the last whole line go to `<path>.torn-<time>`. Raises StoreError."""
        self.path, self._fuse = path, fuse
        self.notes: list[str] = []
        with naming(path):
            self._mend(at)
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            sync_folder(path.parent)

    def _mend(self, at: datetime) -> None:
        if not self.path.exists():
            return
        size, whole = self.path.stat().st_size, whole_until(self.path)
        if whole < size:
            aside = cut_aside(self.path, whole, at)
            self.notes.append(
                f"{self.path.name}: a torn end of {size - whole} bytes was cut off and kept in {aside.name}"
            )

    @property
    def size(self) -> int:
        """Bytes in the file: where the next line will start."""
        return os.fstat(self._fd).st_size

    def append(self, record: str) -> StoredLine:
        """Append one JSON object, given as JSON text without a line feed; durable on return. Raises StoreError."""
        return self.append_all([record])[0]

    def append_all(self, records: Sequence[str]) -> list[StoredLine]:
        """Append JSON objects in one write; all durable on return. A kill in the middle leaves the first of them whole."""
        raws = [as_line(record) for record in records]
        with self._fuse.writing(self.path):
            start = append_whole(self._fd, b"".join(raws))
        ends = list(accumulate(map(len, raws), initial=start))
        return [StoredLine(begin, end, raw, None) for (begin, end), raw in zip(pairwise(ends), raws, strict=True)]

    def lines(self, start: int = 0) -> Iterator[StoredLine]:
        """The lines from byte `start`, the first byte of a line, to the end. Raises StoreError."""
        return lines_of(self.path, start)

    def raw_lines(self) -> Iterator[bytes]:
        """All lines, unread. Raises StoreError."""
        with naming(self.path), self.path.open("rb") as file:
            yield from file

    def at(self, start: int) -> dict[str, Any]:
        """The record of the line that begins at byte `start`. Raises StoreError where none does."""
        line = next(self.lines(start), None)
        if line is None or line.record is None:
            raise StoreError(f"{self.path}: no line begins at byte {start}")
        return line.record

    def line_before(self, end: int) -> bytes | None:
        """The line that ends with byte `end`; None where none ends there. Raises StoreError."""
        with naming(self.path):
            if end > self.size:
                return None
            raw = _last_line(self._fd, end)[1]
        return raw if raw.endswith(b"\n") else None

    def close(self) -> None:
        """Close the file. Again is harmless."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def lines_of(path: Path, start: int = 0) -> Iterator[StoredLine]:
    """The lines of `path` from byte `start`, the first byte of a line, to the end. Raises StoreError."""
    with naming(path), path.open("rb") as file:
        file.seek(start)
        for raw in file:
            yield StoredLine(start, start + len(raw), raw, _parsed(raw))
            start += len(raw)


def whole_until(path: Path) -> int:
    """The length of `path` up to and with its last line that is a whole JSON object."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start, raw = _last_line(file.fileno(), end)
            if raw.endswith(b"\n") and _parsed(raw) is not None:
                return end
            end = start
    return 0


def last_line(path: Path, end: int) -> bytes:
    """The line that ends with byte `end` of `path`. Raises OSError."""
    with path.open("rb") as file:
        return _last_line(file.fileno(), end)[1]


def _last_line(fd: int, end: int) -> tuple[int, bytes]:
    """The last line of the first `end` bytes, with its line feed where it has one, and where it starts."""
    start, tail, block = end, b"", _BLOCK
    while start > 0:
        block = min(2 * block, start)
        start -= block
        tail = os.pread(fd, block, start) + tail
        if (cut := tail.rfind(b"\n", 0, len(tail) - 1)) >= 0:
            return start + cut + 1, tail[cut + 1 :]
    return 0, tail
