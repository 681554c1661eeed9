"""Side blocks: blocks of list pages that several sections show alike. A side block lists nothing.

Evidence is the first pages of all sections that a run has read: a block whose set of articles is the same on three and more
of them, while the rest of each page is another list. A list that goes by several names has the same rest each time, and
sections that share their newest rows have them within one block with older ones: neither is a side block.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from panan_spider.extract.list_blocks import listing_blocks, merged_rows
from panan_spider.extract.results import ListBlock, ListRow, SectionPage

#: Different lists beside which a block must stand.
_FEWEST_LISTS: Final = 3
#: Articles of a side block: a single one can be the picture over a list.
_FEWEST_ARTICLES: Final = 2

Articles = frozenset[str]


class SideBlocks:
    """The side blocks that the lists of one run have shown so far."""

    def __init__(self) -> None:
        self._found: set[Articles] = set()
        self._places: dict[str, frozenset[str]] = {}  # of the side blocks on a section's first page, by its URL

    def learn(self, pages: Mapping[str, SectionPage]) -> None:
        """Find the side blocks among the first pages of all sections, by the section's URL."""
        shown: dict[Articles, dict[str, Articles]] = {}  # block → section → articles of the page's other blocks
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


def _articles(blocks: Iterable[ListBlock]) -> Articles:
    return frozenset[str]().union(*(block.article_ids for block in blocks))


def _different(lists: Iterable[Articles]) -> int:
    """Number of lists among these that differ: no two of them share half of the shorter one."""
    chosen: list[Articles] = []
    for articles in sorted(filter(None, lists), key=len):
        if all(2 * len(articles & other) < len(other) for other in chosen):
            chosen.append(articles)
    return len(chosen)
