"""An article's body as HTML. Form and markup follow from the article's number, so that a page is always the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import urlsplit

from demo_site.record import Record
from panan_spider.items import Block, ImageBlock, Table


@dataclass(frozen=True)
class Look:
    """Style of one page's body. `relative` prints addresses as the CMS would, else absolute."""

    number: int  # decides between forms
    page_url: str
    indent: str
    relative: bool = True

    def href(self, url: str) -> str:
        """`url` as the page prints it."""
        if not self.relative or urlsplit(url).netloc != urlsplit(self.page_url).netloc:
            return url
        folder = self.page_url.rsplit("/", 1)[0] + "/"
        name = url.removeprefix(folder)
        return f"./{name}" if "/" not in name else urlsplit(url).path


def page_blocks(record: Record, page_number: int) -> tuple[Block, ...]:
    """The blocks on page `page_number` of the article, counted from 1."""
    if not record.parts:
        return record.blocks
    start = sum(record.parts[: page_number - 1])
    return record.blocks[start : start + record.parts[page_number - 1]]


def body(record: Record, page_number: int, look: Look) -> str:
    """The inside of the body's container."""
    lines = []
    if record.kicker and page_number == 1 and not kicker_over_title(record):
        centred = ' align="center"' if look.number % 2 else ""
        lines = [f"<p{centred}>{escape(text)}</p>" for text in (record.kicker, record.title)]
    blocks = page_blocks(record, page_number)
    lines += [_block(block, look, n, blocks) for n, block in enumerate(blocks)]
    return "\n".join(lines)


def kicker_over_title(record: Record) -> bool:
    """Whether the kicker stands over the headline; else it opens the body, the title repeated after it."""
    return int(record.id) % 3 == 0


def _block(block: Block, look: Look, number: int, blocks: Sequence[Block]) -> str:
    match block.type:
        case "paragraph":
            return _paragraph(block.text, look, last=number >= len(blocks) - 2)
        case "heading":
            # What opens a page plainly could as well be a kicker: there a subhead is bold.
            return _heading(block.text, look.number if number else 1)
        case "image":
            return _image(block, look, look.number + number)
        case "table":
            return _table(block)
        case "video":
            src = look.href(block.url)
            return f'<p align="center"><video src="{src}" controls="controls" width="640"></video></p>'
        case "attachment":
            return f'<p>{look.indent}<a href="{escape(look.href(block.url))}">{escape(block.title)}</a></p>'


def _paragraph(text: str, look: Look, *, last: bool) -> str:
    if last and len(text) <= 16 and re.search(r"局$|办公室$|^\d{4}年", text):
        return f'<p style="text-align: right">{escape(text)}</p>'
    form = (look.number + len(text)) % 5
    if form == 0 and len(text) > 40:
        cut = len(text) // 2
        return f'<p>{look.indent}{escape(text[:cut])}<span style="color: #000">{escape(text[cut:])}</span></p>'
    if form == 1 and len(text) > 40:
        return f'<p>{look.indent}<font face="宋体">{escape(text)}</font></p>'
    return f"<p>{look.indent}{escape(text)}</p>"


def _heading(text: str, number: int) -> str:
    if number % 3 == 0:
        return f"<h2>{escape(text)}</h2>"
    return f"<p><strong>{escape(text)}</strong></p>" if number % 3 == 1 else f"<p>{escape(text)}</p>"


def _image(block: ImageBlock, look: Look, number: int) -> str:
    img = f'<img src="{escape(look.href(block.url))}" border="0" alt="" />'
    if block.caption is None:
        left = "\n<p>图片</p>" if block.url.rsplit("/", 1)[-1].startswith("W0") and number % 2 else ""
        return f'<p align="center">{img}</p>{left}'
    caption = escape(block.caption)
    match number % 4:
        case 0:
            return f'<p align="center">{img}</p>\n<p align="center">{caption}</p>'
        case 1:
            return f'<p align="center">{img}</p>\n<p>▲{caption}</p>'
        case 2:
            return f'<p style="text-align: center">{img}<br />{caption}</p>'
        case _:
            return f"<p>{img}</p>\n<p>{look.indent}{caption}</p>"


def _table(block: Table) -> str:
    rows = "\n".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
    return f'<table border="1" cellspacing="0" align="center">\n{rows}\n</table>'
