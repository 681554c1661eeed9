"""Fetch of one article: the address asked for, what earlier runs know of it, and the parts received so far."""

from dataclasses import dataclass, field

from panan_spider.archive.ledger.stored_articles import KnownArticle
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.assemble import ArticleBuilder
from panan_spider.sites.urls import Address
from panan_spider.spiders.frontier import FrontierEntry


@dataclass
class ArticleFetch:
    """The state of one fetch. `builder` holds the pages; its address is that of part one as asked for."""

    entry: FrontierEntry
    known: KnownArticle | None
    builder: ArticleBuilder
    tried: list[str] = field(default_factory=list)  # addresses of part one that are gone
    waits_for: str | None = None  # the part asked for and not answered yet
    checked: list[str] = field(default_factory=list)  # parts that were asked whether they have changed
    refetch_all: bool = False  # a part has changed: every part is fetched without conditional headers

    @property
    def address(self) -> Address:
        """The address of part one."""
        return self.builder.address

    @property
    def may_be_confirmed(self) -> bool:
        """Whether 304s would prove it unchanged: same address as stored, and a validator for every part.

        304 speaks of one page: an article of several parts can have changed behind it.
        """
        known = self.known
        if known is None or self.refetch_all or known.outcome is Outcome.GONE or known.url != self.address.url:
            return False
        tags = [(known.etag, known.last_modified), *((part.etag, part.last_modified) for part in known.parts)]
        return len(tags) == known.pages and (None, None) not in tags
