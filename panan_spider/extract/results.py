"""Results of the readers: the fields of an article or list page, and the errors for a page that is neither."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from lxml import etree

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.line import Line
from panan_spider.items import Author, Block, Image, Link

#: The reason of a page that can be read and says that there is no such page.
SAYS_MISSING: Final = "the page says that it does not exist"

#: Path from a line's block to the elements of some fields.
_INSIDE: Final = {"images": "//img", "attachments": "//a"}


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
    """Place of a field on the page, for `scrapy inspect` and `scrapy doctor`."""

    where: str  # an XPath, "address", or the name of an anchor
    printed: str  # the text it was read from


@dataclass(frozen=True)
class LabelledLine:
    """One line of a page as it was read: its label, the name of the rule that gave it, its text or address."""

    label: str
    rule: str
    text: str
    line: Line = field(compare=False, repr=False)


@dataclass(frozen=True)
class PartNumbers:
    """The pager of an article's parts: the addresses by the numbers that link to them, and the one number without a link, the page's own."""

    linked: dict[int, str] = field(default_factory=dict)
    own: int | None = None


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
    label_lines: Callable[[], tuple["LabelledLine", ...]] = field(default=tuple, compare=False, repr=False)
    part_numbers: PartNumbers = field(default_factory=PartNumbers)
    printed_parts: int = 1  # number of parts that the page's pager says the article has
    unknown_labels: tuple[str, ...] = ()  # labels of credits that no list of the reader's knows, as printed

    @cached_property
    def found(self) -> dict[str, FieldSource]:
        """Place of each field on the page; computed on the first access, which few pages need."""
        return self.find(self)

    @cached_property
    def lines(self) -> tuple["LabelledLine", ...]:
        """Every line of the page with its label and the rule that gave it; worked out when asked for."""
        return self.label_lines()

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
class ListBlock:
    """A container of a list page with the rows that it shows: the list itself, a part of it, or a side block."""

    rows: tuple[ListRow, ...]
    #: Position of the container: the number of each element among its siblings, the root's child first.
    path: tuple[int, ...]
    place: str  # tags, ids and classes of the container and the elements around it: the same on pages of one template
    pager: str = ""  # "before": the last block before the pager in the pager's box; "behind": in another box behind it

    @cached_property
    def article_ids(self) -> frozenset[str]:
        """The articles of its rows."""
        return frozenset(row.article_id for row in self.rows)


@dataclass(frozen=True)
class OtherRow:
    """A row of a list whose link leads to no article: to an address of no known form, or off the site."""

    url: str  # absolute
    title: str
    on_site: bool
    is_newest: bool  # it stands above every article of the list


@dataclass(frozen=True)
class Pager:
    """Pager of a list: addresses and scripts of further pages. Any of them can be empty.

    `following` are addresses of older pages that the page itself gives (下一页, count links, createPageHTML),
    next one first; `script` is the address of enorth's count_page_list_*.js, asked only to go past this page.
    `kind` names the pager for the report: `next_link`, `count_links`, `count_script`, `create_page_html`, `none`.
    """

    kind: str = "none"
    following: tuple[str, ...] = ()
    script: str | None = None
    total: int | None = field(default=None, compare=False)  # number of pages, as the pager prints it
    #: The sign of a pager that is there and leads nowhere understood.
    not_understood: str | None = field(default=None, compare=False)


@dataclass(frozen=True)
class SectionPage:
    """A list page, or any page that leads to lists."""

    url: str
    breadcrumbs: tuple[str, ...]
    rows: tuple[ListRow, ...]  # empty: it lists no article
    #: (link text, address) of pages that can be sections: navigation, sub-sections.
    sections: tuple[tuple[str, str], ...]
    pager: Pager
    by_words: bool = False  # its rows stand in no list block that is known by its class
    other_rows: tuple[OtherRow, ...] = ()
    frames: tuple[str, ...] = ()  # addresses of frames that can be sections: a navigation can stand in one
    title: str = ""  # of the document
    #: Its source opens a document and reaches neither its end nor a footer; None for a fragment.
    is_cut: bool | None = None
    blocks: tuple[ListBlock, ...] = ()  # all blocks with article links, in page order

    @property
    def link_count(self) -> int:
        """Number of articles that the page links to, side blocks included."""
        return len({row.article_id for row in self.rows}.union(*(block.article_ids for block in self.blocks)))

    @property
    def name(self) -> str | None:
        """The breadcrumb's last part."""
        return self.breadcrumbs[-1] if self.breadcrumbs else None

    def is_copy_of(self, other: "SectionPage") -> bool:
        """Whether both show one page: under one title the same articles and the same links to sections."""
        numbers, others = ([row.article_id for row in page.rows] for page in (self, other))
        same_list = numbers == others and self.sections == other.sections
        return same_list and bool(numbers) and self.title == other.title != ""


def places(
    page: ArticlePage,
    root: etree._Element,
    lines_of: Mapping[str, Sequence[Line]],
    part_links: Iterable[etree._Element],
) -> dict[str, FieldSource]:
    """A place for every field of `page` that holds something; XPaths joined by `|` where it was read in several.

    `lines_of` are the lines that a field was read from, by its name. The template's place is `address` (or `words`: the
    page's visible text), the address's own is `address`.
    """
    path = etree.ElementTree(root.getroottree().getroot()).getpath
    by_address = page.template == "trs" and "/system/" not in page.url
    found = {
        "url": FieldSource("address", page.url),
        "template": FieldSource("address" if by_address else "words", page.template),
    }
    for name, lines in lines_of.items():
        if not lines or not getattr(page, name):
            continue
        if name in ("text", "blocks"):
            found[name] = FieldSource(path(_box(lines)), lines[0].text or lines[0].src)
        else:
            paths = dict.fromkeys(path(line.block) + _INSIDE.get(name, "") for line in lines)
            found[name] = FieldSource(" | ".join(paths), "  ".join(line.text or line.src for line in lines))
    if page.parts:
        found["parts"] = FieldSource(" | ".join(map(path, part_links)), " ".join(page.parts))
    return found


def _box(lines: Sequence[Line]) -> etree._Element:
    """The smallest element that holds the first line, the last, and so all between."""
    first, last = lines[0].block, lines[-1].block
    held = {last, *last.iterancestors()}
    return next((element for element in (first, *first.iterancestors()) if element in held), first)
