"""New, changed, or the same as the archive has it."""

from typing import Any

from scrapy.exceptions import DropItem

from panan_spider.items import Article
from panan_spider.pipelines.archive_pipeline import ArchivePipeline


class RevisePipeline(ArchivePipeline):
    """Numbers revisions; ends what has not changed."""

    def process_item(self, item: Any) -> Any:
        """The article with its revision's number. Raises DropItem, noted as UNCHANGED, where its content hash is stored."""
        if not isinstance(item, Article):
            return item
        with self.extension.guarding():
            known = self.archive.latest(item.id)
            if known is None:
                return item
            if known.content_hash == item.content_hash:
                self.archive.mark_unchanged(item.id, item.url, item)
                raise DropItem(f"{item.url}: unchanged")
        return item.model_copy(update={"revision": known.revision + 1})
