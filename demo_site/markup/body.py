"""The body: blocks of a record in page order."""

import re
from itertools import takewhile

from demo_site.markup.head import opening_lines
from demo_site.markup.images import picture, run_of_pictures
from demo_site.markup.paragraphs import heading, is_flow, paragraph, row
from demo_site.markup.pen import Pen
from panan_spider.items import Attachment, Block, Heading, ImageBlock, Paragraph, Table, Video

_SHORTEST_LINE = 26


def page_blocks(pen: Pen, page_number: int) -> tuple[Block, ...]:
    """The blocks of one part."""
    sizes = pen.record.parts
    if not sizes:
        return pen.record.blocks
    start = sum(sizes[: page_number - 1])
    return pen.record.blocks[start : start + sizes[page_number - 1]]


def body_pieces(pen: Pen, page_number: int) -> list[str]:
    """The body's HTML, cut where something else can stand between two blocks."""
    blocks = page_blocks(pen, page_number)
    out = [paragraph(pen, lines) for lines in (opening_lines(pen) if page_number == 1 else [])]
    last_text = max((at for at, block in enumerate(blocks) if _is_long(block)), default=len(blocks))
    at = 0
    while at < len(blocks):
        run = list(takewhile(lambda block: isinstance(block, ImageBlock), blocks[at:]))
        images = [block for block in run if isinstance(block, ImageBlock)]
        lead = ""
        if images and _joined(pen, images, blocks[at + len(images) : at + len(images) + 1]):
            lead = picture(pen, images[0]) + "<br>\n"
        elif images:
            out.append(row(pen, run_of_pictures(pen, images, flow=is_flow(pen))))
        at += len(images)
        if at < len(blocks):
            out.append(_block(pen, blocks[at], after_picture=bool(images), at_end=at > last_text, lead=lead))
        at += 1
    return out


def _joined(pen: Pen, images: list[ImageBlock], follows: tuple[Block, ...]) -> bool:
    """Whether a picture stands in the paragraph that follows it: one without caption, over a text no caption could be."""
    bare = len(images) == 1 and images[0].caption is None
    return bare and pen.markup.image_box == "joined" and any(_is_long(block) for block in follows)


def _is_long(block: Block) -> bool:
    return isinstance(block, Paragraph) and len(block.text) >= _SHORTEST_LINE


def _block(pen: Pen, block: Block, *, after_picture: bool, at_end: bool, lead: str) -> str:
    if isinstance(block, Paragraph):
        signs = at_end and len(block.text) < _SHORTEST_LINE and not re.search(r"[。！？”：!?:]$", block.text)
        return (
            row(pen, paragraph(pen, [block.text], align="right")) if signs else paragraph(pen, [block.text], lead=lead)
        )
    if isinstance(block, Heading):
        return heading(pen, block.text, plain_allowed=not after_picture)
    if isinstance(block, Table):
        return row(pen, _table(pen, block))
    if isinstance(block, Video):
        return row(pen, _video(pen, block))
    assert isinstance(block, Attachment)
    icon = pen.dice.choice(("", '<img src="/images/icon/icon_doc.gif" width="16" height="16">'))
    return row(pen, f'<p>{icon}<a href="{block.url}" target="_blank">{pen.plain(block.title)}</a></p>\n')


def _table(pen: Pen, table: Table) -> str:
    how = pen.markup.table
    attributes = {
        "border": ' border="1" cellspacing="0"',
        "class": ' class="MsoTableGrid" border=1',
        "th": ' border="1"',
    }[how]
    rows, width = "", max(map(len, table.rows))
    for number, cells in enumerate(table.rows):
        tag = "th" if how == "th" and number == 0 else "td"
        # A row of fewer cells is one whose last cell reaches to the table's edge.
        merged = f' colspan="{width - len(cells) + 1}"' if len(cells) < width else ""
        attributes_of = [""] * (len(cells) - 1) + [merged]
        inner = "".join(
            f"<{tag}{attribute}><p><span>{pen.plain(cell)}</span></p></{tag}>"
            for cell, attribute in zip(cells, attributes_of, strict=True)
        )
        rows += f"<tr>{inner}</tr>\n"
    return f"<table{attributes}><tbody>{rows}</tbody></table>\n"


def _video(pen: Pen, video: Video) -> str:
    return pen.dice.choice(
        (
            f'<div><video src="{video.url}" controls="controls">您的浏览器不支持视频播放</video></div>\n',
            f'<div align="center"><video width="640" controls><source src="{video.url}" type="video/mp4"></video></div>\n',
            f'<p align="center"><iframe src="{video.url}" width="640" height="480" frameborder="0"></iframe></p>\n',
            f'<p align=center><embed src="{video.url}" width=480 height=360></p>\n',
        )
    )
