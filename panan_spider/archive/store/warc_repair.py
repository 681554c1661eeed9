"""WARC repair: cuts the torn last record off a file of a run that died, and keeps its bytes aside."""

import os
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from panan_spider.archive.store.files import cut_aside, open_regular, sync_folder

_GZIP: Final = b"\x1f\x8b\x08"
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


def mend(path: Path, at: datetime) -> str | None:
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
    aside = cut_aside(path, whole, at)
    return f"{path.name}: a torn end of {size - whole} bytes was cut off and kept in {aside.name}"


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
    overlap = len(_GZIP) - 1
    file.seek(start)
    block = file.read(_CHUNK)
    while len(block) > overlap:
        at = block.find(_GZIP)
        while at >= 0:
            yield start + at
            at = block.find(_GZIP, at + 1)
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
