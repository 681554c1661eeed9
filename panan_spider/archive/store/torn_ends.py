"""Torn ends: the last line of a JSON lines file, or the last record of a WARC file, that a kill cut short.

A torn end is cut off, and kept durable in `<path>.torn-<time>` before anything is cut. A file damaged elsewhere is left as it is.
"""

import os
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from panan_spider.archive.store.files import free_name, open_regular, sync_folder
from panan_spider.core.clock import stamp

#: The first bytes of a gzip member: of every record of a WARC file.
GZIP: Final = b"\x1f\x8b\x08"
#: Bytes read at a time: a few times the usual record, for every record is read from its own start.
_CHUNK: Final = 1 << 16


class ByteRange(NamedTuple):
    """Bytes `start` to `end` of a file: one whole gzip member, or what is none."""

    start: int
    end: int
    whole: bool


def stretches(path: Path) -> Iterator[ByteRange]:
    """The file, cut into whole members and the damage between them, in order. Raises OSError."""
    size, start = path.stat().st_size, 0
    with open_regular(path) as file:
        while start < size:
            length = _member_at(file, start)
            end = start + length if length is not None else _whole_after(file, start + 1) or size
            yield ByteRange(start, end, length is not None)
            start = end


def cut_torn_record(path: Path, at: datetime) -> str | None:
    """Make `path` end with a whole record. What was done, in one line; None where nothing was.

    Only an end is cut: where a whole record follows a broken one the file was damaged, not torn, and is
    left as it is. A file without one whole record is moved aside. Raises OSError.
    """
    size = path.stat().st_size
    with open_regular(path) as file:
        whole = _whole_until(file)
        if whole == size and size > 0:
            return None
        if (next_whole := _whole_after(file, whole + 1)) is not None:
            return f"{path.name}: damaged between bytes {whole} and {next_whole}; the records around it are good"
    if whole == 0:
        aside = path.with_name(f"{path.name}.torn")
        os.replace(path, aside)
        sync_folder(path.parent)
        return f"{path.name}: holds no whole record ({size} bytes) and was renamed to {aside.name}"
    return _cut(path, whole, size, at)


def _whole_until(file: BinaryIO) -> int:
    """The end of the last of the whole gzip members that `file` begins with."""
    end = 0
    while (length := _member_at(file, end)) is not None:
        end += length
    return end


def _whole_after(file: BinaryIO, start: int) -> int | None:
    """Byte at which the first whole WARC record behind `start` begins; None where there is none."""
    for offset in _magics(file, start):
        if _member_at(file, offset, begins=b"WARC/") is not None:
            return offset
    return None


def _magics(file: BinaryIO, start: int) -> Iterator[int]:
    overlap = len(GZIP) - 1
    file.seek(start)
    block = file.read(_CHUNK)
    while len(block) > overlap:
        at = block.find(GZIP)
        while at >= 0:
            yield start + at
            at = block.find(GZIP, at + 1)
        start += len(block) - overlap
        file.seek(start)
        block = file.read(_CHUNK)


def _member_at(file: BinaryIO, offset: int, begins: bytes = b"") -> int | None:
    """Bytes of the whole gzip member at `offset`; None where there is none, or it does not begin with `begins`."""
    file.seek(offset)
    inflate, head, taken = zlib.decompressobj(zlib.MAX_WBITS | 16), b"", 0
    while not inflate.eof:
        chunk = inflate.unconsumed_tail or file.read(_CHUNK)
        taken += 0 if inflate.unconsumed_tail else len(chunk)
        if not chunk:
            return None
        try:
            # In bounded pieces: a few hundred kilobytes of a hostile response inflate to hundreds of megabytes.
            text = inflate.decompress(chunk, _CHUNK)
        except zlib.error:
            return None
        head = (head + text[: len(begins)])[: len(begins)]
        if len(head) == len(begins) and head != begins:
            return None
    return taken - len(inflate.unused_data)


def cut_torn_line(path: Path, at: datetime, is_whole: Callable[[bytes], bool]) -> str | None:
    """Make `path` end with a line that `is_whole`. What was done, in one line; None where nothing was. Raises OSError."""
    if not path.exists():
        return None
    size, whole = path.stat().st_size, 0
    with path.open("rb") as file:
        end = size
        while end > 0 and not whole:
            start, raw = last_line(file.fileno(), end)
            whole, end = (end, end) if is_whole(raw) else (0, start)
    return None if whole == size else _cut(path, whole, size, at)


def _cut(path: Path, whole: int, size: int, at: datetime) -> str:
    aside = _cut_aside(path, whole, at)
    return f"{path.name}: a torn end of {size - whole} bytes was cut off and kept in {aside.name}"


def last_line(fd: int, end: int) -> tuple[int, bytes]:
    """The last line of the first `end` bytes, with its line feed where it has one, and where it starts."""
    start, tail, block = end, b"", _CHUNK
    while start > 0:
        block = min(2 * block, start)
        start -= block
        tail = os.pread(fd, block, start) + tail
        if (cut := tail.rfind(b"\n", 0, len(tail) - 1)) >= 0:
            return start + cut + 1, tail[cut + 1 :]
    return 0, tail


def _cut_aside(path: Path, keep: int, at: datetime) -> Path:
    """Cut `path` to its first `keep` bytes; the rest is durable in `<path>.torn-<time>` before anything is cut."""
    aside = free_name(path.with_name(f"{path.name}.torn-{stamp(at)}"))
    torn = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        kept = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        try:
            _copy(torn, keep, kept)
            os.fsync(kept)
        finally:
            os.close(kept)
        sync_folder(path.parent)
        os.ftruncate(torn, keep)
        os.fsync(torn)
    finally:
        os.close(torn)
    return aside


def _copy(source: int, start: int, target: int) -> None:
    while chunk := os.pread(source, _CHUNK, start):
        start += os.write(target, chunk)
