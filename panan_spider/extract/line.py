"""One line of a page as a reader sees it."""

import re
from dataclasses import dataclass, field
from itertools import chain
from typing import Final

from lxml import etree

from panan_spider.core.text import fold, once
from panan_spider.extract.words import SiteWords

_SOURCE_BREAK: Final = re.compile(r"(?<![ \t\f])[ \t\f]*[\r\n][ \t\f\r\n]*")
#: Zero-width characters and controls, which no reader sees.
_UNSEEN: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
#: Whatever a text holds that has to be cleaned or looked at.
_ODD: Final = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad\x00-\x08\x0a-\x1f\x7f-\x9f]")
_BLANKS_AROUND_BREAK: Final = re.compile(r"(?<![ \t\f])[ \t\f]*\n[ \t\f\n]*")
_SOURCE_BLANK_RUN: Final = re.compile(r"[ \t\f]+")
SOURCE_BLANKS: Final = " \t\f\r\n"
#: Stands between two inline elements where the second begins with a label: style sheets draw the gap. A blank in `text`, none in `prose`.
GAP: Final = "\x1d"


def seen(text: str) -> str:
    """`text` without what no reader sees; a run of blanks with a line break in it is one line break."""
    return _SOURCE_BREAK.sub("\n", _UNSEEN.sub("", text)) if _ODD.search(text) else text


def collapsed(text: str) -> str:
    """The text with blanks collapsed as a browser does; a run that holds a line break stays marked as one."""
    if "\n" in text:
        text = _BLANKS_AROUND_BREAK.sub("\n", text)
    if "  " in text or "\t" in text or "\f" in text:
        text = _SOURCE_BLANK_RUN.sub(" ", text)
    return text


_SEPARATORS: Final = " /|·•丨、,;-—"


def unbracketed(text: str) -> str:
    """`text` without signs that part values, and without the brackets around it, or of which one half was left behind: `样例发布(公众号)` keeps its own."""
    text = text.strip(_SEPARATORS)
    while text and (text[0] in ")]】" or text[-1] in "([【"):
        text = (text[1:] if text[0] in ")]】" else text[:-1]).strip()
    for opening, closing in ("()", "[]", "【】"):
        if text.startswith(opening) and (text.endswith(closing) or closing not in text):
            text = text[1:].removesuffix(closing)
        elif text.endswith(closing) and opening not in text:
            text = text[:-1]
    return text.strip()


HEADING_TAGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CENTRED: Final = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_RIGHT: Final = re.compile(r"text-align\s*:\s*right", re.IGNORECASE)
#: A line break of the page's source between two Chinese characters prints nothing.
_INSIDE_CHINESE: Final = re.compile("(?<=[\u3000-\u9fff\uff00-\uffef“”‘’…—])\n(?=[\u3000-\u9fff\uff00-\uffef“”‘’…—])")

_BLANKS: Final = re.compile(r"[ \n\xa0]+")

#: What stands beside the link in a row of a list: a date, a time, bullets, numbers.
_BESIDE_LINK: Final = re.compile(r"[\s\W\d年月日]+")


@dataclass
class LineMark:
    """Label of a line and the name of the rule that gave it; copies of a line share it."""

    label: str = ""
    rule: str = ""


@dataclass
class Line:
    """One line on the screen, or one picture or video standing in it.

    `raw` keeps a line break of the source as "\\n" and hard blanks as U+00A0. `breaks` is how the line is set off
    from the one before: `block`, `br` (one line break) or `brbr`.
    """

    raw: str
    block: etree._Element
    words: SiteWords = field(repr=False)
    kind: str = "text"  # text, image, video
    src: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)  # (href, text)
    linked: int = 0  # characters of the text that are link text
    bold: bool = False
    breaks: str = "block"
    controls: bool = False  # it holds a field or a button of a form
    mark: LineMark = field(default_factory=LineMark, compare=False, repr=False)
    parted: bool = False  # a line that went into a field stood before it: no caption of what stands over that

    @once
    def signs(self) -> dict[str, bool]:
        """Labels asked for, and whether a rule gives them."""
        return {}

    @once
    def text(self) -> str:
        """The line as printed: source blanks collapsed, hard blanks as blanks."""
        return self.raw.replace("\n", " ").replace("\xa0", " ").replace(GAP, " ").strip()

    @once
    def folded(self) -> str:
        """`text` with full-width forms as their ASCII twins."""
        return fold(self.text)

    @once
    def prose(self) -> str:
        """The line as body text: no blank where only the source broke the line, runs of blanks one blank."""
        text = self.raw.replace(GAP, "").strip()
        if "\n" in text:
            text = _INSIDE_CHINESE.sub("", text)
        return _BLANKS.sub(" ", text).strip()

    @once
    def bare(self) -> str:
        """The line without any blank, for comparing."""
        return "".join(self.raw.split())

    @once
    def is_link(self) -> bool:
        """Whether all of it is link text."""
        return bool(self.links) and self.linked >= len(self.bare) > 0

    @once
    def is_row(self) -> bool:
        """Whether it is a row of a list of other pages: a link, and nothing beside it but a date and ornaments."""
        if not self.links or self.is_link:
            return bool(self.links)
        rest = self.text
        for _, text in self.links:
            rest = rest.replace(text, "", 1)
        return not _BESIDE_LINK.sub("", rest)

    @once
    def heading_tag(self) -> str | None:
        """The h1…h6 it stands in."""
        around = chain((self.block,), self.block.iterancestors())
        return next((element.tag for element in around if element.tag in HEADING_TAGS), None)

    @once
    def centred(self) -> bool:
        """Whether its own block, or one around it alone, is centred."""
        return self._aligned("center", _CENTRED)

    @once
    def right(self) -> bool:
        """Whether its own block is set to the right."""
        return self._aligned("right", _RIGHT)

    def _aligned(self, word: str, style: re.Pattern[str]) -> bool:
        room = len(self.bare) + 2
        for element in chain((self.block,), self.block.iterancestors()):
            if element is not self.block and holds_more_than(element, room):
                return False
            if (align := element.get("align")) and align.lower() == word:
                return True
            if (said := element.get("style")) and style.search(said):
                return True
            if word == "center" and element.tag == "center":
                return True
        return False


def know_texts(lines: list[Line]) -> None:
    """Work out `text` and `folded` of all lines in one go, which takes a fraction of what it takes line by line."""
    raw = "\x1e".join([line.raw for line in lines]).replace("\n", " ").replace("\xa0", " ").replace(GAP, " ")
    texts, foldeds = raw.split("\x1e"), fold(raw).split("\x1e")
    for line, text, folded in zip(lines, texts, foldeds, strict=bool(lines)):
        line.__dict__["text"], line.__dict__["folded"] = text.strip(), folded.strip()


def stands_in(line: Line, box: etree._Element) -> bool:
    """Whether the line is printed in `box`, directly or not."""
    return box is line.block or box in line.block.iterancestors()


def common_box(one: etree._Element, other: etree._Element) -> etree._Element | None:
    """The smallest element that holds both, or is one of them."""
    inside = {one, *one.iterancestors()}
    return next((element for element in (other, *other.iterancestors()) if element in inside), None)


def holds_more_than(element: etree._Element, characters: int) -> bool:
    """Whether the element's text has more than so many characters, blanks not counted."""
    count = 0
    for piece in element.itertext():
        if piece.isspace():
            continue
        count += len("".join(piece.split()))
        if count > characters:
            return True
    return False


_ROW_TAGS: Final = ("tr", "ul", "ol", "dl")
LONGEST_ROW: Final = 200  # characters of a row or list that is one header line


def row_of(element: etree._Element) -> etree._Element | None:
    """The small row or list the element stands in; None where it stands in none."""
    return next((e for e in (element, *element.iterancestors()) if e.tag in _ROW_TAGS and _is_small(e)), None)


def _is_small(element: etree._Element) -> bool:
    return not holds_more_than(element, LONGEST_ROW)


def small_parent(first: Line, line: Line) -> etree._Element | None:
    """The small element right around a line that holds another line, too, in a block of its own; None without one."""
    parent = first.block.getparent()
    if first.block is line.block or parent is None or parent.tag in ("body", "html") or not _is_small(parent):
        return None
    return parent if any(e is parent for e in line.block.iterancestors()) else None
