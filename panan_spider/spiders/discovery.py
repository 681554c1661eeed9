"""Which pages can be sections, which of them are, and which of those a run was asked for."""

import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from panan_spider.extract.results import SectionPage
from panan_spider.sites.panan import ENTRY_PAGES, SITE_NAME
from panan_spider.sites.urls import UrlKind, canonical, on_site, section_key, understand

#: No county's news site has more pages that look like sections; what is over is named, not asked.
MAX_CANDIDATES: Final = 1_000

#: Pages that list nothing new between a candidate and one that does. Behind more lies a maze, such as a calendar.
MAX_IDLE_PAGES: Final = 2

#: The folder everything at the first host stands in; the second has none, and a single one after a move can have both.
_PREFIX: Final = "/panews"
_FRONT_PATHS: Final = ("/", f"{_PREFIX}/")
_FRONT_NAMES: Final = frozenset({"首页", "网站首页", "返回首页", "主页", SITE_NAME})


@dataclass(frozen=True)
class Candidate:
    """A page that can be a section.

    `known` is its name in earlier runs, where it was one; `idle` how many pages without news led to it;
    `via` the candidates that led to it, the entry page first.
    """

    url: str
    text: str = ""  # of the link that led to it
    known: str | None = None
    entry: bool = False
    crumb: bool = False  # an article says that it stands in it: no guess
    idle: int = 0
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A page that lists articles, and the page as read."""

    url: str
    name: str
    page: SectionPage


class Discovery:
    """Candidates in, sections out. `open` are the candidates asked for and not answered yet."""

    def __init__(self, barren: frozenset[str]) -> None:
        self._barren = barren
        self._queue: deque[Candidate] = deque()
        self._offered: dict[str, set[str]] = {}  # section key → spellings offered
        self._count = 0
        self.over = 0
        self.open: dict[str, Candidate] = {}
        self.sections: list[Section] = []
        self._fresh: list[Section] = []
        self._named: set[str] = set()  # articles any candidate has named
        self.leading: set[str] = set()  # candidates that a section was found through

    def offer(self, candidate: Candidate) -> bool:
        """Take up a candidate nobody has offered before; False where it is none."""
        url, key = candidate.url, section_key(candidate.url)
        spellings = self._offered.get(key, set())
        # An entry page is asked for every night: it may list nothing and still lead to every section.
        barren = url in self._barren and not candidate.entry and candidate.known is None
        # `…/` serves one of its index pages; index.shtml and index.html can be of either CMS.
        if url in spellings or (spellings and url == key) or barren:
            return False
        sure = candidate.entry or candidate.crumb or candidate.known is not None
        if self._count >= MAX_CANDIDATES and not sure:
            self.over += 1
            return False
        self._offered.setdefault(key, set()).add(url)
        self._count += 1
        self._queue.append(candidate)
        return True

    def offer_links(self, links: Iterable[tuple[str, str]], idle: int = 0, via: tuple[str, ...] = ()) -> None:
        """`offer` for (text, address) pairs; addresses that are no section's are passed over."""
        for text, url in links:
            address = understand(url)
            if address.kind is UrlKind.SECTION:
                self.offer(Candidate(address.url, text, idle=idle, via=via))

    def follow(self, candidate: Candidate, page: SectionPage) -> None:
        """`offer` the sections a candidate's page leads to, unless it stands too deep in a maze."""
        rows = {row.article_id for row in page.rows}
        idle = 0 if candidate.entry or rows - self._named else candidate.idle + 1
        self._named |= rows
        if idle <= MAX_IDLE_PAGES:
            self.offer_links(page.sections, idle, (*candidate.via, candidate.url))

    def offer_paths(self, wanted: Iterable[str]) -> None:
        """`offer` the addresses that paths, as given, can stand for on either host, unless they are sections already."""
        for given in self.chosen(wanted)[1]:
            if "/" in given:
                for url in _addresses(given):
                    self.offer(Candidate(url))

    def take(self) -> list[Candidate]:
        """The candidates to ask for now."""
        asked = list(self._queue)
        self._queue.clear()
        self.open.update((candidate.url, candidate) for candidate in asked)
        return asked

    @property
    def busy(self) -> bool:
        """Whether candidates are still to be asked for or to be answered."""
        return bool(self._queue or self.open)

    def leads_elsewhere(self, candidate: Candidate, final: str) -> bool:
        """Whether a candidate was redirected to a page that was offered under its own address."""
        key = section_key(final)
        if key == section_key(candidate.url):
            return False
        known = key in self._offered
        self._offered.setdefault(key, set()).add(final)
        return known

    def add(self, candidate: Candidate, page: SectionPage) -> Section | None:
        """A candidate that lists articles; None where it is another spelling of a section already added."""
        key, rows = section_key(candidate.url), [row.article_id for row in page.rows]
        for other in self.sections:
            if section_key(other.url) == key and [row.article_id for row in other.page.rows] == rows:
                return None
        section = Section(candidate.url, name_of(candidate, page), page)
        self.sections.append(section)
        self._fresh.append(section)
        self.leading.update(candidate.via)
        return section

    def fresh(self) -> list[Section]:
        """The sections added since the last call."""
        fresh, self._fresh = self._fresh, []
        return fresh

    @property
    def has_fresh(self) -> bool:
        """Whether `fresh` has anything to hand out."""
        return bool(self._fresh)

    @property
    def names(self) -> list[str]:
        """The names of all sections, each once, as found."""
        return list(dict.fromkeys(section.name for section in self.sections))

    def chosen(self, wanted: Iterable[str]) -> tuple[frozenset[str], list[str]]:
        """Of names and paths as given: the addresses of the sections they mean, and those that mean none."""
        urls: set[str] = set()
        unknown = []
        for given in wanted:
            meant = {section.url for section in self.sections if _means(given, section)}
            urls |= meant
            if not meant:
                unknown.append(given)
        return frozenset(urls), unknown


def name_of(candidate: Candidate, page: SectionPage) -> str:
    """A section's name: its breadcrumb's last part, else the link's text, its name of old, or its folder's."""
    names = (page.name, candidate.text, candidate.known)
    said = next((name for name in names if name and name not in _FRONT_NAMES), None)
    return said or urlsplit(section_key(candidate.url)).path.strip("/").rsplit("/", 1)[-1] or candidate.url


def is_front_page(url: str, page: SectionPage) -> bool:
    """Whether the page is an entry to the site: it shows articles of all sections and is the list of none."""
    front = urlsplit(section_key(url)).path in _FRONT_PATHS or section_key(url) in ENTRY_PAGES
    return front and (page.name is None or page.name in _FRONT_NAMES)


def _means(given: str, section: Section) -> bool:
    return "".join(given.split()) == "".join(section.name.split()) or bare_path(given) == bare_path(section.url)


def _addresses(given: str) -> list[str]:
    if on_site(given):
        return [canonical(given)]
    path = "/" + given.strip().strip("/") + ("" if re.search(r"\.s?html?$", given) else "/")
    bare = path.removeprefix(_PREFIX) if path.startswith(f"{_PREFIX}/") else path
    hosts = list(dict.fromkeys(urlsplit(url).netloc for url in ENTRY_PAGES))
    pairs = [(host, prefix) for host in hosts for prefix in (_PREFIX, "")][:: 3 if len(hosts) == 2 else 1]
    found = [understand(f"http://{host}{prefix}{bare}") for host, prefix in pairs]
    return [address.url for address in found if address.kind is UrlKind.SECTION]


def bare_path(given: str) -> str:
    """A path without host, the old CMS's prefix, slashes and index page."""
    plain = re.sub(r"^https?://[^/]*", "", given.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"index\.s?html?$", "", plain, flags=re.IGNORECASE).strip("/")
    return re.sub(rf"^{_PREFIX[1:]}(?:/|$)", "", plain).strip("/").casefold()
