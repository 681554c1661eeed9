"""Which lines make the header line: one line, or several in the cells, list items or small blocks of one box."""

import re
from collections.abc import Sequence
from typing import Final

from lxml import etree

from panan_spider.extract import landmarks, media, tail_line
from panan_spider.extract.header_line import DATE, could_say_some, is_byline, is_label, leftover, strength
from panan_spider.extract.line import Line, holds_more_than, stands_in

_ROW_TAGS: Final = ("tr", "ul", "ol", "dl")
_MAX_HEADER_CELLS: Final = 10
_LONGEST_HEADER_LINE: Final = 200
_SENTENCE: Final = re.compile("[。!?;“”]")
_WHEN: Final = re.compile(r"^(?:时间|日期)\s*:\s*")
_NAME: Final = re.compile(r"[\u3400-\u9fff]{1,4}$|[\u3400-\u9fff]+·[\u3400-\u9fff]+$")


def is_header_piece(line: Line) -> bool:
    """Whether the line by its own words is the header line, or a piece of it."""
    if line.kind != "text" or len(line.text) > _LONGEST_HEADER_LINE or not could_say_some(line.bare):
        return False
    if line.bare.endswith(("。", "\uff01", "\uff1f")):
        return False  # a sentence of the text, though it begins as such a line does
    strong = strength(line.folded)
    if strong <= 1 and tail_line.is_tail_line(line.folded):
        return False
    if strong == 1 and (line.heading_tag or not is_byline(line.folded)):
        return False
    if _SENTENCE.search(rest := leftover(line.folded)):
        return False  # a text that quotes a header line
    return strong >= 5 or (strong > 0 and not rest) or is_label(line.folded)


def without_icons(lines: list[Line]) -> list[Line]:
    """The lines without the pictures of the page's own, a clock or a pen, that stand before the words of a header line."""
    return [line for line, after in zip(lines, [*lines[1:], None], strict=False) if not _is_icon(line, after)]


def _is_icon(line: Line, after: Line | None) -> bool:
    beside = line.kind == "image" and after is not None and after.block is line.block and is_header_piece(after)
    return beside and not media.is_content(line.src)


def tail_line_only(line: Line) -> bool:
    """Whether the line is a tail line and says nothing only a header line says."""
    return tail_line.is_tail_line(line.folded) and strength(line.folded) <= 1


def header_end(lines: list[Line], first: int) -> int:
    """The end of the run of lines that make one header line, in cells or list items of one row."""
    end = first + 1
    row = _row(lines[first].block)
    while end < min(first + _MAX_HEADER_CELLS, len(lines)):
        line = lines[end]
        known = landmarks.is_furniture(line) or is_header_piece(line) or tail_line_only(line)
        if _dates_again(line, lines[first:end]) or (not known and not _is_cell(lines, first, end, row)):
            break
        end += 1
    return end


def _dates_again(line: Line, header: Sequence[Line]) -> bool:
    """Whether the line is the text's own date, such as that of a speech: the header line has one."""
    when = _own_date(line)
    dated = [DATE.search(said.folded) for said in header]
    return DATE.fullmatch(when) is not None and any(found and found[0].strip() != when for found in dated)


def _own_date(line: Line) -> str:
    return _WHEN.sub("", line.folded.strip(" ()[]\u3000"))


def _is_cell(lines: list[Line], first: int, index: int, row: etree._Element | None) -> bool:
    """Whether the line is a cell of the header line's row that says nothing by itself: a label's value, more names."""
    before, line = lines[index - 1], lines[index]
    box = row if row is not None else _small_parent(lines[first], line)
    if box is None or _row(line.block) is not row or not _says_little(line) or landmarks.ends_body(line):
        return False
    counted = landmarks.is_furniture(before) and line.bare.isdigit()
    named = all(_NAME.match(word) for word in line.text.split())
    return counted or is_label(before.folded) or (named and _holds_header_alone(box, lines, first))


def _says_little(line: Line) -> bool:
    return line.kind == "text" and len(line.bare) <= 20 and not re.search("[。!?;:,！？；：，]$", line.bare)


def _holds_header_alone(box: etree._Element, lines: list[Line], first: int) -> bool:
    """Whether the box is the header line's own: neither the headline nor a line of the text stands in it."""
    inside = [stands_in(line, box) for line in lines[: first + _MAX_HEADER_CELLS + 2]]
    if any(inside[:first]):
        return all(landmarks.is_furniture(line) for line, held in zip(lines[:first], inside, strict=False) if held)
    rest = [line for line, held in zip(lines[first:], inside[first:], strict=False) if held]
    return all(landmarks.is_furniture(line) or is_header_piece(line) or _says_little(line) for line in rest)


def _row(element: etree._Element) -> etree._Element | None:
    return next((e for e in (element, *element.iterancestors()) if e.tag in _ROW_TAGS and _is_small(e)), None)


def _is_small(element: etree._Element) -> bool:
    return not holds_more_than(element, _LONGEST_HEADER_LINE)


def _small_parent(first: Line, line: Line) -> etree._Element | None:
    parent = first.block.getparent()
    if first.block is line.block or parent is None or parent.tag in ("body", "html") or not _is_small(parent):
        return None
    return parent if any(e is parent for e in line.block.iterancestors()) else None
