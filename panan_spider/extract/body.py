"""The body's lines, turned into blocks: paragraphs, headings, pictures with captions, tables, videos, attachments."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lxml import etree

from panan_spider.extract import captions, media
from panan_spider.extract.attachments import announces, labels
from panan_spider.extract.data_tables import DataTables, table_rows
from panan_spider.extract.line import Line
from panan_spider.extract.subheads import LONGEST, is_subhead, shows_heading
from panan_spider.items import Attachment, Block, Heading, ImageBlock, Link, Paragraph, Table, Video

Resolve = Callable[[str], str]


@dataclass
class BodyBlock:
    """One block under way: its line, or its table, and the caption an image has found."""

    line: Line
    table: etree._Element | None = None
    caption: str | None = None


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
    headings = _sure_headings(pieces)
    _caption(pieces, headings, body)
    for index, piece in enumerate(pieces):
        if piece.table is None and piece.line.kind == "text":
            _add_text(pieces, index, body, resolve)
        else:
            _add(piece, body, resolve)


def _pieces(lines: Sequence[Line]) -> list[BodyBlock]:
    pieces: list[BodyBlock] = []
    tables = DataTables()
    for line in lines:
        table = tables.around(line.block)
        if table is not None and pieces and pieces[-1].table is table:
            continue
        pieces.append(BodyBlock(line, table))
    return pieces


def _is_text(piece: BodyBlock) -> bool:
    return piece.table is None and piece.line.kind == "text"


def _is_image(piece: BodyBlock) -> bool:
    return piece.table is None and piece.line.kind == "image"


def _sure_headings(pieces: Sequence[BodyBlock]) -> list[Line]:
    """Headings that stand after no picture: what a caption must not look like."""
    return [
        piece.line
        for index, piece in enumerate(pieces)
        if _is_text(piece) and index and not _is_image(pieces[index - 1]) and shows_heading(piece.line)
    ]


def _caption_from_above(pieces: list[BodyBlock], body: Body) -> None:
    for index in range(len(pieces) - 2, -1, -1):
        piece, after = pieces[index], pieces[index + 1]
        if _is_text(piece) and _is_image(after) and captions.is_from_above(piece.line, after.line):
            after.caption = captions.clean(piece.line.prose) or None
            body.discarded.append((piece.line.text, "a caption: it belongs to its image"))
            del pieces[index]


def _caption(pieces: list[BodyBlock], headings: Sequence[Line], body: Body) -> None:
    _caption_from_above(pieces, body)
    index = 0
    while index < len(pieces):
        end = index
        while end < len(pieces) and _is_image(pieces[end]):
            end += 1
        stop = end
        while stop < len(pieces) and _is_text(pieces[stop]) and stop - end < end - index + 3:
            stop += 1
        following = [piece.line for piece in pieces[end:stop]] if end > index else []
        taken = captions.assign(end - index, following, headings) if following else []
        if end > index and pieces[end - 1].caption:
            taken = []  # what stands over the pictures has been theirs
        elif following and not taken and end - index == 1:
            around = [piece.line for piece in (*pieces[max(0, index - 1) : index], *pieces[end + 1 : end + 2])]
            taken = [(0, 0)] if captions.in_gallery(pieces[index].line, following[0], around) else []
        for image, line in taken:
            piece, text = pieces[index + image], captions.clean(following[line].prose)
            piece.caption = f"{piece.caption} {text}" if piece.caption else text or None
            body.discarded.append((following[line].text, "a caption: it belongs to its image"))
        del pieces[end : end + len(taken)]
        index = max(end, index + 1)


def _add(piece: BodyBlock, body: Body, resolve: Resolve) -> None:
    line = piece.line
    if piece.table is not None:
        body.blocks.append(Table(rows=table_rows(piece.table)))
    elif line.kind == "image":
        body.blocks.append(ImageBlock(url=resolve(line.src), caption=piece.caption))
    else:
        body.blocks.append(Video(url=resolve(line.src)))


def _add_text(pieces: Sequence[BodyBlock], index: int, body: Body, resolve: Resolve) -> None:
    line = pieces[index].line
    files = [(href, text) for href, text in line.links if media.is_file(href)]
    if not (labels(line, files) if files else announces(line, [piece.line for piece in pieces[index + 1 : index + 2]])):
        text = line.prose
        body.blocks.append(Heading(text=text) if _is_heading(pieces, index, body) else Paragraph(text=text))
    for href, text in files:
        link = Link(url=resolve(href), title=text or media.file_name(href))
        body.blocks.append(Attachment(url=link.url, title=link.title))
        body.attachments.append(link)


def _is_heading(pieces: Sequence[BodyBlock], index: int, body: Body) -> bool:
    line = pieces[index].line
    if shows_heading(line):
        return True
    if len(line.prose) > LONGEST or not (body.blocks or body.continues):
        return False
    after = next((piece.line for piece in pieces[index + 1 :] if _is_text(piece)), None)
    return after is not None and is_subhead(line.prose, after.prose) and not line.right
