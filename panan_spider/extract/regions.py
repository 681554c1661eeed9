"""Regions of an article page: headline, header line, body and tail, found by their words alone."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import Final

from panan_spider.core.text import fold
from panan_spider.extract import byline, words
from panan_spider.extract.body import offers_files
from panan_spider.extract.byline import read_byline
from panan_spider.extract.header_line import (
    closing_source,
    could_say_some,
    is_lone_byline,
    leftover,
    names_source,
    strength,
)
from panan_spider.extract.headline import plain
from panan_spider.extract.labels import Label, ends_body, has, is_tail, is_unlisted_tail
from panan_spider.extract.line import Line, LineMark, is_content, stands_in
from panan_spider.extract.page_head import Breadcrumb, find_breadcrumb, find_header
from panan_spider.extract.results import UnknownLayout

_CELLS: Final = frozenset({"td", "th", "dt", "dd", "li"})
#: Where a tail line begins that stands behind the last words of the text.
_TAIL_BEHIND: Final = re.compile(
    rf"(?:(?<!\s)\s{{2,40}}|(?<=[。!?”…)])\s{{0,9}})(?=[(\[【]?\s{{0,9}}(?:{'|'.join(map(words.spaced, words.meaning('editor_labels', 'credit_labels')))})(?:\s{{0,9}}[:丨|/]|\s))"
)
_LONGEST_TAIL: Final = 100  # characters
#: Pictures and links that can stand between two tail lines.
_MOST_BETWEEN: Final = 6
#: Paragraphs behind a tail line that are looked at.
_MOST_PROSE: Final = 200

_SHORTEST_PARAGRAPH: Final = 20


def find_tail(lines: list[Line], header: tuple[int, int]) -> tuple[int, ...]:
    """Indexes of the tail lines; none where there is none. Between two of them can stand pictures and links."""
    sourced = any(names_source(line.folded) for line in lines[slice(*header)])
    prose = _ProseBehind(lines)
    for index in range(header[1], len(lines)):
        line = lines[index]
        if has(line, Label.FOOTER):
            after = _text_behind(lines, index)
            if after is None or not is_tail(after):
                break  # no telephone of the newsroom's over the editor's line
        elif line.kind == "text" and (_is_late_header(line, sourced) or _is_tail(lines, index, prose)):
            found = list(range(_tail_begin(lines, header[1], index), _tail_end(lines, index)))
            return (*found, *_later_tail(lines, found[-1] + 1))
    return ()


def _is_late_header(line: Line, sourced: bool) -> bool:
    """Whether the line is a header line below the text, on a page whose header line names no source."""
    if sourced or not could_say_some(line.bare, line.words):
        return False
    return strength(line.folded, line.words) >= 3 and not leftover(line.folded, line.words)


def _is_tail(lines: list[Line], index: int, prose: "_ProseBehind") -> bool:
    """Whether the line is a tail line and the text does not go on behind it."""
    line = lines[index]
    if is_tail(line):
        return not _stands_in_text(lines, index) and not prose.follows(index)
    if not is_unlisted_tail(line) or prose.follows(index):
        return False
    after = _text_behind(lines, index)
    closes = after is None or is_tail(after) or ends_body(after)
    several = len(byline.labels_of(line.folded)) > 1 or (after is not None and is_tail(after))
    return closes and several


def _text_behind(lines: list[Line], index: int) -> Line | None:
    """The next line of text; no copy of the rest, which for every line would be quadratic."""
    return next((lines[place] for place in range(index + 1, len(lines)) if lines[place].kind == "text"), None)


class _ProseBehind:
    """Prose that follows a line in its container. Each line is judged once: a hostile page is nothing but tail lines."""

    def __init__(self, lines: list[Line]) -> None:
        self._lines = lines
        self._end = 0  # the next line that can only stand after the text, of those behind the line asked about
        self._prose: list[int] = []  # up to it

    def follows(self, index: int) -> bool:
        """Whether paragraphs follow in the line's container: two of them, or one behind a line of authors alone."""
        line, prose = self._lines[index], 0
        tail = byline.read_tail_line(line.folded)
        enough = 2 if tail.editor or tail.credits else 1
        if index >= self._end:
            self._look_on(index + 1)
        first = bisect_right(self._prose, index)
        for place in self._prose[first : first + _MOST_PROSE]:
            prose += in_container(self._lines[place], line)
            if prose >= enough:
                return True
        return False

    def _look_on(self, start: int) -> None:
        self._prose = []
        for place in range(start, len(self._lines)):
            self._end, other = place, self._lines[place]
            if other.kind == "text" and ends_body(other):
                return
            if words.is_prose(other) and not other.is_row:
                self._prose.append(place)
        self._end = len(self._lines)


def in_container(line: Line, other: Line) -> bool:
    """Whether two lines stand in one element, each in a block of its own or not."""
    first, second = line.block, other.block
    return first is second or (
        first.getparent() is second.getparent() and first.tag == second.tag and first.tag not in _CELLS
    )


def _later_tail(lines: list[Line], start: int) -> list[int]:
    """Indexes of further tail lines of the article, behind pictures and links: in the first one's container, or with an editor."""
    found: list[int] = []
    index, first = start, lines[start - 1]
    while index < len(lines) and index - start <= _MOST_BETWEEN + len(found):
        line = lines[index]
        if line.kind == "text" and ends_body(line):
            break
        if is_tail(line) and (in_container(line, first) or byline.read_tail_line(line.folded).editor is not None):
            end = _tail_end(lines, index)
            found += range(index, end)
            index = end
            continue
        if line.kind == "text" and not line.links and "://" not in line.text:
            break
        index += 1
    return found


def _stands_in_text(lines: list[Line], index: int) -> bool:
    """Whether the line is one of a text's own, as under a work on show: an author alone, and the text goes on beside it."""
    tail = byline.read_tail_line(lines[index].folded)
    if index + 1 >= len(lines) or tail.editor or tail.credits:
        return False
    line, after = lines[index], lines[index + 1]
    if line.block.tag in _CELLS and byline.has_empty_label(line.folded) and byline.is_value(after.text):
        return False  # a label in a cell, its name in the next
    alike = after.block.tag == line.block.tag and after.block.getparent() is line.block.getparent()
    if after.kind != "text" or not alike or after.links or after.folded.startswith(("(", "【")):
        return False
    return not is_tail(after) and not ends_body(after) and not has(after, Label.FURNITURE)


def signs(lines: list[Line], header: tuple[int, int], begin: int, end: int) -> bool:
    """Whether the body's last line is the byline that the header line lacks: `记者 甲 通讯员 乙`, not in brackets, under text."""
    if end - begin < 2 or lines[end - 1].kind != "text" or not is_lone_byline(lines[end - 1].folded):
        return False
    return lines[end - 2].kind == "text" and not any(read_byline(line.text) for line in lines[slice(*header)])


def split_tail(lines: list[Line], start: int, end: int) -> int | None:
    """Cut a tail line off the body's last text, behind its last sentence, and set it after that; its index."""
    for index in range(end - 1, start - 1, -1):
        line = lines[index]
        if line.kind != "text" or has(line, Label.FURNITURE) or line.is_row:
            continue
        folded = fold(line.raw)
        for found in _TAIL_BEHIND.finditer(folded, max(1, len(folded) - _LONGEST_TAIL)):
            if byline.is_tail_line(folded[found.end() :]):
                text, tail = line.raw[: found.end()], line.raw[found.end() :]
                lines[index : index + 1] = [replace(line, raw=text), replace(line, raw=tail, links=[], mark=LineMark())]
                return index + 1
        return None
    return None


def _tail_begin(lines: list[Line], start: int, first: int) -> int:
    """Index of the tail's first line: `first`, or lines of authors alone above it, which under a picture would be its caption."""
    begin = first
    while begin - 1 > start and lines[begin - 1].kind == "text" and byline.names_alone(lines[begin - 1].folded):
        begin -= 1
    return begin if lines[begin - 1].kind == "text" else first


def _tail_end(lines: list[Line], first: int) -> int:
    end = first + 1
    while end < len(lines) and lines[end].kind == "text":
        text = lines[end].folded
        awaited = byline.has_empty_label(lines[end - 1].folded) and byline.is_value(text)
        between = end + 1 < len(lines) and has(lines[end], Label.BYLINE) and is_tail(lines[end + 1])
        named = has(lines[end], Label.BYLINE) or bool(byline.names_alone(text))
        block, before = lines[end].block, lines[end - 1].block
        in_row = block.tag in _CELLS and block.getparent() is before.getparent()
        signed = named and (in_row or in_container(lines[end], lines[end - 1]))
        tail = signed or is_tail(lines[end]) or is_unlisted_tail(lines[end])
        if has(lines[end], Label.SIDE) or not (awaited or between or tail):
            break
        end += 1
    return end


@dataclass(frozen=True)
class Region:
    """Indexes into the page's lines, ends exclusive."""

    breadcrumb: Breadcrumb | None
    headline: tuple[int, int]
    header: tuple[int, int]
    body: tuple[int, int]  # tail lines can stand in it
    tail: tuple[int, ...]  # indexes of the tail lines, in order
    bylines: tuple[int, ...]  # indexes of the lines at the body's start that are bylines
    source: int | None = None  # index of the body's last line where it says whence the text comes


def find_region(lines: list[Line], titles: Sequence[str] = ()) -> Region:
    """Raises UnknownLayout where the page has no header line; `titles` is what its headline can be, in other places."""
    crumb = find_breadcrumb(lines)
    named = frozenset(map(plain, titles))
    found = find_header(lines, crumb, named)
    if found is None:
        raise UnknownLayout("no header line: neither a date with 来源 nor a byline under a headline")
    headline, header = found
    begin = max(headline[1], header[1])
    tail = find_tail(lines, (header[0], begin))
    last = tail[-1] if tail else len(lines)
    while last - 1 in tail:  # the first of the last run of adjacent tail lines
        last -= 1
    end = next((index for index in range(begin, last) if _ends_body(lines, index, begin)), last)
    if not tail and (behind := split_tail(lines, begin, end)):
        tail, end = (behind,), behind
    if signs(lines, header, begin, end):
        tail, end = (end - 1, *(index for index in tail if index >= end)), end - 1
    opening, source = _opening_bylines(lines, begin, end, named), _closing_source(lines, begin, end)
    return Region(crumb, headline, header, (begin, end), tail, opening, source)


def _closing_source(lines: list[Line], begin: int, end: int) -> int | None:
    """Index of the last line of text, not the only one, where it is a source and its label: `（来源：甲报）`."""
    texts = list(islice((index for index in range(end - 1, begin - 1, -1) if _is_text(lines[index])), 2))
    return texts[0] if len(texts) > 1 and closing_source(lines[texts[0]].folded) else None


def _is_text(line: Line) -> bool:
    """Whether the line can be the article's: words, and none of a toolbar."""
    return line.kind == "text" and not has(line, Label.FURNITURE, Label.TOOLBAR, Label.PAGER)


def prose_outside(lines: list[Line], region: Region) -> int:
    """Characters of the paragraphs that stand neither in the article nor in the footer; 0 for a single one."""
    between = range(region.headline[1], region.header[0])
    spans = (region.headline, region.header, region.body)
    inside = {*between, *region.tail}.union(*(range(*span) for span in spans))
    prose = (line for index, line in enumerate(lines) if index not in inside and words.is_prose(line))
    outside = [len(line.bare) for line in prose if not line.is_row and not has(line, Label.FOOTER)]
    return sum(outside) if len(outside) > 1 else 0


def _opening_bylines(lines: list[Line], begin: int, end: int, titles: frozenset[str]) -> tuple[int, ...]:
    """Indexes of the bylines that open the body, under its first pictures or not; text must follow."""
    found: list[int] = []
    pictured = False  # under a picture, those who took it are its caption's
    for index in range(begin, end):
        line = lines[index]
        pictured = pictured or line.kind == "image"
        if has(line, Label.BYLINE) or (not pictured and byline.names_alone(line.folded)):
            found.append(index)
        elif line.kind == "text" and not (has(line, Label.LEFTOVER, Label.FURNITURE) or plain(line.prose) in titles):
            break
    rest = lines[found[-1] + 1 : end] if found else ()
    return tuple(found) if any(words.is_prose(line) for line in rest) else ()


def _ends_body(lines: list[Line], index: int, begin: int) -> bool:
    """Whether the text ends before the line: under a newspaper's `相关链接` the text can go on, in whole sentences."""
    if not ends_body(lines[index]):
        return False
    opens = has(lines[index], Label.PAGER) or words.names_keywords(lines[index])
    if opens and not any(map(_is_text, lines[begin:index])):
        return False  # a number of comments, or keywords, under the header line
    after = _text_behind(lines, index)
    if after is None or after.links or len(after.bare) < _SHORTEST_PARAGRAPH:
        return True
    return not has(lines[index], Label.SIDE) or not words.is_statement(after.folded)


def without_icons(lines: list[Line]) -> list[Line]:
    """The lines without the pictures of the page's own, a clock or a pen, that stand before the words of a header line."""
    icons = {
        index
        for index, (line, after) in enumerate(pairwise(lines))
        if line.kind == "image" and after.block is line.block and has(after, Label.HEADER) and not is_content(line.src)
    }
    return [line for index, line in enumerate(lines) if index not in icons]


def header_lines(lines: Sequence[Line], region: Region) -> list[Line]:
    """The pieces of the header line; one that is printed twice counts once."""
    printed: dict[str, Line] = {}
    for line in lines[slice(*region.header)]:
        if not has(line, Label.FURNITURE) and not line.bare.isdigit():
            printed.setdefault(line.bare, line)
    return list(printed.values())


def body_lines(lines: Sequence[Line], region: Region) -> list[Line]:
    """The lines of the body without bylines and tail lines among them, with a lead over the header line and files behind the tail."""
    leads = [line for line in lines[region.headline[1] : region.header[0]] if words.is_lead(line)]
    out = {*region.tail, *region.bylines, region.source}
    kept = [index for index in range(*region.body) if index not in out]
    body = [replace(lines[n], parted=True) if n - 1 in region.bylines else lines[n] for n in kept]
    return [*leads, *body, *(_files_behind(lines, region.tail[-1] + 1) if region.tail else ())]


def _files_behind(lines: Sequence[Line], start: int) -> Sequence[Line]:
    """The lines right behind the tail that offer files, in the box of the tail: the article's attachments below the editor's line."""
    end, box = start, lines[start - 1].block.getparent()
    while end < len(lines) and box is not None and stands_in(lines[end], box):
        if not offers_files(lines[end], lines[end + 1 : end + 2]):
            break
        end += 1
    return lines[start:end]
