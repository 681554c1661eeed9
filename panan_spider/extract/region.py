"""Where on the page the article stands: header line, headline lines, body, tail, found by their words alone."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from panan_spider.extract import landmarks
from panan_spider.extract.boilerplate import without_furniture
from panan_spider.extract.breadcrumb import ANCHOR, Breadcrumb, find_breadcrumb
from panan_spider.extract.document_title import plain
from panan_spider.extract.header_line import leftover, strength
from panan_spider.extract.header_region import header_end, is_header_piece
from panan_spider.extract.line import Line
from panan_spider.extract.results import UnknownLayout
from panan_spider.extract.tail_region import find_tail, signs, split_tail

_MAX_HEADLINE_LINES: Final = 4
_SHORTEST_PARAGRAPH: Final = 20


@dataclass(frozen=True)
class Region:
    """Indexes into the page's lines, ends exclusive."""

    breadcrumb: Breadcrumb | None
    headline: tuple[int, int]
    header: tuple[int, int]
    body: tuple[int, int]
    tail: tuple[int, int]
    after: int  # first line after body and tail


def find_region(lines: list[Line], titles: Sequence[str] = ()) -> Region:
    """Raises UnknownLayout where the page has no header line; `titles` is what its headline can be, in other places."""
    crumb = find_breadcrumb(lines)
    start = crumb.last + 1 if crumb else 0
    named = frozenset(map(plain, titles))
    found = _find_header(lines, start, named)
    if found is not None:
        headline, header = found
        begin = header[1]
    elif over := _find_header_over(lines, start, named):
        header, headline = over
        begin = headline[1]
    elif crumb and (below := _find_header_below(lines, crumb, named)):
        headline, header = below
        begin = header[1]
    else:
        raise UnknownLayout("no header line: neither a date with 来源 nor a byline under a headline")
    tail = find_tail(lines, (header[0], begin))
    end = next((index for index in range(begin, tail[0]) if _ends_body(lines, index)), tail[0])
    if tail[0] == tail[1] and (behind := split_tail(lines, begin, end)):
        tail, end = (behind, behind + 1), behind
    if signs(lines, header, begin, end):
        tail, end = (end - 1, tail[1] if tail[0] == end else end), end - 1
    return Region(crumb, headline, header, (begin, end), tail, max(end, tail[1] if tail[0] == end else end))


def _find_header_over(
    lines: list[Line], start: int, titles: frozenset[str]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Header line and headline of a page that prints the date and 来源 over an h1 or the document's title."""
    for index in range(start, len(lines) - 1):
        if landmarks.is_statement(lines[index].folded):
            return None
        if is_header_piece(lines[index]) and strength(lines[index].folded) >= 5:
            end = header_end(lines, index)
            if end < len(lines) and (lines[end].heading_tag == "h1" or plain(lines[end].prose) in titles):
                return (index, end), (end, end + 1)
    return None


def _find_header_below(
    lines: list[Line], crumb: Breadcrumb, titles: frozenset[str]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Headline and header line of a page whose breadcrumb stands between the two."""
    first = crumb.last + 1
    headline = _find_headline(lines, 0, crumb.first, titles)
    known = any(line.heading_tag or plain(line.prose) in titles for line in lines[slice(*headline)])
    if not known or first >= len(lines) or not is_header_piece(lines[first]):
        return None
    end = header_end(lines, first)
    said = " ".join(line.folded for line in lines[first:end] if line.kind == "text")
    return (headline, (first, end)) if strength(said) >= 2 else None


def _ends_body(lines: list[Line], index: int) -> bool:
    """Whether the text ends before the line: under a newspaper's `相关链接` the text can go on, in whole sentences."""
    if not landmarks.ends_body(lines[index]):
        return False
    after = next((line for line in lines[index + 1 :] if line.kind == "text"), None)
    if after is None or after.links or len(after.bare) < _SHORTEST_PARAGRAPH:
        return True
    return landmarks.side_heading(lines[index].folded) is None or not landmarks.is_statement(after.folded)


def _find_header(
    lines: list[Line], start: int, titles: frozenset[str]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Headline and header line, where the lines that are surest to be the latter have a headline over them."""
    best: tuple[tuple[int, int], tuple[int, int]] | None = None
    index, most = start, 1
    while index < len(lines):
        if best is not None and landmarks.is_statement(lines[index].folded):
            break  # the text has begun: the date that ends a notice is no header line
        if not is_header_piece(lines[index]) or plain(lines[index].prose) in titles:
            index += 1
            continue
        end = header_end(lines, index)
        text = " ".join(without_furniture(line.text) for line in lines[index:end] if line.kind == "text")
        if (score := strength(text)) > most:
            headline = _find_headline(lines, start, index, titles)
            if _has_headline(lines, headline, titles):
                best, most = (headline, (index, end)), score
        index = end
    return best


def _has_headline(lines: list[Line], headline: tuple[int, int], titles: frozenset[str]) -> bool:
    return any(
        line.heading_tag is not None or plain(line.prose) in titles or not line.prose.endswith("。")
        for line in lines[slice(*headline)]
    )


def _find_headline(lines: list[Line], start: int, header: int, titles: frozenset[str]) -> tuple[int, int]:
    first = header
    for index in range(header - 1, start - 1, -1):
        line = lines[index]
        if landmarks.is_furniture(line) or landmarks.is_leftover(line):
            if first == header:
                header = first = index
            continue
        if not _can_be_over(line, titles) or (first < header and _in_column(line, lines[header - 1])):
            break
        first = index
        if header - first >= _MAX_HEADLINE_LINES:
            break
    return first, header


def _can_be_over(line: Line, titles: frozenset[str]) -> bool:
    """Whether the line can stand in the headline block: no link elsewhere, no words of the page around."""
    if line.kind != "text" or len(line.bare) > 120 or line.is_row or line.controls or is_navigation(line):
        return False
    if plain(line.prose) in titles:
        return True
    if strength(line.folded) >= 2 and not leftover(line.folded):
        return False
    around = landmarks.side_heading(line.folded) or landmarks.is_head_furniture(line.folded)
    return not around and ANCHOR.search(line.text) is None and strength(line.folded) < 3


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
    return next(itertools.islice(links, 1, None), None) is not None


def is_navigation(line: Line) -> bool:
    """Whether most of the line is links to somewhere else: a row of section names."""
    return len(line.links) >= 3 and line.linked * 2 >= len(line.bare)
