"""Section discovery: candidates in, sections out, the sections that a run was asked for, and their side blocks. No request."""

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from panan_spider.extract.list_blocks import listing_blocks, merged_rows
from panan_spider.extract.results import ListBlock, ListRow, SectionPage
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind, canonical, section_key

#: No county's news site has more pages that look like sections. Further ones are counted, not asked for.
MAX_CANDIDATES: Final = 1_000

#: Pages without new articles between a candidate and one with them. Behind more lies a maze, such as a calendar.
MAX_IDLE_PAGES: Final = 2


@dataclass(frozen=True)
class Candidate:
    """A page that can be a section.

    `known` is its name in earlier runs, None where it was none; `idle` the number of pages without new articles that
    led to it; `via` the candidates that led to it, the entry page first.
    """

    url: str
    text: str = ""  # of the link that led to it
    known: str | None = None
    entry: bool = False
    crumb: bool = False  # the breadcrumb of an article names it
    nav: bool = False  # an entry page leads to it
    idle: int = 0
    via: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """A page that lists articles, as read."""

    url: str
    name: str
    page: SectionPage


class Discovery:
    """Candidates and sections of one run. `open` are the candidates asked for and not answered yet."""

    def __init__(self, site: Site, barren: frozenset[str]) -> None:
        """`barren` are URLs that listed nothing lately: asked for only where they are entry pages or known sections."""
        self._site, self._barren = site, barren
        self._queue: deque[Candidate] = deque()
        self._offered: dict[str, set[str]] = {}  # section key → spellings offered
        self._count = 0
        self.over = 0
        self.open: dict[str, Candidate] = {}
        self.sections: list[Section] = []
        self._fresh: list[Section] = []
        self._named: set[str] = set()  # articles any candidate has named
        self._leading: set[str] = set()  # candidates that a section was found through
        self._links: dict[str, frozenset[str]] = {}  # candidate → keys of the pages it links to
        self._navigation: set[str] = set()  # keys of the pages that entry pages link to
        self._texts: dict[str, set[str]] = {}  # URL → texts of the links to it

    def offer(self, candidate: Candidate) -> bool:
        """Queue a candidate that was not offered before; False where it was, or is not to be asked for."""
        url, key = candidate.url, section_key(candidate.url)
        spellings = self._offered.get(key, set())
        # An entry page is asked for in every run: it may list nothing and still lead to every section.
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

    def offer_links(
        self, links: Iterable[tuple[str, str]], idle: int = 0, via: tuple[str, ...] = (), *, nav: bool = False
    ) -> None:
        """`offer` for (text, address) pairs; other addresses are ignored."""
        for text, url in links:
            address = self._site.urls.understand(url)
            if address.kind is UrlKind.SECTION:
                self._texts.setdefault(address.url, set()).add(text)
                self.offer(Candidate(address.url, text, idle=idle, via=via, nav=nav))

    def follow(self, candidate: Candidate, page: SectionPage) -> None:
        """`offer` the sections a candidate's page leads to, unless it stands too deep in a maze."""
        self._links[candidate.url] = frozenset(section_key(url) for _text, url in page.sections)
        if candidate.entry:
            self._navigation |= self._links[candidate.url]
        rows = {row.article_id for row in page.rows}
        idle = 0 if candidate.entry or rows - self._named else candidate.idle + 1
        self._named |= rows
        if idle <= MAX_IDLE_PAGES:
            self.offer_links(page.sections, idle, (*candidate.via, candidate.url), nav=candidate.entry)
            self.offer_links((("", url) for url in page.frames), idle, (*candidate.via, candidate.url))

    def offer_paths(self, wanted: Iterable[str]) -> None:
        """`offer` the addresses that paths, as given, can stand for on each host, unless they are sections already."""
        for given in self.chosen(wanted)[1]:
            if "/" in given:
                for url in self._addresses(given):
                    self.offer(Candidate(url))

    def _addresses(self, given: str) -> list[str]:
        """The section URLs that a path can mean, on each host of the site."""
        site = self._site
        if site.urls.on_site(given):
            return [canonical(given)]
        path = "/" + given.strip().strip("/") + ("" if re.search(r"\.s?html?$", given) else "/")
        if site.prefix and path.startswith(f"{site.prefix}/"):
            path = path.removeprefix(site.prefix)
        first, *others = site.hosts
        # The prefix is the first host's. A site that has moved to a single host can have pages with and without it.
        places = [first + (site.prefix or ""), *(others or [first])]
        found = [site.urls.understand(f"http://{place}{path}") for place in dict.fromkeys(places)]
        return [address.url for address in found if address.kind is UrlKind.SECTION]

    def take(self, *, hold_known: bool = False) -> list[Candidate]:
        """The candidates to ask for now. With `hold_known`, the sections of earlier runs stay in the queue."""
        asked = [candidate for candidate in self._queue if not (hold_known and candidate.known is not None)]
        self._queue = deque(self._held if hold_known else ())
        self.open.update((candidate.url, candidate) for candidate in asked)
        return asked

    @property
    def _held(self) -> list[Candidate]:
        """The sections of earlier runs that are still to be asked for."""
        return [candidate for candidate in self._queue if candidate.known is not None]

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
        section = Section(candidate.url, name_of(candidate, page, self._site), page)
        self.sections.append(section)
        self._fresh.append(section)
        self._leading.update(candidate.via)
        return section

    def leads(self, candidate: Candidate, *, before: bool) -> bool:
        """Whether sections stand behind a page that lists nothing: a page of links, such as the index of a folder.

        The navigation stands on every page and proves nothing. A page leads where a section was found through it, where it
        links into its own folder and a section is there, or where it did so `before` and still links beyond the navigation.
        """
        own = section_key(candidate.url)
        links = self._links.get(candidate.url, frozenset()) - {own}
        urls = [section.url for section in self.sections] + [candidate.url for candidate in self._held]
        found = {section_key(url) for url in urls} - {own}
        into_folder = any(link.startswith(own) for link in links) and any(key.startswith(own) for key in found)
        return candidate.url in self._leading or into_folder or (before and bool(links & found - self._navigation))

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
        """The names of all sections, each once, as found; of one that is still to be asked for, its name in earlier runs."""
        known = (candidate.known or "" for candidate in self._held)
        return list(dict.fromkeys((*known, *(section.name for section in self.sections))))

    def chosen(self, wanted: Iterable[str]) -> tuple[frozenset[str], list[str]]:
        """The URLs of the sections that names and paths, as given, mean; and those of them that mean none.

        A section of earlier runs that is still to be asked for goes by its name there, and by the texts of links to it.
        """
        sections = [(section.url, section.name) for section in self.sections]
        for candidate in self._held:
            names = {candidate.known or ""} | self._texts.get(candidate.url, set())
            sections += [(candidate.url, name) for name in names]
        urls: set[str] = set()
        unknown = []
        for given in wanted:
            meant = {url for url, name in sections if self._means(given, url, name)}
            urls |= meant
            if not meant:
                unknown.append(given)
        return frozenset(urls), unknown

    def _means(self, given: str, url: str, name: str) -> bool:
        prefix = self._site.prefix
        same_name = "".join(given.split()) == "".join(name.split())
        return same_name or bare_path(given, prefix) == bare_path(url, prefix)


def name_of(candidate: Candidate, page: SectionPage, site: Site) -> str:
    """A section's name: the breadcrumb's last part, else the link's text, its name in earlier runs, or its folder's."""
    names = (page.name, candidate.text, candidate.known)
    found = next((name for name in names if name and name not in site.front_names), None)
    return found or urlsplit(section_key(candidate.url)).path.strip("/").rsplit("/", 1)[-1] or candidate.url


def is_front_page(url: str, page: SectionPage, site: Site) -> bool:
    """Whether the page is an entry to the site: it shows articles of all sections and is the list of none."""
    front_paths = ("/", f"{site.prefix}/") if site.prefix else ("/",)
    front = urlsplit(section_key(url)).path in front_paths or section_key(url) in site.entry_pages
    return front and (page.name is None or page.name in site.front_names)


def bare_path(given: str, prefix: str | None) -> str:
    """A path without host, the profile's prefix, slashes and index page, in lower case."""
    plain = re.sub(r"^https?://[^/]*", "", given.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"index\.s?html?$", "", plain, flags=re.IGNORECASE).strip("/").casefold()
    return plain if prefix is None else re.sub(rf"^{re.escape(prefix.strip('/').casefold())}(?:/|$)", "", plain)


#: Different lists beside which a block must stand.
_FEWEST_LISTS: Final = 3
#: Articles of a side block: a single one can be the picture over a list.
_FEWEST_ARTICLES: Final = 2

ArticleIds = frozenset[str]


class SideBlocks:
    """Side blocks: blocks of list pages that several sections show alike. A side block lists nothing.

    Evidence is the first pages of all sections that a run has read: a block whose set of articles is the same on three
    and more of them, while the rest of each page is another list. A list that goes by several names has the same rest each
    time, and sections that share their newest rows have them within one block with older ones: neither is a side block.
    """

    def __init__(self) -> None:
        self._found: set[ArticleIds] = set()
        self._places: dict[str, frozenset[str]] = {}  # of the side blocks on a section's first page, by its URL

    def learn(self, pages: Mapping[str, SectionPage]) -> None:
        """Find the side blocks among the first pages of all sections, by the section's URL."""
        shown: dict[ArticleIds, dict[str, ArticleIds]] = {}  # block → section → articles of the page's other blocks
        for url, page in pages.items():
            for block in page.blocks:
                if len(block.article_ids) >= _FEWEST_ARTICLES and block.pager != "before":
                    rest = _articles(other for other in page.blocks if other.article_ids != block.article_ids)
                    shown.setdefault(block.article_ids, {})[url] = rest - block.article_ids
        self._found |= {block for block, rests in shown.items() if _different(rests.values()) >= _FEWEST_LISTS}
        self._places = {url: self._places_on(page) for url, page in pages.items()}

    def _places_on(self, page: SectionPage) -> frozenset[str]:
        """Places of the side blocks of a page that none of its other blocks shares."""
        side = {block.place for block in page.blocks if block.article_ids in self._found}
        return frozenset(side - {block.place for block in page.blocks if block.article_ids not in self._found})

    def without(self, page: SectionPage, section: str, *, first: bool) -> tuple[SectionPage, tuple[ListRow, ...]]:
        """A page of the list that begins at `section`, and the rows that its side blocks alone show; `first`: page one.

        On further pages, a block at the place of page one's side block is one too: pages that were made earlier show the
        side block as it was then. A page one without other rows may be the list that the block is made of: it stays whole.
        """
        places = self._places.get(section, frozenset())
        kept = [block for block in page.blocks if block.article_ids not in self._found and block.place not in places]
        if len(kept) == len(page.blocks) or (first and not kept):
            return page, ()
        rows = merged_rows(listing_blocks(kept))
        listed = {row.article_id for row in rows}
        return replace(page, rows=rows), tuple(row for row in page.rows if row.article_id not in listed)


def _articles(blocks: Iterable[ListBlock]) -> ArticleIds:
    return frozenset[str]().union(*(block.article_ids for block in blocks))


def _different(lists: Iterable[ArticleIds]) -> int:
    """Number of lists among these that differ: no two of them share half of the shorter one."""
    chosen: list[ArticleIds] = []
    for articles in sorted(filter(None, lists), key=len):
        if all(2 * len(articles & other) < len(other) for other in chosen):
            chosen.append(articles)
    return len(chosen)
