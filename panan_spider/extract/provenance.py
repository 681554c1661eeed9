"""Where on the page each field was read: for `scrapy inspect`, `scrapy doctor`, and whoever doubts a field."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree

from panan_spider.extract import landmarks, media
from panan_spider.extract.headline import Headline
from panan_spider.extract.line import Line
from panan_spider.extract.results import ArticlePage, FieldSource

#: What the header line gives, unless another line is named below.
_OF_HEADER = ("header_line", "published", "source")


@dataclass(frozen=True)
class FieldSources:
    """The lines that a page's fields were read from; any can be empty."""

    root: etree._Element
    crumb: Sequence[Line]
    headline: Headline
    opening: Sequence[Line]  # the body's first lines that are kicker, headline or subtitle
    header: Sequence[Line]
    tail: Sequence[Line]
    body: Sequence[Line]
    after: Sequence[Line]
    part_links: Sequence[etree._Element]
    authors_in: tuple[bool, bool]  # whether header line and tail line gave them
    editor_in: tuple[bool, bool]


def places(page: ArticlePage, pieces: FieldSources) -> dict[str, FieldSource]:
    """A place for every field of `page` that holds something; XPaths joined by `|` where it was read in several.

    The template's place is `address` (or `words`: the page's visible text), the address's own is `address`.
    """
    walk = _Walk(pieces.root)
    found = {"url": FieldSource("address", page.url)}
    by_address = page.template == "trs" and "/system/" not in page.url
    found["template"] = FieldSource("address" if by_address else "words", page.template)
    title, over, under = _split(pieces.headline, page.title)
    header, tail = walk.at(pieces.header), walk.at(pieces.tail)
    candidates = {
        **dict.fromkeys(_OF_HEADER, header),
        **dict.fromkeys(("breadcrumbs", "section"), walk.at(pieces.crumb)),
        "title": walk.at(title),
        "kicker": walk.at(over if pieces.headline.kicker == page.kicker else pieces.opening[:1]),
        "subtitle": walk.at(under if pieces.headline.subtitle == page.subtitle else pieces.opening[-1:]),
        "credits": tail,
        "authors": _given((header, tail), pieces.authors_in),
        "editor": _given((header, tail), pieces.editor_in),
        **dict.fromkeys(("text", "blocks"), walk.around(pieces.body)),
        "images": walk.at([line for line in pieces.body if line.kind == "image"], "//img"),
        "attachments": walk.at([line for line in pieces.body if _links_file(line)], "//a"),
        "related": walk.at(_related_heading(pieces.after)),
        "parts": FieldSource(" | ".join(map(walk.path, pieces.part_links)), " ".join(page.parts)),
    }
    return found | {name: place for name, place in candidates.items() if place is not None and getattr(page, name)}


class _Walk:
    """XPaths of elements of one tree."""

    def __init__(self, root: etree._Element) -> None:
        self._tree = etree.ElementTree(root.getroottree().getroot())

    def path(self, element: etree._Element) -> str:
        return self._tree.getpath(element)

    def at(self, lines: Iterable[Line], below: str = "") -> FieldSource | None:
        """The places of these lines, each once; None without any."""
        lines = list(lines)
        paths = dict.fromkeys(self.path(line.block) + below for line in lines)
        return FieldSource(" | ".join(paths), "  ".join(line.text or line.src for line in lines)) if lines else None

    def around(self, lines: Sequence[Line]) -> FieldSource | None:
        """The smallest element that holds the first line, the last, and so all between; printed is the first."""
        if not lines:
            return None
        held = set(lines[-1].block.iterancestors()) | {lines[-1].block}
        first = lines[0].block
        block = next((element for element in (first, *first.iterancestors()) if element in held), first)
        return FieldSource(self.path(block), lines[0].text or lines[0].src)


def _split(headline: Headline, title: str) -> tuple[list[Line], list[Line], list[Line]]:
    """The headline's lines: the title's, those over it, those under it."""
    lines = list(headline.lines)
    for first in range(len(lines)):
        for end in range(first + 1, len(lines) + 1):
            if " ".join(line.prose for line in lines[first:end]) == title:
                return lines[first:end], lines[:first], lines[end:]
    return lines, [], []


def _given(places: tuple[FieldSource | None, ...], given: tuple[bool, ...]) -> FieldSource | None:
    meant = [place for place, gave in zip(places, given, strict=True) if gave and place is not None]
    return FieldSource(" | ".join(p.where for p in meant), "  ".join(p.printed for p in meant)) if meant else None


def _links_file(line: Line) -> bool:
    return any(media.is_file(href) for href, _ in line.links)


def _related_heading(lines: Sequence[Line]) -> list[Line]:
    headings = (line for line in lines if line.kind == "text")
    return [line for line in headings if landmarks.side_heading(line.folded) in landmarks.RELATED_HEADINGS][:1]
