"""Parquet by duckdb, for those who count and chart: typed columns, lists as lists. Always made anew: its columns cannot be continued."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from panan_spider.archive.store.files import StoreError
from panan_spider.publish.export import file_formats
from panan_spider.publish.export.job import (
    ExportJob,
    ExportResult,
    MissingLibrary,
    Record,
    SelectedRecords,
    day_of,
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

    def write(aside: Path, chosen: SelectedRecords) -> tuple[int, int]:
        lines = out.with_name(f".{out.name}.lines")
        try:
            with lines.open("w", encoding="utf-8", errors="replace") as file:
                file.writelines(json.dumps(_row(record), ensure_ascii=False) + "\n" for record in chosen.records())
            return _convert(library, lines, aside, out), chosen.count
        finally:
            lines.unlink(missing_ok=True)

    return file_formats.export_whole("parquet", _MAGIC, job, out, write)


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise MissingLibrary(f"--format parquet needs duckdb, which is not installed: {INSTALL}") from error
    return duckdb


def _convert(library: Any, lines: Path, aside: Path, out: Path) -> int:
    """Write the lines as Parquet; how many rows the file holds."""
    db: duckdb.DuckDBPyConnection = library.connect(
        config={"memory_limit": "200MB", "threads": 1, "autoinstall_known_extensions": False}
    )
    try:
        rows = db.read_json(str(lines), columns=COLUMNS, format="newline_delimited", maximum_object_size=1 << 26)
        rows.write_parquet(str(aside), compression="zstd")
        return db.read_parquet(str(aside)).shape[0]
    except library.Error as error:
        raise StoreError(" ".join(f"{out}: {error}".split())) from error
    finally:
        db.close()


def _row(record: Record) -> dict[str, Any]:
    warc = record["warc"] or {"file": None, "offset": None}
    made = {
        "day": day_of(record),
        "warc_file": warc["file"],
        "warc_offset": warc["offset"],
        **{name: json.dumps(record[name], ensure_ascii=False) for name in ("credits", "blocks")},
    }
    return {name: made[name] if name in made else record[name] for name in COLUMNS}
