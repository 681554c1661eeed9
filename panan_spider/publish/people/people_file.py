"""data/people.jsonl: for each line of articles.jsonl, in the same order, one line with the office-holders in it.

A line names the byte its article's line ends at, so the file goes on from its own last line. It is made anew, aside, where
the grammar has changed, where the articles are not those it was made from, or where many lines are missing.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.store.files import WriteGuard, naming
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.core.clock import now
from panan_spider.publish.export.export_files import ForeignFileError, built_aside
from panan_spider.publish.export.job import ArchiveLine, ArchiveLines, Position, Record
from panan_spider.publish.people.mentions import Mention, people_in_fields, people_of
from panan_spider.publish.people.offices import RAW

#: Raised by hand where the code of the grammar changes what is found; its words count by themselves.
_CODE_VERSION: Final = 2
GRAMMAR: Final = f"{_CODE_VERSION}-" + hashlib.sha256(RAW).hexdigest()[:12]


def _place(text: str, name: str, span: tuple[int, int] | None) -> dict[str, Any]:
    start, end = span if span is not None else (None, None)
    return {name: None if span is None else text[slice(*span)], f"{name}_start": start, f"{name}_end": end}


#: The fields of an article that the grammar reads, in the order a reader meets them.
FIELDS: Final = ("kicker", "title", "subtitle", "text")


def people_rows(record: Record) -> list[dict[str, Any]]:
    """The office-holders of an article: a row for each action of each mention, and one for a mention without any; field by field.

    All `…_start` and `…_end` are characters of the row's `field`; those of the office are null where it is printed elsewhere in the article.
    """
    fields = {field: record[field] or "" for field in FIELDS}
    found = people_in_fields(fields)
    return [row for field in FIELDS for mention in found[field] for row in _rows(field, fields[field], mention)]


def rows(text: str) -> list[dict[str, Any]]:
    """The same of a text alone."""
    return [row for mention in people_of(text) for row in _rows("text", text, mention)]


def _rows(field: str, text: str, mention: Mention) -> list[dict[str, Any]]:
    office = mention.office_at if mention.office_at is not None else (None, None)
    row = {
        "field": field,
        "name": mention.name,
        "start": mention.start,
        "end": mention.end,
        "office": mention.office,
        "office_start": office[0],
        "office_end": office[1],
        **_place(text, "place", mention.deeds.place),
    }
    return [row | _place(text, "action", action) for action in mention.deeds.actions or (None,)]


FILE: Final = "people.jsonl"
#: Appended one by one, each durable; more at once are cheaper made anew.
_MOST_APPENDED: Final = 1_000


@dataclass
class PeopleFileResult:
    """Result of a call: articles read, mentions found in them, and whether the file was made anew."""

    articles: int = 0
    mentions: int = 0
    anew: bool = False


def entry(line: ArchiveLine) -> dict[str, Any]:
    """The line of people.jsonl for a line of articles.jsonl."""
    record = line.record
    return {
        "article_id": record["id"],
        "revision": record["revision"],
        "people": people_rows(record),
        "grammar": GRAMMAR,
        "source_start": line.start,
        "source_end": line.end,
        "source_sha256": line.digest,
    }


def bring_up(data: Path) -> PeopleFileResult:
    """Make people.jsonl hold a line for each article line there is. Raises ForeignFileError, StoreError; it is then as it was."""
    out = data / FILE
    if (mark := _mark(data, out)) is not None:
        lines = list(_up_to(_MOST_APPENDED, ArchiveLines(data, mark).read()))
        if len(lines) < _MOST_APPENDED:
            return _append(out, lines)
    told = PeopleFileResult(anew=True)
    with built_aside(out) as aside, aside.open("w", encoding="utf-8") as file:
        for line in ArchiveLines(data).read():
            file.write(_told(told, line) + "\n")
    return told


def _append(out: Path, lines: list[ArchiveLine]) -> PeopleFileResult:
    told = PeopleFileResult()
    file = LineFile(out, WriteGuard(), now())
    try:
        for line in lines:
            file.append(_told(told, line))
    finally:
        file.close()
    return told


def _told(told: PeopleFileResult, line: ArchiveLine) -> str:
    made = entry(line)
    told.articles += 1
    told.mentions += len({(row["field"], row["start"]) for row in made["people"]})
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _up_to(count: int, lines: Iterator[ArchiveLine]) -> Iterator[ArchiveLine]:
    for _number, line in zip(range(count), lines, strict=False):
        yield line


def _mark(data: Path, out: Path) -> Position | None:
    """Position from which the file is continued; None where it is to be made anew. Raises ForeignFileError."""
    with naming(out):
        if not out.exists():
            return None
        file = LineFile(out, WriteGuard(), now())
        try:
            raw = file.line_before(file.size) if file.size else None
        finally:
            file.close()
    if raw is None:
        return None
    last = json.loads(raw)
    if "grammar" not in last:
        raise ForeignFileError(f"{out} exists and is no file of this program; move it away")
    if last["grammar"] != GRAMMAR:
        return None
    mark = Position(last["source_end"], last["source_start"], last["source_sha256"])
    return mark if ArchiveLines(data).goes_on_from(mark) else None
