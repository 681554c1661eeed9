"""A page as a reader sees it: line after line, whatever elements print them.

Class names, containers and nesting are what the site may change overnight; the order of its lines and
their words are not. So a page is flattened once, and everything after works on lines.
"""

import re
from typing import Final

from lxml import etree

from panan_spider.pages.line import HEADING_TAGS, Line
from panan_spider.pages.media import image_source, video_source

BLOCK_TAGS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_BOLD_TAGS: Final = frozenset({"b", "strong"}) | HEADING_TAGS
_UNSEEN_TAGS: Final = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "title",
        "select",
        "option",
        "textarea",
        "button",
        "svg",
        "map",
        "audio",
        "applet",
    ]
)
_REPLACED_TAGS: Final = frozenset({"video", "object", "iframe"})  # what stands inside is for browsers that cannot
_HIDDEN: Final = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all", re.IGNORECASE)
_SHOWN_AS_BLOCK: Final = re.compile(r"display\s*:\s*block", re.IGNORECASE)
_BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_ZERO_WIDTH: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SOURCE_BREAK: Final = re.compile(r"[ \t\f]*[\r\n][ \t\f\r\n]*")
_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class _Flattener:
    """Walks the tree once, without recursion: pages nested thousands deep must not end the run."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.pieces: list[tuple[str, bool, bool]] = []  # (text, bold, linked)
        self.links: list[tuple[str, str]] = []
        self.blocks: list[etree._Element] = []
        self.bold = 0
        self.anchor: etree._Element | None = None
        self.anchor_pieces: list[str] = []
        self.breaks = 0  # line breaks since the last line, 9 after a block's edge

    def add(self, text: str | None) -> None:
        if text:
            text = _SOURCE_BREAK.sub("\n", _ZERO_WIDTH.sub("", _CONTROLS.sub("", text)))
            self.pieces.append((text, self.bold > 0, self.anchor is not None))
            if self.anchor is not None:
                self.anchor_pieces.append(text)

    def flush(self, breaks: int) -> None:
        """End the line under way, if any; `breaks` line breaks follow it."""
        raw = _collapsed("".join(piece for piece, _, _ in self.pieces))
        if raw.strip():
            self._close_link()
            solid = [(piece.split(), bold, linked) for piece, bold, linked in self.pieces]
            linked = sum(len("".join(words)) for words, _, linked in solid if linked)
            bold = all(bold for words, bold, _ in solid if words)
            self._append(Line(raw, self.blocks[-1], links=self.links, linked=linked, bold=bold))
            self.links = []
        self.pieces = []
        self.breaks += breaks

    def _close_link(self) -> None:
        text = " ".join("".join(self.anchor_pieces).split())
        if self.anchor is not None and text:
            self.links.append((self.anchor.get("href", ""), text))
        self.anchor_pieces = []

    def _append(self, line: Line) -> None:
        line.breaks = "block" if self.breaks >= 9 else "brbr" if self.breaks >= 2 else "br"
        self.breaks = 0
        self.lines.append(line)

    def media(self, kind: str, src: str) -> None:
        self.flush(0)
        self._append(Line("", self.blocks[-1], kind=kind, src=src))

    def start(self, element: etree._Element, tag: str) -> None:
        if tag == "br":
            self.flush(1)
        elif tag in BLOCK_TAGS or _SHOWN_AS_BLOCK.search(element.get("style", "")):
            self.flush(9)
            self.blocks.append(element)
        elif tag == "a" and element.get("href") is not None and self.anchor is None:
            self.anchor, self.anchor_pieces = element, []
        if tag in _BOLD_TAGS or _BOLD_STYLE.search(element.get("style", "")):
            self.bold += 1
        if src := image_source(element):
            self.media("image", src)
        elif src := video_source(element):
            self.media("video", src)
        if tag not in _REPLACED_TAGS:
            self.add(element.text)

    def end(self, element: etree._Element, tag: str) -> None:
        if element is self.anchor:
            self._close_link()
            self.anchor = None
        if self.blocks and element is self.blocks[-1]:
            self.flush(9)
            self.blocks.pop()
        if tag in _BOLD_TAGS or _BOLD_STYLE.search(element.get("style", "")):
            self.bold -= 1
        self.add(element.tail)


def _collapsed(text: str) -> str:
    # As a browser does: a run of source blanks is one; a run that holds a line break stays marked as one.
    text = re.sub(r"[ \t\f]*\n[ \t\f\n]*", "\n", text)
    return re.sub(r"[ \t\f]+", " ", text)


def flatten(root: etree._Element) -> list[Line]:
    """All lines of the page below `root`, in the order of the source, unseen elements left out."""
    walker = _Flattener()
    walker.blocks.append(root)
    _visit(root, walker)
    walker.flush(9)
    return walker.lines


def _visit(root: etree._Element, walker: _Flattener) -> None:
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        tag = element.tag if isinstance(element.tag, str) else ""
        unseen = (
            tag in _UNSEEN_TAGS or not tag or "hidden" in element.attrib or _HIDDEN.search(element.get("style", ""))
        )
        if unseen:
            if event == "start":
                events.skip_subtree()
            else:
                walker.add(element.tail)
        elif event == "start":
            walker.start(element, tag)
            if tag in _REPLACED_TAGS:
                events.skip_subtree()
        else:
            walker.end(element, tag)
