"""data/people.jsonl: for each line of articles.jsonl, in the same order, one line with the office-holders in it.

A line names the byte its article's line ends at, so the file goes on from its own last line. It is made anew, aside, where
the grammar has changed, where the articles are not those it was made from, or where many lines are missing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from panan_spider.export.lines import Line, Lines, Mark
from panan_spider.export.place import NotOurs, built_aside
from panan_spider.people.record import GRAMMAR, rows
from panan_spider.store.errors import Fuse, naming
from panan_spider.store.files import now
from panan_spider.store.jsonl import LineFile

FILE: Final = "people.jsonl"
#: Appended one by one, each durable; more at once are cheaper made anew.
_MOST_APPENDED: Final = 1_000


@dataclass
class Told:
    """What a call did: articles read, mentions found in them, and whether the file was made anew."""

    articles: int = 0
    mentions: int = 0
    anew: bool = False


def entry(line: Line) -> dict[str, Any]:
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


def bring_up(data: Path) -> Told:
    """Make people.jsonl hold a line for each article line there is. Raises NotOurs, StoreError; it is then as it was."""
    out = data / FILE
    if (mark := _mark(data, out)) is not None:
        lines = list(_up_to(_MOST_APPENDED, Lines(data, mark).read()))
        if len(lines) < _MOST_APPENDED:
            return _append(out, lines)
    told = Told(anew=True)
    with built_aside(out) as aside, aside.open("w", encoding="utf-8") as file:
        for line in Lines(data).read():
            file.write(_told(told, line) + "\n")
    return told


def _append(out: Path, lines: list[Line]) -> Told:
    told = Told()
    file = LineFile(out, Fuse(), now())
    try:
        for line in lines:
            file.append(_told(told, line))
    finally:
        file.close()
    return told


def _told(told: Told, line: Line) -> str:
    made = entry(line)
    told.articles += 1
    told.mentions += len({row["start"] for row in made["people"]})
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _up_to(count: int, lines: Iterator[Line]) -> Iterator[Line]:
    for _number, line in zip(range(count), lines, strict=False):
        yield line


def _mark(data: Path, out: Path) -> Mark | None:
    """Where the file goes on; None where it is to be made anew. Raises NotOurs."""
    with naming(out):
        if not out.exists():
            return None
        file = LineFile(out, Fuse(), now())
        try:
            raw = file.line_before(file.size) if file.size else None
        finally:
            file.close()
    if raw is None:
        return None
    last = json.loads(raw)
    if "grammar" not in last:
        raise NotOurs(f"{out} exists and is no file of this program; move it away")
    if last["grammar"] != GRAMMAR:
        return None
    mark = Mark(last["source_end"], last["source_start"], last["source_sha256"])
    return mark if Lines(data).goes_on_from(mark) else None
