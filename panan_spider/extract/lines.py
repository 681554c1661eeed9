"""A page as a reader sees it: line after line, whatever elements print them.

Class names, containers and nesting are what the site may change overnight; the order of its lines and
their words are not. So a page is flattened once, and everything after works on lines.
"""

from typing import Final

from lxml import etree

from panan_spider.extract.elements import (
    BLOCK,
    BOLD,
    BOLD_STYLE,
    BREAK,
    CONTROL,
    DOES,
    LINK,
    MEDIA,
    PRE,
    REPLACED,
    SHOWN_AS_BLOCK,
    UNSEEN,
    WITHIN,
    is_hidden,
    is_hidden_control,
)
from panan_spider.extract.line import Line, know_texts
from panan_spider.extract.line_builder import LineSetter
from panan_spider.extract.media import image_source, video_source

#: What has to be looked at more closely.
_ODD: Final = CONTROL | UNSEEN | MEDIA


class _Flattener(LineSetter):
    """Walks the tree once, without recursion: pages nested thousands deep must not end the run.

    A page costs it some hundred to a thousand steps, and no other part of reading costs a big page as much: so it
    holds what is open in one list, learns what an element does from one table (`elements.DOES`), asks it for little
    else, and passes over the blanks between two elements without a call.
    """

    def walk(self, root: etree._Element) -> None:
        """All elements below `root`, in order; each is closed when the next one is no longer inside it."""
        opened, blocks = [(root, self.start(root, DOES.get(root.tag, 0), root.get("style")))], self.blocks
        if not opened[0][1] & UNSEEN:
            self.add_seen(root.text)
        for element in root.iterdescendants():
            parent = element.getparent()
            while opened[-1][0] is not parent:
                self.close(*opened.pop())
            if opened[-1][1] & UNSEEN:
                opened.append((element, UNSEEN | WITHIN))
                continue
            does, style = DOES.get(element.tag, 0), element.get("style")
            if does > BLOCK or style is not None or element.get("hidden") is not None:
                does = self.start(element, does, style)
            elif does:
                self.edge()
                blocks.append(element)
            opened.append((element, does))
            if (text := element.text) and not does & UNSEEN:
                self.add_seen(text)
        while len(opened) > 1:
            self.close(*opened.pop())
        self.end(opened[0][1])
        self.flush(9)

    def close(self, element: etree._Element, does: int) -> None:
        """The innermost open element ends, and the text after it begins."""
        if does:
            self.end(does)
        if (text := element.tail) and not does & WITHIN:
            self.add_seen(text)

    def start(self, element: etree._Element, does: int, style: str | None) -> int:
        """An element begins that is more than a block; what it does to the lines inside it."""
        if does & _ODD or style is not None or element.get("hidden") is not None:
            does = self._look_at(element, does, style)
        if does & BREAK:
            self.flush(1)
        elif does & BLOCK:
            self.edge()
            self.blocks.append(element)
        if does & LINK:
            if self.anchor is None and element.get("href") is not None:
                self.anchor, self.anchor_pieces = element, []
            else:
                does &= ~LINK
        if does & BOLD:
            self.bold += 1
        if does & PRE:
            self.preformatted += 1
        if does & MEDIA:
            self._show(element)
        return does

    def _look_at(self, element: etree._Element, does: int, style: str | None) -> int:
        """What an element does that its tag alone does not tell."""
        if does & CONTROL and not is_hidden_control(element, style):
            self.controls = True
        if does & UNSEEN or is_hidden(element, style):
            return UNSEEN
        if style is not None and SHOWN_AS_BLOCK.search(style):
            does |= BLOCK
        if style is not None and BOLD_STYLE.search(style):
            does |= BOLD
        return does | UNSEEN if does & REPLACED else does

    def _show(self, element: etree._Element) -> None:
        """A picture or video is a line of its own."""
        src = image_source(element)
        kind, src = ("image", src) if src else ("video", video_source(element))
        if src:
            self.flush(0)
            self.append(Line("", self.blocks[-1], kind=kind, src=src))

    def end(self, does: int) -> None:
        """What an element did ends with it."""
        if does & LINK and self.anchor is not None:
            self.close_link(self.anchor)
            self.anchor = None
        if does & BLOCK:
            self.edge()
            self.blocks.pop()
        if does & BOLD:
            self.bold -= 1
        if does & PRE:
            self.preformatted -= 1


def flatten(root: etree._Element) -> list[Line]:
    """All lines of the page below `root`, in the order of the source, unseen elements left out."""
    walker = _Flattener([root])
    walker.walk(root)
    know_texts(walker.lines)
    return walker.lines
