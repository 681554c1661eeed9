"""Line of a page as a reader sees it: a text, a picture or a video; which elements show pictures and videos, and at which address."""

import binascii
import re
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain, islice
from typing import Final
from urllib.parse import unquote, urlsplit

from lxml import etree

from panan_spider.core.text import fold, once
from panan_spider.extract.words import SiteWords

#: Stands between two inline elements where the second begins with a label: style sheets draw the gap. A blank in `text`, none in `prose`.
GAP: Final = "\x1d"
HEADING_TAGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_CENTRED: Final = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_RIGHT: Final = re.compile(r"text-align\s*:\s*right", re.IGNORECASE)
#: A line break of the page's source between two Chinese characters prints nothing.
_INSIDE_CHINESE: Final = re.compile("(?<=[\u3000-\u9fff\uff00-\uffef“”‘’…—])\n(?=[\u3000-\u9fff\uff00-\uffef“”‘’…—])")
_BLANKS: Final = re.compile(r"[ \n\xa0]+")
#: What stands beside the link in a row of a list: a date, a time, bullets, numbers.
_BESIDE_LINK: Final = re.compile(r"[\s\W\d年月日]+")

_ROW_TAGS: Final = ("tr", "ul", "ol", "dl")
LONGEST_ROW: Final = 200  # characters of a row or list that is one header line

#: Where scripts that load pictures late keep the true address; WeChat's paste prints `data-src`.
_LATE_SOURCES: Final = ("data-src", "data-original", "data-lazy-src", "data-url", "_src", "original", "zoomfile")
_PLACEHOLDER: Final = re.compile(
    r"(?:^|/)(?:blank|spacer|space|loading|grey|pixel|1x1|transparent|clear)\w*\.(?:gif|png)$", re.IGNORECASE
)
_ICON: Final = re.compile(
    r"(?:^|/)(?:icons?_|ico_|icons?/|ewebeditor/|fileicon|print|close|share|logo)[\w./-]*$", re.IGNORECASE
)
#: Rules, bullets and arrows of a page, by their names.
_ORNAMENT: Final = re.compile(
    r"(?:^|/)(?:[a-z]{1,8}[_-])?(?:h?line|hr|dot|dots|dian|point|bullet|arrow|jiantou|jt|fgx|fengexian|xian|divider|separator|split|bg|bullet|sanjiao|triangle)"
    r"[_-]?\d{0,3}\.(?:gif|png|jpe?g|webp)$",
    re.IGNORECASE,
)
_SIDE_OF_STYLE: Final = re.compile(r"(?<![\w-])(?:width|height)\s{0,9}:\s{0,9}(\d{1,5})(?:\.\d+)?px", re.IGNORECASE)
_CONTENT: Final = re.compile(r"(?:^|/)(?:pic|att|upload\w*)/|(?:^|/)[WP]0\d{10,}", re.IGNORECASE)
_VIDEO_ENDINGS: Final = "mp4|m3u8|flv|webm|mov|avi|wmv|swf|mpg|mpeg|rmvb"
_AUDIO_ENDINGS: Final = "mp3|m4a|wav|wma|aac|ogg"
_PLAYED_FILE: Final = re.compile(rf"\.(?:{_VIDEO_ENDINGS}|{_AUDIO_ENDINGS})$", re.IGNORECASE)
_PLAYER: Final = re.compile(r"video|player|v\.qq\.com|youku|tudou|bilibili|iqiyi|ixigua", re.IGNORECASE)
_FILE: Final = re.compile(r"\.(?:docx?|xlsx?|pptx?|pdf|zip|rar|7z|wps|et|ofd|txt|csv|rtf)$", re.IGNORECASE)
_PICTURE_FILE: Final = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|avif)$", re.IGNORECASE)
#: An address in a script that plays it: `showPlayer('/a.mp4', …)`.
_PLAYED: Final = re.compile(
    rf"""['"]([^'"\s<>]{{1,500}}\.(?:{_VIDEO_ENDINGS}|{_AUDIO_ENDINGS})(?:\?[^'"\s<>]{{0,200}})?)['"]""", re.IGNORECASE
)
#: The end of such an address, which few scripts hold: found in a tenth of the time.
_PLAYED_SIGN: Final = re.compile(rf"\.(?:{_VIDEO_ENDINGS}|{_AUDIO_ENDINGS})['\"?]", re.IGNORECASE)
_FILM_PARAMETERS: Final = ("movie", "src", "url", "filename")
_NO_ADDRESS: Final = re.compile(r"(?:data|javascript|about|file|blob):", re.IGNORECASE)
_INLINE: Final = re.compile(r"data:image/(?:jpe?g|png|gif|webp|bmp)\s*;\s*base64\s*,", re.IGNORECASE)
_SHORTEST_INLINE: Final = 1_000  # characters; a shorter one is a picture only where its bytes say so
_SMALLEST_PICTURE: Final = 16  # pixels; anything smaller is a counter's or a spacer's


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
    def files(self) -> list[tuple[str, str]]:
        """Its links that lead to a document to download: (href, text)."""
        return [link for link in self.links if is_file(link[0])]

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
            if (own_style := element.get("style")) and style.search(own_style):
                return True
            if word == "center" and element.tag == "center":
                return True
        return False


def stands_in(line: Line, box: etree._Element) -> bool:
    """Whether the line is printed in `box`, directly or not."""
    return box is line.block or box in line.block.iterancestors()


def common_box(first: etree._Element, other: etree._Element) -> etree._Element | None:
    """The smallest element that holds both, or is one of them."""
    inside = {first, *first.iterancestors()}
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


def row_of(element: etree._Element) -> etree._Element | None:
    """The small row or list the element stands in; None where it stands in none."""
    rows = (around for around in (element, *element.iterancestors()) if around.tag in _ROW_TAGS)
    return next((row for row in rows if not holds_more_than(row, LONGEST_ROW)), None)


def small_parent(first: Line, line: Line) -> etree._Element | None:
    """The small element right around a line that holds another line, too, in a block of its own; None without one."""
    parent = first.block.getparent()
    if parent is None or first.block is line.block or parent.tag in ("body", "html"):
        return None
    return parent if parent in line.block.iterancestors() and not holds_more_than(parent, LONGEST_ROW) else None


def image_source(element: etree._Element) -> str:
    """The address of the picture `element` shows; `""` where it shows none, or only a spacer, counter or icon.

    A browser shows what a script or a set of sources names, where `src` is a placeholder: so does this.
    """
    if element.tag not in ("img", "image") and (element.tag != "input" or element.get("type", "").lower() != "image"):
        return ""
    late = next((value.strip() for name in _LATE_SOURCES if (value := element.get(name, "")).strip()), "")
    src = (element.get("src") or "").strip()
    src = "" if _NO_ADDRESS.match(src) else src
    if late and (is_content(late) or not is_content(src)):
        src = late  # a paste's `data-src` leads to where the CMS took its copy from
    if _shows_nothing(src):
        src = next(filter(None, map(picture_address, _other_sources(element))), "")
    path = path_of(src)
    ornament = _ICON.search(path) or (_ORNAMENT.search(path) and not is_content(src))
    return "" if _shows_nothing(src) or ornament or _is_tiny(element) else src


def inline_source(element: etree._Element) -> str:
    """The name of the picture whose bytes the page holds (`src="data:image/…"`); `""` for a placeholder, and where there is none.

    The name is an RFC 6920 URI of the bytes, `ni:///sha-256;…`: short, stable, and nothing that can be requested.
    """
    src = (element.get("src") or "").strip()
    found = _INLINE.match(src) if element.tag == "img" else None
    if found is None or _is_tiny(element):
        return ""
    data = _decoded(src[found.end() :])
    if len(src) < _SHORTEST_INLINE and not _is_whole_picture(data):
        return ""
    return f"ni:///sha-256;{urlsafe_b64encode(sha256(data).digest()).decode().rstrip('=')}"


def _decoded(text: str) -> bytes:
    """The bytes of a base64 text, as browsers read it: blanks and escapes allowed; the text's own bytes where it is none."""
    plain = "".join(unquote(text).split()).rstrip("=")
    try:
        return b64decode(plain + "=" * (-len(plain) % 4))
    except (binascii.Error, ValueError):
        return plain.encode("utf-8", "replace")


def _is_whole_picture(data: bytes) -> bool:
    """Whether a short picture is more than a spacer: a JPEG, or a GIF or PNG of 16 pixels and more on both sides."""
    if data[:3] == b"GIF" and len(data) >= 10:
        sides = int.from_bytes(data[6:8], "little"), int.from_bytes(data[8:10], "little")
    elif data[:4] == b"\x89PNG" and len(data) >= 24:
        sides = int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    else:
        return data[:3] == b"\xff\xd8\xff"
    return min(sides) >= _SMALLEST_PICTURE


def _shows_nothing(src: str) -> bool:
    return not src or _NO_ADDRESS.match(src) is not None or _PLACEHOLDER.search(path_of(src)) is not None


def picture_address(src: str) -> str:
    """`src` where it is a picture's address by its ending, or by where the CMSs keep pictures; `""` otherwise."""
    return src if not _shows_nothing(src) and (_PICTURE_FILE.search(path_of(src)) or is_content(src)) else ""


def _other_sources(element: etree._Element) -> Iterator[str]:
    """Addresses a picture can be shown from instead of `src`: its set of sources, its `<picture>`'s, any attribute."""
    sets = [element.get("srcset", ""), element.get("data-srcset", "")]
    around = islice(element.iterancestors(), 3)  # the parser takes an image after a `<source>` as inside of it
    if (picture := next((box for box in around if box.tag == "picture"), None)) is not None:
        sets += [source.get("srcset", "") or source.get("data-srcset", "") for source in picture.iter("source")]
    # A set is addresses with a width each, parted by commas with a blank.
    yield from (text.split(maxsplit=1)[0].rstrip(",") for text in sets if text.strip())
    yield from (
        value.strip() for name, value in element.items() if name not in ("src", "alt", "title", "href", "class")
    )


def is_content(src: str) -> bool:
    """Whether the address is where the two CMSs keep an article's own pictures (`/pic/…`, `W0….jpg`)."""
    return _CONTENT.search(path_of(src)) is not None


def _is_tiny(element: etree._Element) -> bool:
    for side in ("width", "height"):
        digits = re.match(r"\s*(\d+)\s*(?:px)?\s*$", element.get(side, ""))
        if digits and int(digits[1]) < _SMALLEST_PICTURE:
            return True
    sides = _SIDE_OF_STYLE.findall(element.get("style", ""))
    return any(int(side) < _SMALLEST_PICTURE for side in sides)


def video_source(element: etree._Element) -> str:
    """The address of the video or sound `element` plays, or its script; `""` where it plays none."""
    tag = element.tag
    if tag == "script":
        text = element.text or ""
        played = _PLAYED.search(text) if _PLAYED_SIGN.search(text) else None
        return played[1] if played else ""
    if tag in ("video", "audio"):
        own = element.get("src") or next((s.get("src", "") for s in element.iter("source")), "")
        return own.strip()
    if tag in ("embed", "iframe"):
        src = (element.get("src") or element.get("data-src") or "").strip()
        return src if _PLAYED_FILE.search(path_of(src)) or _PLAYER.search(src) else ""
    if tag == "object" and element.find(".//embed") is None:
        films = (param for param in element.iter("param") if param.get("name", "").lower() in _FILM_PARAMETERS)
        return (element.get("data") or next((film.get("value", "") for film in films), "")).strip()
    return ""


def is_file(href: str) -> bool:
    """Whether a link leads to a document to download rather than to a page."""
    return _FILE.search(path_of(href)) is not None


def file_name(href: str) -> str:
    """The last part of the address, as a reader would call the file."""
    return unquote(path_of(href).rsplit("/", 1)[-1])


def path_of(href: str) -> str:
    """The path of an address as printed; `""` where it has none that can be read."""
    try:
        return urlsplit(href.strip()).path
    except ValueError:
        return ""
