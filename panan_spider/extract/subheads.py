"""Subheads inside a body: by their element, by bold letters, or plain and short over a paragraph."""

import re
from typing import Final

from panan_spider.core.fullwidth import fold
from panan_spider.extract.line import Line
from panan_spider.items import Block, Paragraph

_SENTENCE: Final = re.compile(r"[。!?;,:、…]")
TERMINAL: Final = re.compile(r"[。!?;:…”』」)]$")
#: `一、`, `(二)`, `第三章`: before a subhead; several in a row are the items of a list.
_NUMBER: Final = re.compile(
    r"^(?:[一二三四五六七八九十]{1,3}[、.]|\([一二三四五六七八九十]{1,3}\)|第[一二三四五六七八九十]{1,3}[章节条部分]{1,2}\s)\s*"
)
LONGEST: Final = 30
_SHORTEST_PARAGRAPH: Final = 30


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
