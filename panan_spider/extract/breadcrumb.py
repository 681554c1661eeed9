"""The breadcrumb after 您当前的位置: `您当前的位置 : 样例在线 >> 样例新闻网 >> 要闻`."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from panan_spider.core.text import fold
from panan_spider.extract import words
from panan_spider.extract.line import Line, holds_more_than

ANCHOR: Final = re.compile(words.one_of("whereabouts"))
_ANCHOR_SIGN: Final = re.compile(words.one_of("whereabouts_signs"))
#: How the words begin that speak of where the reader is, not of where a house stands.
_READERS: Final = re.compile(r"\s{0,9}[您你当现目]")
_SEPARATOR: Final = re.compile(r"\s{0,9}(?:>{1,9}|»|›|→|&gt;)[\s>»›]*")
#: How a breadcrumb begins that nothing announces.
_HOME: Final = rf"(?:{words.one_of('home')}|{{names}})\s*[>»›→]"
#: The word that stands for the page itself, as a part of its own or after the last part.
_THE_PAGE: Final = words.one_of("the_page")
_LONGEST_PART: Final = 12
_LONGEST_TRAIL: Final = 80  # characters of the box that holds a breadcrumb alone
_MAX_LINES: Final = 16  # one cell or list item a part, separators in cells of their own


@dataclass(frozen=True)
class Breadcrumb:
    """The parts in order without 正文; the links among them as (name, href); the lines it took, by index."""

    parts: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    first: int
    last: int


def split_breadcrumb(text: str) -> tuple[str, ...]:
    """The parts of a breadcrumb printed as one text, with or without 您当前的位置 before it."""
    opened = ANCHOR.search(fold(text))
    return _parts(text[opened.end() :] if opened else text)


def _parts(trail: str) -> tuple[str, ...]:
    """The parts of what stands behind 您当前的位置."""
    cuts = [m.span() for m in _SEPARATOR.finditer(fold(trail))]
    edges = zip([0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(trail)], strict=True)
    parts = [" ".join(trail[start:end].split()) for start, end in edges]
    parts = [part for part in parts if part]
    if parts:
        parts[-1] = re.sub(rf"(?:(?:\s+|^){_THE_PAGE})+$", "", parts[-1])
    return tuple(part for part in parts if part)


def find_breadcrumb(lines: list[Line]) -> Breadcrumb | None:
    """The page's first breadcrumb, wherever its parts stand: in one line, or in a line each."""
    for index, line in enumerate(lines):
        if line.kind != "text" or not (found := _opens(line.folded)) or found.start() >= 40:
            continue
        crumb = _gather(lines, index, line.text[found.end() :])
        # `位置:村口` and `您当前的位置是村口。` are an article's words.
        if len(crumb.parts) > 1 or (_READERS.match(found[0]) and not words.is_statement(line.folded)):
            return crumb
    return _unannounced(lines)


def _unannounced(lines: list[Line]) -> Breadcrumb | None:
    """The breadcrumb of a page that prints it bare, from the home page on: `首页 > 新闻 > 正文`, before any sentence."""
    for index, line in enumerate(lines):
        if line.kind != "text" or not line.links or not line.words.pattern(_HOME).match(line.folded):
            if words.is_statement(line.folded):
                return None
            continue
        crumb = _gather(lines, index, line.text)
        if (
            len(crumb.parts) > 1
            and all(len(part) <= _LONGEST_PART for part in crumb.parts)
            and not words.is_page_walk(line)
        ):
            return crumb
    return None


def _stands_beside(first: Line, line: Line) -> bool:
    """Whether a line that says nothing by itself is a part: a link, a trail, or in one small box with the first."""
    if (side := words.side_heading(line.folded)) and side != line.bare:
        return False  # 图片新闻 更多>>>
    link = line.is_link and len(line.links) == 1 and len(line.bare) <= _LONGEST_PART
    if link or _SEPARATOR.search(line.folded) or line.block is first.block:
        return True
    for box in itertools.islice(first.block.iterancestors(), 2):
        if box in line.block.iterancestors():
            return not holds_more_than(box, _LONGEST_TRAIL)
    return False


def _is_next_item(lines: Sequence[Line]) -> bool:
    """Whether the last line is the next item of the list the others stand in, whose separators the style sheet draws."""
    before, line = lines[-2], lines[-1]
    if before.block.tag != "li" or before.block.getnext() is not line.block or len(line.bare) > _LONGEST_PART:
        return False
    return not words.is_head_furniture(line.folded, line.words) and not any(
        _SEPARATOR.search(said.folded) for said in lines
    )


def _opens(text: str) -> re.Match[str] | None:
    return ANCHOR.search(text) if _ANCHOR_SIGN.search(text) else None


def _gather(lines: list[Line], index: int, text: str) -> Breadcrumb:
    last = index
    for following in range(index + 1, min(index + _MAX_LINES, len(lines))):
        more = lines[following].folded
        awaits = not text.strip() or re.search(r"[>»›→]\s*$", fold(text)) is not None
        if lines[following].kind != "text" or len(more) > 40 or ANCHOR.search(more):
            break
        if _is_next_item(lines[index : following + 1]):
            more, text = f"> {more}", f"{text} >"
        goes_on = re.match(r"\s*[>»›→]", more) is not None or more.strip() == _THE_PAGE
        if not goes_on and not (awaits and _stands_beside(lines[index], lines[following])):
            break
        text, last = f"{text} {lines[following].text}", following
    parts = _parts(text)
    links = [
        (" ".join(name.split()), href)
        for line in lines[index : last + 1]
        for href, name in line.links
        if " ".join(name.split()) in parts
    ]
    return Breadcrumb(parts, tuple(links), index, last)
