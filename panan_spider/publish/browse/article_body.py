"""An article's body, as a template shows it: text, and where it names people; never HTML."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from panan_spider.publish.links import web_address


@dataclass(frozen=True)
class TextSpan:
    """Some text; `person` is whom it names, None for most of it."""

    text: str
    person: str | None = None


@dataclass(frozen=True)
class RenderedBlock:
    """One block. `kind` is the block's `type`; the rest is what that kind has.

    `file` is the local copy of a picture, None where none is kept; `url` an address as printed, `link` the same
    where it may be linked.
    """

    kind: str
    stretches: tuple[TextSpan, ...] = ()
    url: str = ""
    link: str | None = None
    file: str | None = None
    caption: str | None = None
    rows: Sequence[Sequence[str]] = field(default=())


def pieces(
    row: Mapping[str, Any], files: Mapping[str, str], people: Sequence[Mapping[str, Any]]
) -> list[RenderedBlock]:
    """The blocks of a row of the export, in order.

    `files` says where a picture's local copy is, by its address; `people` are rows of that table, whose spans are counted in `text`.
    """
    blocks = json.loads(row["blocks"])
    spans = _spans(people) if _is_text_of(blocks, row["text"]) else []
    made, offset = [], 0
    for block in blocks:
        made.append(_piece(block, files, spans, offset))
        if block["type"] in ("paragraph", "heading"):
            offset += len(block["text"]) + 1
    return made


def _is_text_of(blocks: Sequence[Mapping[str, Any]], text: str | None) -> bool:
    """Whether spans counted in `text` can be found again in the blocks."""
    return "\n".join(block["text"] for block in blocks if block["type"] in ("paragraph", "heading")) == text


def _spans(people: Sequence[Mapping[str, Any]]) -> list[tuple[int, int, str]]:
    """Where names stand, in order, each once."""
    return sorted({(person["start"], person["end"], person["name"]) for person in people})


def _piece(
    block: Mapping[str, Any], files: Mapping[str, str], spans: list[tuple[int, int, str]], offset: int
) -> RenderedBlock:
    kind = block["type"]
    if kind in ("paragraph", "heading"):
        return RenderedBlock(kind, _stretches(block["text"], spans, offset))
    if kind == "table":
        return RenderedBlock(kind, rows=block["rows"])
    url = block["url"]
    said = block.get("title") if kind == "attachment" else block.get("caption")
    return RenderedBlock(kind, url=url, link=web_address(url), file=files.get(url), caption=said)


def _stretches(text: str, spans: list[tuple[int, int, str]], offset: int) -> tuple[TextSpan, ...]:
    made: list[TextSpan] = []
    at = 0
    for first, last, name in spans:
        start, end = first - offset, last - offset
        if start >= at and end <= len(text):
            made += [TextSpan(text[at:start]), TextSpan(text[start:end], name)]
            at = end
    return tuple(one for one in [*made, TextSpan(text[at:])] if one.text)
