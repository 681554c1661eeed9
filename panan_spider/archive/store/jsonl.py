"""JSON lines files: a reader, and a writer that appends whole lines, durable, and cuts a torn end on opening."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any, Final, Self

from panan_spider.archive.store.files import (
    StoreError,
    WriteGuard,
    append_whole,
    check_in_place,
    naming,
    refuse_special,
    sync_folder,
)
from panan_spider.archive.store.torn_ends import cut_torn_line, last_line
from panan_spider.core import SCHEMA_VERSION

#: Characters that JSON allows inside a string and that many readers take for the end of a line.
_LINE_ENDS: Final = (("\u0085", "\\u0085"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029"))

_BLOCK: Final = 1 << 16
#: Bytes read at a time where lines are only counted.
_COUNTED: Final = 1 << 20

#: The format's number in a line. Inside a string of the line the quotes would be escaped.
_SCHEMA: Final = re.compile(rb'"schema_version"\s*:\s*(\d+)')


class StoredLine:
    """One line as it stands in the file: bytes `start` to `end`, `raw` with its line feed where it has one."""

    def __init__(self, start: int, raw: bytes) -> None:
        self.start, self.raw = start, raw

    @property
    def end(self) -> int:
        """The first byte after the line."""
        return self.start + len(self.raw)

    @property
    def is_whole(self) -> bool:
        """True where the line ends with a line feed. A torn line does not, nor one that a run is writing just now."""
        return self.raw.endswith(b"\n")

    @cached_property
    def record(self) -> dict[str, Any] | None:
        """The JSON object of the line, parsed when first asked for; None where the line is not whole or is no object."""
        try:
            value = json.loads(self.raw) if self.is_whole else None
        except (ValueError, RecursionError):
            return None
        return value if isinstance(value, dict) else None


class JsonLinesReader:
    """Reads one JSON lines file, beside a writer if need be. A context manager that holds the file open.

    `lines` and `at` do not disturb each other.
    """

    def __init__(self, path: Path) -> None:
        """Raises StoreError where the file cannot be opened, or is no regular file."""
        self.path = path
        with naming(path):
            refuse_special(path)
            self._file = path.open("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._file.close()

    def lines(self, start: int = 0, until: int | None = None) -> Iterator[StoredLine]:
        """The lines that begin from byte `start`, the first byte of a line, up to byte `until` or the end. Raises StoreError."""
        with naming(self.path):
            self._file.seek(start)
            for raw in self._file:
                if until is not None and start >= until:
                    return
                yield StoredLine(start, raw)
                start += len(raw)

    def at(self, start: int) -> StoredLine:
        """The line that begins at byte `start`. Raises StoreError where no whole JSON object begins there."""
        with naming(self.path):
            raw = _line_at(self._file.fileno(), start)
        line = StoredLine(start, raw)
        if line.record is None:
            raise StoreError(f"{self.path}: no line begins at byte {start}")
        return line

    def last_line(self, end: int) -> bytes:
        """The line that ends with byte `end`. Raises StoreError."""
        with naming(self.path):
            return last_line(self._file.fileno(), end)[1]


def read_lines(path: Path, start: int = 0, until: int | None = None) -> Iterator[StoredLine]:
    """The lines of `path` as `JsonLinesReader.lines` gives them; none where there is no such file. Raises StoreError."""
    if not os.path.lexists(path):
        return
    with JsonLinesReader(path) as reader:
        yield from reader.lines(start, until)


def refuse_newer(path: Path) -> None:
    """Raises StoreError where a line of `path` has a newer schema_version than this program knows.

    Such a file may not be written: a rewritten line would lose every field that the newer format has added.
    """
    for line in read_lines(path):
        newest = max(map(int, _SCHEMA.findall(line.raw)), default=0)
        if newest > SCHEMA_VERSION:
            raise StoreError(
                f"{path}: the line at byte {line.start} has schema_version {newest}, "
                f"this program knows {SCHEMA_VERSION}: update panan_spider"
            )


def damaged_line(path: Path, start: int) -> StoreError:
    """The error for a line of articles.jsonl that is no article, with the command that repairs it."""
    return StoreError(
        f"{path}: the line at byte {start} is no article: the file is damaged; `scrapy verify --repair` repairs it"
    )


def as_line(record: str) -> bytes:
    """JSON text as a line of such a file. Raises ValueError where it is not of one line."""
    for sign, escaped in _LINE_ENDS:  # `str.translate` looks up every character
        record = record.replace(sign, escaped)
    raw = record.encode("utf-8") + b"\n"
    if raw.count(b"\n") != 1:
        raise ValueError("a record must be JSON text of one line")
    return raw


class LineFile:
    """Writer of one JSON lines file, open for appending. `notes` says what was cut off its end on opening."""

    def __init__(self, path: Path, guard: WriteGuard, at: datetime) -> None:
        """Opens or makes `path`. Bytes after the last whole line go to `<path>.torn-<time>`. Raises StoreError."""
        self.path, self._guard = path, guard
        with naming(path):
            refuse_special(path)
            note = cut_torn_line(path, at, lambda raw: StoredLine(0, raw).record is not None)
            self.notes = [] if note is None else [note]
            self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
            sync_folder(path.parent)
        self._expected = self.size

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
        self.check()
        with self._guard.writing(self.path):
            start = append_whole(self._fd, b"".join(raws))
        self._expected = start + sum(map(len, raws))
        ends = list(accumulate(map(len, raws), initial=start))
        return [StoredLine(begin, raw) for (begin, _end), raw in zip(pairwise(ends), raws, strict=True)]

    def check(self) -> None:
        """Raises StoreError where somebody else has deleted, replaced, cut or written to the file."""
        with self._guard.writing(self.path):
            check_in_place(self._fd, self.path, self._expected)

    def lines(self, start: int = 0, until: int | None = None) -> Iterator[StoredLine]:
        """The lines that begin from byte `start`, the first byte of a line. Raises StoreError."""
        return read_lines(self.path, start, until)

    def count(self) -> int:
        """Number of whole lines in the file."""
        with naming(self.path), self.path.open("rb") as file:
            return sum(block.count(b"\n") for block in iter(lambda: file.read(_COUNTED), b""))

    def at(self, start: int) -> dict[str, Any]:
        """The record of the line that begins at byte `start`. Raises StoreError where none does."""
        with naming(self.path):
            record = StoredLine(start, _line_at(self._fd, start)).record
        if record is None:
            raise StoreError(f"{self.path}: no line begins at byte {start}")
        return record

    def line_before(self, end: int) -> bytes | None:
        """The line that ends with byte `end`; None where none ends there. Raises StoreError."""
        with naming(self.path):
            if end > self.size:
                return None
            raw = last_line(self._fd, end)[1]
        return raw if raw.endswith(b"\n") else None

    def close(self) -> None:
        """Close the file. Idempotent."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _line_at(fd: int, start: int) -> bytes:
    """The bytes from `start` up to and with the next line feed, or to the end of the file."""
    raw = b""
    while block := os.pread(fd, _BLOCK, start + len(raw)):
        head, feed, _rest = block.partition(b"\n")
        raw += head + feed
        if feed:
            break
    return raw
