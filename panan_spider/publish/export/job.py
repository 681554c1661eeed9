"""Export job: which articles an export takes, their records, its formats and its result."""

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Final, NamedTuple

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.files import ARTICLES_FILE, LEDGER_FILE, StoreError, naming
from panan_spider.archive.store.image_files import kept
from panan_spider.archive.store.jsonl import JsonLinesReader, StoredLine, damaged_line
from panan_spider.core import SCHEMA_VERSION
from panan_spider.core.outcomes import RefusedError
from panan_spider.sites.profile import Site

Record = dict[str, Any]

#: New lines of more than this share of the old ones: an export is made anew, which costs no memory and blocks no reader.
_MOST_NEW: Final = 0.25
_FEW_BYTES: Final = 1 << 24


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
        """True where the file still begins with the lines that had been read up to `mark`, and has not many more."""
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


def day_of(record: Record) -> str | None:
    """The article's day, YYYY-MM-DD: that of publication, else the one in its address; None where neither is known."""
    published: str | None = record["published"]
    posted: str | None = record["posted"]
    return posted if published is None else published[:10]


def sections_of(record: Record) -> set[str]:
    """The sections an article belongs to: its own, and every one whose list named it."""
    own = record["section"]
    return {*record["listed_in"], *([own] if own is not None else [])}


class UnknownSection(RefusedError):
    """A section that no article of the archive belongs to. The message is one line, and names those that exist."""


@dataclass(frozen=True)
class Selection:
    """Articles by their newest revision: of one of `sections` (none: all), published from `since` to `until`, inclusive."""

    sections: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    @property
    def everything(self) -> bool:
        """True where no article is left out."""
        return self == Selection()

    def holds(self, record: Record) -> bool:
        """True where the article whose newest revision this is belongs to it. Without a day it is in no range."""
        if self.sections and not sections_of(record) & set(self.sections):
            return False
        day = day_of(record)
        if self.since is not None and (day is None or day < self.since.isoformat()):
            return False
        return self.until is None or (day is not None and day <= self.until.isoformat())

    def described(self) -> dict[str, Any]:
        """The selection as JSON values."""
        return {
            "sections": sorted(self.sections),
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
        }


def days_held(data: Path, selection: Selection) -> tuple[str, str] | None:
    """The first and last day of the articles that `selection` would hold without its range of days; None where none has a day.

    Raises StoreError.
    """
    of_any_day = replace(selection, since=None, until=None)
    days = [day for line in ArchiveLines(data).read() if of_any_day.holds(line.record) and (day := day_of(line.record))]
    return (min(days), max(days)) if days else None


class Removal(NamedTuple):
    """Removal of an article: the time a run first found it gone (None: not on record), and the time it was last seen."""

    gone_at: str | None
    last_seen: str


@dataclass(frozen=True)
class ExportJob:
    """The archive in `data`, of it `selection`; every revision, or of each article the newest alone."""

    data: Path
    site: Site
    selection: Selection = field(default_factory=Selection)
    all_revisions: bool = False

    @property
    def kind(self) -> str:
        """Key of an export as JSON text: exports with the same key are the same."""
        return json.dumps({**self.selection.described(), "all_revisions": self.all_revisions}, ensure_ascii=False)

    def removals(self) -> dict[str, Removal] | None:
        """The articles that are gone from the site, by id; None where the ledger cannot be asked, which is one line on stderr."""
        path = self.data / LEDGER_FILE
        if not path.is_file():
            return None
        try:
            with closing(Ledger.read_only(path)) as ledger:
                return {number: Removal(*times) for number, times in ledger.articles.removals().items()}
        except StoreError as error:
            print(f"panan: which articles are gone from the site is not known: {error}", file=sys.stderr)
            return None

    def local_copy(self, url: str) -> str | None:
        """Path of the stored picture of `url`, below the data folder; None where it is not stored."""
        place = self._kept.get(url)
        return place if place is not None and (self.data / place).is_file() else None

    @cached_property
    def _kept(self) -> dict[str, str]:
        return kept(self.data)


@dataclass(frozen=True)
class ExportResult:
    """Result of an export: its counts, and whether it was made anew."""

    articles: int
    revisions: int
    anew: bool


class MissingLibrary(RefusedError):
    """An optional library is not installed. The message is one line with the command that installs it."""


@dataclass(frozen=True)
class SelectedRecords:
    """Records of a job's selection in the order of the lines, with the counts of articles and lines."""

    job: ExportJob
    newest: dict[str, int]  # of each article the byte its newest line begins at
    revisions: int
    corrected: dict[str, str]  # when the last correction was fetched; a new reading of the same page is none
    mark: Position  # after the last line

    @classmethod
    def by(cls, job: ExportJob) -> "SelectedRecords":
        """Read the lines once. Raises UnknownSection; StoreError where they cannot be read, or repeat or skip a revision."""
        lines, selection = ArchiveLines(job.data), job.selection
        newest: dict[str, tuple[int, int, bool]] = {}
        known: set[str] = set()
        pages: dict[str, object] = {}  # the raw page of each article's newest line
        corrected: dict[str, str] = {}
        for start, _end, record, _digest in lines.read():
            number, revision = record["id"], newest.get(record["id"], (0, 0, False))[0]
            if record["revision"] <= revision:
                raise StoreError(f"{lines.path}: article {number} has revision {record['revision']} twice, or late")
            if revision and (record["warc"] is None or pages[number] != record["warc"]):
                corrected[number] = record["fetched_at"]
            pages[number] = record["warc"]
            newest[number] = record["revision"], start, selection.holds(record)
            known |= sections_of(record) if selection.sections else set()
        if missing := [name for name in selection.sections if name not in known]:
            raise UnknownSection(
                f"no section is named {', '.join(map(repr, missing))}; there is: {', '.join(sorted(known))}"
            )
        held = {number: start for number, (_revision, start, held) in newest.items() if held}
        return cls(job, held, sum(newest[number][0] for number in held), corrected, lines.mark)

    @property
    def articles(self) -> int:
        """Number of articles."""
        return len(self.newest)

    @property
    def count(self) -> int:
        """Number of records."""
        return self.revisions if self.job.all_revisions else self.articles

    def records(self) -> Iterator[Record]:
        """The records. Raises StoreError."""
        lines = ArchiveLines(self.job.data)
        if not self.job.all_revisions:
            yield from lines.at_each(sorted(self.newest.values()))
            return
        for line in lines.read():
            if line.end > self.mark.end:
                return
            if line.record["id"] in self.newest:
                yield line.record


def new_records(job: ExportJob, mark: Position) -> tuple[list[Record], Position] | None:
    """Records of the selection among the lines behind `mark`, and the position after them.

    None where a line is a correction: it can replace a record, or bring one into the selection, or out of it.
    """
    lines = ArchiveLines(job.data, mark)
    records = [line.record for line in lines.read()]
    if any(record["revision"] > 1 for record in records) and not (job.all_revisions and job.selection.everything):
        return None
    return [record for record in records if job.selection.holds(record)], lines.mark


def count_articles(records: Iterable[Record]) -> int:
    """Number of first revisions among these records: new articles."""
    return sum(record["revision"] == 1 for record in records)


@dataclass(frozen=True)
class Format:
    """One export format: its function, the name of its file or folder by the site's key, and which revisions it holds."""

    function: str  # module and function of this package
    name: str
    all_revisions: bool = False  # unless told otherwise
    can_all_revisions: bool = True

    def file_name(self, site: Site) -> str:
        """The default name below export/."""
        return self.name.format(key=site.key)

    def export(self, job: ExportJob, out: Path) -> ExportResult:
        """Make `out` hold what `job` says, in this form. Raises ForeignFileError, UnknownSection, MissingLibrary, StoreError; `out` is then as it was."""
        # Late: Scrapy loads every command at every start, and a crawl needs no feedgen.
        done: ExportResult = resolve_name(f"panan_spider.publish.export.{self.function}")(job, out)
        return done


FORMATS: Final = {
    "sqlite": Format("sqlite:export", "{key}.sqlite", all_revisions=True),
    "csv": Format("tabular_formats:export_csv", "{key}.csv"),
    "parquet": Format("tabular_formats:export_parquet", "{key}.parquet"),
    "atom": Format("atom:export", "atom", can_all_revisions=False),
    "markdown": Format("text_formats:export_markdown", "markdown"),
    "jsonld": Format("text_formats:export_jsonld", "{key}.jsonld"),
    "xlsx": Format("tabular_formats:export_xlsx", "{key}.xlsx"),
    "wacz": Format("wacz:export", "{key}.wacz", can_all_revisions=False),
}
