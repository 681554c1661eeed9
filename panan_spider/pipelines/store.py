"""The article's line, durable, then the ledger's mark."""

from typing import Any

from panan_spider.items import Article
from panan_spider.outcomes import Outcome
from panan_spider.pipelines.base import ArchivePipeline


class StorePipeline(ArchivePipeline):
    """Stores what is new or revised."""

    def process_item(self, item: Any) -> Any:
        """The article, once it is stored. Raises StoreError, which ends the run with exit code 14."""
        if isinstance(item, Article):
            with self.extension.guarding():
                self.archive.store(item, Outcome.STORED if item.revision == 1 else Outcome.REVISED)
        return item
