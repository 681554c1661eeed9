"""The line under way while a page is walked through: its pieces, its links, and how it is set off from the one before."""

from lxml import etree

from panan_spider.extract.line import Line
from panan_spider.extract.source_text import SOURCE_BLANKS, collapsed, seen


class LineSetter:
    """Sets text after text into lines; `blocks` are the blocks open, the innermost last."""

    def __init__(self, blocks: list[etree._Element]) -> None:
        self.lines: list[Line] = []
        self.blocks = blocks
        self.pieces: list[str] = []  # of the line under way
        self.solid = False  # whether any of them is more than blanks
        self.plain = False  # whether any such is not bold
        self.linked = 0  # characters of them that are link text
        self.links: list[tuple[str, str]] = []
        self.bold = 0  # how many bold elements are open
        self.anchor: etree._Element | None = None  # the link that is open
        self.anchor_pieces: list[str] = []
        self.breaks = 0  # line breaks since the last line, 9 after a block's edge
        self.preformatted = 0  # how many `<pre>` are open
        self.controls = False  # the line under way holds a field or button of a form

    def add_seen(self, text: str | None) -> None:
        """Add a text unless it is the blanks that a source prints between two elements."""
        if text and (self.solid or self.preformatted or text.strip(SOURCE_BLANKS)):
            self.add(text)

    def add(self, text: str) -> None:
        """Add a text to the line under way."""
        text = seen(text)
        if self.preformatted and "\n" in text:
            self._add_lines(text)
            return
        self.pieces.append(text)
        if not text.isspace():
            self.solid = True
            if not self.bold and text:
                self.plain = True
        if self.anchor is not None:
            self.linked += len("".join(text.split()))
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
        if self.pieces:
            if self.solid:
                self._end_line()
                self.solid = self.plain = False
                self.linked = 0
            self.pieces = []
        self.controls = False
        self.breaks += breaks

    def edge(self) -> None:
        """A block begins or ends."""
        if self.pieces:
            self.flush(9)
        else:
            self.controls = False
            self.breaks = 9

    def _end_line(self) -> None:
        raw = collapsed("".join(self.pieces))
        if not raw or raw.isspace():
            return
        if self.anchor is not None:
            self.close_link(self.anchor)
        self.append(
            Line(raw, self.blocks[-1], "text", "", self.links, self.linked, not self.plain, controls=self.controls)
        )
        self.links = []

    def close_link(self, anchor: etree._Element) -> None:
        """What has been printed of the link so far is (part of) its text."""
        if text := " ".join("".join(self.anchor_pieces).split()):
            self.links.append((anchor.get("href", ""), text))
        self.anchor_pieces = []

    def append(self, line: Line) -> None:
        """A line is whole: it knows how it is set off from the one before."""
        line.breaks = "block" if self.breaks >= 9 else "brbr" if self.breaks >= 2 else "br"
        self.breaks = 0
        self.lines.append(line)
