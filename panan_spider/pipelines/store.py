"""The article's line, durable, then the ledger's mark; articles that arrive together are made durable together."""

import asyncio
from typing import Any, Final

from panan_spider.core.outcomes import Outcome
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.items import Article
from panan_spider.pipelines.archive_pipeline import ArchivePipeline

#: Seconds that an article waits for others to be synced with, and how many are at the most.
_WAIT: Final = 0.1
_MOST: Final = 64


class StorePipeline(ArchivePipeline):
    """Stores what is new or revised. An article that waits is not stored yet: nobody has been told that it is."""

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
        if len(self._waiting) >= _MOST:
            self._store()
        await done

    def _store(self) -> None:
        """Store all that wait, and tell each that it is, or what went wrong."""
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
