"""Lines of a page, in the order in which a reader sees them, whatever elements print them.

A site can change class names, containers and nesting overnight; the order of its lines and their words stay. So a page is
flattened once, and everything after works on lines.
"""

import re
from typing import Final

from lxml import etree

from panan_spider.core.text import fold, remembered
from panan_spider.extract.line import (
    GAP,
    HEADING_TAGS,
    Line,
    image_source,
    inline_source,
    picture_address,
    video_source,
)
from panan_spider.extract.words import SiteWords, meaning, one_of, spaced

#: What an element does to the lines of a page, as bits: it stands on lines of its own, is bold, links, keeps the line
#: breaks of its source, ends a line; shows a picture or video; shows that instead of what is inside it; is a form's;
#: nobody sees what is inside it; it stands inside one of these.
BLOCK: Final = 1
BOLD: Final = 2
LINK: Final = 4
PRE: Final = 8
BREAK: Final = 16
MEDIA: Final = 32
REPLACED: Final = 64
CONTROL: Final = 128
UNSEEN: Final = 256
WITHIN: Final = 512
_BLOCKS: Final = (
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", *HEADING_TAGS, "header", "hr", "html", "li",
    "legend", "main", "menu", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr",
    "ul",
)  # fmt: skip
_UNSEEN: Final = (
    "script", "style", "noscript", "template", "head", "title", "select", "option", "textarea", "button", "svg",
    "map", "applet",
)  # fmt: skip
_TAGS: Final = {
    BLOCK: _BLOCKS,
    BOLD: ("b", "strong", *HEADING_TAGS),
    LINK: ("a",),
    PRE: ("pre",),
    BREAK: ("br",),
    MEDIA: ("img", "image", "input", "embed", "video", "audio", "object", "iframe", "script", "noscript"),
    REPLACED: ("video", "audio", "object", "iframe"),  # what stands inside is for browsers that cannot
    CONTROL: ("input", "select", "textarea", "button"),
    UNSEEN: _UNSEEN,
}
#: Tag → what it does.
DOES: Final[dict[object, int]] = {
    tag: sum(bit for bit, those in _TAGS.items() if tag in those) for tags in _TAGS.values() for tag in tags
}
HIDDEN: Final = re.compile(
    r"display\s{0,9}:\s{0,9}none|mso-hide\s{0,9}:\s{0,9}all|visibility\s{0,9}:\s{0,9}hidden|font-size\s{0,9}:\s{0,9}0(?:\.0{1,3})?(?:px|pt|em|rem|%)?\s{0,9}(?:;|$|!)",
    re.IGNORECASE,
)
SHOWN_AS_BLOCK: Final = re.compile(r"display\s*:\s*block", re.IGNORECASE)
BOLD_STYLE: Final = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)

_SOURCE_BREAK: Final = re.compile(r"(?<![ \t\f])[ \t\f]*[\r\n][ \t\f\r\n]*")
#: Zero-width characters and controls, which no reader sees.
_ZERO_WIDTH: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: Whatever a text holds that has to be cleaned or looked at.
_TO_CLEAN: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0a-\x1f\x7f-\x9f]")
_BLANKS_AROUND_BREAK: Final = re.compile(r"(?<![ \t\f])[ \t\f]*\n[ \t\f\n]*")
_SOURCE_BLANK_RUN: Final = re.compile(r"[ \t\f]+")
_SOURCE_BLANKS: Final = " \t\f\r\n"

#: What begins behind a gap that style sheets draw: a label, a time of day, a service of the page, a mark or role before a name.
_LABELS: Final = "|".join(map(spaced, meaning("editor_labels", "credit_labels", "author_labels")))
_OPENS: Final = re.compile(
    r"(?=[\u3400-\u9fff])[\u3400-\u9fff\s]{1,9}[:\uff1a|\uff5c\u4e28]|\d\d:\d\d(?!\d)"
    rf"|[\[\u3010]?(?:{one_of('service_links', 'service_signs', 'share')})[\]\u3011]?(?:\s?[(\uff08]\d{{1,6}}[)\uff09])?$"
    rf"|(?:{one_of('text_marks', 'photo_marks', 'both_marks', 'video_marks')}|{_LABELS})\s?[/\uff0f]"
    rf"|(?:{one_of('ranks')})*(?:{one_of('roles', 'author_label')})\s"
)
#: Effects of an element that has to be looked at more closely.
_ODD: Final = CONTROL | UNSEEN | MEDIA


@remembered
def does_of_style(style: str) -> int:
    """Effects of a style attribute on the lines inside its element, as bits. A page has few different ones."""
    if HIDDEN.search(style):
        return UNSEEN
    return (BLOCK if SHOWN_AS_BLOCK.search(style) else 0) | (BOLD if BOLD_STYLE.search(style) else 0)


def _seen(text: str) -> str:
    """`text` without what no reader sees; a run of blanks with a line break in it is one line break."""
    return _SOURCE_BREAK.sub("\n", _ZERO_WIDTH.sub("", text)) if _TO_CLEAN.search(text) else text


def _collapsed(text: str) -> str:
    """The text with blanks collapsed as a browser does; a run that holds a line break stays marked as one."""
    if "\n" in text:
        text = _BLANKS_AROUND_BREAK.sub("\n", text)
    if "  " in text or "\t" in text or "\f" in text:
        text = _SOURCE_BLANK_RUN.sub(" ", text)
    return text


class _Flattener:
    """Walks the tree once and sets text after text into lines, without recursion: pages nested thousands deep must not end the run.

    A page costs it some hundred to a thousand steps, and no other part of reading costs a big page as much: so it
    holds what is open in one list, learns what an element does from one table (`DOES`), asks it for little
    else, and passes over the blanks between two elements without a call.
    """

    def __init__(self, root: etree._Element, words: SiteWords) -> None:
        self.lines: list[Line] = []
        self.blocks = [root]  # the blocks open, the innermost last
        self.words = words
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
        """Effects of an element beyond those of its tag."""
        styled = does_of_style(style) if style else 0
        if does & CONTROL and not styled & UNSEEN and element.get("type", "").lower() != "hidden":
            self.controls = True
        if styled & UNSEEN or element.get("hidden") is not None:
            return UNSEEN
        if does & UNSEEN:
            return UNSEEN | (does & MEDIA)
        does |= styled
        return does | UNSEEN if does & REPLACED else does

    def _show(self, element: etree._Element) -> None:
        """A picture or video is a line of its own."""
        if element.tag == "noscript":
            self._show_without_script(element)
            return
        src = image_source(element) or ("" if _pictures_without_script(element.getnext()) else inline_source(element))
        kind, src = ("image", src) if src else ("video", video_source(element))
        if src:
            self._append_media(kind, src)

    def _append_media(self, kind: str, src: str) -> None:
        self.flush(0)
        self.append(Line("", self.blocks[-1], self.words, kind=kind, src=src))

    def _show_without_script(self, element: etree._Element) -> None:
        """The picture a page shows where scripts are off, in the place of the placeholder before it."""
        before = element.getprevious()
        if before is None or before.tag != "img" or image_source(before):
            return
        for src in _pictures_without_script(element):
            self._append_media("image", src)

    def end(self, does: int) -> None:
        """End the effects of an element."""
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

    def add_seen(self, text: str | None) -> None:
        """Add a text unless it is the blanks that a source prints between two elements."""
        if text and (self.solid or self.preformatted or text.strip(_SOURCE_BLANKS)):
            self.add(text)

    def add(self, text: str) -> None:
        """Add a text to the line under way."""
        text = _seen(text)
        if self.solid and _OPENS.match(text) and not self.pieces[-1][-1:].isspace():
            self.pieces.append(GAP)
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
        raw = _collapsed("".join(self.pieces))
        if not raw or raw.isspace():
            return
        if self.anchor is not None:
            self.close_link(self.anchor)
        block, bold = self.blocks[-1], not self.plain
        self.append(Line(raw, block, self.words, "text", "", self.links, self.linked, bold, controls=self.controls))
        self.links = []

    def close_link(self, anchor: etree._Element) -> None:
        """End the link: the text printed since its start is its text."""
        if text := " ".join("".join(self.anchor_pieces).split()):
            self.links.append((anchor.get("href", ""), text))
        self.anchor_pieces = []

    def append(self, line: Line) -> None:
        """A line is whole: it knows how it is set off from the one before."""
        line.breaks = "block" if self.breaks >= 9 else "brbr" if self.breaks >= 2 else "br"
        self.breaks = 0
        self.lines.append(line)


def _pictures_without_script(element: etree._Element | None) -> list[str]:
    """Addresses of the pictures in a `<noscript>`; none of any other element."""
    if element is None or element.tag != "noscript":
        return []
    return [src for image in element.iter("img") if picture_address(src := image_source(image))]


def _know_texts(lines: list[Line]) -> None:
    """Work out `text` and `folded` of all lines in one go, which takes a fraction of what it takes line by line."""
    raw = "\x1e".join([line.raw for line in lines]).replace("\n", " ").replace("\xa0", " ").replace(GAP, " ")
    texts, foldeds = raw.split("\x1e"), fold(raw).split("\x1e")
    for line, text, folded in zip(lines, texts, foldeds, strict=bool(lines)):
        line.__dict__["text"], line.__dict__["folded"] = text.strip(), folded.strip()


def flatten(root: etree._Element, words: SiteWords) -> list[Line]:
    """All lines of the page below `root`, in the order of the source, unseen elements left out."""
    walker = _Flattener(root, words)
    walker.walk(root)
    _know_texts(walker.lines)
    return walker.lines
