"""The rows of a list: article links, each with its title and the date the list shows beside it."""

import re
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Final

from lxml import etree

from panan_spider.extract.line import HEADING_TAGS
from panan_spider.extract.list_blocks import CUT_SHORT, ArticleLink, list_blocks, listing_blocks, owners_of
from panan_spider.extract.results import ListBlock, ListRow
from panan_spider.extract.words import one_of
from panan_spider.sites.urls import SiteUrls

_DATE: Final = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\s*(?:-|/|\.|年)\s*(?P<m>\d{1,2})\s*(?:-|/|\.|月)\s*(?P<d>\d{1,2})(?!\d)\s*日?"
)
#: Brackets, blanks and a time of day that a shown date can stand among.
_AROUND_DATE: Final = re.compile("[\\s\\[\\]()\uff08\uff09【】]|\\d{1,2}:\\d{2}(?::\\d{2})?")
_READ_ON: Final = re.compile(rf"^[\W_]*(?:{one_of('read_on')})[\W_]*$")


def read_rows(
    links: list[ArticleLink], urls: SiteUrls, pager: etree._Element | None = None
) -> tuple[tuple[ListRow, ...], tuple[ListBlock, ...]]:
    """The rows of the list and the blocks of the page, both in page order; `pager` is the last element of the page's pager.

    One row an article. Of several links to one article, the first that says something names it.
    """
    owners = owners_of(links)
    groups = list_blocks(links, owners, pager)
    blocks = [
        ListBlock(tuple(_rows(group.links, urls, owners)), group.path, group.place, group.pager) for group in groups
    ]
    listing = set(map(id, listing_blocks(blocks)))
    listed = [link for group, block in zip(groups, blocks, strict=True) if id(block) in listing for link in group.links]
    return tuple(_rows(listed, urls, owners)), tuple(blocks)


def _rows(links: list[ArticleLink], urls: SiteUrls, owners: dict[etree._Element, str]) -> list[ListRow]:
    rows: dict[str, ListRow] = {}
    weak: set[str] = set()  # named by a picture's words or by 详细 alone, until another link says more
    last: tuple[str, etree._Element | None] = ("", None)
    for link in links:
        first = urls.first_part(link.address)
        number = first.article_id or ""
        beside, last = (number, link.anchor.getparent()) == last, (number, link.anchor.getparent())
        known = rows.get(number)
        if known is None:
            shown = _shown_date(link.anchor, number, owners)
            weak.add(number)
            rows[number] = ListRow(first.url, number, _title(link.anchor), shown, first.posted)
        else:
            if number in weak and (title := _title(link.anchor)):
                rows[number] = replace(known, title=title)
            if beside and known.date is None and (shown := _shown_date(link.anchor, number, owners)):
                rows[number] = replace(rows[number], date=shown)
        if rows[number].title and not _is_weak(link.anchor, rows[number].title):
            weak.discard(number)
    return list(rows.values())


def _is_weak(anchor: etree._Element, title: str) -> bool:
    said = "".join(anchor.itertext()).strip() or (anchor.get("title") or "").strip()
    return not said or _READ_ON.match(title) is not None


def _title(anchor: etree._Element) -> str:
    """The link's title attribute, else its text without a date printed inside the link; of the two, what the other one cuts short."""
    title = " ".join((anchor.get("title") or "").split())
    if title and not (title.endswith(CUT_SHORT) and _goes_on("".join(anchor.itertext()), title)):
        return title
    heads = [child for child in anchor.iter(*HEADING_TAGS) if "".join(child.itertext()).strip()]
    if len(heads) == 1:
        return " ".join("".join(heads[0].itertext()).split())  # a card: its summary is a link, too
    if first := _first_box(anchor):
        return first
    dates = [child for child in anchor.iter(etree.Element) if child is not anchor and _is_date_alone(child)]
    kept = "".join(anchor.itertext())
    for child in dates:
        kept = kept.replace("".join(child.itertext()), " ", 1)
    text = " ".join(kept.split())
    pictures = (" ".join(image.get("alt", "").split()) for image in (*anchor.iter("img"), anchor))
    return text or next(filter(None, pictures), "")


def _goes_on(text: str, cut: str) -> bool:
    """Whether `text` says what `cut` says before its dots, and more, without dots of its own."""
    text, begun = " ".join(text.split()), cut.rstrip(".…").rstrip()
    return len(text) > len(begun) > 0 and text.startswith(begun) and not text.endswith(CUT_SHORT)


def _first_box(anchor: etree._Element) -> str:
    """Text of a card's first box, its title, where several boxes hold text; `""` for any other link."""
    boxes = [box for box in anchor if box.tag in ("div", "p", "dt", "dd") and not _is_date_alone(box)]
    texts = [text for box in boxes if (text := " ".join("".join(box.itertext()).split()))]
    return texts[0] if len(texts) > 1 else ""


#: Elements of a card among which its date is looked for. A box of more is a list of links to one article.
_MOST_IN_CARD: Final = 100


def _shown_date(anchor: etree._Element, number: str, owners: dict[etree._Element, str]) -> date | None:
    for child in anchor.iter(etree.Element):
        if child is not anchor and _is_date_alone(child):
            return _read_date("".join(child.itertext()))
    cell = anchor
    while (
        (around := cell.getparent()) is not None and owners.get(around) == number and around.tag not in ("body", "html")
    ):
        cell = around
    inside = set(anchor.iter())
    if cell is anchor:
        return _date_among(_texts_after(anchor)) or _date_among(_texts_before(anchor))
    beside = cell.getnext() if cell.tag == "dt" else None
    texts = [
        text
        for e in islice(cell.iter(etree.Element), _MOST_IN_CARD)
        for text in _texts_outside(e, anchor, inside, cell)
    ]
    if beside is not None and beside.tag == "dd" and beside.find(".//a") is None:
        texts.append("".join(beside.itertext()))
    return _date_among(texts)


def _texts_outside(
    element: etree._Element, anchor: etree._Element, inside: set[etree._Element], cell: etree._Element
) -> list[str]:
    own = element.text if element not in inside else None
    tail = element.tail if element is not cell and (element is anchor or element not in inside) else None
    return [text for text in (own, tail) if text]


def _texts_after(anchor: etree._Element) -> list[str]:
    """The texts between a link and the next link or line break beside it."""
    texts = [anchor.tail or ""]
    for sibling in anchor.itersiblings():
        if not isinstance(sibling.tag, str) or sibling.tag in ("a", "br") or sibling.find(".//a") is not None:
            break
        texts += ["".join(sibling.itertext()), sibling.tail or ""]
    return texts


def _texts_before(anchor: etree._Element) -> list[str]:
    """The texts between the line break, or the container's edge, before a link and the link; none after another link."""
    texts: list[str] = []
    for sibling in anchor.itersiblings(preceding=True):
        texts.append(sibling.tail or "")
        if sibling.tag == "br":
            return texts
        if not isinstance(sibling.tag, str) or sibling.tag == "a" or sibling.find(".//a") is not None:
            return []
        texts.append("".join(sibling.itertext()))
    return texts


def _date_among(texts: list[str]) -> date | None:
    return next((found for text in texts if (found := _read_date(text)) is not None), None)


def _is_date_alone(element: etree._Element) -> bool:
    text = "".join(element.itertext())
    return len(text) < 40 and _DATE.search(text) is not None and not _AROUND_DATE.sub("", _DATE.sub("", text))


def _read_date(text: str) -> date | None:
    """The first date of a text that exists; `[03-07]`, which tells no year, is none."""
    for found in _DATE.finditer(text):
        try:
            return date(int(found["y"]), int(found["m"]), int(found["d"]))
        except ValueError:
            continue
    return None
