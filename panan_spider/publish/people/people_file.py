"""data/people.jsonl: for each line of articles.jsonl, in the same order, one line with the office-holders in it.

A line names the byte its article's line ends at, so the file goes on from its own last line. It is made anew, aside, where
the grammar has changed, where the articles are not those it was made from, or where many lines are missing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.store.errors import WriteGuard, naming
from panan_spider.archive.store.files import now
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.publish.export.archive_lines import ArchiveLine, ArchiveLines, Position
from panan_spider.publish.export.atomic import ForeignFileError, built_aside
from panan_spider.publish.people.people_record import GRAMMAR, rows

FILE: Final = "people.jsonl"
#: Appended one by one, each durable; more at once are cheaper made anew.
_MOST_APPENDED: Final = 1_000


@dataclass
class PeopleFileResult:
    """What a call did: articles read, mentions found in them, and whether the file was made anew."""

    articles: int = 0
    mentions: int = 0
    anew: bool = False


def entry(line: ArchiveLine) -> dict[str, Any]:
    """The line of people.jsonl for a line of articles.jsonl."""
    record = line.record
    return {
        "article_id": record["id"],
        "revision": record["revision"],
        "people": rows(record["text"]),
        "grammar": GRAMMAR,
        "source_start": line.start,
        "source_end": line.end,
        "source_sha256": line.digest,
    }


def bring_up(data: Path) -> PeopleFileResult:
    """Make people.jsonl hold a line for each article line there is. Raises NotOurs, StoreError; it is then as it was."""
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
    told.mentions += len({row["start"] for row in made["people"]})
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _up_to(count: int, lines: Iterator[ArchiveLine]) -> Iterator[ArchiveLine]:
    for _number, line in zip(range(count), lines, strict=False):
        yield line


def _mark(data: Path, out: Path) -> Position | None:
    """Where the file goes on; None where it is to be made anew. Raises NotOurs."""
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
