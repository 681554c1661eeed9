"""Tabular formats of an export: CSV that Excel opens right, Excel workbooks by XlsxWriter, Parquet by duckdb.

CSV: UTF-8 with BOM, CRLF, and no cell that Excel would take for a formula. Workbooks: ids as text, dates as dates, the header
frozen. Parquet: typed columns, lists as lists.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from panan_spider.archive.store.files import StoreError
from panan_spider.publish.export.export_files import export_lines, export_whole
from panan_spider.publish.export.job import ExportJob, ExportResult, MissingLibrary, Record, SelectedRecords, day_of

#: Columns, in order. Several values of one cell are joined by 、, addresses by a line feed.
COLUMNS: Final = (
    "id", "revision", "day", "published", "posted", "section", "listed_in", "title", "kicker", "subtitle", "authors", "editor", "source",
    "text", "images", "attachments", "pages", "template", "url", "fetched_at", "content_hash",
)  # fmt: skip
#: Signs that begin a formula in Excel, and full-width twins that some of its languages take for the same.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Characters, as UTF-16 counts them, that Excel takes in one cell.
MOST_IN_A_CELL: Final = 32_767
_CUT: Final = "… [cut]"

#: Rows of a sheet, its header counted.
MOST_ROWS: Final = 1_048_576
_SHEET: Final = "xl/worksheets/sheet1.xml"
#: Width of a column in characters, where 14 is not right.
_WIDTHS: Final = {"id": 12, "title": 44, "kicker": 28, "subtitle": 28, "text": 60, "url": 40, "content_hash": 20}
_DATES: Final = frozenset({"day", "posted"})
_NUMBERS: Final = frozenset({"revision", "pages"})
_LINKS: Final = "STRUCT(url VARCHAR, title VARCHAR)[]"
#: Column of the Parquet export → duckdb's type of it. `blocks` and `credits` are JSON text.
PARQUET_COLUMNS: Final[dict[str, str]] = {
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


def cell(value: object) -> str:
    """`value` as a cell: an apostrophe before what would begin a formula; shortened to what Excel can hold."""
    text = "" if value is None else str(value)
    return shorten(f"'{text}" if text.startswith(_FORMULA) else text)


def shorten(text: str) -> str:
    """`text` as one cell can hold it; one that is cut says so."""
    if len(text) * 2 > MOST_IN_A_CELL and len(units := text.encode("utf-16-le", "replace")) > 2 * MOST_IN_A_CELL:
        return units[: 2 * (MOST_IN_A_CELL - len(_CUT))].decode("utf-16-le", "ignore") + _CUT
    return text


def values_of(record: Record) -> dict[str, Any]:
    """Column → its value; lists are joined."""
    joined = {
        "day": day_of(record),
        "listed_in": "、".join(record["listed_in"]),
        "authors": "、".join(author["name"] for author in record["authors"]),
        "images": "\n".join(image["url"] for image in record["images"]),
        "attachments": "\n".join(link["url"] for link in record["attachments"]),
    }
    return {name: joined[name] if name in joined else record[name] for name in COLUMNS}


def csv_line(cells: Iterable[object]) -> bytes:
    """Cells as one line of the file."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([cell(value) for value in cells])
    return line.getvalue().encode("utf-8", "replace")


def csv_row(record: Record) -> bytes:
    """An article as one line of the file."""
    return csv_line(values_of(record).values())


def _csv_rows(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        if next(rows) != list(COLUMNS):
            return -1
        return sum(len(row) == len(COLUMNS) for row in rows)


#: Head of the file: a BOM and the names of the columns.
HEAD: Final = b"\xef\xbb\xbf" + csv_line(COLUMNS)


def export_csv(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold what `job` says as CSV. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""
    return export_lines(
        "csv", job, out, head=HEAD, line_of=csv_row, records_in=_csv_rows, is_ours=lambda head: head.startswith(HEAD)
    )


def write_workbook(target: Path | BinaryIO, records: Iterable[Record]) -> int:
    """Write a workbook of one sheet; how many records. Raises MissingLibrary; StoreError where a sheet cannot hold them all."""
    try:
        import xlsxwriter
    except ImportError as error:
        install = "pip install 'XlsxWriter>=3.2'"
        raise MissingLibrary(f"--format xlsx needs XlsxWriter, which is not installed: {install}") from error
    as_text = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    book = xlsxwriter.Workbook(
        str(target) if isinstance(target, Path) else target, {"constant_memory": True, **as_text}
    )
    sheet = book.add_worksheet("articles")
    sheet.freeze_panes(1, 1)
    head = book.add_format({"bold": True})
    date_format = book.add_format({"num_format": "yyyy-mm-dd"})
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 14))
        sheet.write_string(0, column, name, head)
    count = 0
    for count, record in enumerate(records, 1):
        if count >= MOST_ROWS:
            raise StoreError(f"a sheet holds {MOST_ROWS - 1:,} articles and no more: take a part, by section or date")
        _write_row(sheet, count, values_of(record), date_format)
    sheet.autofilter(0, 0, count, len(COLUMNS) - 1)
    try:
        book.close()
    except xlsxwriter.exceptions.XlsxFileError as error:
        raise StoreError(" ".join(f"{target}: {error}".split())) from error
    return count


def _write_row(sheet: Any, row: int, values: dict[str, Any], date_format: Any) -> None:
    for column, name in enumerate(COLUMNS):
        value = values[name]
        if value is None or value == "":
            continue
        if name in _NUMBERS:
            sheet.write_number(row, column, value)
        elif name in _DATES:
            sheet.write_datetime(row, column, datetime.fromisoformat(value), date_format)
        else:
            sheet.write_string(row, column, shorten(str(value).encode("utf-8", "replace").decode()))


def _sheet_rows(path: Path) -> int:
    """Rows of the sheet but for its header."""
    count, tail = 0, b""
    with zipfile.ZipFile(path) as book, book.open(_SHEET) as sheet:
        while block := sheet.read(1 << 20):
            text = tail + block
            count += text.count(b"<row ")
            tail = text[-4:]
    return count - 1


def export_xlsx(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold what `job` says as an Excel workbook. Raises MissingLibrary, ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""

    def write(aside: Path, chosen: SelectedRecords) -> tuple[int, int]:
        write_workbook(aside, chosen.records())
        return _sheet_rows(aside), chosen.count

    return export_whole("xlsx", b"PK\x03\x04", job, out, write)


def export_parquet(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold what `job` says as Parquet, always made anew: its columns cannot be continued.

    Raises MissingLibrary, ForeignFileError, UnknownSection, StoreError; `out` is then as it was.
    """
    try:
        import duckdb
    except ImportError as error:
        install = "pip install 'duckdb>=1.4'"
        raise MissingLibrary(f"--format parquet needs duckdb, which is not installed: {install}") from error

    def write(aside: Path, chosen: SelectedRecords) -> tuple[int, int]:
        lines = out.with_name(f".{out.name}.lines")
        try:
            with lines.open("w", encoding="utf-8", errors="replace") as file:
                file.writelines(
                    json.dumps(_parquet_row(record), ensure_ascii=False) + "\n" for record in chosen.records()
                )
            return _convert(duckdb, lines, aside, out), chosen.count
        finally:
            lines.unlink(missing_ok=True)

    return export_whole("parquet", b"PAR1", job, out, write)


def _convert(library: Any, lines: Path, aside: Path, out: Path) -> int:
    """Write the lines as Parquet; how many rows the file holds."""
    db = library.connect(config={"memory_limit": "200MB", "threads": 1, "autoinstall_known_extensions": False})
    try:
        rows = db.read_json(
            str(lines), columns=PARQUET_COLUMNS, format="newline_delimited", maximum_object_size=1 << 26
        )
        rows.write_parquet(str(aside), compression="zstd")
        count: int = db.read_parquet(str(aside)).shape[0]
        return count
    except library.Error as error:
        raise StoreError(" ".join(f"{out}: {error}".split())) from error
    finally:
        db.close()


def _parquet_row(record: Record) -> dict[str, Any]:
    warc = record["warc"] or {"file": None, "offset": None}
    values = {
        "day": day_of(record),
        "warc_file": warc["file"],
        "warc_offset": warc["offset"],
        **{name: json.dumps(record[name], ensure_ascii=False) for name in ("credits", "blocks")},
    }
    return {name: values[name] if name in values else record[name] for name in PARQUET_COLUMNS}
