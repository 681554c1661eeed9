"""Where the tail line stands: after the body, in a row of cells, or behind the last words of the text."""

from dataclasses import replace
from typing import Final

from panan_spider.extract import landmarks, tail_line
from panan_spider.extract.byline import read_byline
from panan_spider.extract.header_line import could_say_some, is_lone_byline, leftover, names_source, strength
from panan_spider.extract.line import Line

_CELLS: Final = frozenset({"td", "th", "dt", "dd", "li"})


def find_tail(lines: list[Line], header: tuple[int, int]) -> tuple[int, int]:
    """The tail line and the cells after it; an empty range at the end of the page where there is none."""
    sourced = any(names_source(line.folded) for line in lines[slice(*header)])
    for index in range(header[1], len(lines)):
        line = lines[index]
        if landmarks.is_footer(line.folded):
            break
        if line.kind != "text":
            continue
        late = not sourced and could_say_some(line.bare) and strength(line.folded) >= 3 and not leftover(line.folded)
        if late or (tail_line.is_tail_line(line.folded) and not _stands_in_text(lines, index)):
            return _tail_begin(lines, header[1], index), _tail_end(lines, index)
    return len(lines), len(lines)


def _stands_in_text(lines: list[Line], index: int) -> bool:
    """Whether the line is one of a text's own, as under a work on show: an author alone, and the text goes on beside it."""
    said = tail_line.read_tail_line(lines[index].folded)
    if index + 1 >= len(lines) or said.editor or said.credits:
        return False
    line, after = lines[index], lines[index + 1]
    if line.block.tag in _CELLS and tail_line.has_empty_label(line.folded) and tail_line.is_value(after.text):
        return False  # a label in a cell, its name in the next
    beside = (
        after.kind == "text" and after.block.tag == line.block.tag and after.block.getparent() is line.block.getparent()
    )
    ends = tail_line.is_tail_line(after.folded) or landmarks.ends_body(after) or landmarks.is_furniture(after)
    return beside and not ends and not after.links and not after.folded.startswith(("(", "【"))


def signs(lines: list[Line], header: tuple[int, int], begin: int, end: int) -> bool:
    """Whether the body's last line is the byline that the header line lacks: `记者 甲 通讯员 乙`, not in brackets, under text."""
    if end - begin < 2 or lines[end - 1].kind != "text" or not is_lone_byline(lines[end - 1].folded):
        return False
    return lines[end - 2].kind == "text" and not any(read_byline(line.text) for line in lines[slice(*header)])


def split_tail(lines: list[Line], start: int, end: int) -> int | None:
    """Cut a tail line off the body's last text, and set it after that; its index."""
    for index in range(end - 1, start - 1, -1):
        line = lines[index]
        if line.kind != "text" or landmarks.is_furniture(line) or line.is_row:
            continue
        at = tail_line.begins_behind(line.raw)
        if at is not None:
            lines[index : index + 1] = [replace(line, raw=line.raw[:at]), replace(line, raw=line.raw[at:], links=[])]
        return None if at is None else index + 1
    return None


def _tail_begin(lines: list[Line], start: int, first: int) -> int:
    """Where the tail line begins at `first` or at lines of authors alone over it, which under a picture would be its caption."""
    begin = first
    while begin - 1 > start and lines[begin - 1].kind == "text" and tail_line.names_authors(lines[begin - 1].text):
        begin -= 1
    return begin if lines[begin - 1].kind == "text" else first


def _tail_end(lines: list[Line], first: int) -> int:
    end = first + 1
    while end < len(lines) and lines[end].kind == "text":
        text = lines[end].folded
        awaited = tail_line.has_empty_label(lines[end - 1].folded) and tail_line.is_value(text)
        if landmarks.side_heading(text) or not (awaited or tail_line.is_tail_line(text)):
            break
        end += 1
    return end
