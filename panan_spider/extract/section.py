"""Section pages: the articles they list, the sections they lead to, and how their list goes on."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from lxml import etree

from panan_spider.extract.document import (
    Page,
    base_url,
    bounded,
    document_title,
    is_closed,
    mended,
    parse,
    refusal,
    soft_block,
)
from panan_spider.extract.line import HEADING_TAGS, Line
from panan_spider.extract.lines import HIDDEN, flatten
from panan_spider.extract.list_blocks import ArticleLink
from panan_spider.extract.page_head import Breadcrumb, find_breadcrumb
from panan_spider.extract.pager import last_sign, read_pager
from panan_spider.extract.results import InvalidPage, OtherRow, SectionPage, SoftBlock, UnknownLayout
from panan_spider.extract.section_rows import read_rows
from panan_spider.extract.words import SiteWords, meaning, one_of, words_of
from panan_spider.sites.profile import Site, load_site
from panan_spider.sites.urls import Address, SiteUrls, UrlKind, absolute, canonical

_SIDE_NAMES: Final = meaning("related_headings", "rankings", "list_side_headings")
_MORE: Final = re.compile(f"^(?:{one_of('more')})?[\\s>\uff1e»›.·…+]*$", re.IGNORECASE)
#: A heading's ornaments: brackets, colons, bullets, and the link to more.
_TRIMMINGS: Final = re.compile(
    f"(?:{one_of('more')})?[\\s>\uff1e»›.·…+:\uff1a|【】\\[\\]■●▍]{{0,20}}$|^[【\\[■●▍\\s]+", re.IGNORECASE
)
_FOOTER: Final = rf"^(?:{one_of('list_footer')}|Copyright\b|©|\(C\)\s)"
#: Words of a page's pager and breadcrumb, which no side block holds.
_PAGE_WORDS: Final = (*meaning("next_page", "list_whereabouts"), "createPageHTML", "count_page_list_")
_LONGEST_HEADING: Final = 16
_UNSEEN: Final = frozenset({"script", "style", "title", "head", "noscript", "option", "template"})


class BlockContext:
    """The elements of one page that are not its list. `name` is the page's own: its heading opens no side block."""

    def __init__(self, root: etree._Element, base: str, name: str | None, words: SiteWords) -> None:
        self._base, self._root, self.urls = base, root, words.site.urls
        self._names = frozenset(_SIDE_NAMES) - {name}
        self.footer = _footer(root, words.pattern(_FOOTER))
        self.side: set[etree._Element] = set()
        self._articles_anywhere = 0
        headings = []
        for element in root.iter(etree.Element):
            if self._is_article(element):
                self._articles_anywhere += 1
            if element.tag not in _UNSEEN and self._is_heading(element):
                headings.append(element)
        for heading in headings:
            self.side.update(self._block(heading))

    def _is_heading(self, element: etree._Element) -> bool:
        own = (element.text or "") + "".join(child.tail or "" for child in element[:8])
        return any(
            _TRIMMINGS.sub("", text.strip()).strip() in self._names
            for text in (own, short_text(element))
            if text.strip()
        )

    def _is_article(self, element: etree._Element) -> bool:
        return _href(element) != "" and self._kind(element) in (UrlKind.ARTICLE, UrlKind.PART)

    def _kind(self, element: etree._Element) -> UrlKind:
        return self.urls.understand(absolute(self._base, _href(element))).kind

    def _links(self, element: etree._Element, heading: etree._Element) -> list[etree._Element]:
        """The links below `element` but the heading's own and those to more."""
        own = set(heading.iter("a"))
        return [a for a in element.iter("a") if _href(a) and a not in own and not _MORE.match(short_text(a))]

    def _block(self, heading: etree._Element) -> list[etree._Element]:
        """The elements of the side block under `heading`; none where it heads no block of links."""
        if not _is_link(heading) and (heading.text or "").strip() and self._links(heading, etree.Element("none")):
            return [heading]  # words and links in one element
        inside: etree._Element = heading
        while (around := inside.getparent()) is not None:
            if links := self._links(around, heading):
                block = [around] if self._is_aside(around, links) else self._run_after(inside, heading)
                if _stands_in_link(heading) and not self._mostly_articles(block, heading):
                    return []  # an item of the navigation that happens to bear such a name
                return block
            inside = around
        return []

    def _mostly_articles(self, block: list[etree._Element], heading: etree._Element) -> bool:
        links = [link for element in block for link in self._links(element, heading)]
        return 2 * sum(map(self._is_article, links)) > len(links)

    def _is_aside(self, block: etree._Element, links: list[etree._Element]) -> bool:
        """Whether `block` is a side block and nothing else: it holds no list, no pager, no heading of another kind."""
        if block.tag in ("body", "html"):
            return False
        articles = sum(map(self._is_article, links))
        if articles and articles == self._articles_anywhere:
            return False
        for element in block.iter(etree.Element):
            if "list-text" in element.get("class", "").split():
                return False
            if element.tag in HEADING_TAGS and not self._is_heading(element) and element.find(".//a") is None:
                return False
            if any(word in text for text in _own_texts(element) for word in _PAGE_WORDS):
                return False
        return True

    def _run_after(self, start: etree._Element, heading: etree._Element) -> list[etree._Element]:
        """Links behind the heading on its own level: one container of links, or a run of single ones."""
        run: list[etree._Element] = []
        for sibling in start.itersiblings():
            links = self._links(sibling, heading) if isinstance(sibling.tag, str) else []
            if run and (len(links) != 1 or sibling.tag != run[0].tag) and sibling.tag != "br":
                break
            if links:
                run.append(sibling)
                if len(links) > 1:
                    break
            elif sibling.tag in HEADING_TAGS:
                break
        return run


def _footer(root: etree._Element, words: re.Pattern[str]) -> etree._Element | None:
    """The element the footer begins with: the first that says so and has no list block after it."""
    found = None
    for element in root.iter(etree.Element):
        if "list-text" in element.get("class", "").split() and element.find(".//a") is not None:
            found = None
        if found is None and element.tag not in _UNSEEN and any(words.match(text) for text in _own_texts(element)):
            found = element
    return found


def _own_texts(element: etree._Element) -> Iterator[str]:
    pieces = (element.text, element.get("src"), *(child.tail for child in element))
    yield from (piece.strip() for piece in pieces if piece and piece.strip())


def _href(element: etree._Element) -> str:
    return (element.get("href") or "").strip() if element.tag in ("a", "area") else ""


def _is_link(element: etree._Element) -> bool:
    return element.tag == "a" and element.get("href") is not None


def _stands_in_link(element: etree._Element) -> bool:
    return any(_is_link(e) for e in (element, *element.iterancestors())) or any(map(_is_link, element.iter("a")))


def short_text(element: etree._Element) -> str:
    """Text of the element, blanks collapsed; of a longer text as much as shows that it is too long for a heading."""
    text = ""
    for piece in element.itertext():
        text += piece
        if len(text) > _LONGEST_HEADING * 8 or len(text.strip()) > _LONGEST_HEADING * 2:
            break
    return " ".join(text.split())


#: No list page of a county's news site has more links. Counted before parsing, which a million of them would make dear.
MAX_LINKS: Final = 20_000
_ENDS: Final = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_LINK: Final = re.compile(r"<a[\s>]", re.IGNORECASE)
_OPENS: Final = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_HEAD: Final = 5_000  # characters at the beginning of a page
_REFRESH: Final = re.compile(r"url\s*=\s*['\"]?([^'\"\s>]+)", re.IGNORECASE)
_LOCATION: Final = re.compile(r"location(?:\.href)?\s*(?:=|\.replace\()\s*['\"]([^'\"]+)['\"]")
#: The class of the one list markup on record.
_LIST_BLOCK: Final = "list-text"


_SHORTEST_TITLE: Final = 4
_DAY: Final = re.compile(r"(?:19|20)\d\d\s{0,2}[-/.年]\s{0,2}\d{1,2}\s{0,2}[-/.月]\s{0,2}\d{1,2}(?!\d)")
_ROWS: Final = frozenset({"li", "tr", "dt", "dd", "a"})
#: Pages about the site, in its head or foot.
_SERVICES: Final = frozenset(meaning("services"))


@dataclass(frozen=True)
class _Link:
    anchor: etree._Element
    address: Address
    after_breadcrumb: bool
    in_list_block: bool


def read_section(page: Page, site: Site | None = None) -> SectionPage:
    """Read `page` as a list of `site`, by default of the default profile's. A page that lists nothing has no rows.

    Raises InvalidPage for what cannot be read as a page at all, or not within the profile's processor time, SoftBlock for a challenge, login or maintenance page.
    """
    words = words_of(site or load_site())
    with bounded(words.site):
        return _read(page, words)


def _read(page: Page, words: SiteWords) -> SectionPage:
    root = _parsed(page, words)
    base = base_url(page, root)
    lines = flatten(root, words)
    breadcrumb = find_breadcrumb(lines)
    names = breadcrumb.parts if breadcrumb else ()
    around = BlockContext(root, base, names[-1] if names else None, words)
    found = list(_links(root, base, _breadcrumb_block(breadcrumb, lines), around))
    links = [link for link in found if link.address.kind is not UrlKind.OFF_SITE]
    rows, blocks = read_rows(_row_links(links), words.site.urls, last_sign(root))
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
        frames=_section_urls(
            base, page, words.site.urls, (frame.get("src", "") for frame in root.iter("frame", "iframe"))
        ),
        title=document_title(root),
        is_cut=around.footer is None and not is_closed(page) if _OPENS.search(page.text[:_HEAD]) else None,
        blocks=blocks,
    )


def _parsed(page: Page, words: SiteWords) -> etree._Element:
    if sum(1 for _ in _LINK.finditer(page.text)) > MAX_LINKS:
        raise InvalidPage(f"more than {MAX_LINKS} links on one page")
    # An included file can end with its own `</html>`: readers see what follows it, the parser would drop it.
    whole = _ENDS.sub("", mended(page))
    try:
        return parse(Page(page.url, whole.encode("utf-8", "replace"), "text/html; charset=utf-8"))
    except UnknownLayout as error:
        if reason := refusal(page):
            raise SoftBlock(reason) from error
        raise InvalidPage(error.reason) from error


def _breadcrumb_block(breadcrumb: Breadcrumb | None, lines: list[Line]) -> etree._Element | None:
    return lines[breadcrumb.first].block if breadcrumb else None


def _links(root: etree._Element, base: str, crumb: etree._Element | None, around: BlockContext) -> Iterator[_Link]:
    """The page's links to itself and the rest of the site, outside side blocks and footer."""
    after, blocks = crumb is None, 0
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        is_block = isinstance(element.tag, str) and _LIST_BLOCK in element.get("class", "").split()
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
            if not (_serves(element) and address.kind is UrlKind.ARTICLE):
                yield _Link(element, address, after, blocks > 0)
        elif element.tag == "option" and "/" in (value := (element.get("value") or "").strip()):
            address = around.urls.understand(absolute(base, value))
            if address.kind is UrlKind.SECTION:  # a navigation can be a select
                yield _Link(element, address, after, blocks > 0)


def _is_hidden_row(element: etree._Element) -> bool:
    """Whether the element is a row that nobody sees, as a script's pattern is. A hidden list is one behind a tab: it is read."""
    return element.tag in _ROWS and (HIDDEN.search(element.get("style", "")) is not None or "hidden" in element.attrib)


def _serves(anchor: etree._Element) -> bool:
    """Whether the link leads to a page about the site: 联系我们 can be an article by its address."""
    return (anchor.text or "").strip() in _SERVICES


def _row_links(links: list[_Link]) -> list[ArticleLink]:
    """The links that make the list: those of the known list block, else those after the breadcrumb, else all."""
    articles = [link for link in links if link.address.kind in (UrlKind.ARTICLE, UrlKind.PART)]
    for wanted in (
        [link for link in articles if link.in_list_block],
        [link for link in articles if link.after_breadcrumb and not _in_navigation(link.anchor)],
    ):
        if wanted:
            return [ArticleLink(link.anchor, link.address) for link in wanted]
    return []


def _other_rows(links: list[_Link]) -> tuple[OtherRow, ...]:
    """The rows that lead to no article: links with a title in the list block, or with a date beside them behind the breadcrumb."""
    in_block = any(link.in_list_block for link in links)
    found: dict[str, OtherRow] = {}
    articles = 0
    for link in links:
        kind = link.address.kind
        articles += kind in (UrlKind.ARTICLE, UrlKind.PART) and (link.in_list_block or not in_block)
        if kind not in (UrlKind.OTHER, UrlKind.OFF_SITE) or not link.address.url.startswith("http"):
            continue
        title = _text(link.anchor)
        is_row = link.in_list_block or (not in_block and link.after_breadcrumb and _is_dated_row(link.anchor))
        if is_row and len(title) >= _SHORTEST_TITLE and not _in_navigation(link.anchor):
            row = OtherRow(link.address.url, title, kind is UrlKind.OTHER, is_newest=articles == 0)
            found.setdefault(row.url, row)
    return tuple(found.values())


def _rows_without_address(root: etree._Element, page: Page, around: BlockContext) -> Iterator[OtherRow]:
    """The dated rows of the page's known list block whose links all lead nowhere: `#`, `javascript:`, none. Their address is the page's."""
    is_newest = True
    for block in root.iter("div", "ul", "table", "dl"):
        if _LIST_BLOCK not in block.get("class", "").split() or block in around.side:
            continue
        for row in block.iter("li", "tr", "dl", "p"):
            anchors = list(row.iter("a"))
            if not anchors or _is_hidden_row(row) or row.find(".//li") is not None:
                continue
            title = max(map(_text, anchors), key=len)
            leads = any(_leads_somewhere(anchor) for anchor in anchors)
            if not leads and len(title) >= _SHORTEST_TITLE and _DAY.search("".join(row.itertext())[:400]):
                yield OtherRow(f"{canonical(page.url)}#{quote(title)}", title, on_site=True, is_newest=is_newest)
            is_newest = is_newest and not leads


def _leads_somewhere(anchor: etree._Element) -> bool:
    href = (anchor.get("href") or "").strip().lower()
    return bool(href) and not href.startswith(("#", "javascript:"))


def _is_dated_row(anchor: etree._Element) -> bool:
    """Whether the link stands alone in a row that shows a day."""
    row = next((element for element in anchor.iterancestors() if element.tag in ("li", "tr", "dl", "p")), None)
    if row is None or sum(1 for _ in row.iter("a")) > 1:
        return False
    return _DAY.search("".join(row.itertext())[:400]) is not None


def _in_navigation(anchor: etree._Element) -> bool:
    return any(element.tag in ("nav", "header") for element in anchor.iterancestors())


def _sections(links: list[_Link]) -> tuple[tuple[str, str], ...]:
    """(link text, address) of every page that can be a section, once each."""
    found: dict[str, str] = {}
    for link in links:
        if link.address.kind is UrlKind.SECTION:
            found[link.address.url] = found.get(link.address.url) or _text(link.anchor)
    return tuple((text, address) for address, text in found.items())


def _led_to(root: etree._Element, base: str, page: Page, urls: SiteUrls) -> tuple[tuple[str, str], ...]:
    """The sections that a page without links leads on to: by a refresh, a script, or as its frames.

    A page that sets a cookie and leads to itself is a challenge and leads nowhere.
    """
    if "document.cookie" in page.text:
        return ()
    said = [
        element.get("content", "")
        for element in root.iter("meta")
        if element.get("http-equiv", "").lower() == "refresh"
    ]
    hrefs = [found[1].strip() for text in said if (found := _REFRESH.search(text))]
    hrefs += [found[1] for script in root.iter("script") if (found := _LOCATION.search(script.text or ""))]
    hrefs += [frame.get("src", "") for frame in root.iter("frame", "iframe")]
    return tuple(("", url) for url in _section_urls(base, page, urls, hrefs))


def _section_urls(base: str, page: Page, urls: SiteUrls, hrefs: Iterable[str]) -> tuple[str, ...]:
    """The addresses of other pages among `hrefs` that can be sections, once each."""
    addresses = (urls.understand(absolute(base, href)) for href in hrefs if href.strip())
    return tuple(
        address.url
        for address in dict.fromkeys(addresses)
        if address.kind is UrlKind.SECTION and address.url != canonical(page.url)
    )


def _text(anchor: etree._Element) -> str:
    said = ("".join(anchor.itertext()), anchor.get("title") or "", anchor.get("alt") or "")
    pictures = (image.get("alt", "") for image in anchor.iter("img"))
    return next((text for one in (*said, *pictures) if (text := " ".join(one.split()))), "")
