"""The body's own lines: without what the page around left among them."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from panan_spider.pages import anchors, media
from panan_spider.pages.fold import fold
from panan_spider.pages.header_line import is_label, strength
from panan_spider.pages.line import Line
from panan_spider.pages.subheads import TERMINAL

_LONGEST_SIDE_HEADING: Final = 10


def clean_lines(lines: Sequence[Line], discarded: list[tuple[str, str]], header: Sequence[Line] = ()) -> list[Line]:
    """The body's lines without leftovers, furniture, and the header line again, and the links that trail after it."""
    said = {line.bare for line in header if strength(line.text) or is_label(line.text)}
    kept: list[Line] = []
    for line in lines:
        if anchors.is_leftover(line) or anchors.is_furniture(line) or line.bare in said:
            if kept and anchors.names_code(line) and kept[-1].kind == "image" and not media.is_content(kept[-1].src):
                discarded.append((kept.pop().src, "the code that leads to this page"))
            discarded.append((line.text, "left over from an image or the page around"))
        else:
            kept.append(line)
    links: list[Line] = []
    while kept and (_is_trailing_link(kept[-1]) or (len(kept) > 1 and anchors.names_keywords(kept[-1]))):
        links.append(kept.pop())
        discarded.append((links[-1].text, "a link to another page, or keywords, after the body"))
    if links and len(kept) > 1 and _heads(kept[-1], links, kept[-2]):
        discarded.append((kept.pop().text, "the heading of links after the body"))
    return _joined(kept)


def _is_trailing_link(line: Line) -> bool:
    if line.kind != "text" or not line.is_row:
        return False
    return all(not media.is_file(href) and not href.startswith("mailto:") for href, _ in line.links)


def _heads(line: Line, links: Sequence[Line], before: Line) -> bool:
    """Whether the line stands over the links in a box of their own: 为您推荐, 通知公告."""
    if line.kind != "text" or len(line.bare) > _LONGEST_SIDE_HEADING or TERMINAL.search(line.folded):
        return False
    linked = {element for link in links for element in (link.block, *link.block.iterancestors())}
    box = next((element for element in line.block.iterancestors() if element in linked), None)
    return box is not None and box not in (before.block, *before.block.iterancestors())


def _joined(lines: list[Line]) -> list[Line]:
    """Lines that only a single `<br>` cuts in mid-sentence, where the body sets its paragraphs off by two."""
    if not any(line.breaks == "brbr" for line in lines):
        return lines
    out: list[Line] = []
    for line in lines:
        before = out[-1] if out else None
        runs_on = (
            before is not None
            and line.breaks == "br"
            and before.kind == line.kind == "text"
            and before.block is line.block
            and len(before.bare) >= 20
            and not TERMINAL.search(fold(before.prose))
            and not re.match("[\u3000\xa0]", line.raw.lstrip("\n "))
        )
        if runs_on and before is not None:
            out[-1] = replace(
                before,
                raw=before.raw.rstrip() + line.raw.lstrip(),
                linked=before.linked + line.linked,
                links=before.links + line.links,
                bold=before.bold and line.bold,
            )
        else:
            out.append(line)
    return out
