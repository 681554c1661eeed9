"""A page as a reader sees it: line after line, whatever elements print them.

Class names, containers and nesting are what the site may change overnight; the order of its lines and
their words are not. So a page is flattened once, and everything after works on lines.
"""

import re
from typing import Final

from lxml import etree

from panan_spider.pages.elements import (
    BLOCK_TAGS,
    BOLD_STYLE,
    BOLD_TAGS,
    CONTROL_TAGS,
    HIDDEN,
    MEDIA_TAGS,
    REPLACED_TAGS,
    SHOWN_AS_BLOCK,
    UNSEEN_TAGS,
)
from panan_spider.pages.line import Line
from panan_spider.pages.media import image_source, video_source

_SOURCE_BREAK: Final = re.compile(r"[ \t\f]*[\r\n][ \t\f\r\n]*")
#: Zero-width characters and controls, which no reader sees.
_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: Whatever a text holds that has to be cleaned or looked at.
_ODD: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0a-\x1f\x7f-\x9f]")
_BLANKS_AROUND_BREAK: Final = re.compile(r"[ \t\f]*\n[ \t\f\n]*")
_BLANKS: Final = re.compile(r"[ \t\f]+")


class _Flattener:
    """Walks the tree once, without recursion: pages nested thousands deep must not end the run.

    Every page costs it some hundred steps, so each step first rules out, cheaply, what is rare.
    """

    def __init__(self, root: etree._Element) -> None:
        self.lines: list[Line] = []
        self.pieces: list[tuple[str, bool, bool]] = []  # (text, bold, linked)
        self.solid = False  # whether any of them is more than blanks
        self.links: list[tuple[str, str]] = []
        self.blocks: list[etree._Element] = [root]
        self.open: list[tuple[bool, bool, bool]] = []  # of each open element: is it a block, bold, the anchor
        self.bold = 0
        self.anchor: etree._Element | None = None
        self.anchor_pieces: list[str] = []
        self.breaks = 0  # line breaks since the last line, 9 after a block's edge
        self.preformatted = 0  # how many `<pre>` are open
        self.controls = False  # the line under way holds a field or button of a form

    def add(self, text: str) -> None:
        if _ODD.search(text):
            text = _SOURCE_BREAK.sub("\n", _UNSEEN.sub("", text))
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
        self.pieces, self.controls = [], False
        self.breaks += breaks

    def _end_line(self) -> None:
        raw = _collapsed("".join([piece for piece, _, _ in self.pieces]))
        if not raw or raw.isspace():
            return
        self._close_link()
        linked, bold = 0, True
        for piece, is_bold, is_linked in self.pieces:
            if not is_bold and bold and piece and not piece.isspace():
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

    def _media(self, element: etree._Element, tag: str) -> None:
        src = image_source(element)
        kind, src = ("image", src) if src else ("video", video_source(element))
        if src:
            self.flush(0)
            self._append(Line("", self.blocks[-1], kind=kind, src=src))

    def start(self, element: etree._Element, tag: str, style: str | None) -> None:
        block = anchor = False
        bold = tag in BOLD_TAGS
        if tag == "br":
            self.flush(1)
        elif tag in BLOCK_TAGS or (style is not None and SHOWN_AS_BLOCK.search(style)):
            self.flush(9)
            self.blocks.append(element)
            block = True
            self.preformatted += tag == "pre"
        elif tag == "a" and self.anchor is None and element.get("href") is not None:
            self.anchor, self.anchor_pieces, anchor = element, [], True
        if not bold and style is not None:
            bold = BOLD_STYLE.search(style) is not None
        self.bold += bold
        self.open.append((block, bold, anchor))
        if tag in MEDIA_TAGS:
            self._media(element, tag)
        if tag not in REPLACED_TAGS and (text := element.text):
            self.add(text)

    def end(self, element: etree._Element) -> None:
        block, bold, anchor = self.open.pop()
        if anchor:
            self._close_link()
            self.anchor = None
        if block:
            self.flush(9)
            self.preformatted -= self.blocks.pop().tag == "pre"
        self.bold -= bold
        if tail := element.tail:
            self.add(tail)


def _collapsed(text: str) -> str:
    # As a browser does: a run of source blanks is one; a run that holds a line break stays marked as one.
    if "\n" in text:
        text = _BLANKS_AROUND_BREAK.sub("\n", text)
    if "  " in text or "\t" in text or "\f" in text:
        text = _BLANKS.sub(" ", text)
    return text


def flatten(root: etree._Element) -> list[Line]:
    """All lines of the page below `root`, in the order of the source, unseen elements left out."""
    walker = _Flattener(root)
    _visit(root, walker)
    walker.flush(9)
    return walker.lines


def _visit(root: etree._Element, walker: _Flattener) -> None:
    start, end = walker.start, walker.end
    events = etree.iterwalk(root, events=("start", "end"))
    skip = events.skip_subtree
    for event, element in events:
        tag: str = element.tag  # type: ignore[assignment]
        if event == "end":
            if _is_unseen(element, tag, element.get("style")):
                if tail := element.tail:
                    walker.add(tail)
            else:
                end(element)
            continue
        style = element.get("style")
        if tag in CONTROL_TAGS and not _is_hidden_control(element, style):
            walker.controls = True
        if _is_unseen(element, tag, style):
            skip()
        else:
            start(element, tag, style)
            if tag in REPLACED_TAGS:
                skip()


def _is_hidden_control(element: etree._Element, style: str | None) -> bool:
    return element.get("type", "").lower() == "hidden" or (style is not None and HIDDEN.search(style) is not None)


def _is_unseen(element: etree._Element, tag: str, style: str | None) -> bool:
    if not isinstance(tag, str) or tag in UNSEEN_TAGS:
        return True
    return (style is not None and HIDDEN.search(style) is not None) or element.get("hidden") is not None
