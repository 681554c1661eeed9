"""Comparison of two revisions: Chinese by character, ASCII by word, field by field. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final

from panan_spider.core.run_report import DiffSpan, FieldChange

#: Tokens: a word or number in ASCII, or one other character.
_TOKEN: Final = re.compile(r"[A-Za-z0-9.%-]+|.", re.DOTALL)
#: A shorter match between two changes is accidental and makes them hard to read.
_SHORTEST_MATCH: Final = 2
#: Product of both token counts beyond which a paragraph is shown as replaced.
_MOST_WORK: Final = 4_000_000
_KEPT_AROUND: Final = 24
_LONGEST_PIECE: Final = 1_500

_FIELDS: Final = ("title", "kicker", "subtitle", "published", "source", "editor", "text")


def pieces(old: str, new: str) -> list[DiffSpan]:
    """Spans of both versions in reading order. Joined without `new` they give `old`, without `gone` they give `new`."""
    lines = old.splitlines(keepends=True), new.splitlines(keepends=True)
    spans: list[DiffSpan] = []
    for tag, before, after in _steps(*lines):
        if tag == "equal" or len(before) * len(after) > _MOST_WORK:
            spans += _whole(before, after)
        else:
            spans += _fine(before, after)
    return _joined(spans)


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


def _joined(spans: Iterable[DiffSpan]) -> list[DiffSpan]:
    """Merge neighbouring changes into one, all old text before all new text, and neighbouring unchanged text."""
    found: list[DiffSpan] = []
    for is_same, group in groupby(spans, key=lambda span: span.kind == "same"):
        texts = {"same": ""} if is_same else {"gone": "", "new": ""}
        for span in group:
            texts[span.kind] += span.text
        found += [DiffSpan(kind=kind, text=text) for kind, text in texts.items() if text]  # type: ignore[arg-type]
    return found


def shortened(spans: Sequence[DiffSpan]) -> list[DiffSpan]:
    """Spans as a report shows them: unchanged text is cut, except next to a change."""
    shown: list[DiffSpan] = []
    for number, span in enumerate(spans):
        if span.kind != "same":
            cut = len(span.text) - _LONGEST_PIECE
            shown.append(DiffSpan(kind=span.kind, text=span.text[:_LONGEST_PIECE]))
            shown += [DiffSpan(kind="cut", text=str(cut))] if cut > 0 else []
            continue
        first, last = number == 0, number == len(spans) - 1
        head, tail = ("" if first else span.text[:_KEPT_AROUND]), ("" if last else span.text[-_KEPT_AROUND:])
        cut = len(span.text) - len(head) - len(tail)
        if cut <= _KEPT_AROUND:
            shown.append(span)
            continue
        parts = (("same", head), ("cut", str(cut)), ("same", tail))
        shown += [DiffSpan(kind=kind, text=text) for kind, text in parts if text]  # type: ignore[arg-type]
    return shown


def _texts(record: dict[str, Any]) -> dict[str, str]:
    """The fields of a record as text."""
    texts = {name: record.get(name) or "" for name in _FIELDS}
    texts["authors"] = "、".join(
        " ".join(filter(None, (author["title"], author["name"], author["work"]))) for author in record["authors"]
    )
    texts["credits"] = "\n".join(f"{role} {name}" for role, name in record["credits"].items())
    texts["images"] = "\n".join(f"{image['url']} {image['caption'] or ''}".strip() for image in record["images"])
    texts["attachments"] = "\n".join(f"{link['title']} {link['url']}" for link in record["attachments"])
    tables = [block for block in record["blocks"] if block["type"] == "table"]
    texts["tables"] = "\n".join(" | ".join(row) for table in tables for row in table["rows"])
    return texts


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[FieldChange]:
    """The fields in which two revisions differ, as a report shows them."""
    before, after = _texts(old), _texts(new)
    return [
        FieldChange(field=name, pieces=shortened(pieces(before[name], after[name])))
        for name in before
        if before[name] != after[name]
    ]
