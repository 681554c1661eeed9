"""Section pages: the articles they list, the sections they lead to, and how their list goes on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from typing import Final
from urllib.parse import quote

from lxml import etree

from panan_spider.extract.document import Page, base_url, bounded, document_title, is_closed, parse, refusal, soft_block
from panan_spider.extract.line import HEADING_TAGS
from panan_spider.extract.lines import HIDDEN, flatten
from panan_spider.extract.list_blocks import (
    CUT_SHORT,
    LIST_BLOCK,
    BlockContext,
    PageLink,
    cell_of,
    list_blocks,
    listing_blocks,
    owners_of,
)
from panan_spider.extract.page_head import find_breadcrumb
from panan_spider.extract.pager import last_sign, read_pager
from panan_spider.extract.results import (
    InvalidPage,
    ListBlock,
    ListRow,
    OtherRow,
    SectionPage,
    SoftBlock,
    UnknownLayout,
)
from panan_spider.extract.words import SiteWords, meaning, one_of, words_of
from panan_spider.sites.profile import Site, load_site
from panan_spider.sites.urls import SiteUrls, UrlKind, absolute, canonical

#: No list page of a county's news site has more links. Counted before parsing, which a million of them would make dear.
MAX_LINKS: Final = 20_000
_LINK: Final = re.compile(r"<a[\s>]", re.IGNORECASE)
_OPENS: Final = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_HEAD: Final = 5_000  # characters at the beginning of a page
_REFRESH: Final = re.compile(r"url\s*=\s*['\"]?([^'\"\s>]+)", re.IGNORECASE)
_LOCATION: Final = re.compile(r"location(?:\.href)?\s*(?:=|\.replace\()\s*['\"]([^'\"]+)['\"]")
_SHORTEST_TITLE: Final = 4
_DATE: Final = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)\s*(?:-|/|\.|年)\s*(?P<m>\d{1,2})\s*(?:-|/|\.|月)\s*(?P<d>\d{1,2})(?!\d)\s*日?"
)
#: Brackets, blanks and a time of day that a shown date can stand among.
_AROUND_DATE: Final = re.compile("[\\s\\[\\]()\uff08\uff09【】]|\\d{1,2}:\\d{2}(?::\\d{2})?")
_READ_ON: Final = re.compile(rf"^[\W_]*(?:{one_of('read_on')})[\W_]*$")
_ROWS: Final = frozenset({"li", "tr", "dt", "dd", "a"})
#: Links to pages about the site, in its head or foot: 联系我们 can be an article by its address.
_SERVICES: Final = frozenset(meaning("services"))

#: Elements of a card among which its date is looked for. A box of more is a list of links to one article.
_MOST_IN_CARD: Final = 100


def read_section(page: Page, site: Site | None = None) -> SectionPage:
    """Read `page` as a list of `site`, by default of the default profile's. A page that lists nothing has no rows.

    Raises InvalidPage for what cannot be read as a page at all, or not within the profile's processor time, SoftBlock for a challenge, login or maintenance page.
    """
    words = words_of(site or load_site())
    with bounded(words.site):
        return _read(page, words)


def _read(page: Page, words: SiteWords) -> SectionPage:
    root = _parsed(page)
    base = base_url(page, root)
    lines = flatten(root, words)
    breadcrumb = find_breadcrumb(lines)
    names = breadcrumb.parts if breadcrumb else ()
    around = BlockContext(root, base, names[-1] if names else None, words)
    found = list(_links(root, base, lines[breadcrumb.first].block if breadcrumb else None, around))
    links = [link for link in found if link.address.kind is not UrlKind.OFF_SITE]
    rows, blocks = _read_rows(_row_links(links), words.site.urls, last_sign(root))
    onward = _led_to(root, base, page, words.site.urls)
    if not (rows or names or onward) and (reason := soft_block(page, root, lines)):
        raise SoftBlock(reason)
    return SectionPage(
        url=page.url,
        breadcrumbs=names,
        rows=rows,
        sections=_sections(links) or onward,
        pager=read_pager(root, base, page.url, words.site),
        by_words=bool(rows) and not any(link.in_list_block for link in links),
        other_rows=(*_other_rows(found), *_rows_without_address(root, page, around)),
        frames=_section_urls(base, page, words.site.urls, _frames(root)),
        title=document_title(root),
        is_cut=around.footer is None and not is_closed(page) if _OPENS.search(page.text[:_HEAD]) else None,
        blocks=blocks,
    )


def _parsed(page: Page) -> etree._Element:
    if sum(1 for _ in _LINK.finditer(page.text)) > MAX_LINKS:
        raise InvalidPage(f"more than {MAX_LINKS} links on one page")
    try:
        return parse(page)
    except UnknownLayout as error:
        if reason := refusal(page):
            raise SoftBlock(reason) from error
        raise InvalidPage(error.reason) from error


def _links(root: etree._Element, base: str, crumb: etree._Element | None, around: BlockContext) -> Iterator[PageLink]:
    """The page's links to itself and the rest of the site, outside side blocks and footer."""
    after, blocks = crumb is None, 0
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        is_block = isinstance(element.tag, str) and LIST_BLOCK in element.get("class", "").split()
        if event == "end":
            blocks -= is_block
            continue
        blocks += is_block
        after = after or element is crumb
        if element is around.footer:
            return
        if element in around.side or _is_hidden_row(element):
            events.skip_subtree()
        elif element.tag in ("a", "area") and (href := (element.get("href") or "").strip()):
            address = around.urls.understand(absolute(base, href))
            if address.kind is not UrlKind.ARTICLE or (element.text or "").strip() not in _SERVICES:
                yield PageLink(element, address, after, blocks > 0)
        elif element.tag == "option" and "/" in (value := (element.get("value") or "").strip()):
            address = around.urls.understand(absolute(base, value))
            if address.kind is UrlKind.SECTION:  # a navigation can be a select
                yield PageLink(element, address, after, blocks > 0)


def _is_hidden_row(element: etree._Element) -> bool:
    """Whether the element is a row that nobody sees, as a script's pattern is. A hidden list is one behind a tab: it is read."""
    return element.tag in _ROWS and (HIDDEN.search(element.get("style", "")) is not None or "hidden" in element.attrib)


def _row_links(links: list[PageLink]) -> list[PageLink]:
    """The links that make the list: those of the known list block, else those after the breadcrumb."""
    articles = [link for link in links if link.address.kind in (UrlKind.ARTICLE, UrlKind.PART)]
    in_block = [link for link in articles if link.in_list_block]
    return in_block or [link for link in articles if link.after_breadcrumb and not _in_navigation(link.anchor)]


def _other_rows(links: list[PageLink]) -> tuple[OtherRow, ...]:
    """The rows that lead to no article: links with a title in the list block, or with a date beside them behind the breadcrumb."""
    in_block = any(link.in_list_block for link in links)
    found: dict[str, OtherRow] = {}
    articles = 0
    for link in links:
        kind = link.address.kind
        articles += kind in (UrlKind.ARTICLE, UrlKind.PART) and (link.in_list_block or not in_block)
        if kind not in (UrlKind.OTHER, UrlKind.OFF_SITE) or not link.address.url.startswith("http"):
            continue
        title = _link_words(link.anchor)
        is_row = link.in_list_block or (not in_block and link.after_breadcrumb and _is_dated_row(link.anchor))
        if is_row and len(title) >= _SHORTEST_TITLE and not _in_navigation(link.anchor):
            row = OtherRow(link.address.url, title, kind is UrlKind.OTHER, is_newest=articles == 0)
            found.setdefault(row.url, row)
    return tuple(found.values())


def _rows_without_address(root: etree._Element, page: Page, around: BlockContext) -> Iterator[OtherRow]:
    """The dated rows of the page's known list block whose links all lead nowhere: `#`, `javascript:`, none. Their address is the page's."""
    is_newest = True
    for block in root.iter("div", "ul", "table", "dl"):
        if LIST_BLOCK not in block.get("class", "").split() or block in around.side:
            continue
        for row in block.iter("li", "tr", "dl", "p"):
            anchors = list(row.iter("a"))
            if not anchors or _is_hidden_row(row) or row.find(".//li") is not None:
                continue
            title = max(map(_link_words, anchors), key=len)
            hrefs = ((anchor.get("href") or "").strip().lower() for anchor in anchors)
            leads = any(href and not href.startswith(("#", "javascript:")) for href in hrefs)
            if not leads and len(title) >= _SHORTEST_TITLE and _DATE.search("".join(row.itertext())[:400]):
                yield OtherRow(f"{canonical(page.url)}#{quote(title)}", title, on_site=True, is_newest=is_newest)
            is_newest = is_newest and not leads


def _is_dated_row(anchor: etree._Element) -> bool:
    """Whether the link stands alone in a row that shows a day."""
    row = next((element for element in anchor.iterancestors() if element.tag in ("li", "tr", "dl", "p")), None)
    if row is None or sum(1 for _ in row.iter("a")) > 1:
        return False
    return _DATE.search("".join(row.itertext())[:400]) is not None


def _in_navigation(anchor: etree._Element) -> bool:
    return any(element.tag in ("nav", "header") for element in anchor.iterancestors())


def _sections(links: list[PageLink]) -> tuple[tuple[str, str], ...]:
    """(link text, address) of every page that can be a section, once each."""
    found: dict[str, str] = {}
    for link in links:
        if link.address.kind is UrlKind.SECTION:
            found[link.address.url] = found.get(link.address.url) or _link_words(link.anchor)
    return tuple((text, address) for address, text in found.items())


def _led_to(root: etree._Element, base: str, page: Page, urls: SiteUrls) -> tuple[tuple[str, str], ...]:
    """The sections that a page without links leads on to: by a refresh, a script, or as its frames.

    A page that sets a cookie and leads to itself is a challenge and leads nowhere.
    """
    if "document.cookie" in page.text:
        return ()
    refreshes = (meta for meta in root.iter("meta") if meta.get("http-equiv", "").lower() == "refresh")
    hrefs = [found[1].strip() for meta in refreshes if (found := _REFRESH.search(meta.get("content", "")))]
    hrefs += [found[1] for script in root.iter("script") if (found := _LOCATION.search(script.text or ""))]
    hrefs += _frames(root)
    return tuple(("", url) for url in _section_urls(base, page, urls, hrefs))


def _frames(root: etree._Element) -> list[str]:
    return [frame.get("src", "") for frame in root.iter("frame", "iframe")]


def _section_urls(base: str, page: Page, urls: SiteUrls, hrefs: Iterable[str]) -> tuple[str, ...]:
    """The addresses of other pages among `hrefs` that can be sections, once each."""
    addresses = (urls.understand(absolute(base, href)) for href in hrefs if href.strip())
    return tuple(
        address.url
        for address in dict.fromkeys(addresses)
        if address.kind is UrlKind.SECTION and address.url != canonical(page.url)
    )


def _link_words(anchor: etree._Element) -> str:
    """Words of a link: its text, else its title, else those of its picture."""
    pictures = (image.get("alt", "") for image in anchor.iter("img"))
    texts = ("".join(anchor.itertext()), anchor.get("title") or "", anchor.get("alt") or "", *pictures)
    return next((text for words in texts if (text := " ".join(words.split()))), "")


def _read_rows(
    links: list[PageLink], urls: SiteUrls, pager: etree._Element | None = None
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


def _rows(links: list[PageLink], urls: SiteUrls, owners: dict[etree._Element, str]) -> list[ListRow]:
    rows: dict[str, ListRow] = {}
    weak: set[str] = set()  # named by a picture's words or by 详细 alone, until another link says more
    last: tuple[str, etree._Element | None] = ("", None)
    for link in links:
        first = urls.first_part(link.address)
        number = first.article_id or ""
        beside, last = (number, link.anchor.getparent()) == last, (number, link.anchor.getparent())
        known = rows.get(number)
        if known is None:
            shown = _shown_date(link.anchor, owners)
            weak.add(number)
            rows[number] = ListRow(first.url, number, _title(link.anchor), shown, first.posted)
        else:
            if number in weak and (title := _title(link.anchor)):
                rows[number] = replace(known, title=title)
            if beside and known.date is None and (shown := _shown_date(link.anchor, owners)):
                rows[number] = replace(rows[number], date=shown)
        if rows[number].title and not _is_weak(link.anchor, rows[number].title):
            weak.discard(number)
    return list(rows.values())


def _is_weak(anchor: etree._Element, title: str) -> bool:
    return not (_text(anchor) or (anchor.get("title") or "").strip()) or _READ_ON.match(title) is not None


def _title(anchor: etree._Element) -> str:
    """The link's title attribute, else its text without a date printed inside the link; of the two, what the other one cuts short."""
    title = " ".join((anchor.get("title") or "").split())
    if title and not (title.endswith(CUT_SHORT) and _goes_on(_text(anchor), title)):
        return title
    heads = [child for child in anchor.iter(*HEADING_TAGS) if "".join(child.itertext()).strip()]
    if len(heads) == 1:
        return _text(heads[0])  # a card: its summary is a link, too
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
    begun = cut.rstrip(".…").rstrip()
    return len(text) > len(begun) > 0 and text.startswith(begun) and not text.endswith(CUT_SHORT)


def _first_box(anchor: etree._Element) -> str:
    """Text of a card's first box, its title, where several boxes hold text; `""` for any other link."""
    boxes = [box for box in anchor if box.tag in ("div", "p", "dt", "dd") and not _is_date_alone(box)]
    texts = [text for box in boxes if (text := _text(box))]
    return texts[0] if len(texts) > 1 else ""


def _shown_date(anchor: etree._Element, owners: dict[etree._Element, str]) -> date | None:
    for child in anchor.iter(etree.Element):
        if child is not anchor and _is_date_alone(child):
            return _read_date("".join(child.itertext()))
    cell = cell_of(anchor, owners)
    inside = set(anchor.iter())
    if cell is anchor:
        return _date_among(_texts_after(anchor)) or _date_among(_texts_before(anchor))
    beside = cell.getnext() if cell.tag == "dt" else None
    card = islice(cell.iter(etree.Element), _MOST_IN_CARD)
    texts = [text for element in card for text in _texts_outside(element, anchor, inside, cell)]
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


def _text(element: etree._Element) -> str:
    """All text of an element, blanks collapsed."""
    return " ".join("".join(element.itertext()).split())
