"""The SQLite export: made anew aside, or, where only lines were added, brought up to date in one transaction.

Either way a reader sees the last whole export or the new whole one. docs/decisions/export.md says why in place.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from panan_spider.archive.store.errors import StoreError, naming
from panan_spider.archive.store.files import moment
from panan_spider.publish.export import sqlite_schema
from panan_spider.publish.export.archive_lines import ArchiveLines, Position, Record
from panan_spider.publish.export.atomic import ForeignFileError, built_aside
from panan_spider.publish.export.job import ExportJob, ExportResult
from panan_spider.publish.export.selection import choose
from panan_spider.publish.export.sqlite_write import BATCH, SqliteWriter
from panan_spider.publish.people.people_record import GRAMMAR

_HEAD: Final = b"SQLite format 3\x00"
_BUSY_SECONDS: Final = 60.0


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold what `job` says. Raises NotOurs, UnknownSection, StoreError; `out` is then as it was."""
    meta = read_meta(out)
    with naming(out):
        if meta is not None and (mark := _goes_on(job, meta)) is not None:
            done = _brought_up(job, out, mark)
            if done is not None:
                return done
        return _made_anew(job, out)


def read_meta(out: Path) -> dict[str, str] | None:
    """The table `meta` of an export; None where there is no file. Raises NotOurs."""
    if not out.exists():
        return None
    refusal = ForeignFileError(f"{out} exists and is no SQLite export of this program; name another --out")
    if not out.is_file():
        raise refusal
    with out.open("rb") as file:
        if file.read(len(_HEAD)) not in (b"", _HEAD):
            raise refusal
    try:
        db = _opened(out, "ro")
        try:
            meta = {row["key"]: row["value"] for row in db.table("meta").rows}
        finally:
            db.close()
    except sqlite3.DatabaseError as error:
        if out.stat().st_size == 0:
            return {}
        raise refusal from error
    if meta.get("made_by") != sqlite_schema.MADE_BY:
        raise refusal
    return meta


def _opened(path: Path, mode: str) -> Database:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return Database(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None))


def _goes_on(job: ExportJob, meta: dict[str, str]) -> Position | None:
    """Where in the lines an older export goes on; None where it must be made anew."""
    same = {"schema_version": str(sqlite_schema.EXPORT_VERSION), "grammar": GRAMMAR, "selection": job.kind}
    if any(meta.get(key) != value for key, value in same.items()):
        return None
    mark = Position(int(meta["source_bytes"]), int(meta["source_last_start"]), meta["source_last_sha256"])
    return mark if ArchiveLines(job.data).goes_on_from(mark) else None


def _brought_up(job: ExportJob, out: Path, mark: Position) -> ExportResult | None:
    """The export with the new lines in it; None where a correction may bring an article into, or out of, the selection."""
    lines = ArchiveLines(job.data, mark)
    records = [line.record for line in lines.read()]
    if not job.selection.everything:
        if any(record["revision"] > 1 for record in records):
            return None
        records = [record for record in records if job.selection.holds(record)]
    db = _opened(out, "rw")
    try:
        db.execute("PRAGMA cache_spill = OFF")  # readers are kept out at the commit alone
        db.execute("BEGIN IMMEDIATE")
        before = _counts(db)
        writer = _write(db, job, records)
        done = _finished(db, job, lines.mark, anew=False)
        if (done.articles, done.revisions) != (
            before[0] + writer.articles,
            before[1] + writer.revisions,
        ) and job.all_revisions:
            raise StoreError(f"{out}: holds {done.articles} articles, and should hold {before[0] + writer.articles}")
        db.execute("COMMIT")
        return done
    finally:
        db.close()  # what is not committed is undone


def _made_anew(job: ExportJob, out: Path) -> ExportResult:
    lines = ArchiveLines(job.data)
    with built_aside(out) as aside:
        aside.unlink(missing_ok=True)
        db = _opened(aside, "rwc")
        try:
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
                db.execute(f"PRAGMA {pragma}")  # nobody reads it yet, and a failed one is thrown away
            db.execute("BEGIN")
            sqlite_schema.create(db)
            expected = _fill(db, job, lines)
            sqlite_schema.create_indexes(db)
            done = _finished(db, job, lines.mark, anew=True)
            db.execute("COMMIT")
            _check(db, out, done, expected)
        finally:
            db.close()
    return done


def _fill(db: Database, job: ExportJob, lines: ArchiveLines) -> tuple[int, int]:
    """Everything selected into an empty database; how many articles and revisions that should make."""
    if job.selection.everything:
        ids: set[str] = set()
        count = 0

        def met() -> Iterator[Record]:
            nonlocal count
            for line in lines.read():
                ids.add(line.record["id"])
                count += 1
                yield line.record

        _write(db, job, met())
        return len(ids), count if job.all_revisions else len(ids)
    chosen = choose(lines, job.selection)
    again = ArchiveLines(job.data)
    _write(
        db,
        job,
        (line.record for line in again.read() if line.record["id"] in chosen.newest and line.end <= lines.mark.end),
    )
    return len(chosen.newest), chosen.revisions if job.all_revisions else len(chosen.newest)


def _write(db: Database, job: ExportJob, records: Iterable[Record]) -> SqliteWriter:
    writer = SqliteWriter(db, job.local_copy, keep_revisions=job.all_revisions)
    left = iter(records)
    while batch := list(islice(left, BATCH)):
        writer.write(batch)
    return writer


def _counts(db: Database) -> tuple[int, int]:
    return db.table("articles").count, db.table("revisions").count


def _finished(db: Database, job: ExportJob, mark: Position, *, anew: bool) -> ExportResult:
    """The tables made of others, and `meta`."""
    sqlite_schema.fill_sections(db)
    sqlite_schema.mark_gone(db, job.gone())
    articles, revisions = _counts(db)
    values: dict[str, Any] = {
        "made_by": sqlite_schema.MADE_BY,
        "schema_version": sqlite_schema.EXPORT_VERSION,
        "made_at": moment(datetime.now(UTC)),
        "grammar": GRAMMAR,
        "selection": job.kind,
        "articles": articles,
        "revisions": revisions,
    } | {
        f"source_{name}": value
        for name, value in zip(("bytes", "last_start", "last_sha256"), asdict(mark).values(), strict=True)
    }
    db.table("meta").upsert_all([{"key": key, "value": str(value)} for key, value in values.items()], pk="key")
    return ExportResult(articles, revisions, anew)


def _check(db: Database, out: Path, done: ExportResult, expected: tuple[int, int]) -> None:
    """Raises StoreError where the file does not hold what was read."""
    if (done.articles, done.revisions) != expected:
        raise StoreError(
            f"{out}: holds {done.articles} articles in {done.revisions} revisions, the lines {expected[0]} in {expected[1]}"
        )
    if (said := sqlite_schema.complaint(db)) is not None:
        raise StoreError(f"{out}: {said}; the file built aside is thrown away")
