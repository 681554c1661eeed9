"""Addresses of a site: what kind an address is, of which article, part and day. No request.

Sources: 17 addresses of stored copies for articles; other sites of the same two CMSs for list pages.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import urljoin, urlsplit, urlunsplit


class UrlKind(StrEnum):
    """Kind of an address, by its characters alone."""

    ARTICLE = "article"
    PART = "part"  # part two and on of an article
    SECTION = "section"  # `…/`, `…/index.shtml`, `…/index.html`
    LIST_PAGE = "list_page"  # a further page of a section's list
    PAGER_SCRIPT = "pager_script"  # enorth's count_page_list_*.js
    OTHER = "other"  # on the site, none of the above
    OFF_SITE = "off_site"  # another host, another scheme, or no address at all


@dataclass(frozen=True, slots=True)
class Address:
    """One address, understood.

    `url` is canonical: http, lower-case host, no query, no fragment. `posted` is None where the
    address holds no date, or none that exists (2020/13/45); `part` counts from 1.
    """

    url: str
    kind: UrlKind
    article_id: str | None = None
    posted: date | None = None
    part: int = 1


_ENORTH: Final = re.compile(
    r"^(?P<stem>(?:/[\w-]+)*?/system/(?P<y>\d{4})/(?P<m>\d{2})/(?P<d>\d{2})/(?P<id>\d{9}))(?:_(?P<part>\d{1,3}))?(?P<ext>\.s?html?)$",
    re.IGNORECASE,
)
_TRS: Final = re.compile(
    r"^(?P<stem>(?:/[\w.-]+)*/\d{6}/t(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})_(?P<id>\d{5,10}))(?:_(?P<part>\d{1,3}))?(?P<ext>\.s?html?)$",
    re.IGNORECASE,
)
_COUNT_PAGE: Final = re.compile(
    r"^(?P<stem>.*/system/count/+(?P<channel>\w+)/(?P<list>\w+)/)(?P<hi>\d{3})/(?P<mid>\d{3})/c(?P=channel)(?P=list)_(?P<n>\d{9})\.s?html?$",
    re.IGNORECASE,
)
_PAGER_SCRIPT: Final = re.compile(
    r"^(?P<stem>.{0,400}?/system/count/+)(?P<dirs>(?:\w{1,40}/){0,4})count_page_list_(?P<code>\w+)\.js$", re.IGNORECASE
)
_SECTION: Final = re.compile(r"^(?:/[\w.-]+)*/(?:index\.s?html?)?$", re.IGNORECASE)
_BREAKS: Final = re.compile(r"[\t\r\n]")
_SCRIPT: Final = re.compile(r"(?!https?:)[a-z][a-z+.-]{1,20}:", re.IGNORECASE)
_SLASHES_BEFORE_HOST: Final = re.compile(r"^(https?):/{3,}", re.IGNORECASE)
#: Addresses are no longer than this; beyond, patterns are not tried.
_MOST_CHARACTERS: Final = 2_000
_MENDABLE: Final = re.compile(r"//|;|%|\s")
#: Escaped letters, digits and `-._~`: the same without escape.
_ESCAPED: Final = re.compile(r"%(2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])")
_BLANK_END: Final = re.compile(r"(?:%20|%C2%A0|%E3%80%80|\s){1,20}$", re.IGNORECASE)
_SESSION: Final = re.compile(r";\w{1,40}=[^/;]{0,200}(?=/|;|$)")
_DOUBLED: Final = re.compile(r"(?<!/system/count)/{2,}")
#: Addresses that mean the same on every page of a host, and what such a page's own address says of them.
_ROOTED: Final = re.compile(r"/(?!/)|https?://[^/?#]", re.IGNORECASE)
_ROOT: Final = re.compile(r"https?://[^/?#]+/", re.IGNORECASE)
_INDEX_N: Final = re.compile(r"^(?:/[\w.-]+)*/index_\d+\.s?html?$", re.IGNORECASE)


def absolute(base: str, href: str) -> str:
    """`href` as met on the page `base`, absolute, as browsers read it; `""` where it is no http address at all."""
    plain = _BREAKS.sub("", href).strip()
    if "\\" in plain and not _SCRIPT.match(plain):
        address, mark, rest = plain.partition("?")
        plain = address.replace("\\", "/") + mark + rest
    plain = _SLASHES_BEFORE_HOST.sub(r"\1://", plain)
    root = _ROOT.match(base) if _ROOTED.match(plain) else None
    return _joined(base if root is None else root[0], plain)


@lru_cache(maxsize=8192)  # the same navigation stands on every page of a host
def _joined(base: str, href: str) -> str:
    try:
        return urljoin(base, href)
    except ValueError:
        return ""


def canonical(url: str) -> str:
    """`url` as http, with a lower-case host, without default port, query, fragment and doubled dots."""
    try:
        parts = urlsplit(url.strip())
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    netloc = host if port in (None, 80, 443) else f"{host}:{port}"
    return urlunsplit(("http", netloc, parts.path or "/", "", ""))


class SiteUrls:
    """Addresses of one site: which are its own, and what each is. `hosts` are lower-case, `most` bounds lists of pages."""

    def __init__(self, hosts: Iterable[str], most: int) -> None:
        self.hosts = frozenset(hosts)
        self._most = most
        self._understand = lru_cache(maxsize=8192)(self._read)  # the same navigation stands on every page

    def on_site(self, url: str) -> bool:
        """True for http(s) at one of the site's hosts, at a default port."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").rstrip(".")
            return parts.scheme in ("http", "https") and host in self.hosts and parts.port in (None, 80, 443)
        except ValueError:
            return False

    def understand(self, url: str) -> Address:
        """Kind and parts of the absolute address `url`. Never raises; the unknown is `OTHER` or `OFF_SITE`."""
        return self._understand(url)

    def first_part(self, address: Address) -> Address:
        """Part one of the article that `address`, an article or a part, belongs to."""
        if address.kind is not UrlKind.PART:
            return address
        return self.understand(re.sub(r"_\d{1,3}(\.s?html?)$", r"\1", address.url))

    def count_pages(self, script_url: str, maxpage: int) -> list[str]:
        """The enorth list pages a pager script stands for, newest (`maxpage`) first, number 1 last; at most the site's limit.

        `…/system/count//CCCCCCC/SSSSSSSSSSSS/count_page_list_CCCCCCCSSSSSSSSSSSS.js` names the folder in
        its own path; where it does not, the code is cut as 7 + 12 digits, as on other sites of this CMS.
        """
        m = _PAGER_SCRIPT.match(canonical(script_url))
        if m is None:
            raise ValueError(f"not a pager script: {script_url}")
        dirs = m["dirs"] or f"{m['code'][:7]}/{m['code'][7:]}/"
        return [_count_page(m["stem"] + dirs, m["code"], n) for n in self._downwards(maxpage)]

    def older_count_pages(self, url: str) -> list[str]:
        """The list pages older than the enorth list page `url`, next first, at most the site's limit; none for another page."""
        m = _COUNT_PAGE.match(canonical(url))
        if m is None:
            return []
        return [_count_page(m["stem"], m["channel"] + m["list"], n) for n in self._downwards(int(m["n"]) - 1)]

    def _downwards(self, newest: int) -> range:
        # A number can be a lie: a thousand million pages must cost neither time nor memory.
        return range(newest, max(0, newest - self._most), -1)

    def _read(self, url: str) -> Address:
        if not self.on_site(url):
            return Address(url, UrlKind.OFF_SITE)
        plain = canonical(url)
        if len(plain) > _MOST_CHARACTERS:
            return Address(plain, UrlKind.OTHER)
        plain = _mended(plain)
        path = urlsplit(plain).path
        for pattern in (_ENORTH, _TRS):
            if m := pattern.match(path):
                return _article(plain, path, m)
        if _COUNT_PAGE.match(path) or _INDEX_N.match(path):
            return Address(plain, UrlKind.LIST_PAGE)
        if _PAGER_SCRIPT.match(path):
            return Address(plain, UrlKind.PAGER_SCRIPT)
        if _SECTION.match(path):
            return Address(plain, UrlKind.SECTION)
        return Address(plain, UrlKind.OTHER)


def _mended(plain: str) -> str:
    """A canonical address without session ids, blanks at its end, doubled slashes and escapes that nothing needs."""
    if not _MENDABLE.search(plain, 8):
        return plain
    head, path = plain[: plain.index("/", 8)], plain[plain.index("/", 8) :]
    path = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), path)
    path = _SESSION.sub("", _BLANK_END.sub("", path))
    return head + _DOUBLED.sub("/", path)


def _article(plain: str, path: str, m: re.Match[str]) -> Address:
    try:
        posted: date | None = date(int(m["y"]), int(m["m"]), int(m["d"]))
    except ValueError:
        posted = None
    if m["part"] is None or int(m["part"]) == 0:
        first = plain.replace(path, m["stem"] + m["ext"])
        return Address(first, UrlKind.ARTICLE, m["id"], posted)
    return Address(plain, UrlKind.PART, m["id"], posted, int(m["part"]) + 1)


def section_key(url: str) -> str:
    """One key for `…/`, `…/index.shtml` and `…/index.html` of the same folder: its canonical address ending in `/`."""
    return re.sub(r"/index\.s?html?$", "/", canonical(url), flags=re.IGNORECASE)


def _count_page(folder: str, code: str, number: int) -> str:
    digits = f"{number:09d}"
    return f"{folder}{digits[:3]}/{digits[3:6]}/c{code}_{digits}.shtml"
