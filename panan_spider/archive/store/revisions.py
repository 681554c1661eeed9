"""Articles into the archive: the line, durable, then the mark; one by one or several together."""

from collections.abc import Sequence

from panan_spider.archive.ledger.ledger import ARTICLES
from panan_spider.archive.ledger_state import RETURNED
from panan_spider.archive.state import KnownArticle, KnownPart
from panan_spider.archive.store.accounting import RunAccounting
from panan_spider.archive.store.warc_writer import WarcWriter
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article, WarcLocation


class Revisions(RunAccounting):
    """What is stored of articles, and how more is."""

    validators: dict[str, tuple[str | None, str | None]]
    parts: dict[tuple[str, int], KnownPart]
    _warc: WarcWriter

    def latest(self, article_id: str) -> KnownArticle | None:
        """The newest stored revision of that number; None where none is stored."""
        return self.ledger.articles.latest(article_id)

    def store(self, article: Article, outcome: Outcome) -> None:
        """Keep a revision, STORED or REVISED: its line, durable, then its mark with the address's fate.

        Raises ValueError, and writes nothing, where it is not the next revision of its number or where
        this run has already told another fate of its address.
        """
        self.store_all([(article, outcome)])

    def store_all(self, revisions: Sequence[tuple[Article, Outcome]]) -> None:
        """`store` for several articles, each of another number: one sync of their lines, one transaction of their marks."""
        returned = [self.expect(article, outcome) for article, outcome in revisions]
        self._warc.sync()
        lines = self._articles.append_all([article.model_dump_json() for article, _outcome in revisions])
        with self.ledger.write():
            for (article, outcome), line, back in zip(revisions, lines, returned, strict=True):
                self.memory.discovered(article.url, "article", article.id)
                validators = self.validators.get(article.url, (None, None))
                self.ledger.articles.mark(article.model_dump(), line.start, *validators)
                self._note_parts(article.id, article.warc)
                self.memory.settle(article.url, outcome, RETURNED if back else None)
            if lines:
                self.ledger.passed(ARTICLES, *lines)

    def expect(self, article: Article, outcome: Outcome) -> bool:
        """Whether the article returns after it was gone. Raises ValueError where `store` would."""
        known = self.latest(article.id)
        if article.revision != (1 if known is None else known.revision + 1):
            raise ValueError(f"{article.url}: revision {article.revision} does not follow {known and known.revision}")
        self.memory.expect(article.url, outcome)
        return known is not None and known.outcome is Outcome.GONE

    def _note_parts(self, article_id: str, warc: WarcLocation | None) -> None:
        """Note how the parts behind page one were answered, where this run knows it of all of them."""
        told = [self.parts.get((place.file, place.offset)) for place in (warc.parts if warc is not None else ())]
        parts = [part for part in told if part is not None]
        if warc is not None and len(parts) == len(told):
            self.ledger.articles.note_parts(article_id, parts)

    def mark_unchanged(self, article_id: str, url: str, fetched: Article | None = None) -> None:
        """An article was asked for again and is the same; `fetched` where it came whole, and not as a 304.

        Nothing where this run has stored it itself.
        """
        if self.memory.told(url) in (Outcome.STORED, Outcome.REVISED):
            return
        with self.ledger.write():
            self.memory.discovered(url, "article", article_id)
            if fetched is not None and url in self.validators:
                self.ledger.articles.validators(article_id, *self.validators[url], fetched.fetched_at)
                self._note_parts(article_id, fetched.warc)
            self.memory.settle(url, Outcome.UNCHANGED)
