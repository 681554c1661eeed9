"""Article pipelines: clean, validate, revise, store; each does one job on an article, and other items pass."""

import asyncio
import logging
from typing import Any, Final, Self

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem, NotConfigured

from panan_spider.archive.revision_review import review_reading
from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import Outcome
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.extract.assemble import clean, objection
from panan_spider.items import Article
from panan_spider.sites.profile import Site

logger = logging.getLogger(__name__)

#: Seconds an article waits for others to be stored with, and the number of articles stored together at most.
_WAIT: Final = 0.1
MOST_TOGETHER: Final = 64


class ArchivePipeline:
    """A pipeline over the run's archive."""

    def __init__(self, extension: ArchiveRunExtension) -> None:
        self.extension = extension

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor. Raises NotConfigured for a spider without an archive."""
        extension = crawler.get_extension(ArchiveRunExtension)
        if extension is None:
            raise NotConfigured
        return cls(extension)

    @property
    def archive(self) -> Archive:
        """The open archive."""
        return self.extension.archive

    @property
    def site(self) -> Site:
        """The site of the run."""
        site: Site = self.extension.crawler.spider.site  # type: ignore[union-attr]
        return site


class CleanPipeline:
    """Removes characters that no text holds."""

    def process_item(self, item: Any) -> Any:
        """The article, cleaned, with its hash recomputed. Punctuation and blanks stay as the author set them."""
        return clean(item) if isinstance(item, Article) else item


class ValidatePipeline(ArchivePipeline):
    """Quarantines articles that contradict themselves or their address."""

    def process_item(self, item: Any) -> Any:
        """The article as it is. Raises DropItem after quarantining it as INVALID."""
        if isinstance(item, Article) and (found := objection(item, self.site)):
            field, reason = found
            with self.extension.guarding():
                self.archive.quarantine(item.url, Outcome.INVALID, reason, field, item.template, item.warc)
            logger.warning("%s: %s: %s: %s (template %s)", Outcome.INVALID, item.url, field, reason, item.template)
            raise DropItem(f"{item.url}: {field}: {reason}")
        return item


class RevisePipeline(ArchivePipeline):
    """Drops articles that are not stored at once: unchanged, held until the run's end, or quarantined."""

    def process_item(self, item: Any) -> Any:
        """The article where it is new. Raises DropItem where the archive has recorded it otherwise."""
        if not isinstance(item, Article):
            return item
        with self.extension.guarding():
            ready, reason = review_reading(self.archive, self.site, item)
        if ready is None:
            raise DropItem(f"{item.url}: {reason}")
        return ready


class StorePipeline(ArchivePipeline):
    """Stores new and revised articles: the line, durable, then the ledger's mark. Articles that arrive together share one fsync."""

    def __init__(self, extension: ArchiveRunExtension) -> None:
        super().__init__(extension)
        self._waiting: dict[str, tuple[Article, Outcome, asyncio.Future[None]]] = {}

    async def process_item(self, item: Any) -> Any:
        """The article, once it is stored. Raises StoreError, which ends the run with exit code 14."""
        if isinstance(item, Article):
            await self._stored(item, Outcome.STORED if item.revision == 1 else Outcome.REVISED)
        return item

    async def _stored(self, article: Article, outcome: Outcome) -> None:
        if article.id in self._waiting:
            self._store()
        with self.extension.guarding():
            self.archive.expect(article, outcome)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_later(_WAIT, self._store)
        self._waiting[article.id] = (article, outcome, done)
        if len(self._waiting) >= MOST_TOGETHER:
            self._store()
        await done

    def _store(self) -> None:
        """Store all that wait; each waiter gets its result or the error."""
        waiting, self._waiting = list(self._waiting.values()), {}
        error: Exception | None = None
        try:
            with self.extension.guarding():
                if waiting:
                    self.archive.store_all([(article, outcome) for article, outcome, _done in waiting])
        except Exception as refused:
            error = refused
        for _article, _outcome, done in waiting:
            if done.cancelled():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
