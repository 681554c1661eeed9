"""Clean pipeline: characters that no text holds are removed."""

from typing import Any

from panan_spider.extract.assemble import clean
from panan_spider.items import Article


class CleanPipeline:
    """Cleans articles; other items pass."""

    def process_item(self, item: Any) -> Any:
        """The article, cleaned, with its hash recomputed. Punctuation and blanks stay as the author set them."""
        return clean(item) if isinstance(item, Article) else item
