"""The body's lines, turned into blocks: paragraphs, headings, pictures with captions, tables, videos, attachments."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from lxml import etree

from panan_spider.core.text import fold
from panan_spider.extract.captions import assign_captions, caption_rule, caption_text, in_gallery, is_from_above
from panan_spider.extract.headline import plain
from panan_spider.extract.labels import Label, give
from panan_spider.extract.line import Line, file_name
from panan_spider.extract.lines import flatten
from panan_spider.extract.words import SiteWords, one_of
from panan_spider.items import Attachment, Block, Heading, ImageBlock, Link, Paragraph, Table, Video

_LONGEST_CELL = 200  # characters; a longer cell is text that was laid out in a table

_ATTACHMENT_LABEL: Final = re.compile(
    rf"^(?:(?:{one_of('attachments')})\s{{0,9}}:?)?\s{{0,9}}[\d一二三四五六七八九十]*\s{{0,9}}[::.、]?$"
)
_ANNOUNCEMENT: Final = re.compile(f"(?:{one_of('announced_files')}):?")

_SENTENCE: Final = re.compile(r"[。!?;,:、…]")
TERMINAL: Final = re.compile(r"[。!?;:…”』」)]$")
#: `一、`, `(二)`, `第三章`: before a subhead; several in a row are the items of a list.
_NUMBER: Final = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\)|第[一二三四五六七八九十]{1,3}[章节条部分]{1,2}\s)\s*"
)
LONGEST: Final = 30
_SHORTEST_PARAGRAPH: Final = 30

Resolve = Callable[[str], str]


def _data_table(element: etree._Element, words: SiteWords, known: dict[etree._Element, bool]) -> etree._Element | None:
    """The outermost table of data that `element` stands in; None where it stands in none. `known` are the tables looked at before."""
    if element.tag == "caption":  # a line over the table
        return None
    tables = [table for table in (element, *element.iterancestors("table")) if table.tag == "table"]
    for table in reversed(tables):
        if table not in known:
            known[table] = _is_data(table, words)
        if known[table]:
            return table
    return None


def _is_data(table: etree._Element, words: SiteWords) -> bool:
    """Whether the table holds data: two rows of two filled cells at least, no table and no picture inside, no long text."""
    if table.find(".//table") is not None or table.find(".//img") is not None:
        return False
    full = 0
    for row in _rows(table, words):
        if any(len(cell) > _LONGEST_CELL for cell in row):
            return False
        full += sum(1 for cell in row if cell) >= 2
    return full >= 2


def _rows(table: etree._Element, words: SiteWords) -> Iterator[list[str]]:
    """The cells' texts row by row, blanks collapsed. As lines, so that scripts, styles and what is hidden stay out."""
    for row in table.iter("tr"):
        cells = (
            [line.text for line in flatten(cell, words) if line.kind == "text"]
            for cell in row
            if cell.tag in ("td", "th")
        )
        yield [" ".join(" ".join(texts).split()) for texts in cells]


def offers_files(line: Line, after: Sequence[Line]) -> bool:
    """Whether a line is nothing but files and the word for them, or that word over the files of the next line, the first of `after`."""
    if line.kind != "text":
        return False
    if not line.files:
        announced = len(line.bare) <= 5 and _ANNOUNCEMENT.fullmatch(fold(line.bare)) is not None
        return announced and any(below.files for below in after)
    own = line.prose
    for _, text in line.files:
        own = own.replace(text, "", 1)
    return _ATTACHMENT_LABEL.match(fold(own).strip(" 、,;\u3000")) is not None


def shows_heading(line: Line) -> bool:
    """Whether the line's own element or letters make it a subhead."""
    return len(line.bare) <= LONGEST * 2 and (
        line.heading_tag is not None or (line.bold and not re.search(r"[。!?;]$", fold(line.prose)))
    )


def is_subhead(text: str, after: str) -> bool:
    """Whether `text` is short and no sentence, and `after`, the next text, a paragraph."""
    if len(text) > LONGEST or _SENTENCE.search(_NUMBER.sub("", fold(text))):
        return False
    if _NUMBER.match(fold(text)) and not _NUMBER.match(fold(after)):
        return len(after) > len(text) and TERMINAL.search(fold(after)) is not None
    return len(after) >= _SHORTEST_PARAGRAPH and TERMINAL.search(fold(after)) is not None


def opens_section(text: str, following: Block) -> bool:
    """Whether `text`, the last line of a part, is a plain subhead over the first block of the next part."""
    return isinstance(following, Paragraph) and is_subhead(text, following.text)


@dataclass
class BodyBlock:
    """One block under way: its line, or its table, and the caption an image has found."""

    line: Line
    table: etree._Element | None = None
    caption: str | None = None

    @property
    def kind(self) -> str:
        """Kind of the line, or `table`."""
        return self.line.kind if self.table is None else "table"


@dataclass
class Body:
    """The blocks in order; the attachments met; what was left out and why."""

    blocks: list[Block] = field(default_factory=list)
    attachments: list[Link] = field(default_factory=list)
    discarded: list[tuple[str, str]] = field(default_factory=list)
    continues: bool = False  # part two or on: its first line can be a subhead


def build(lines: Sequence[Line], body: Body, resolve: Resolve) -> None:
    """Fill `body` from cleaned lines; `resolve` makes an address of the page absolute."""
    pieces = _pieces(lines)
    # Headings that stand after no picture: what a caption must not look like.
    texts = [(before, piece.line) for before, piece in pairwise(pieces) if piece.kind == "text"]
    headings = [line for before, line in texts if before.kind != "image" and shows_heading(line)]
    _caption_from_above(pieces, body)
    _caption(pieces, headings, body)
    for index, piece in enumerate(pieces):
        if piece.kind == "text":
            _add_text(pieces, index, body, resolve)
        else:
            _add(piece, body, resolve)


def text_length(block: Block) -> int:
    """Characters of the text that a block holds, captions and cells included."""
    if isinstance(block, Table):
        return sum(len(cell) for row in block.rows for cell in row)
    return len(getattr(block, "text", None) or getattr(block, "caption", None) or getattr(block, "title", None) or "")


def _pieces(lines: Sequence[Line]) -> list[BodyBlock]:
    pieces: list[BodyBlock] = []
    known: dict[etree._Element, bool] = {}
    for line in lines:
        table = _data_table(line.block, line.words, known)
        if table is not None and pieces and pieces[-1].table is table:
            continue
        pieces.append(BodyBlock(line, table))
    return pieces


def _caption_from_above(pieces: list[BodyBlock], body: Body) -> None:
    for index in range(len(pieces) - 2, -1, -1):
        piece, after = pieces[index], pieces[index + 1]
        if piece.kind == "text" and after.kind == "image" and is_from_above(piece.line, after.line):
            after.caption = caption_text(piece.line.prose) or None
            give((piece.line,), Label.CAPTION, "caption: over the picture")
            body.discarded.append((piece.line.text, "a caption: it belongs to its image"))
            del pieces[index]


def _caption(pieces: list[BodyBlock], headings: Sequence[Line], body: Body) -> None:
    index = 0
    while index < len(pieces):
        end = index
        while end < len(pieces) and pieces[end].kind == "image":
            end += 1
        stop = end
        while stop < len(pieces) and pieces[stop].kind == "text" and stop - end < end - index + 3:
            stop += 1
        following = [piece.line for piece in pieces[end:stop]] if end > index else []
        taken, gallery = assign_captions(end - index, following, headings) if following else [], False
        if end > index and pieces[end - 1].caption:
            taken = []  # what stands over the pictures has been theirs
        elif following and not taken and end - index == 1:
            around = [piece.line for piece in (*pieces[max(0, index - 1) : index], *pieces[end + 1 : end + 2])]
            gallery = in_gallery(pieces[index].line, following[0], around)
            taken = [(0, 0)] if gallery else []
        for image, line in taken:
            piece, text = pieces[index + image], caption_text(following[line].prose)
            piece.caption = f"{piece.caption} {text}" if piece.caption else text or None
            rule = "gallery" if gallery else caption_rule(following[line])
            give((following[line],), Label.CAPTION, f"caption: {rule}")
            body.discarded.append((following[line].text, "a caption: it belongs to its image"))
        del pieces[end : end + len(taken)]
        index = max(end, index + 1)


def _add(piece: BodyBlock, body: Body, resolve: Resolve) -> None:
    line = piece.line
    give((line,), Label.VIDEO if line.kind == "video" else Label.PICTURE, f"body: {line.kind}")
    if piece.table is not None:
        give((line,), Label.TEXT, "body: table")
        body.blocks.append(Table(rows=[row for row in _rows(piece.table, line.words) if any(row)]))
    elif line.kind == "image":
        body.blocks.append(ImageBlock(url=resolve(line.src), caption=piece.caption))
    else:
        body.blocks.append(Video(url=resolve(line.src)))


def _add_text(pieces: Sequence[BodyBlock], index: int, body: Body, resolve: Resolve) -> None:
    line = pieces[index].line
    if not offers_files(line, [piece.line for piece in pieces[index + 1 : index + 2]]):
        text = line.prose
        heading = _is_heading(pieces, index, body)
        body.blocks.append(Heading(text=text) if heading else Paragraph(text=text))
        give((line,), Label.HEADING if heading else Label.TEXT, "body: subhead" if heading else "body: paragraph")
    for href, text in line.files:
        link = Link(url=resolve(href), title=text or file_name(href))
        body.blocks.append(Attachment(url=link.url, title=link.title))
        body.attachments.append(link)


def _is_heading(pieces: Sequence[BodyBlock], index: int, body: Body) -> bool:
    line = pieces[index].line
    if shows_heading(line):
        return True
    if len(line.prose) > LONGEST or not (body.blocks or body.continues):
        return False
    # No copy of the rest for each line: that would be quadratic.
    behind = (pieces[place] for place in range(index + 1, len(pieces)))
    after = next((piece.line for piece in behind if piece.kind == "text"), None)
    return after is not None and is_subhead(line.prose, after.prose) and not line.right


def before_captions(lines: list[Line], title: str) -> list[Line]:
    """The text lines the body can open with: a centred line under a first picture that says the headline again is its caption."""
    texts = [line for line in lines if line.kind == "text"]
    if len(lines) > 1 and lines[0].kind == "image" and lines[1] in texts[:1] and plain(texts[0].prose) == plain(title):
        return [] if texts[0].centred else texts
    return texts
