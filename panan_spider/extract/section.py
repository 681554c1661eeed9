"""Section pages: the articles they list, the sections they lead to, and how their list goes on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from panan_spider.extract.block_pages import soft_block
from panan_spider.extract.breadcrumb import Breadcrumb, find_breadcrumb
from panan_spider.extract.document import Page
from panan_spider.extract.elements import HIDDEN
from panan_spider.extract.line import Line
from panan_spider.extract.lines import flatten
from panan_spider.extract.pager import read_pager
from panan_spider.extract.results import InvalidPage, SectionPage, SoftBlock, UnknownLayout
from panan_spider.extract.section_blocks import BlockContext
from panan_spider.extract.section_rows import ArticleLink, read_rows
from panan_spider.extract.tree import base_url, mended, parse
from panan_spider.sites.urls import Address, UrlKind, absolute, canonical, understand

#: No list page of a county's news site has more links. Counted before parsing, which a million of them would make dear.
MAX_LINKS: Final = 20_000
_ENDS: Final = re.compile(r"</(?:html|body)\s*>", re.IGNORECASE)
_LINK: Final = re.compile(r"<a[\s>]", re.IGNORECASE)
_REFRESH: Final = re.compile(r"url\s*=\s*['\"]?([^'\"\s>]+)", re.IGNORECASE)
_LOCATION: Final = re.compile(r"location(?:\.href)?\s*(?:=|\.replace\()\s*['\"]([^'\"]+)['\"]")
#: The class of the one list markup on record.
_LIST_BLOCK: Final = "list-text"


_ROWS: Final = frozenset({"li", "tr", "dt", "dd", "a"})
#: Pages about the site, in its head or foot.
_SERVICES: Final = frozenset(
    {"关于我们", "联系我们", "联系方式", "网站简介", "网站地图", "法律声明", "版权声明", "广告服务", "隐私政策"}
)


@dataclass(frozen=True)
class _Link:
    anchor: etree._Element
    address: Address
    after_breadcrumb: bool
    in_list_block: bool


def read_section(page: Page) -> SectionPage:
    """Read `page` as a list. A page that lists nothing has no rows.

    Raises InvalidPage for what cannot be read as a page at all, SoftBlock for a challenge, login or maintenance page.
    """
    root = _parsed(page)
    base = base_url(page, root)
    lines = flatten(root)
    breadcrumb = find_breadcrumb(lines)
    names = breadcrumb.parts if breadcrumb else ()
    links = list(_links(root, base, _breadcrumb_block(breadcrumb, lines), names[-1] if names else None))
    rows = read_rows(_row_links(links))
    onward = _led_to(root, base, page)
    if not (rows or names or onward) and (reason := soft_block(page)):
        raise SoftBlock(reason)
    return SectionPage(
        url=page.url,
        breadcrumbs=names,
        rows=rows,
        sections=_sections(links) or onward,
        pager=read_pager(root, base, page.url),
        by_words=bool(rows) and not any(link.in_list_block for link in links),
    )


def _parsed(page: Page) -> etree._Element:
    if sum(1 for _ in _LINK.finditer(page.text)) > MAX_LINKS:
        raise InvalidPage(f"more than {MAX_LINKS} links on one page")
    # An included file can end with its own `</html>`: readers see what follows it, the parser would drop it.
    whole = _ENDS.sub("", mended(page))
    try:
        return parse(Page(page.url, whole.encode("utf-8", "replace"), "text/html; charset=utf-8"))
    except UnknownLayout as error:
        if reason := soft_block(page):
            raise SoftBlock(reason) from error
        raise InvalidPage(error.reason) from error


def _breadcrumb_block(breadcrumb: Breadcrumb | None, lines: list[Line]) -> etree._Element | None:
    return lines[breadcrumb.first].block if breadcrumb else None


def _links(root: etree._Element, base: str, crumb: etree._Element | None, name: str | None) -> Iterator[_Link]:
    """The page's links to itself and the rest of the site, outside side blocks and footer."""
    around = BlockContext(root, base, name)
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
            address = understand(absolute(base, href))
            if address.kind is not UrlKind.OFF_SITE and not (_serves(element) and address.kind is UrlKind.ARTICLE):
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


def _in_navigation(anchor: etree._Element) -> bool:
    return any(element.tag in ("nav", "header") for element in anchor.iterancestors())


def _sections(links: list[_Link]) -> tuple[tuple[str, str], ...]:
    """(link text, address) of every page that can be a section, once each."""
    found: dict[str, str] = {}
    for link in links:
        if link.address.kind is UrlKind.SECTION:
            found[link.address.url] = found.get(link.address.url) or _text(link.anchor)
    return tuple((text, address) for address, text in found.items())


def _led_to(root: etree._Element, base: str, page: Page) -> tuple[tuple[str, str], ...]:
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
    addresses = (understand(absolute(base, href)) for href in hrefs)
    return tuple(
        ("", address.url)
        for address in dict.fromkeys(addresses)
        if address.kind is UrlKind.SECTION and address.url != canonical(page.url)
    )


def _text(anchor: etree._Element) -> str:
    said = ("".join(anchor.itertext()), anchor.get("title") or "", anchor.get("alt") or "")
    pictures = (image.get("alt", "") for image in anchor.iter("img"))
    return next((text for one in (*said, *pictures) if (text := " ".join(one.split()))), "")
