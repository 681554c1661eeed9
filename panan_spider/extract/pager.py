"""Pagers of both CMSs, read off a list page: the older pages, the number of pages, and pagers that are not understood.

A `下一页` or `rel=next` link; enorth's numbered pages `…/system/count/…_000000NNN.shtml`, by links or by the number a
`count_page_list_*.js` names; TRS's `createPageHTML(count, current, "index", "html")`.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from panan_spider.extract.results import InvalidPage, Pager
from panan_spider.extract.words import one_of
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, absolute, canonical

#: The link to the next older page. A lone `>` is one too.
_NEXT: Final = re.compile(
    f"^[\\s<\\[(\uff08【]*(?:{one_of('next_page')}|next(?: ?page)?)[\\s>\uff1e»›\\])\uff09】]*$", re.IGNORECASE
)
_LAST: Final = re.compile(
    f"^[\\s<\\[(\uff08【]*(?:{one_of('last_page')}|last(?: ?page)?)[\\s>\uff1e»›\\])\uff09】]*$", re.IGNORECASE
)
_LONE_ARROW: Final = re.compile("^[>\uff1e›]$")
#: Words of a control that loads or leads to further pages by a script or a form.
_MORE: Final = re.compile(f"^(?:{one_of('load_more')}|{one_of('jump_to_page')})$")
_PAGER_FRAME: Final = re.compile(r"pager|pagination|fenye|turn_?page|page_?\d", re.IGNORECASE)
_PAGER_BOX: Final = re.compile(
    r"\s(?:page|pages|pager|paging|pagination|pagelist|page[_-](?:list|nav|box)|fenye|turnpage)\s", re.IGNORECASE
)
_PAGER_FILE: Final = re.compile(
    r"(?:^|[/_.-])(?:page|pages|pager|paging|pagination|fenye|turnpage)[_-]?\d{0,6}(?:\.min)?\.js\b", re.IGNORECASE
)
#: The address of a further page of TRS's, wherever it stands in an attribute or a script.
_INDEX_LITERAL: Final = re.compile(r"(?:[\w.:~%-]{0,80}/){0,12}index_\d{1,6}\.s?html?\b", re.IGNORECASE)
CREATE_PAGES: Final = re.compile(
    r"""createPageHTML\s*\(\s*['"]?(\w{1,30})['"]?\s*,\s*['"]?(\w{1,30})['"]?\s*,\s*['"]?([\w.-]+)['"]?\s*,\s*['"]?(\w+)['"]?"""
)
#: What TRS's pager script is given, where a page prints its own: `var countPage = 9; var currentPage = 0;`
_VARIABLE: Final = re.compile(r"\bvar\s+(\w{1,30})\s*=\s*['\"]?(\d{1,18})\b")
_INDEX: Final = re.compile(r"/index(?:_(?P<number>\d{1,6}))?\.(?P<kind>s?html?)$", re.IGNORECASE)
#: The address of a further page that counts pages: `list_2.shtml`, `page2.html`, `2.shtml`, `?page=2`.
_COUNTED: Final = re.compile(
    r"^(?P<stem>.{0,400}?(?:/(?:(?:index|list|page|p|more|default)[_-]?)?|[?&](?:page|p|pageno|pageindex|curpage)=))"
    r"(?P<number>\d{1,4})(?P<end>\.s?html?)?$",
    re.IGNORECASE,
)
_SCRIPT_ADDRESS: Final = re.compile(r"""["']([^"'\s<>]*count_page_list_\w+\.js)\b""", re.IGNORECASE)
_COUNT_NUMBER: Final = re.compile(r"^(?P<list>.*)_(?P<number>\d{9})\.s?html?$", re.IGNORECASE)
#: Six arguments: box, pages, current (counted from 1), name, kind, rows a page. Page n is `name_n.kind`.
_CALL_BY_BOX: Final = re.compile(
    r"""createPageHTML\s*\(\s*['"][\w-]{1,40}['"]\s*,\s*['"]?(\d{1,9})['"]?\s*,\s*['"]?(\d{1,9})['"]?\s*,\s*['"]([\w.-]{1,40})['"]\s*,\s*['"](\w{1,8})['"]"""
)
#: A call, not a definition, of a pager script that is not understood.
_OTHER_CALL: Final = re.compile(r"(?<!function )\b(?:createPageHTML|pageControl)\s*\(\s*['\"]?[^\s'\")]")
TOTAL_PAGES: Final = re.compile(
    r"共\s{0,9}(\d{1,5})\s{0,9}页|(?:第\s{0,9})?(?<!\d)(\d{1,5})\s{0,9}/\s{0,9}(\d{1,5})\s{0,9}页"
)
#: `共45条 1/5`
_TOTAL_OF_ROWS: Final = re.compile(
    r"共\s{0,9}\d{1,7}\s{0,9}[条篇][^\d/]{0,12}(\d{1,5})\s{0,9}/\s{0,9}(\d{1,5})(?![\d/])"
)
_OWN: Final = re.compile(r"第\s{0,9}(\d{1,5})\s{0,9}页|(?:第\s{0,9})?(?<!\d)(\d{1,5})\s{0,9}/\s{0,9}\d{1,5}\s{0,9}页")
_MAXPAGE: Final = re.compile(r"\bmaxpage\s*=\s*['\"]?(\d+)", re.IGNORECASE)
#: A next page with this number or a higher one, linked from the front of a list of unknown length: the numbers count down.
_COUNTED_DOWN: Final = 10
#: No words of a pager's link are longer, in characters.
_LONGEST_WORDS: Final = 80
SCRIPT_COMMENT: Final = re.compile(r"/\*.*?\*/|^[ \t]*//(?![^\n]*CDATA)[^\n]*", re.DOTALL | re.MULTILINE)


class _PagerReader:
    """Pager of the list page at `url`, whose relative addresses are relative to `base`."""

    def __init__(self, root: etree._Element, base: str, url: str, site: Site) -> None:
        self.root, self.base, self.url = root, base, url
        self.urls, self.most = site.urls, site.limits.list_pages
        self.folder = canonical(url).rsplit("/", 1)[0]
        self.index = _INDEX.search(canonical(url))
        self.number = int((self.index and self.index["number"]) or 0)  # in this page's address; 0 of the first page
        self.created_total: int | None = None  # pages, as createPageHTML is told
        self.scripts = [SCRIPT_COMMENT.sub("", "".join(element.itertext())) for element in root.iter("script")]
        self.scripts += [element.get("onload", "") for element in root.iter("body")]

    def read(self) -> Pager:
        """The first pager of these: a call of createPageHTML, numbered pages, a link to the next page, a script."""
        called, numbered, script = self._created_pages(), self._numbered_pages(), self._pager_script()
        total, own = self._printed_numbers()
        if called is not None:
            return Pager("create_page_html", called, script, self.created_total or total)
        if numbered:
            return Pager("count_links", numbered, script, total)
        following = self._next_page()
        if behind := self._up_to(following, total) if following else self._named_pages() or self._counted_pages():
            return Pager("next_link", behind, script, total)
        if script:
            return Pager("count_script", (), script, total)
        return Pager("none", (), None, total, self._not_understood(total, own))

    def _printed_numbers(self) -> tuple[int | None, int | None]:
        """The number of pages and the page's own number as printed: `共9页`, `第2页`, `2/9页`; None where neither is."""
        pieces = [piece for piece in self.root.itertext() if "页" in piece or "/" in piece]
        for piece in pieces:
            if rows := _TOTAL_OF_ROWS.search(piece):
                return int(rows[2]), int(rows[1])
        text = "".join(piece for piece in pieces if "页" in piece)
        total, own = TOTAL_PAGES.search(text), _OWN.search(text)
        pages = int(total[1] or total[3]) if total else None
        return pages, int(own[1] or own[2]) if own else None

    def _not_understood(self, total: int | None, own: int | None) -> str | None:
        """The sign of a pager that leads nowhere understood; None where there is none, or the page says it is the last."""
        if total is not None and (own or self.number + 1) >= total:
            return None
        for text in self.scripts:
            if call := _OTHER_CALL.search(text):
                return f"{call[0].split('(')[0].strip()}(…)"
        for element in self.root.iter("a", "button", "input", "span", "li", "td", "div", "option", "form"):
            href = element.get("href") or ""
            if "/system/more" in href and re.search(r"/system/more2?/", href):
                return href[:80]
            if word := next(filter(_is_pager_word, _own_words(element)), None):
                return word
            if _leads_nowhere(element) and (more := next(filter(_MORE.match, _own_words(element)), None)):
                return more
        return self._drawn() or (f"共{total}页" if total is not None and total > 1 else None)

    def _drawn(self) -> str | None:
        """A frame that by its name is a pager, or the script that draws one into an empty box of the page; None otherwise."""
        frames = (element.get("src") or "" for element in self.root.iter("iframe", "frame"))
        if frame := next(filter(_PAGER_FRAME.search, frames), None):
            return f"iframe {frame[:80]}"
        boxes = (
            element
            for element in self.root.iter("div", "ul", "p", "span", "td")
            if _PAGER_BOX.search(f" {element.get('class') or ''} {element.get('id') or ''} ")
        )
        if all(any(text.strip() for text in box.itertext()) for box in boxes):
            return None
        sources = (element.get("src") or "" for element in self.root.iter("script"))
        return next((f"script {source[:80]}" for source in sources if _PAGER_FILE.search(source)), None)

    def _address(self, href: str) -> str | None:
        """The address of a further list page as it is asked for: canonical, its query kept; None where it is not the site's."""
        address = absolute(self.base, href)
        if not self.urls.on_site(address) or self.urls.understand(address).kind in (UrlKind.ARTICLE, UrlKind.PART):
            return None
        query = urlsplit(address).query
        return canonical(address) + (f"?{query}" if query else "")

    def _created_pages(self) -> tuple[str, ...] | None:
        known: dict[str, str] = {name: number for text in self.scripts for name, number in _VARIABLE.findall(text)}
        for text in self.scripts:
            if call := _CALL_BY_BOX.search(text):
                self.created_total = int(call[1])
                return self._indexes(int(call[1]) + 1, int(call[2]), call[3], call[4])
            for call in CREATE_PAGES.finditer(text):
                count, current = known.get(call[1], call[1]), known.get(call[2], call[2])
                # Without figures it is a definition: function createPageHTML(_nPageCount, …)
                if count.isdigit() and current.isdigit():
                    self.created_total = int(count)
                    return self._indexes(int(count), self._behind(int(current)), call[3], call[4])
        url = canonical(self.url)
        here = _INDEX.search(url.rstrip("/") + "/index.html" if self.url.endswith("/") else url)
        if here and "countPage" in known and "currentPage" in known:
            self.created_total = int(known["countPage"])
            return self._indexes(self.created_total, self._behind(int(known["currentPage"])), "index", here["kind"])
        return None

    def _behind(self, current: int) -> int:
        """The page's number as its script gives it, or as its address does, where that is smaller: no page is passed over."""
        return min(current, self.number) if self.index else current

    def _indexes(self, count: int, current: int, name: str, kind: str) -> tuple[str, ...]:
        addresses = (self._address(f"{name}_{n}.{kind}") for n in range(current + 1, min(count, self.most)))
        return tuple(filter(None, addresses))

    def _up_to(self, following: str, total: int | None) -> tuple[str, ...]:
        """The page that a link to the next one leads to, and before it those that its number passes over.

        Behind the front of a list whose numbers count down, the next page has the highest number and passes over none.
        """
        found = _INDEX.search(following)
        if found is None or not found["number"] or following[: found.start()] != self.folder:
            return (following,)
        number = int(found["number"])
        if self.number == 0 and number >= (_COUNTED_DOWN if total is None else total - 1):
            return (following,)
        passed_over = range(max(self._first_behind(number), number - self.most), number)
        return (*(f"{following[: found.start()]}/index_{n}.{found['kind']}" for n in passed_over), following)

    def _named_pages(self) -> tuple[str, ...]:
        """The pages behind this one up to the furthest that the page names, in any attribute or script, in any words."""
        named: dict[int, str] = {}
        texts = [value for element in self.root.iter() for value in element.attrib.values() if "index_" in value]
        for literal in (literal for text in (*texts, *self.scripts) for literal in _INDEX_LITERAL.findall(text)):
            address = self._address(literal) or ""
            found = _INDEX.search(address)
            if found and found["number"] and address[: found.start()] == self.folder:
                named[int(found["number"])] = found["kind"]
        last, first = max(named, default=0), self._first_behind(1 if 1 in named else min(named, default=1))
        return tuple(f"{self.folder}/index_{n}.{named[last]}" for n in range(first, min(last, first + self.most) + 1))

    def _counted_pages(self) -> tuple[str, ...]:
        """The later pages in the list's folder that links lead to, by their numbers, in any words; a bare number by itself alone."""
        folder, here = self.folder + "/", _COUNTED.match(self.url)
        own, pages = int(here["number"]) if here else 0, dict[tuple[str, str | None], dict[int, str]]()
        for anchor in self.root.iter("a", "area", "option"):
            address = self._address(anchor.get("href") or anchor.get("value") or "") or ""
            found = _COUNTED.match(address) if address.startswith(folder) else None
            if found is None:
                continue
            number, text = int(found["number"]), re.sub(r"\D", "", "".join(anchor.itertext()))
            if not found["stem"].endswith("/") or text in (str(number), str(number + 1)):
                pages.setdefault((found["stem"], found["end"]), {})[number] = address
        counted = max(pages.values(), key=len, default={})
        behind = [number for number in sorted(counted) if number > own]
        return tuple(counted[number] for number in behind) if behind and behind[0] <= max(2, own + 1) else ()

    def _first_behind(self, named: int) -> int:
        """The number of the next page. Of some lists the second page is index_1, of others index_2."""
        return 2 if self.number == 0 and named == 2 else self.number + 1

    def _numbered_pages(self) -> tuple[str, ...]:
        """enorth's numbered pages older than this one: the newest of them that is linked, and all below it."""
        here = _COUNT_NUMBER.match(canonical(self.url).replace("//", "/"))
        below = int(here["number"]) if here and self.urls.understand(self.url).kind is UrlKind.LIST_PAGE else None
        found: dict[int, str] = {}
        for anchor in self.root.iter("a", "area", "option"):
            href = anchor.get("href") or anchor.get("value") or ""
            address = (self._address(href) or "") if "count" in href else ""
            count = _COUNT_NUMBER.match(address) if "/system/count/" in address else None
            if count is None or self.urls.understand(address).kind is not UrlKind.LIST_PAGE:
                continue
            same_list = here is None or below is None or count["list"].replace("//", "/") == here["list"]
            if same_list and (below is None or int(count["number"]) < below):
                found.setdefault(int(count["number"]), address)
        newest = found.get(max(found, default=0))
        return (newest, *self.urls.older_count_pages(newest)) if newest else ()

    def _next_page(self) -> str | None:
        arrow = None
        for anchor in self.root.iter("a", "link"):
            words = _words(anchor)
            named = any(map(_is_next, words)) or "next" in (anchor.get("rel") or "").lower().split()
            if not named and not any(_LONE_ARROW.match(text) for text in words):
                continue
            address = self._address(anchor.get("href", ""))
            if address is None or address == self._address(self.url):
                continue
            if named:
                return address
            arrow = arrow or address
        return arrow

    def _pager_script(self) -> str | None:
        named = [element.get("src", "") for element in self.root.iter("script")]
        written = [found for text in self.scripts for found in _SCRIPT_ADDRESS.findall(text)]
        for source in (*named, *written):
            address = absolute(self.base, source)
            if self.urls.understand(address).kind is UrlKind.PAGER_SCRIPT:
                return canonical(address)
        return None


def read_pager(root: etree._Element, base: str, url: str, site: Site) -> Pager:
    """The pager of the list page at `url`, whose relative addresses are relative to `base`."""
    return _PagerReader(root, base, url, site).read()


def last_sign(root: etree._Element) -> etree._Element | None:
    """The last element of the page's pager: a link to another page of the list, or the script that draws such links."""
    signs = [element for element in root.iter("a", "script") if _is_sign(element)]
    return signs[-1] if signs else None


def _is_sign(element: etree._Element) -> bool:
    if element.tag == "script":
        call = _OTHER_CALL.search(SCRIPT_COMMENT.sub("", element.text or ""))
        return call is not None or "count_page_list_" in element.get("src", "")
    href = element.get("href")
    return bool(href) and any(map(_is_pager_word, _words(element)))


def _is_next(word: str) -> bool:
    return _NEXT.match(word) is not None or _NEXT.match("".join(word.split())) is not None


def _is_pager_word(word: str) -> bool:
    """True for the words of a link to the next page or to the last one, blanks within them or not."""
    return _is_next(word) or any(_LAST.match(spelling) for spelling in (word, "".join(word.split())))


def _leads_nowhere(element: etree._Element) -> bool:
    """True where no address stands behind an element: no link is around it, or one that a script works."""
    anchor = next(element.iterancestors("a"), element) if element.tag != "a" else element
    href = (anchor.get("href") or "").strip()
    return href in ("", "#") or href.lower().startswith("javascript:")


def maxpage(script_text: str) -> int:
    """The number of the newest numbered page, as a `count_page_list_*.js` names it. Raises InvalidPage where it names none."""
    found = _MAXPAGE.search(script_text)
    if found is None:
        raise InvalidPage("the pager script names no maxpage", field_name="pager")
    return int(found[1][:18])


def _words(anchor: etree._Element) -> list[str]:
    """Words of an anchor: its text, its title, and the alternative text of its picture."""
    text = "".join(anchor.itertext())[:_LONGEST_WORDS]
    pictures = [image.get("alt", "") for image in anchor.iter("img")]
    return [" ".join(words.split()) for words in (text, anchor.get("title", ""), *pictures) if words.strip()]


def _own_words(element: etree._Element) -> list[str]:
    """The text of an element without element children, whole and word by word, and of a button its value."""
    texts = [element.get("value") or "" if element.tag == "input" else ""]
    if len(element) == 0 or element.tag == "a":
        texts.append("".join(element.itertext())[:60])
    return [word for text in texts for word in (" ".join(text.split()), *text.split()) if word]
