"""How a list goes on: the pagers of both CMSs, read off a list page.

A `下一页` link; enorth's numbered pages `…/system/count/…_000000NNN.shtml`, by links or by the number a
`count_page_list_*.js` names; TRS's `createPageHTML(count, current, "index", "html")`.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from panan_spider.pages.results import InvalidPage, Pager
from panan_spider.site import MAX_LIST_PAGES
from panan_spider.urls import Kind, absolute, canonical, older_count_pages, on_site, understand

#: The link to the next older page. A lone `>` is one too; `>>` is not: on many sites it leads to the last page.
_NEXT: Final = re.compile(
    "^[\\s<\\[(\uff08【]*(?:下一页|下页|后页|后一页|next(?: ?page)?)[\\s>\uff1e»›\\])\uff09】]*$", re.IGNORECASE
)
_LONE_ARROW: Final = re.compile("^[>\uff1e›]$")
_CALL: Final = re.compile(
    r"""createPageHTML\s*\(\s*['"]?(\d{1,18})['"]?\s*,\s*['"]?(\d{1,18})['"]?\s*,\s*['"]?([\w.-]+)['"]?\s*,\s*['"]?(\w+)['"]?"""
)
_SCRIPT_ADDRESS: Final = re.compile(r"""["']([^"'\s<>]*count_page_list_\w+\.js)\b""", re.IGNORECASE)
_COUNT_NUMBER: Final = re.compile(r"^(?P<list>.*)_(?P<number>\d{9})\.s?html?$", re.IGNORECASE)
_MAXPAGE: Final = re.compile(r"\bmaxpage\s*=\s*['\"]?(\d+)", re.IGNORECASE)
_COMMENT: Final = re.compile(r"/\*.*?\*/|^[ \t]*//(?![^\n]*CDATA)[^\n]*", re.DOTALL | re.MULTILINE)


def list_address(base: str, href: str) -> str | None:
    """The address of a further list page as it is asked for: canonical, its query kept; None where it is not the site's."""
    address = absolute(base, href)
    if not on_site(address) or understand(address).kind in (Kind.ARTICLE, Kind.PART):
        return None
    query = urlsplit(address).query
    return canonical(address) + (f"?{query}" if query else "")


def read_pager(root: etree._Element, base: str, url: str) -> Pager:
    """The pager of the list page at `url`, whose relative addresses are relative to `base`."""
    scripts = [_COMMENT.sub("", "".join(element.itertext())) for element in root.iter("script")]
    called = _created_pages(scripts, base)
    numbered = _numbered_pages(root, base, url)
    following = _next_page(root, base, url)
    script = _pager_script(root, scripts, base)
    if called is not None:
        return Pager("create_page_html", called, script)
    if numbered:
        return Pager("count_links", numbered, script)
    if following:
        return Pager("next_link", (following,), script)
    return Pager("count_script" if script else "none", (), script)


def maxpage(script_text: str) -> int:
    """The number of the newest numbered page, as a `count_page_list_*.js` names it. Raises InvalidPage where it names none."""
    found = _MAXPAGE.search(script_text)
    if found is None:
        raise InvalidPage("the pager script names no maxpage", field_name="pager")
    return int(found[1][:18])


def _created_pages(scripts: list[str], base: str) -> tuple[str, ...] | None:
    for text in scripts:
        if call := _CALL.search(text):
            count, current = min(int(call[1]), MAX_LIST_PAGES), int(call[2])
            addresses = (list_address(base, f"{call[3]}_{n}.{call[4]}") for n in range(current + 1, count))
            return tuple(filter(None, addresses))
    return None


def _numbered_pages(root: etree._Element, base: str, url: str) -> tuple[str, ...]:
    """enorth's numbered pages older than this one: the newest of them that is linked, and all below it."""
    here = _COUNT_NUMBER.match(canonical(url).replace("//", "/"))
    below = int(here["number"]) if here and understand(url).kind is Kind.LIST_PAGE else None
    best: tuple[int, str] | None = None
    for address in _hrefs(root, base):
        found = _COUNT_NUMBER.match(address)
        if found is None or "/system/count/" not in address or understand(address).kind is not Kind.LIST_PAGE:
            continue
        number = int(found["number"])
        other_list = below is not None and here is not None and found["list"].replace("//", "/") != here["list"]
        if other_list or (below is not None and number >= below):
            continue
        if best is None or number > best[0]:
            best = number, address
    return (best[1], *older_count_pages(best[1])) if best else ()


def _hrefs(root: etree._Element, base: str) -> Iterable[str]:
    for anchor in root.iter("a", "area", "option"):
        href = anchor.get("href") or anchor.get("value") or ""
        if "count" in href and (address := list_address(base, href)):
            yield address


def _next_page(root: etree._Element, base: str, url: str) -> str | None:
    arrows = []
    for anchor in root.iter("a"):
        words = _words(anchor)
        named = any(_NEXT.match(text) for text in words)
        if not named and not any(_LONE_ARROW.match(text) for text in words):
            continue
        address = list_address(base, anchor.get("href", ""))
        if address is None or address == list_address(url, url):
            continue
        if named:
            return address
        arrows.append(address)
    return arrows[0] if arrows else None


def _words(anchor: etree._Element) -> list[str]:
    """What an anchor says: its text, its title, and what stands for its picture."""
    text = ""
    for piece in anchor.itertext():
        text += piece
        if len(text) > 40:
            break
    pictures = [image.get("alt", "") for image in anchor.iter("img")]
    return [" ".join(said.split()) for said in (text, anchor.get("title", ""), *pictures) if said.strip()]


def _pager_script(root: etree._Element, scripts: list[str], base: str) -> str | None:
    named = [element.get("src", "") for element in root.iter("script")]
    written = [found for text in scripts for found in _SCRIPT_ADDRESS.findall(text)]
    for source in (*named, *written):
        address = absolute(base, source)
        if understand(address).kind is Kind.PAGER_SCRIPT:
            return canonical(address)
    return None
