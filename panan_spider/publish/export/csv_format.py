"""CSV that Excel opens right: UTF-8 with BOM, CRLF, and no cell that it would take for a formula."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from panan_spider.publish.export.file_formats import SingleFileFormat
from panan_spider.publish.export.job import Record, day_of
from panan_spider.sites.profile import Site

#: Columns, in order. Several values of one cell are joined by 、, addresses by a line feed.
COLUMNS: Final = (
    "id", "revision", "day", "published", "posted", "section", "listed_in", "title", "kicker", "subtitle", "authors", "editor", "source",
    "text", "images", "attachments", "pages", "template", "url", "fetched_at", "content_hash",
)  # fmt: skip
#: What Excel begins a formula with, and full-width twins that some of its languages take for the same.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
#: Characters, as UTF-16 counts them, that Excel takes in one cell.
MOST_IN_A_CELL: Final = 32_767
_CUT: Final = "… [cut]"


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


def _line_of(record: Record, _site: Site) -> bytes:
    return csv_row(record)


def _records_in(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.reader(file)
        if next(rows) != list(COLUMNS):
            return -1
        return sum(len(row) == len(COLUMNS) for row in rows)


#: What the file begins with: a BOM and the names of the columns.
HEAD: Final = b"\xef\xbb\xbf" + csv_line(COLUMNS)

FORM: Final = SingleFileFormat("csv", HEAD, _line_of, _records_in, lambda first: first == HEAD)
export = FORM.export
