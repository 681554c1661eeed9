"""What changed between two revisions: field by field, line beside line, and within a line as the report of a run shows it."""

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from panan_spider.core.run_report import DiffSpan
from panan_spider.publish.browse.ui_words import FIELDS
from panan_spider.report.diff import pieces

#: Lines are the same line, changed, where this share of their characters is; and are looked for this many lines on.
_ALIKE: Final = 0.5
_NEAR: Final = 40


@dataclass(frozen=True)
class FieldDiff:
    """One field that is not as it was: its Chinese and English name, and its lines, each as pieces; unchanged lines left out."""

    name: str
    english: str
    lines: tuple[tuple[DiffSpan, ...], ...]


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[FieldDiff]:
    """What differs between two rows of the export, field by field, in the order a reader meets them."""
    found = []
    for field, (name, english) in FIELDS.items():
        before, after = lines_of(field, old[field]), lines_of(field, new[field])
        if before != after:
            found.append(FieldDiff(name, english, tuple(_lines(before, after))))
    return found


def lines_of(field: str, value: Any) -> list[str]:
    """A field as lines of text: a block a line."""
    if value in (None, "", "{}"):
        return []
    if field == "blocks":
        return [line for block in json.loads(value) for line in _block(block)]
    if field == "credits":
        return [f"{role}: {name}" for role, name in json.loads(value).items()]
    return str(value).splitlines()


def _block(block: Mapping[str, Any]) -> list[str]:
    kind = block["type"]
    if kind == "table":
        return [" | ".join(row) for row in block["rows"]]
    if kind in ("paragraph", "heading"):
        return [block["text"]]
    said = block.get("caption") or block.get("title")
    return [f"[{kind}] {block['url']}" + (f" {said}" if said else "")]


def _lines(before: list[str], after: list[str]) -> Iterator[tuple[DiffSpan, ...]]:
    for how, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            continue
        for old, new in _pairs(before[i1:i2], after[j1:j2]):
            yield tuple(pieces(old, new))


def _pairs(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    """Old and new lines side by side, like beside like; one without a counterpart stands beside nothing."""
    at = 0
    for old in before:
        match = next((j for j in range(at, min(at + _NEAR, len(after))) if _alike(old, after[j])), None)
        if match is None:
            yield old, ""
            continue
        yield from (("", new) for new in after[at:match])
        yield old, after[match]
        at = match + 1
    yield from (("", new) for new in after[at:])


def _alike(old: str, new: str) -> bool:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).quick_ratio() > _ALIKE
