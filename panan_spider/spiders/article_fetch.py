"""One article being fetched: its parts as they come, and the article they make."""

from dataclasses import dataclass, field
from typing import Final

from panan_spider.archive.state import KnownArticle
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.assemble import join, to_article
from panan_spider.extract.results import ArticlePage, InvalidPage
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.urls import Address, UrlKind, understand
from panan_spider.spiders.frontier import FrontierEntry

#: No text of a county's newspaper runs over more parts.
MAX_PARTS: Final = 100


@dataclass
class ArticleFetch:
    """What is known of the article, and what has come of it so far."""

    wanted: FrontierEntry
    known: KnownArticle | None
    address: Address  # part one, as asked for
    tried: list[str] = field(default_factory=list)  # addresses of part one that are gone
    fetched_at: str = ""
    waits_for: str | None = None  # the part asked for and not answered yet
    checked: list[str] = field(default_factory=list)  # parts that were asked whether they have changed
    plain: bool = False  # one of them has: all is asked for as if nothing were known of it
    pages: list[ArticlePage] = field(default_factory=list)
    _places: list[WarcLocation | None] = field(default_factory=list)
    _parts: dict[int, str] = field(default_factory=dict)  # number → address, as met
    _asked: set[int] = field(default_factory=set)

    @property
    def may_be_confirmed(self) -> bool:
        """Whether 304s would prove it unchanged: it stands where it stood, and there is something to ask every part with.

        304 speaks of one page: an article of several parts can have changed behind it.
        """
        known = self.known
        if known is None or self.plain or known.outcome is Outcome.GONE or known.url != self.address.url:
            return False
        tags = [(known.etag, known.last_modified), *((part.etag, part.last_modified) for part in known.parts)]
        return len(tags) == known.pages and (None, None) not in tags

    def keep(self, page: ArticlePage, place: WarcLocation | None) -> None:
        """Take the next part in, with its place in the archive."""
        self.pages.append(page)
        self._places.append(place)
        for url in page.parts:
            part = understand(url)
            if part.kind is UrlKind.PART and part.article_id == self.wanted.number:
                self._parts.setdefault(part.part, part.url)

    def next_part(self) -> str | None:
        """The address of the part to ask for next; None where all are there. Raises InvalidPage where they do not end."""
        if len(self._parts) >= MAX_PARTS:
            raise InvalidPage(f"more than {MAX_PARTS} parts", field_name="pages")
        due = min(set(self._parts) - self._asked, default=None)
        if due is None:
            return None
        self._asked.add(due)
        return self._parts[due]

    def whole(self) -> ArticlePage:
        """All parts as one page. Raises InvalidPage where they are not of one article."""
        return join(self.pages)

    def article(self, whole: ArticlePage) -> Article:
        """The article of `whole`. `listed_in` is empty: told when it is handed on, for lists still open can name it."""
        return to_article(
            whole,
            address=self.address,
            pages=len(self.pages),
            listed_in=(),
            fetched_at=self.fetched_at,
            warc=self._place(),
        )

    def _place(self) -> WarcLocation | None:
        """The place of part one, with those of the further parts; None where any is not kept."""
        kept = [place for place in self._places if place is not None]
        if not kept or len(kept) != len(self._places):
            return None
        return kept[0].model_copy(update={"parts": kept[1:]})
