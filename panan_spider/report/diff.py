"""Two versions of a text, character by character where it is Chinese, word by word where it is not. Pure."""

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Any, Final

from panan_spider.core.run_report import DiffSpan, FieldChange

#: A word or number of ASCII is one token, and so is every other character.
_TOKEN: Final = re.compile(r"[A-Za-z0-9.%-]+|.", re.DOTALL)
#: A match shorter than this between two changes is chance, and only makes them hard to read.
_SHORTEST_MATCH: Final = 2
#: Tokens of both sides multiplied, beyond which a paragraph is shown as replaced whole.
_MOST_WORK: Final = 4_000_000
_KEPT_AROUND: Final = 24
_LONGEST_PIECE: Final = 1_500

_FIELDS: Final = ("title", "kicker", "subtitle", "published", "source", "editor", "text")


def pieces(old: str, new: str) -> list[DiffSpan]:
    """The pieces of both versions in reading order. Joined without `new` they give `old`, without `gone` they give `new`."""
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    made: list[DiffSpan] = []
    for tag, before, after in _steps(*lines):
        if tag == "equal" or len(before) * len(after) > _MOST_WORK:
            made += _whole(before, after)
        else:
            made += _fine(before, after)
    return _joined(made)


def _steps(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        yield tag, "".join(before[a:b]), "".join(after[c:d])


def _fine(before: str, after: str) -> Iterator[DiffSpan]:
    tokens = _TOKEN.findall(before), _TOKEN.findall(after)
    steps = list(_steps(*tokens))
    for number, (tag, gone, new) in enumerate(steps):
        short = len(gone) < _SHORTEST_MATCH and 0 < number < len(steps) - 1
        yield from _whole(gone, new, same=tag == "equal" and not short)


def _whole(before: str, after: str, *, same: bool | None = None) -> Iterator[DiffSpan]:
    if before == after and same is not False:
        yield DiffSpan(kind="same", text=before)
        return
    if before:
        yield DiffSpan(kind="gone", text=before)
    if after:
        yield DiffSpan(kind="new", text=after)


def _joined(made: Sequence[DiffSpan]) -> list[DiffSpan]:
    """Neighbouring changes become one: all that went, then all that came."""
    found: list[DiffSpan] = []
    gone = new = ""
    for piece in (*made, DiffSpan(kind="same", text="")):
        if piece.kind == "gone":
            gone += piece.text
        elif piece.kind == "new":
            new += piece.text
        else:
            found += [DiffSpan(kind=kind, text=text) for kind, text in (("gone", gone), ("new", new)) if text]  # type: ignore[arg-type]
            gone = new = ""
            found += [piece] if piece.text else []
    return _merged(found)


def _merged(found: Sequence[DiffSpan]) -> list[DiffSpan]:
    merged = list(found[:1])
    for before, piece in pairwise(found):
        if before.kind == piece.kind:
            merged[-1] = DiffSpan(kind=piece.kind, text=merged[-1].text + piece.text)
        else:
            merged.append(piece)
    return merged


def shortened(made: Sequence[DiffSpan]) -> list[DiffSpan]:
    """The pieces as a report shows them: of what stayed, only what stands beside a change."""
    shown: list[DiffSpan] = []
    for number, piece in enumerate(made):
        if piece.kind != "same":
            cut = len(piece.text) - _LONGEST_PIECE
            shown.append(DiffSpan(kind=piece.kind, text=piece.text[:_LONGEST_PIECE]))
            shown += [DiffSpan(kind="cut", text=str(cut))] if cut > 0 else []
            continue
        first, last = number == 0, number == len(made) - 1
        head, tail = ("" if first else piece.text[:_KEPT_AROUND]), ("" if last else piece.text[-_KEPT_AROUND:])
        cut = len(piece.text) - len(head) - len(tail)
        if cut <= _KEPT_AROUND:
            shown.append(piece)
            continue
        parts = (("same", head), ("cut", str(cut)), ("same", tail))
        shown += [DiffSpan(kind=kind, text=text) for kind, text in parts if text]  # type: ignore[arg-type]
    return shown


def _printed(record: dict[str, Any]) -> dict[str, str]:
    """What an article says, field by field, as text."""
    said = {name: record.get(name) or "" for name in _FIELDS}
    said["authors"] = "、".join(
        " ".join(filter(None, (one["title"], one["name"], one["work"]))) for one in record["authors"]
    )
    said["credits"] = "\n".join(f"{role} {name}" for role, name in record["credits"].items())
    said["images"] = "\n".join(f"{image['url']} {image['caption'] or ''}".strip() for image in record["images"])
    said["attachments"] = "\n".join(f"{link['title']} {link['url']}" for link in record["attachments"])
    tables = [block for block in record["blocks"] if block["type"] == "table"]
    said["tables"] = "\n".join(" | ".join(row) for table in tables for row in table["rows"])
    return said


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[FieldChange]:
    """Every field in which two revisions differ, as a report shows it."""
    before, after = _printed(old), _printed(new)
    return [
        FieldChange(field=name, pieces=shortened(pieces(before[name], after[name])))
        for name in before
        if before[name] != after[name]
    ]
