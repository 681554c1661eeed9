"""Blocks of a list page: side blocks and footer by their words, article links by container, and which blocks are the list as far as one page tells."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from lxml import etree

from panan_spider.extract.line import HEADING_TAGS
from panan_spider.extract.results import ListBlock, ListRow
from panan_spider.extract.words import SiteWords, meaning, one_of
from panan_spider.sites.urls import Address, UrlKind, absolute

#: Ends of a title that the list has cut.
CUT_SHORT: Final = ("...", "…")
#: Rows that make a list: with a date beside them, or before a pager.
_FEWEST_ROWS: Final = 3
_MIXED: Final = ""  # owner of an element that holds links to more than one article
#: Elements of a list: next to each other they are one list, whatever their classes.
_LIST_TAGS: Final = frozenset({"ul", "ol", "dl", "table", "tbody", "tr", "li", "dd", "p"})
_COLUMNS: Final = frozenset({"td", "th"})
_WORD: Final = re.compile(r"[^\W\d_年月日]")


_UNSEEN: Final = frozenset({"script", "style", "title", "head", "noscript", "option", "template"})
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
#: The class of the one list markup on record.
LIST_BLOCK: Final = "list-text"


@dataclass(frozen=True)
class PageLink:
    """One link of a list page."""

    anchor: etree._Element
    address: Address
    after_breadcrumb: bool
    in_list_block: bool


@dataclass
class LinkGroup:
    """The links of one block, in page order, and where the block stands; see `ListBlock`."""

    container: etree._Element
    links: list[PageLink]
    path: tuple[int, ...]
    pager: str = field(default="")

    @property
    def place(self) -> str:
        """Tags, ids and classes from the outermost element to the container."""
        around = [self.container, *self.container.iterancestors()]
        return "/".join(f"{e.tag!s}#{e.get('id', '')}.{'.'.join(e.get('class', '').split())}" for e in reversed(around))


def owners_of(links: Iterable[PageLink]) -> dict[etree._Element, str]:
    """For every element around a link: the one article its links lead to, or `""` for several."""
    owners: dict[etree._Element, str] = {}
    for link in links:
        number = link.address.article_id or ""
        for element in (link.anchor, *link.anchor.iterancestors()):
            if owners.get(element) == _MIXED:
                break
            owners[element] = number if owners.get(element, number) == number else _MIXED
    return owners


def list_blocks(
    links: Sequence[PageLink], owners: dict[etree._Element, str], pager: etree._Element | None
) -> list[LinkGroup]:
    """The links by block, in page order.

    A block is a container of links to several articles. Containers next to each other are one block where no words and no
    picture stand between them, unless they are columns of a table or boxes of different classes.
    """
    if not links:
        return []
    cells = {link.anchor: cell_of(link.anchor, owners) for link in links}
    parted = _parted(links[0].anchor.getroottree().getroot(), frozenset(cells.values()))
    positions = _Positions()
    groups: list[LinkGroup] = []
    for link in links:
        cell = cells[link.anchor]
        container = cell.getparent()
        container = cell if container is None else container
        last = groups[-1] if groups else None
        if last is not None and _goes_on(last, container, parted.get(cell, frozenset()), positions):
            last.links.append(link)
        else:
            groups.append(LinkGroup(container, [link], positions.path(container)))
    for group in groups:
        if len({cells[link.anchor] for link in group.links}) == 1:
            group.path = positions.path(cells[group.links[0].anchor])  # of one row, its container tells nothing
    _mark_pager(groups, pager)
    return groups


def cell_of(anchor: etree._Element, owners: dict[etree._Element, str]) -> etree._Element:
    """The largest element around a link that links to no other article."""
    cell, number = anchor, owners[anchor]
    while (around := cell.getparent()) is not None and owners.get(around) == number and around.tag != "body":
        cell = around
    return cell


def _goes_on(last: LinkGroup, container: etree._Element, between: frozenset[str], positions: "_Positions") -> bool:
    """Whether a link in `container` goes on with the last block, whose container grows; `between`: see `_parted`."""
    if container is last.container:
        return "heading" not in between
    if between:
        return False
    path = positions.path(container)
    shared = len(_common_path([last.path, path]))
    if shared < min(len(last.path), len(path)):
        before, after = positions.at(last.container, last.path, shared), positions.at(container, path, shared)
        alike = before.tag in _LIST_TAGS or before.get("class") == after.get("class")
        if before.tag != after.tag or before.tag in _COLUMNS or not alike:
            return False
    last.container = positions.around(container, len(path) - shared)
    last.path = path[:shared]
    return True


def _common_path(paths: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """How all the paths begin."""
    return tuple(numbers[0] for numbers in takewhile(lambda numbers: len(set(numbers)) == 1, zip(*paths, strict=False)))


class _Positions:
    """Paths of elements: the number of each element among its siblings, from the outermost one on."""

    def __init__(self) -> None:
        self._numbers: dict[etree._Element, int] = {}

    def path(self, element: etree._Element) -> tuple[int, ...]:
        numbers = []
        for inner in (element, *element.iterancestors()):
            parent = inner.getparent()
            if parent is None:
                break
            if inner not in self._numbers:
                self._numbers.update((child, number) for number, child in enumerate(parent))
            numbers.append(self._numbers[inner])
        return tuple(reversed(numbers))

    def at(self, element: etree._Element, path: tuple[int, ...], depth: int) -> etree._Element:
        """The element on `element`'s path one below `depth`."""
        return self.around(element, len(path) - depth - 1)

    @staticmethod
    def around(element: etree._Element, levels: int) -> etree._Element:
        """The element so many levels around `element`."""
        for _ in range(levels):
            parent = element.getparent()
            element = element if parent is None else parent
        return element


def _parted(root: etree._Element, cells: frozenset[etree._Element]) -> dict[etree._Element, frozenset[str]]:
    """What stands between each cell and the one before it: words, a picture, a heading."""
    found: dict[etree._Element, frozenset[str]] = {}
    between: set[str] = set()
    events = etree.iterwalk(root, events=("start", "end"))
    for event, element in events:
        if event == "end" or not isinstance(element.tag, str):
            if element.tail and _WORD.search(element.tail):
                between.add("words")
            continue
        if element in cells:
            found[element] = frozenset(between)
            between = set()
            events.skip_subtree()
        elif element.tag in _UNSEEN:
            events.skip_subtree()
        else:
            if element.tag == "img":
                between.add("picture")
            if element.tag in HEADING_TAGS and _WORD.search("".join(element.itertext())):
                between.add("heading")
            if element.text and _WORD.search(element.text):
                between.add("words")
    return found


def _mark_pager(groups: list[LinkGroup], pager: etree._Element | None) -> None:
    """Mark the blocks in another box behind the pager, and the last one before it in its own box."""
    linked = {link.anchor for group in groups for link in group.links}
    around = pager.iterancestors() if pager is not None else ()
    box = next((element for element in around if not linked.isdisjoint(element.iter("a", "area"))), None)
    if box is None or pager is None:
        return
    inside, behind = set(box.iter("a", "area")), set(pager.xpath("following::a"))
    last = None
    for group in groups:
        first = group.links[0].anchor
        if first in behind:
            group.pager = "" if first in inside else "behind"
        elif first in inside:
            last = group
    if last is not None:
        last.pager = "before"


def listing_blocks(blocks: Sequence[ListBlock]) -> list[ListBlock]:
    """The blocks that are the list, as far as one page tells: without side blocks behind the pager or behind dated rows."""
    return _without_side_block(_before_pager(blocks))


def merged_rows(blocks: Iterable[ListBlock]) -> tuple[ListRow, ...]:
    """The rows of the blocks, one an article, the first one's."""
    rows: dict[str, ListRow] = {}
    for block in blocks:
        for row in block.rows:
            rows.setdefault(row.article_id, row)
    return tuple(rows.values())


def _before_pager(blocks: Sequence[ListBlock]) -> list[ListBlock]:
    """The blocks without those behind the pager, in another box than the pager stands in with most of the rows."""
    kept = [block for block in blocks if block.pager != "behind"]
    ended = len(merged_rows(kept))
    return kept if ended >= _FEWEST_ROWS and 2 * ended > len(merged_rows(blocks)) else list(blocks)


def _without_side_block(blocks: list[ListBlock]) -> list[ListBlock]:
    """The blocks without those behind the list: where the list shows dates, undated links outside of it are none of its rows."""
    rows = merged_rows(blocks)
    last = max((index for index, row in enumerate(rows) if row.date), default=0)
    dated = [row for row in rows if row.date]
    if len(dated) * 5 < (last + 1) * 4 or not dated:
        return blocks
    after = {row.article_id for row in rows[last + 1 :]}
    if len(dated) < _FEWEST_ROWS and not all(_is_cut_elsewhere(row, dated) for row in rows[last + 1 :]):
        return blocks
    box = _common_path([block.path for block in blocks if any(row.date for row in block.rows)])
    return [
        block
        for block in blocks
        if block.pager == "before" or block.path[: len(box)] == box or not block.article_ids <= after
    ]


def _is_cut_elsewhere(row: ListRow, dated: list[ListRow]) -> bool:
    """Whether the row's title is cut short and its article lies in another folder than those of the dated rows."""
    folders = {other.url.partition("/system/")[0] for other in dated}
    return row.title.endswith(CUT_SHORT) and row.url.partition("/system/")[0] not in folders


class BlockContext:
    """The elements of one page that are not its list. `name` is the page's own: its heading opens no side block."""

    def __init__(self, root: etree._Element, base: str, name: str | None, words: SiteWords) -> None:
        self._base, self.urls = base, words.site.urls
        self._names = frozenset(_SIDE_NAMES) - {name}
        self.footer = _footer(root, words.pattern(_FOOTER))
        self.side: set[etree._Element] = set()
        self._articles_anywhere = 0
        headings = []
        for element in root.iter(etree.Element):
            self._articles_anywhere += self._is_article(element)
            if element.tag not in _UNSEEN and self._is_heading(element):
                headings.append(element)
        for heading in headings:
            self.side.update(self._block(heading))

    def _is_heading(self, element: etree._Element) -> bool:
        own = (element.text or "") + "".join(child.tail or "" for child in element[:8])
        return any(
            _TRIMMINGS.sub("", text.strip()).strip() in self._names
            for text in (own, _short_text(element))
            if text.strip()
        )

    def _is_article(self, element: etree._Element) -> bool:
        href = _href(element)
        return href != "" and self.urls.understand(absolute(self._base, href)).kind in (UrlKind.ARTICLE, UrlKind.PART)

    def _links(self, element: etree._Element, heading: etree._Element) -> list[etree._Element]:
        """The links below `element` but the heading's own and those to more."""
        own = set(heading.iter("a"))
        return [a for a in element.iter("a") if _href(a) and a not in own and not _MORE.match(_short_text(a))]

    def _block(self, heading: etree._Element) -> list[etree._Element]:
        """The elements of the side block under `heading`; none where it heads no block of links."""
        if not _is_link(heading) and (heading.text or "").strip() and self._links(heading, etree.Element("none")):
            return [heading]  # words and links in one element
        inside: etree._Element = heading
        while (around := inside.getparent()) is not None:
            if links := self._links(around, heading):
                block = [around] if self._is_aside(around, links) else self._run_after(inside, heading)
                if _stands_in_link(heading):
                    inner = [link for element in block for link in self._links(element, heading)]
                    if 2 * sum(map(self._is_article, inner)) <= len(inner):
                        return []  # an item of the navigation that happens to bear such a name
                return block
            inside = around
        return []

    def _is_aside(self, block: etree._Element, links: list[etree._Element]) -> bool:
        """Whether `block` is a side block and nothing else: it holds no list, no pager, no heading of another kind."""
        if block.tag in ("body", "html"):
            return False
        articles = sum(map(self._is_article, links))
        if articles and articles == self._articles_anywhere:
            return False
        for element in block.iter(etree.Element):
            if LIST_BLOCK in element.get("class", "").split():
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
        if LIST_BLOCK in element.get("class", "").split() and element.find(".//a") is not None:
            found = None
        if found is None and element.tag not in _UNSEEN and any(words.match(text) for text in _own_texts(element)):
            found = element
    return found


def _own_texts(element: etree._Element) -> Iterator[str]:
    pieces = (element.text, element.get("src"), *(child.tail for child in element))
    yield from (piece.strip() for piece in pieces if piece and piece.strip())


def _href(element: etree._Element) -> str:
    return (element.get("href") or "").strip() if element.tag in ("a", "area") else ""


def _short_text(element: etree._Element) -> str:
    """Text of the element, blanks collapsed; of a longer text as much as shows that it is too long for a heading."""
    text = ""
    for piece in element.itertext():
        text += piece
        if len(text) > _LONGEST_HEADING * 8 or len(text.strip()) > _LONGEST_HEADING * 2:
            break
    return " ".join(text.split())


def _is_link(element: etree._Element) -> bool:
    return element.tag == "a" and element.get("href") is not None


def _stands_in_link(element: etree._Element) -> bool:
    return any(_is_link(e) for e in (element, *element.iterancestors())) or any(map(_is_link, element.iter("a")))
