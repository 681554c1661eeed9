"""Excel workbooks by XlsxWriter: ids as text, dates as dates, the header frozen; no cell is a formula."""

import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from panan_spider.archive.store.files import StoreError
from panan_spider.publish.export import file_formats
from panan_spider.publish.export.csv_format import COLUMNS, MOST_IN_A_CELL, shorten, values_of
from panan_spider.publish.export.job import ExportJob, ExportResult, MissingLibrary, Record, SelectedRecords

FORM: Final = "xlsx"
INSTALL: Final = "pip install 'XlsxWriter>=3.2'"
_MAGIC: Final = b"PK\x03\x04"
#: Rows of a sheet, its header counted.
MOST_ROWS: Final = 1_048_576
_SHEET: Final = "xl/worksheets/sheet1.xml"
#: Width of a column in characters, where 14 is not right.
_WIDTHS: Final = {"id": 12, "title": 44, "kicker": 28, "subtitle": 28, "text": 60, "url": 40, "content_hash": 20}
_DATES: Final = {"day": "yyyy-mm-dd", "posted": "yyyy-mm-dd"}
_NUMBERS: Final = frozenset({"revision", "pages"})


def write_workbook(target: Path | BinaryIO, records: Iterable[Record]) -> int:
    """Write a workbook of one sheet; how many records. Raises MissingLibrary; StoreError where a sheet cannot hold them all."""
    library = _library()
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    book = library.Workbook(str(target) if isinstance(target, Path) else target, options)
    sheet = book.add_worksheet("articles")
    sheet.freeze_panes(1, 1)
    head, formats = (
        book.add_format({"bold": True}),
        {name: book.add_format({"num_format": form}) for name, form in _DATES.items()},
    )
    for column, name in enumerate(COLUMNS):
        sheet.set_column(column, column, _WIDTHS.get(name, 14))
        sheet.write_string(0, column, name, head)
    count = 0
    for count, record in enumerate(records, 1):
        if count >= MOST_ROWS:
            raise StoreError(f"a sheet holds {MOST_ROWS - 1:,} articles and no more: take a part, by section or date")
        _write_row(sheet, count, values_of(record), formats)
    sheet.autofilter(0, 0, count, len(COLUMNS) - 1)
    try:
        book.close()
    except library.exceptions.XlsxFileError as error:
        raise StoreError(" ".join(f"{target}: {error}".split())) from error
    return count


def _write_row(sheet: Any, row: int, values: dict[str, Any], formats: dict[str, Any]) -> None:
    for column, name in enumerate(COLUMNS):
        value = values[name]
        if value is None or value == "":
            continue
        if name in _NUMBERS:
            sheet.write_number(row, column, value)
        elif name in _DATES:
            sheet.write_datetime(row, column, datetime.fromisoformat(value), formats[name])
        else:
            sheet.write_string(row, column, shorten(str(value).encode("utf-8", "replace").decode()))


def _library() -> Any:
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingLibrary(f"--format xlsx needs XlsxWriter, which is not installed: {INSTALL}") from error
    return xlsxwriter


def _rows_in(path: Path) -> int:
    """Rows of the sheet but for its header."""
    count, tail = 0, b""
    with zipfile.ZipFile(path) as book, book.open(_SHEET) as sheet:
        while block := sheet.read(1 << 20):
            text = tail + block
            count += text.count(b"<row ")
            tail = text[-4:]
    return count - 1


def export(job: ExportJob, out: Path) -> ExportResult:
    """Make `out` hold what `job` says. Raises MissingLibrary, ForeignFileError, UnknownSection, StoreError; `out` is then as it was."""

    def write(aside: Path, chosen: SelectedRecords) -> tuple[int, int]:
        write_workbook(aside, chosen.records())
        return _rows_in(aside), chosen.count

    return file_formats.export_whole(FORM, _MAGIC, job, out, write)


__all__ = ["MOST_IN_A_CELL", "export", "write_workbook"]
