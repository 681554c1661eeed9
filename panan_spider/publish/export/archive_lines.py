"""The lines of the archive as an export reads them: whole ones only, beside a run that writes if need be."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

from panan_spider.archive.store.archive import ARTICLES_FILE
from panan_spider.archive.store.files import StoreError, naming
from panan_spider.archive.store.jsonl import JsonLinesReader, StoredLine, damaged_line
from panan_spider.core import SCHEMA_VERSION

Record = dict[str, Any]


class ArchiveLine(NamedTuple):
    """One line: its first byte, the byte behind it, the revision of an article that it is, and its SHA-256."""

    start: int
    end: int
    record: Record
    digest: str


@dataclass(frozen=True)
class Position:
    """Read position in the lines: bytes, the first byte of the last line, and that line's SHA-256."""

    end: int = 0
    start: int = 0
    digest: str = ""


NOTHING: Final = Position()

#: New lines of more than this share of the old ones: an export is made anew, which costs no memory and blocks no reader.
_MOST_NEW: Final = 0.25
_FEW_BYTES: Final = 1 << 24


class ArchiveLines:
    """The lines of `data`/articles.jsonl. `mark` is how far they have been read."""

    def __init__(self, data: Path, mark: Position = NOTHING) -> None:
        self.path, self.mark = data / ARTICLES_FILE, mark

    def read(self) -> Iterator[ArchiveLine]:
        """The whole lines behind `mark`, which moves with them. What a run is just writing at the end is left for later.

        Raises StoreError where the file cannot be read, a line of its middle is broken, or of a newer format.
        """
        broken: int | None = None
        with JsonLinesReader(self.path) as reader:
            for line in reader.lines(self.mark.end):
                if broken is not None:
                    raise damaged_line(self.path, broken)
                record = _article_record(line)
                if record is None:
                    broken = line.start
                    continue
                self._check(record, line.start)
                self.mark = Position(line.end, line.start, hashlib.sha256(line.raw).hexdigest())
                yield ArchiveLine(line.start, line.end, record, self.mark.digest)

    def at_each(self, starts: Iterable[int]) -> Iterator[Record]:
        """The records whose lines begin at these bytes. Raises StoreError where none does."""
        with JsonLinesReader(self.path) as reader:
            for start in starts:
                record = _article_record(reader.at(start))
                if record is None:
                    raise StoreError(
                        f"{self.path}: no article line begins at byte {start}: the file was changed meanwhile"
                    )
                yield record

    def goes_on_from(self, mark: Position) -> bool:
        """Whether the file still begins with the lines that had been read up to `mark`, and has not many more."""
        with naming(self.path), self.path.open("rb") as file:
            if file.seek(0, os.SEEK_END) - mark.end > max(_MOST_NEW * mark.end, _FEW_BYTES):
                return False
            file.seek(mark.start)
            raw = file.read(mark.end - mark.start)
        return len(raw) == mark.end - mark.start and hashlib.sha256(raw).hexdigest() == mark.digest

    def _check(self, record: Record, start: int) -> None:
        if (found := record.get("schema_version")) != SCHEMA_VERSION:
            raise StoreError(
                f"{self.path}: the line at byte {start} has schema_version {found}, this program knows {SCHEMA_VERSION}: update panan_spider"
            )


def _article_record(line: StoredLine) -> Record | None:
    record = line.record
    return record if record is not None and "id" in record and "revision" in record else None
