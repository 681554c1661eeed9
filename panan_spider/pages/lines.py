"""A page as a reader sees it: line after line, whatever elements print them.

Class names, containers and nesting are what the site may change overnight; the order of its lines and
their words are not. So a page is flattened once, and everything after works on lines.
"""

from typing import Final

from lxml import etree

from panan_spider.pages.elements import (
    BLOCK_TAGS,
    BOLD_STYLE,
    BOLD_TAGS,
    CONTROL_TAGS,
    MEDIA_TAGS,
    REPLACED_TAGS,
    SHOWN_AS_BLOCK,
    is_hidden_control,
    is_unseen,
)
from panan_spider.pages.line import Line
from panan_spider.pages.media import image_source, video_source
from panan_spider.pages.source_text import SOURCE_BLANKS, collapsed, seen

#: What an open element does to the lines inside it.
_BLOCK: Final = 1
_BOLD: Final = 2
_LINK: Final = 4
_PRE: Final = 8
_UNSEEN_INSIDE: Final = 16
_UNSEEN_WHOLE: Final = 32  # together with the former


class _Flattener:
    """Walks the tree once, without recursion: pages nested thousands deep must not end the run.

    Every page costs it some hundred steps, and it is the half of what reading a page costs: so it holds what is open in
    one list, asks each element for little, and passes over the blanks between two elements without a call.
    """

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.pieces: list[tuple[str, bool, bool]] = []  # (text, bold, linked)
        self.solid = False  # whether any of them is more than blanks
        self.links: list[tuple[str, str]] = []
        self.blocks: list[etree._Element] = []
        self.open: list[tuple[etree._Element, int]] = []  # what each open element does
        self.bold = 0
        self.anchor: etree._Element | None = None
        self.anchor_pieces: list[str] = []
        self.breaks = 0  # line breaks since the last line, 9 after a block's edge
        self.preformatted = 0  # how many `<pre>` are open
        self.controls = False  # the line under way holds a field or button of a form

    def walk(self, root: etree._Element) -> None:
        self.blocks.append(root)
        self.start(root)
        opened = self.open
        for element in root.iterdescendants():
            parent = element.getparent()
            while opened[-1][0] is not parent:
                self.end()
            if opened[-1][1] & _UNSEEN_INSIDE:
                opened.append((element, _UNSEEN_INSIDE))
            else:
                self.start(element)
        while opened:
            self.end()
        self.flush(9)

    def add(self, text: str) -> None:
        text = seen(text)
        if not self.solid and not text.isspace():
            self.solid = True
        if self.preformatted and "\n" in text:
            self._add_lines(text)
            return
        self.pieces.append((text, self.bold > 0, self.anchor is not None))
        if self.anchor is not None:
            self.anchor_pieces.append(text)

    def _add_lines(self, text: str) -> None:
        """Text in a `<pre>`, where the source's line breaks are printed."""
        self.preformatted, before = 0, self.preformatted
        first, *rest = text.split("\n")
        self.add(first)
        for line in rest:
            self.flush(1)
            self.add(line)
        self.preformatted = before

    def flush(self, breaks: int) -> None:
        """End the line under way, if any; `breaks` line breaks follow it."""
        if self.solid:
            self._end_line()
            self.solid = False
        if self.pieces:
            self.pieces = []
        self.controls = False
        self.breaks += breaks

    def _end_line(self) -> None:
        raw = collapsed("".join([piece for piece, _, _ in self.pieces]))
        if not raw or raw.isspace():
            return
        self._close_link()
        linked, bold = 0, True
        for piece, is_bold, is_linked in self.pieces:
            if bold and not is_bold and piece and not piece.isspace():
                bold = False
            if is_linked:
                linked += len("".join(piece.split()))
        self._append(Line(raw, self.blocks[-1], links=self.links, linked=linked, bold=bold, controls=self.controls))
        self.links = []

    def _close_link(self) -> None:
        if self.anchor is not None and (text := " ".join("".join(self.anchor_pieces).split())):
            self.links.append((self.anchor.get("href", ""), text))
        self.anchor_pieces = []

    def _append(self, line: Line) -> None:
        line.breaks = "block" if self.breaks >= 9 else "brbr" if self.breaks >= 2 else "br"
        self.breaks = 0
        self.lines.append(line)

    def _media(self, element: etree._Element, tag: str) -> int:
        src = image_source(element)
        kind, src = ("image", src) if src else ("video", video_source(element))
        if src:
            self.flush(0)
            self._append(Line("", self.blocks[-1], kind=kind, src=src))
        return _UNSEEN_INSIDE if tag in REPLACED_TAGS else 0

    def start(self, element: etree._Element) -> None:
        tag: str = element.tag  # type: ignore[assignment]
        style = element.get("style")
        if tag in CONTROL_TAGS and not is_hidden_control(element, style):
            self.controls = True
        if is_unseen(element, tag, style):
            self.open.append((element, _UNSEEN_INSIDE | _UNSEEN_WHOLE))
            return
        does = _BOLD if tag in BOLD_TAGS else 0
        if tag == "br":
            self.flush(1)
        elif tag in BLOCK_TAGS or (style is not None and SHOWN_AS_BLOCK.search(style)):
            does |= self._start_block(element, tag)
        elif tag == "a" and self.anchor is None and element.get("href") is not None:
            self.anchor, self.anchor_pieces = element, []
            does |= _LINK
        if style is not None and BOLD_STYLE.search(style):
            does |= _BOLD
        if does & _BOLD:
            self.bold += 1
        if tag in MEDIA_TAGS:
            does |= self._media(element, tag)
        self.open.append((element, does))
        text = element.text if does < _UNSEEN_INSIDE else None
        if text and (self.solid or self.preformatted or text.strip(SOURCE_BLANKS)):
            self.add(text)

    def _start_block(self, element: etree._Element, tag: str) -> int:
        if self.pieces or self.controls:
            self.flush(9)
        else:
            self.breaks += 9
        self.blocks.append(element)
        if tag != "pre":
            return _BLOCK
        self.preformatted += 1
        return _BLOCK | _PRE

    def end(self) -> None:
        """The innermost open element ends."""
        element, does = self.open.pop()
        if does:
            self._end_of(does)
        text = element.tail if does != _UNSEEN_INSIDE else None
        if text and (self.solid or self.preformatted or text.strip(SOURCE_BLANKS)):
            self.add(text)

    def _end_of(self, does: int) -> None:
        if does & _LINK:
            self._close_link()
            self.anchor = None
        if does & _BLOCK:
            self.flush(9)
            self.blocks.pop()
        if does & _PRE:
            self.preformatted -= 1
        if does & _BOLD:
            self.bold -= 1


def flatten(root: etree._Element) -> list[Line]:
    """All lines of the page below `root`, in the order of the source, unseen elements left out."""
    walker = _Flattener()
    walker.walk(root)
    return walker.lines
