"""Parquet by duckdb, for those who count and chart: typed columns, lists as lists. Always made anew: its columns cannot be continued."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from panan_spider.archive.store.files import StoreError, naming
from panan_spider.publish.export import file_formats
from panan_spider.publish.export.archive_lines import Record
from panan_spider.publish.export.atomic import built_aside
from panan_spider.publish.export.job import (
    ExportJob,
    ExportResult,
    MissingLibrary,
    SelectedRecords,
    day_of,
    new_records,
)

if TYPE_CHECKING:
    import duckdb

INSTALL: Final = "pip install 'duckdb>=1.4'"
_MAGIC: Final = b"PAR1"
_LINKS: Final = "STRUCT(url VARCHAR, title VARCHAR)[]"

#: Column → duckdb's type of it. `blocks` and `credits` are JSON text.
COLUMNS: Final[dict[str, str]] = {
    **dict.fromkeys(("id", "url", "title", "kicker", "subtitle", "published", "posted"), "VARCHAR"),
    "day": "DATE",
    "revision": "INTEGER",
    "section": "VARCHAR",
    "breadcrumbs": "VARCHAR[]",
    "listed_in": "VARCHAR[]",
    **dict.fromkeys(("source", "header_line", "editor", "credits", "text", "blocks"), "VARCHAR"),
    "authors": 'STRUCT("name" VARCHAR, title VARCHAR, "work" VARCHAR)[]',
    "images": "STRUCT(url VARCHAR, caption VARCHAR)[]",
    "attachments": _LINKS,
    "related": _LINKS,
    "pages": "INTEGER",
    **dict.fromkeys(("template", "content_hash", "fetched_at", "warc_file"), "VARCHAR"),
    "warc_offset": "BIGINT",
}


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold what `job` says. Raises NoLibrary, NotOurs, UnknownSection, StoreError; `out` is then as it was."""
    library = _duckdb()
    with naming(out):
        file_formats.check_file("parquet", _MAGIC, out)
        before = file_formats.earlier_state("parquet", job, out)
        if before is not None and (found := new_records(job, before.mark)) is not None and not found[0]:
            return ExportResult(before.articles, before.revisions, anew=False)
        taken = SelectedRecords.by(job)
        lines = out.with_name(f".{out.name}.lines")
        try:
            with lines.open("w", encoding="utf-8", errors="replace") as file:
                file.writelines(json.dumps(_row(record), ensure_ascii=False) + "\n" for record in taken.records())
            with built_aside(out) as aside:
                _convert(library, lines, aside, taken.count, out)
        finally:
            lines.unlink(missing_ok=True)
        done = ExportResult(taken.articles, taken.count, anew=True)
        file_formats.write_state("parquet", job, out, taken.mark, done)
    return done


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise MissingLibrary(f"--format parquet needs duckdb, which is not installed: {INSTALL}") from error
    return duckdb


def _convert(library: Any, lines: Path, aside: Path, count: int, out: Path) -> None:
    db: duckdb.DuckDBPyConnection = library.connect(
        config={"memory_limit": "200MB", "threads": 1, "autoinstall_known_extensions": False}
    )
    try:
        rows = db.read_json(str(lines), columns=COLUMNS, format="newline_delimited", maximum_object_size=1 << 26)
        rows.write_parquet(str(aside), compression="zstd")
        held = db.read_parquet(str(aside)).shape[0]
    except library.Error as error:
        raise StoreError(" ".join(f"{out}: {error}".split())) from error
    finally:
        db.close()
    if held != count:
        raise StoreError(f"{out}: holds {held} records of {count}; the file built aside is thrown away")


def _row(record: Record) -> dict[str, Any]:
    warc = record["warc"] or {"file": None, "offset": None}
    made = {
        "day": day_of(record),
        "warc_file": warc["file"],
        "warc_offset": warc["offset"],
        **{name: json.dumps(record[name], ensure_ascii=False) for name in ("credits", "blocks")},
    }
    return {name: made[name] if name in made else record[name] for name in COLUMNS}
