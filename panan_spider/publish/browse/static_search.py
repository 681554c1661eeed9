"""The index that a folder of files is searched by: headlines and names, a script a year, read by static/find.js."""

import json
from typing import Final

from panan_spider.publish.browse.article_queries import ExportReader, Row
from panan_spider.publish.browse.whole_export import UNDATED, headlines

#: Line ends to a script, though not to JSON.
_LINE_ENDS: Final = str.maketrans({"\u2028": "\\u2028", "\u2029": "\\u2029"})


async def years(reader: ExportReader) -> list[str]:
    """Years with articles, newest first; UNDATED last where there are such."""
    found = sorted({row["month"][:4] for row in await reader.months()}, reverse=True)
    return found + ([UNDATED] if await reader.count(["a.day IS NULL"]) else [])


async def index_of(reader: ExportReader, year: str) -> str:
    """The script of a year: a call with rows of number, day, sections, headline, kicker, subtitle, people, authors."""
    rows = [_row(row) for row in await headlines(reader, year)]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).translate(_LINE_ENDS)
    return f"pananRows({text});\n"


def _row(row: Row) -> list[object]:
    listed = (row["listed"] or "").split("\n")
    sections = [name for name in dict.fromkeys([row["section"], *listed]) if name]
    people, authors = ([name for name in (row[of] or "").split(",") if name] for of in ("people", "authors"))
    return [row["id"], row["day"], sections, row["title"], row["kicker"], row["subtitle"], people, authors]
