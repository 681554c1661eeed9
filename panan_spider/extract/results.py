"""What page objects hand back, and how they say that a page is not what it should be."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from panan_spider.core.outcomes import Outcome
from panan_spider.items import Author, Block, Image, Link


class PageError(Exception):
    """A page that is no article (or no list): `outcome` names its fate, `reason` says why in one line."""

    outcome = Outcome.INVALID

    def __init__(self, reason: str, *, field_name: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.field_name = field_name


class UnknownLayout(PageError):
    """Neither selectors nor anchors give a title, a header line and a body."""

    outcome = Outcome.UNKNOWN_LAYOUT


class InvalidPage(PageError):
    """Read, but what it says cannot be: a date that does not exist, a body that breaks off."""

    outcome = Outcome.INVALID


class SoftBlock(PageError):
    """Status 200, but a challenge, login or maintenance page."""

    outcome = Outcome.BLOCKED


@dataclass(frozen=True)
class FieldSource:
    """Where a field was found, for `scrapy inspect` and `scrapy doctor`."""

    where: str  # an XPath, "address", or the name of an anchor
    printed: str  # the text it was read from


@dataclass(frozen=True)
class ArticlePage:
    """One part of an article as read off one page. Field names and meanings are those of `items.Article`."""

    url: str
    template: str
    title: str
    kicker: str | None
    subtitle: str | None
    published: str | None
    breadcrumbs: tuple[str, ...]
    header_line: str | None
    source: str | None
    authors: tuple[Author, ...]
    editor: str | None
    credits: dict[str, str]
    blocks: tuple[Block, ...]
    attachments: tuple[Link, ...]
    related: tuple[Link, ...]
    section_links: tuple[tuple[str, str], ...]  # (name, absolute address) of the breadcrumb's links
    parts: tuple[str, ...]  # addresses of the further parts this page links to, in order
    find: Callable[["ArticlePage"], dict[str, FieldSource]] = field(default=lambda _page: {}, compare=False, repr=False)
    discarded: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # (text, why) of what was left out

    @cached_property
    def found(self) -> dict[str, FieldSource]:
        """Where each field was read; looked for only when asked, as few are."""
        return self.find(self)

    @property
    def section(self) -> str | None:
        """The breadcrumb's last part."""
        return self.breadcrumbs[-1] if self.breadcrumbs else None

    @property
    def text(self) -> str:
        """Paragraphs and headings joined by line feeds."""
        return "\n".join(block.text for block in self.blocks if block.type in ("paragraph", "heading"))

    @property
    def images(self) -> tuple[Image, ...]:
        """The body's pictures in order."""
        return tuple(Image(url=b.url, caption=b.caption) for b in self.blocks if b.type == "image")


@dataclass(frozen=True)
class ListRow:
    """One article a list names."""

    url: str  # canonical address of part one
    article_id: str
    title: str
    date: datetime.date | None  # the list's visible date; None where it shows none
    posted: datetime.date | None  # the date in the address


@dataclass(frozen=True)
class Pager:
    """How a list goes on: any of these can be empty.

    `following` are addresses of older pages that the page itself gives (下一页, count links, createPageHTML),
    next one first; `script` is the address of enorth's count_page_list_*.js, asked only to go past this page.
    `kind` names the pager for the report: `next_link`, `count_links`, `count_script`, `create_page_html`, `none`.
    """

    kind: str = "none"
    following: tuple[str, ...] = ()
    script: str | None = None


@dataclass(frozen=True)
class SectionPage:
    """A list page, or any page that leads to lists."""

    url: str
    breadcrumbs: tuple[str, ...]
    rows: tuple[ListRow, ...]  # empty: it lists no article
    sections: tuple[
        tuple[str, str], ...
    ]  # (link text, address) of pages that can be sections: navigation, sub-sections
    pager: Pager
    by_words: bool = False  # its rows stand in no list block that is known by its class

    @property
    def name(self) -> str | None:
        """The breadcrumb's last part."""
        return self.breadcrumbs[-1] if self.breadcrumbs else None
