"""The SQLite export: made anew aside, or, where only lines were added, brought up to date in one transaction.

Either way a reader sees the last whole export or the new whole one. docs/decisions/export.md says why in place.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlite_utils import Database

from panan_spider.archive.store.files import StoreError, naming, write_atomically
from panan_spider.core.clock import moment
from panan_spider.publish.export import sqlite_schema
from panan_spider.publish.export.export_files import ForeignFileError, built_aside
from panan_spider.publish.export.job import ArchiveLines, ExportJob, ExportResult, Position, Record, SelectedRecords
from panan_spider.publish.export.sqlite_schema import (
    PARTS,
    SEARCHED,
    TABLES,
    Row,
    content_row,
    docid,
    part_rows,
    searched,
)
from panan_spider.publish.people.mentions import GRAMMAR, people_rows

#: The folder of an archive that its exports lie in, and what describes the SQLite export there to Datasette.
EXPORT_FOLDER: Final = "export"
DATASETTE_METADATA: Final = "metadata.json"
#: Revisions in memory at a time.
BATCH: Final = 500

#: The address of a picture → the path of its local copy below the data folder; None where there is none.
Files = Callable[[str], str | None]

_HEAD: Final = b"SQLite format 3\x00"
_BUSY_SECONDS: Final = 60.0


class SqliteWriter:
    """Writer of revisions into `db`, inside the caller's transaction. `revisions` and `articles` count what was new."""

    def __init__(self, db: Database, files: Files, *, keep_revisions: bool = True) -> None:
        self._db, self._files, self._keep = db, files, keep_revisions
        self.revisions = self.articles = 0

    def write(self, records: list[Record]) -> None:
        """Take these revisions, in the order of their lines: `articles` and its parts end up with the newest of each."""
        newest = {record["id"]: record for record in records}
        known = self._take_out(list(newest))
        kept = records if self._keep else list(newest.values())
        rows = [content_row(record) for record in kept]
        self._insert(
            "revisions",
            [{"article_id": r["id"], "revision": r["revision"], **row} for r, row in zip(kept, rows, strict=True)],
        )
        last = {record["id"]: row for record, row in zip(kept, rows, strict=True)}
        self._insert(
            "articles",
            [
                {"id": number, "revision": newest[number]["revision"], **row, "gone": 0, "docid": docid(number)}
                for number, row in last.items()
            ],
        )
        self._parts(newest.values())
        self._search("INSERT INTO search(rowid, {}) VALUES (?, {})", newest.values())
        self.revisions += len(kept)
        self.articles += len(newest) - known

    def _take_out(self, ids: list[str]) -> int:
        """Take out what newer revisions replace; how many articles that were."""
        which, values = _among("id", ids)
        old = [_as_record(row) for row in self._db.table("articles").rows_where(which, values)]
        if not old:
            return 0
        authors = {record["id"]: record["authors"] for record in old}
        which, values = _among("article_id", authors)
        for author in self._db.table("authors").rows_where(which, values, order_by="article_id, position"):
            authors[author["article_id"]].append(author)
        # An index without a copy of the text must be told what it had taken in, to take it out.
        self._search("INSERT INTO search(search, rowid, {}) VALUES ('delete', ?, {})", old)
        for table in (*PARTS, *(() if self._keep else ("revisions",))):
            self._db.table(table).delete_where(which, values)
        self._db.table("articles").delete_where(*_among("id", authors))
        return len(old)

    def _parts(self, records: Iterable[Record]) -> None:
        rows: dict[str, list[Row]] = {table: [] for table in PARTS}
        for record in records:
            for table, found in part_rows(record).items():
                rows[table] += found
            people = enumerate(people_rows(record), 1)
            rows["people"] += [{"article_id": record["id"], "position": position, **row} for position, row in people]
        for image in rows["images"]:
            image["file"] = self._files(image["url"])
        for table, found in rows.items():
            self._insert(table, found)

    def _search(self, sql: str, records: Iterable[Record]) -> None:
        sql = sql.format(", ".join(SEARCHED), ", ".join("?" for _column in SEARCHED))
        self._db.conn.executemany(sql, ([docid(record["id"]), *searched(record)] for record in records))

    def _insert(self, table: str, rows: list[Row]) -> None:
        # Not by insert_all: it looks at each value, which for rows of known columns is half the time of an export.
        columns = TABLES[table]
        names, marks = ", ".join(f"[{name}]" for name in columns), ", ".join("?" for _name in columns)
        values = ([row.get(name) for name in columns] for row in rows)
        self._db.conn.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)


def _as_record(row: Row) -> Record:
    """A row of `articles` with what the full-text index needs of a record; authors are another table's."""
    return row | {name: json.loads(row[name]) for name in ("credits", "blocks")} | {"authors": []}


def _among(column: str, values: Iterable[str]) -> tuple[str, list[Any]]:
    found = list(values)
    return f"{column} IN ({', '.join('?' for _value in found)})", found


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold what `job` says. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""
    meta = read_meta(out)
    with naming(out):
        done = _brought_up(job, out, mark) if meta is not None and (mark := _goes_on(job, meta)) is not None else None
        if done is None:
            done = _made_anew(job, out)
        if out.parent == job.data / EXPORT_FOLDER:
            metadata = sqlite_schema.datasette_metadata(out.stem, job.site.title)
            write_atomically(
                out.with_name(DATASETTE_METADATA), json.dumps(metadata, ensure_ascii=False, indent=1).encode()
            )
        return done


def read_meta(out: Path) -> dict[str, str] | None:
    """The table `meta` of an export; None where there is no file. Raises ForeignFileError."""
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
    """Position in the lines from which an older export is continued; None where it must be made anew."""
    same = {"schema_version": str(sqlite_schema.EXPORT_VERSION), "grammar": GRAMMAR, "selection": job.kind}
    same["layout"] = str(sqlite_schema.LAYOUT)
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
        sqlite_schema.create_indexes(db)
        done = _finished(db, job, lines.mark, anew=False)
        if (done.articles, done.revisions) != (
            before[0] + writer.articles,
            before[1] + writer.revisions,
        ) and job.all_revisions:
            raise StoreError(f"{out}: holds {done.articles} articles, and should hold {before[0] + writer.articles}")
        db.execute("COMMIT")
        return done
    finally:
        db.close()  # undoes whatever is not committed


def _made_anew(job: ExportJob, out: Path) -> ExportResult:
    with built_aside(out) as aside:
        aside.unlink(missing_ok=True)
        db = _opened(aside, "rwc")
        try:
            for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -65536"):
                db.execute(f"PRAGMA {pragma}")  # nobody reads it yet, and a failed one is thrown away
            db.execute("BEGIN")
            sqlite_schema.create(db)
            mark, expected = _fill(db, job)
            sqlite_schema.create_indexes(db)
            done = _finished(db, job, mark, anew=True)
            db.execute("COMMIT")
            _check(db, out, done, expected)
        finally:
            db.close()
    return done


def _fill(db: Database, job: ExportJob) -> tuple[Position, tuple[int, int]]:
    """Put all that is selected into an empty database; the position in the lines, and how many articles and revisions that makes."""
    if not job.selection.everything:
        chosen = SelectedRecords.by(job)
        _write(db, job, chosen.records())
        return chosen.mark, (chosen.articles, chosen.count)
    lines, ids, count = ArchiveLines(job.data), set[str](), 0

    def every_record() -> Iterator[Record]:
        nonlocal count
        for line in lines.read():
            ids.add(line.record["id"])
            count += 1
            yield line.record

    _write(db, job, every_record())  # read once: of all articles nothing has to be known before
    return lines.mark, (len(ids), count if job.all_revisions else len(ids))


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
    sqlite_schema.mark_removed(db, job.removals())
    articles, revisions = _counts(db)
    values: dict[str, Any] = {
        "made_by": sqlite_schema.MADE_BY,
        "schema_version": sqlite_schema.EXPORT_VERSION,
        "made_at": moment(datetime.now(UTC)),
        "grammar": GRAMMAR,
        "layout": sqlite_schema.LAYOUT,
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
    if (complaint := sqlite_schema.complaint(db)) is not None:
        raise StoreError(f"{out}: {complaint}; the file built aside is thrown away")
