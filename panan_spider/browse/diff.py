"""What changed between two revisions, word by word."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from panan_spider.browse.terms import FIELDS

#: A word: a number or a word of Latin letters whole; of Chinese, which is printed without blanks, each character.
_WORD: Final = re.compile(r"[0-9A-Za-z]+(?:[.,:%/-][0-9A-Za-z]+)*%?|\s+|.", re.DOTALL)

#: An unchanged stretch this short between two changes is read as part of them: single characters in common say nothing.
_SHORT: Final = 1

#: Words of the longest paragraphs that are compared word by word; longer ones are shown whole, old and new.
_MOST_WORDS: Final = 6_000

#: Lines are the same line, changed, where this share of their characters is; and are looked for this many lines on.
_ALIKE: Final = 0.5
_NEAR: Final = 40


@dataclass(frozen=True)
class Piece:
    """A stretch of a line: `kind` is `same`, `gone` or `new`."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """One field that is not as it was: its Chinese and English name, and its lines, each as pieces; unchanged lines left out."""

    name: str
    english: str
    lines: tuple[tuple[Piece, ...], ...]


def changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What differs between two rows of the export, field by field, in the order a reader meets them."""
    found = []
    for field, (name, english) in FIELDS.items():
        before, after = lines_of(field, old[field]), lines_of(field, new[field])
        if before != after:
            found.append(Change(name, english, tuple(_lines(before, after))))
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


def _lines(before: list[str], after: list[str]) -> Iterator[tuple[Piece, ...]]:
    for how, i1, i2, j1, j2 in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if how == "equal":
            continue
        for old, new in _pairs(before[i1:i2], after[j1:j2]):
            yield tuple(words(old, new))


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


def words(old: str, new: str) -> list[Piece]:
    """One line as it was and as it is, in pieces: `same` and `gone` together are the old, `same` and `new` the new."""
    before, after = _WORD.findall(old), _WORD.findall(new)
    if not before or not after or max(len(before), len(after)) > _MOST_WORDS:
        return [Piece(kind, text) for kind, text in (("gone", old), ("new", new)) if text]
    codes = difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    pieces: list[Piece] = []
    gone = come = ""
    for at, (how, i1, i2, j1, j2) in enumerate(codes):
        between = 0 < at < len(codes) - 1
        if how == "equal" and not (between and i2 - i1 <= _SHORT):
            pieces += [*_changed(gone, come), Piece("same", "".join(before[i1:i2]))]
            gone = come = ""
        else:
            gone += "".join(before[i1:i2])
            come += "".join(after[j1:j2])
    return [*pieces, *_changed(gone, come)]


def _changed(gone: str, come: str) -> Sequence[Piece]:
    return [Piece(kind, text) for kind, text in (("gone", gone), ("new", come)) if text]
