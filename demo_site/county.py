"""County: a made-up county's news site as data: names, hosts, prefix folder, sections and how they cross-list articles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Literal

Template = Literal["enorth_a", "enorth_b", "trs"]
PagerKind = Literal[
    "next_link", "endless", "count_links", "count_script", "count_script_overlap", "create_page_html", "none"
]
Links = tuple[tuple[str, str], ...]  # (text, address)


@dataclass(frozen=True)
class Section:
    """One section. `path` is that of its index page; `weight` is its share of the articles, 0 for none of its own.

    `number` and `prefix` are set by the county: its place among the sections, and the prefix folder of its host.
    """

    key: str
    name: str
    host: str
    path: str
    trail: tuple[str, ...]  # keys of the sections above it, outermost first
    templates: tuple[Template, ...]
    pager: PagerKind
    weight: int
    size: int = 20  # rows a list page
    kind: str = "news"
    in_nav: bool = False
    dates: bool = False  # True where the list shows dates
    collects: tuple[str, ...] = ()  # keys of sections whose newest articles it lists too
    ul_per_row: bool = False
    number: int = 0
    prefix: str = ""

    @property
    def url(self) -> str:
        """Address of its first list page."""
        return f"http://{self.host}{self.path}"

    @property
    def folder(self) -> str:
        """Path of its folder, ending in `/`."""
        return self.path.rsplit("/", 1)[0] + "/"


@dataclass(frozen=True)
class CrossListing:
    """Articles of section `source` that section `target` lists too: every `step`-th from `start` on, newest first; 0: one."""

    source: str
    start: int
    step: int
    target: str


@dataclass(frozen=True)
class County:
    """One county's site. `old` is the host of the older CMS, whose pages stand in the folder `prefix`; `own` the newer host."""

    key: str
    name: str  # of the site
    place: str  # of the county
    portal: str
    portal_url: str
    old: str
    own: str
    prefix: str
    sources: tuple[str, ...]
    eras: Mapping[Template, tuple[date, date]]  # first and last day of each template's articles
    planned: tuple[Section, ...]
    main: str  # key of the section that takes the articles left over
    hidden: str  # key of the section that no navigation names: only breadcrumbs of its articles lead there
    cross: tuple[CrossListing, ...]
    twice: CrossListing  # articles of template A that answer at both hosts
    dead_links: Mapping[str, Links]
    utf8_b: frozenset[str]  # keys of sections of template B that already print UTF-8

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The sections, numbered from 1."""
        return tuple(
            replace(section, number=n, prefix=self.prefix_of(section.host)) for n, section in enumerate(self.planned, 1)
        )

    @cached_property
    def by_key(self) -> dict[str, Section]:
        """The sections by key."""
        return {section.key: section for section in self.sections}

    @cached_property
    def home(self) -> dict[str, str]:
        """Address of each host's front page."""
        return {host: f"http://{host}/" for host in (self.old, self.own)}

    @cached_property
    def off_site_links(self) -> Links:
        """Navigation links to other sites."""
        return (self.portal, self.portal_url), ("论坛", "http://bbs.example.com/forum/index.html")

    def prefix_of(self, host: str) -> str:
        """The folder that everything at `host` stands in; empty for none."""
        return self.prefix if host == self.old else ""

    def children(self, key: str) -> tuple[Section, ...]:
        """The sections that a section's page links to as sub-sections."""
        return tuple(child for child in self.sections if child.trail and child.trail[-1] == key)
