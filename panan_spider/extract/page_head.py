"""Head of a page: its breadcrumb, and on an article's page the headline block and the header line; where each of them stands.

The breadcrumb after 您当前的位置: `您当前的位置 : 样例在线 >> 样例新闻网 >> 要闻`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from lxml import etree

from panan_spider.core.text import fold
from panan_spider.extract import byline, words
from panan_spider.extract.header_line import (
    EMPTY_SOURCE,
    LABELLED,
    dates_again,
    is_label,
    is_labelled,
    is_opening_byline,
    leftover,
    strength,
)
from panan_spider.extract.headline import plain
from panan_spider.extract.labels import Label, ends_body, has
from panan_spider.extract.line import LONGEST_ROW, Line, holds_more_than, is_content, row_of, small_parent, stands_in
from panan_spider.extract.words import is_lead, is_prose, meaning, one_of, without_furniture

ANCHOR: Final = re.compile(one_of("whereabouts"))
_ANCHOR_SIGN: Final = re.compile(one_of("whereabouts_signs"))
#: How the words begin that speak of where the reader is, not of where a house stands.
_READERS: Final = re.compile(r"\s{0,9}[您你当现目]")
_SEPARATOR: Final = re.compile(r"\s{0,9}(?:>{1,9}|»|›|→|&gt;)[\s>»›]*")
#: How a breadcrumb begins that nothing announces.
_HOME: Final = rf"(?:{one_of('home')}|{{names}})\s*[>»›→]"
#: The word that stands for the page itself, as a part of its own or after the last part.
_THE_PAGE: Final = one_of("the_page")
_LONGEST_PART: Final = 12
_LONGEST_TRAIL: Final = 80  # characters of the box that holds a breadcrumb alone
_MAX_LINES: Final = 16  # one cell or list item a part, separators in cells of their own

#: A breadcrumb that nothing announces.
_FROM_HOME: Final = re.compile(rf"\s{{0,9}}(?:{one_of('home')})\s{{0,9}}[-—–>»›/|·]")
_OF_ADVERTS: Final = meaning("advertisement")
_MAX_HEADLINE_LINES: Final = 4

_MAX_HEADER_CELLS: Final = 10
_NAME: Final = re.compile(r"[\u3400-\u9fff]{1,4}$|[\u3400-\u9fff]{1,9}·[\u3400-\u9fff]{1,9}$")


#: Indexes of the headline lines and of the header line's, ends exclusive.
Spans = tuple[tuple[int, int], tuple[int, int]]


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
        found = ANCHOR.search(line.folded) if line.kind == "text" and _ANCHOR_SIGN.search(line.folded) else None
        if not found or found.start() >= 40:
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
        short = all(len(part) <= _LONGEST_PART for part in crumb.parts)
        if short and len(crumb.parts) > 1 and not has(line, Label.PAGER):
            return crumb
    return None


def _stands_beside(first: Line, line: Line) -> bool:
    """Whether a line that says nothing by itself is a part: a link, a trail, or in one small box with the first."""
    if (side := words.side_heading(line.folded)) and side != line.bare:
        return False  # 图片新闻 更多>>>
    link = line.is_link and len(line.links) == 1 and len(line.bare) <= _LONGEST_PART
    if link or _SEPARATOR.search(line.folded) or line.block is first.block:
        return True
    for box in islice(first.block.iterancestors(), 2):
        if box in line.block.iterancestors():
            return not holds_more_than(box, _LONGEST_TRAIL)
    return False


def _is_next_item(lines: Sequence[Line]) -> bool:
    """Whether the last line is the next item of the list the others stand in, whose separators the style sheet draws."""
    before, line = lines[-2], lines[-1]
    if before.block.tag != "li" or before.block.getnext() is not line.block or len(line.bare) > _LONGEST_PART:
        return False
    separated = any(_SEPARATOR.search(item.folded) for item in lines)
    return not separated and not words.is_head_furniture(line.folded, line.words)


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
    links = ((" ".join(name.split()), href) for line in lines[index : last + 1] for href, name in line.links)
    return Breadcrumb(parts, tuple(link for link in links if link[0] in parts), index, last)


def find_headline(lines: list[Line], start: int, header: int, titles: frozenset[str]) -> tuple[int, int]:
    """Indexes of the headline lines over the header line at `header`, none before `start`; the end is exclusive."""
    first = header
    for index in range(header - 1, start - 1, -1):
        line = lines[index]
        icon = line.kind == "image" and line.heading_tag and not is_content(line.src)
        if icon or has(line, Label.FURNITURE, Label.LEFTOVER) or line.bare in _OF_ADVERTS or is_lead(line):
            if first == header:
                header = first = index
            continue
        if first == header and index + 1 < len(lines) and is_piece_above(line, lines[header]):
            header = first = index
            continue
        beside = first < header and (line.prose.endswith("。") or _in_column(line, lines[header - 1]))
        if beside or not _can_be_over(line, titles):
            break
        first = index
        if header - first >= _MAX_HEADLINE_LINES:
            break
    return first, header


def _can_be_over(line: Line, titles: frozenset[str]) -> bool:
    """Whether the line can stand in the headline block: no link elsewhere, no words of the page around."""
    if line.kind != "text" or len(line.bare) > 120 or line.is_row or line.controls:
        return False
    if len(line.links) >= 3 and line.linked * 2 >= len(line.bare):
        return False  # a row of section names
    if plain(line.prose) in titles:
        return True
    if strength(line.folded, line.words) >= 2 and not leftover(line.folded, line.words):
        return False
    if is_prose(line) or _FROM_HOME.match(line.folded):
        return False
    around = has(line, Label.SIDE, Label.HEAD)
    return not around and ANCHOR.search(line.text) is None and strength(line.folded, line.words) < 3


def _in_column(line: Line, headline: Line) -> bool:
    """Whether the line stands in another column than the headline: in another cell of a row, or among links."""
    around = {headline.block, *headline.block.iterancestors()}
    if line.block in around:
        return False
    branch = line.block
    while (parent := branch.getparent()) is not None and parent not in around:
        branch = parent
    if parent is not None and parent.tag == "tr":
        return True
    links = (a for a in branch.iter("a") if not a.get("href", "#").lower().startswith(("javascript", "#")))
    return next(islice(links, 1, None), None) is not None


def _is_tail_line_only(line: Line) -> bool:
    """Whether the line is a tail line and says nothing only a header line says."""
    return byline.is_tail_line(line.folded) and strength(line.folded, line.words) <= 1


def is_piece_above(line: Line, header: Line) -> bool:
    """Whether the line over a header line is a piece of it: an author or editor, or a label in the same row."""
    if line.kind != "text" or line.heading_tag:
        return False
    if line.block is header.block and is_opening_byline(line):
        return True
    row = row_of(header.block)
    in_row = row is not None and row_of(line.block) is row
    return _is_tail_line_only(line) or (in_row and is_labelled(line.folded))


def header_end(lines: list[Line], first: int) -> int:
    """The end of the run of lines that make one header line, in cells or list items of one row."""
    end = first + 1
    row = row_of(lines[first].block)
    while end < min(first + _MAX_HEADER_CELLS, len(lines)):
        line = lines[end]
        sign = line.kind == "image" and end + 1 < len(lines) and not is_content(line.src)
        if sign and is_label(lines[end - 1].folded):
            end += 1
            continue  # a picture between a label and its value: 来源, the newsroom's sign, its name
        known = has(line, Label.FURNITURE, Label.HEADER) or _is_tail_line_only(line) or _is_awaited(lines, end)
        if dates_again(line.folded, (piece.folded for piece in lines[first:end])):
            break
        if not known and not _is_cell(lines, first, end, row):
            break
        end += 1
    while end - 1 > first and words.names_code(lines[end - 1]) and has(lines[end - 1], Label.FURNITURE):
        end -= 1  # the code follows
    return end


def _is_awaited(lines: list[Line], index: int) -> bool:
    """Whether the line is the value of a label before it, and the header line goes on behind it."""
    before = next(lines[place] for place in range(index - 1, -1, -1) if lines[place].kind == "text")
    if EMPTY_SOURCE.search(before.folded) and lines[index].block is before.block and lines[index].breaks == "br":
        return len(lines[index].bare) <= LONGEST_ROW and not words.is_statement(lines[index].folded)
    awaited = is_label(before.folded) and _says_little(lines[index]) and index + 1 < len(lines)
    return awaited and has(lines[index + 1], Label.HEADER)


def _is_cell(lines: list[Line], first: int, index: int, row: etree._Element | None) -> bool:
    """Whether the line is a cell of the header line's row that says nothing by itself: a label's value, more names."""
    line = lines[index]
    before = next(lines[place] for place in range(index - 1, -1, -1) if lines[place].kind == "text")
    box = row if row is not None else small_parent(lines[first], line)
    if box is None or row_of(line.block) is not row or not _says_little(line) or ends_body(line):
        return False
    labelled = row is not None and is_labelled(line.folded)
    counted = has(before, Label.FURNITURE) and line.bare.isdigit()
    named = all(_NAME.match(word) for word in line.text.split())
    return labelled or counted or is_label(before.folded) or (named and _holds_header_alone(box, lines, first))


def _says_little(line: Line) -> bool:
    longest = 40 if LABELLED.match(line.folded) else 20
    return line.kind == "text" and len(line.bare) <= longest and not re.search("[。!?;:,！？；：，]$", line.bare)


def _holds_header_alone(box: etree._Element, lines: list[Line], first: int) -> bool:
    """Whether the box is the header line's own: neither the headline nor a line of the text stands in it."""
    inside = [stands_in(line, box) for line in lines[: first + _MAX_HEADER_CELLS + 2]]
    if any(inside[:first]):
        return all(has(line, Label.FURNITURE) for line, held in zip(lines[:first], inside, strict=False) if held)
    rest = [line for line, held in zip(lines[first:], inside[first:], strict=False) if held]
    return all(has(line, Label.FURNITURE, Label.HEADER) or _says_little(line) for line in rest)


def _find_header_over(lines: list[Line], start: int, titles: frozenset[str]) -> Spans | None:
    """Headline and header line of a page that prints the date and 来源 over an h1 or the document's title."""
    for index in range(start, len(lines) - 1):
        if words.is_statement(lines[index].folded):
            return None
        if has(lines[index], Label.HEADER) and strength(lines[index].folded, lines[index].words) >= 5:
            end = header_end(lines, index)
            if end < len(lines) and (lines[end].heading_tag == "h1" or plain(lines[end].prose) in titles):
                return (end, end + 1), (index, end)
    return None


def _find_header_below(lines: list[Line], crumb: Breadcrumb, titles: frozenset[str]) -> Spans | None:
    """Headline and header line of a page whose breadcrumb stands between the two."""
    first = crumb.last + 1
    headline = find_headline(lines, 0, crumb.first, titles)
    known = any(line.heading_tag or plain(line.prose) in titles for line in lines[slice(*headline)])
    if not (known and first < len(lines) and has(lines[first], Label.HEADER)):
        return None
    end = header_end(lines, first)
    text = " ".join(line.folded for line in lines[first:end] if line.kind == "text")
    return (headline, (first, end)) if strength(text, lines[first].words) >= 2 else None


def _find_header_below_headline(lines: list[Line], start: int, titles: frozenset[str]) -> Spans | None:
    """Headline and header line, where the lines that are surest to be the latter have a headline over them."""
    best: Spans | None = None
    index, most = start, 1
    while index < len(lines):
        if best is not None and words.is_statement(lines[index].folded):
            break  # the text has begun: the date that ends a notice is no header line
        if not has(lines[index], Label.HEADER) or plain(lines[index].prose) in titles:
            index += 1
            continue
        end = header_end(lines, index)
        text = " ".join(without_furniture(line.text) for line in lines[index:end] if line.kind == "text")
        if (score := strength(text, lines[index].words)) > most:
            headline, begin = find_headline(lines, start, index, titles), index
            # Authors and editors printed over the header line belong to it.
            while begin > headline[1] and is_piece_above(lines[begin - 1], lines[index]):
                begin -= 1
            over = lines[slice(*headline)]
            if any(line.heading_tag or plain(line.prose) in titles or not line.prose.endswith("。") for line in over):
                best, most = (headline, (begin, end)), score
        index = end
    return best


def find_header(lines: list[Line], crumb: Breadcrumb | None, titles: frozenset[str]) -> Spans | None:
    """Headline and header line, as indexes with exclusive ends; None without a header line. `titles` are letters alone."""
    start = crumb.last + 1 if crumb else 0
    found = _find_header_below_headline(lines, start, titles) or _find_header_over(lines, start, titles)
    return found or (_find_header_below(lines, crumb, titles) if crumb else None)
