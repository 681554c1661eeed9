"""Captions of pictures: the rules that make the line before or behind a picture its caption.

`CAPTION_RULES` stands in order: the name of the first rule that fits a line is shown by `scrapy inspect`. `assign_captions` shares
the lines behind a run of pictures out among them, and is called by `body`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Final

from lxml import etree

from panan_spider.core.text import fold
from panan_spider.extract.header_line import is_opening_byline
from panan_spider.extract.line import Line, holds_more_than
from panan_spider.extract.words import one_of

_MARKS: Final = "▲△▴▼▽▾↑↓◀►▶◆■●"
_MARKED: Final = re.compile(rf"^\s*[{_MARKS}]")
_DOWN: Final = re.compile(r"^\s*[▼▽▾↓]")
_OF_NEXT: Final = re.compile(rf"\s{{0,9}}[((【]?(?:{one_of('captions_of_next')})")
_WORDED: Final = re.compile(rf"^\s*[((【]?(?:{one_of('caption_words')})")
_CREDITED: Final = re.compile(
    rf"(?:[\s//((](?:{one_of('photo_credits')})|[\u3400-\u9fff]{{2,4}}\s*(?:{one_of('shot')})|{one_of('supplied')})\s*[)]?\s*。?$"
)
_SENTENCE_END: Final = re.compile(r"[。!?;…::][”’」』))]*$")
_DATE_LINE: Final = re.compile(r"^\s*[\d〇○一二三四五六七八九十]{4}\s*年.{1,12}日\s*$")
_CAPTION_CLASS: Final = re.compile(
    r"caption|tuzhu|tushuo|zhushi|pic-?(?:text|txt|desc|info|note)|img-?(?:text|desc|info|title|note)", re.IGNORECASE
)
_PICTURE_BOX: Final = re.compile(
    r"(?:^|[\s_-])(?:pics?|picture|img|imgbox|image|photo|tupian|figure)(?:$|[\s_-])", re.IGNORECASE
)
_LONGEST_STRONG: Final = 160
_LONGEST_CENTRED: Final = 100
_LONGEST_PLAIN: Final = 45


@dataclass(frozen=True)
class CaptionRule:
    """One sign that a line is the caption of a picture, by its own words or element; `longest` is in characters."""

    name: str
    test: Callable[[Line], bool]
    longest: int


#: Signs of a line's own, under a picture; the first that fits names the caption.
CAPTION_RULES: tuple[CaptionRule, ...] = (
    CaptionRule("marked ▲", lambda line: _MARKED.match(fold(line.prose)) is not None, _LONGEST_STRONG),
    CaptionRule("worded 图为", lambda line: _WORDED.match(fold(line.prose)) is not None, _LONGEST_STRONG),
    CaptionRule("figcaption", lambda line: line.block.tag == "figcaption", _LONGEST_STRONG),
    CaptionRule("class", lambda line: _CAPTION_CLASS.search(line.block.get("class", "")) is not None, _LONGEST_STRONG),
    CaptionRule("credited 摄", lambda line: _CREDITED.search(fold(line.prose)) is not None, _LONGEST_CENTRED),
)


def _strong_rule(line: Line) -> str | None:
    """The rule by which the line's own words or element say that it is a caption; None for a byline."""
    if len(line.prose) > _LONGEST_STRONG or is_opening_byline(line):
        return None
    fits = (rule.name for rule in CAPTION_RULES if len(line.prose) <= rule.longest and rule.test(line))
    return next(fits, None)


def caption_rule(line: Line) -> str:
    """The rule by which a line that has been taken as a caption is one."""
    return _strong_rule(line) or ("centred" if line.centred else "short")


def _is_weak(line: Line, *, headings: Sequence[Line], heads_nothing: bool = False) -> bool:
    """Whether the line, right after a picture, reads as its caption: centred, or short and no sentence.

    A bold one is a subhead, unless no text follows that it could head.
    """
    text = fold(line.prose)
    if line.heading_tag or line.right or line.is_link or line.parted or _DATE_LINE.match(text):
        return False
    alike = (heading for heading in headings if line.bold and heading.bold and line.centred == heading.centred)
    if is_opening_byline(line) or any(alike):
        return False
    if line.centred:
        return len(text) <= _LONGEST_CENTRED
    return (heads_nothing or not line.bold) and len(text) <= _LONGEST_PLAIN and not _SENTENCE_END.search(text)


def in_gallery(picture: Line, line: Line, around: Sequence[Line]) -> bool:
    """Whether picture and line are alone in a box called a picture's, or one of several alike: sentences are captions, too.

    `around` are the line before the picture and the line after the line.
    """
    if line.heading_tag or line.is_link or len(line.bare) > _LONGEST_PLAIN:
        return False
    for up in (0, 1):
        box = _box(picture, up)
        if box is not None and box is not line.block and box in line.block.iterancestors():
            alike = [_box(other, up) for other in around if other.kind == "image"]
            named = _PICTURE_BOX.search(box.get("class", "")) is not None
            return not holds_more_than(box, len(line.bare)) and (
                named
                or any(
                    other is not box and other.getparent() is box.getparent() for other in alike if other is not None
                )
            )
    return False


def _box(line: Line, up: int) -> etree._Element | None:
    return line.block.getparent() if up else line.block


def is_from_above(line: Line, picture: Line) -> bool:
    """Whether the line is the caption of the picture after it: ▼…, the first thing in its figure, alone with it in a centred paragraph."""
    if len(line.prose) > _LONGEST_STRONG:
        return False
    if line.block is picture.block and line.block.tag == "p" and line.centred and not line.bold:
        return len(line.prose) <= _LONGEST_CENTRED and not holds_more_than(line.block, len(line.bare))
    if line.block.tag == "figcaption" and line.block.getprevious() is None:
        return line.block.getparent() in (picture.block, *picture.block.iterancestors())
    return _DOWN.match(line.prose) is not None or _OF_NEXT.match(fold(line.prose)) is not None


def caption_text(text: str) -> str:
    """The caption without its leading mark."""
    return text.lstrip(_MARKS + " \u3000\xa0").strip()


def assign_captions(images: int, following: Sequence[Line], headings: Sequence[Line]) -> list[tuple[int, int]]:
    """Captions for a run of `images` pictures among the text lines right after it, as (picture, line) indexes.

    Pictures in a row share the captions in a row after them one by one; a single caption is the last picture's.
    """
    strong = sum(1 for _ in takewhile(_strong_rule, following))
    if strong:
        count = strong
        while count < min(images, len(following)) and _goes_on(following, count, headings):
            count += 1
    else:
        bare = len(following) <= images
        weak = takewhile(lambda line: _is_weak(line, headings=headings, heads_nothing=bare), following)
        count = min(sum(1 for _ in weak), images)
        if _signs_off(following[:count], following[count:]):
            return []
    if count <= images:
        return [(images - count + index, index) for index in range(count)]
    return [(min(index, images - 1), index) for index in range(count)]


def _goes_on(following: Sequence[Line], count: int, headings: Sequence[Line]) -> bool:
    """Whether the next line is the next picture's caption: it looks like the caption before it and could be one."""
    before, line = following[count - 1], following[count]
    alike = (line.centred, line.bold, line.block.tag) == (before.centred, before.bold, before.block.tag)
    return _strong_rule(line) is not None or (alike and _is_weak(line, headings=headings))


def _signs_off(chosen: Sequence[Line], rest: Sequence[Line]) -> bool:
    """Whether the line is no caption but the office that signs a letter: only a date comes after it."""
    return (
        bool(chosen) and not chosen[-1].centred and len(rest) == 1 and _DATE_LINE.match(fold(rest[0].prose)) is not None
    )
