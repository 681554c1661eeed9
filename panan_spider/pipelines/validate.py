"""The impossible is never stored: it is quarantined with its reason and its place in the WARC."""

import logging
from datetime import date
from typing import Any

from pydantic import ValidationError
from scrapy.exceptions import DropItem

from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article
from panan_spider.pipelines.archive_pipeline import ArchivePipeline
from panan_spider.sites.urls import understand

logger = logging.getLogger(__name__)


def objection(article: Article) -> tuple[str, str] | None:
    """(field, reason) where the article cannot be; None where it can."""
    try:
        Article.model_validate(article.model_dump(warnings=False))
    except ValidationError as error:
        first = error.errors()[0]
        return ".".join(map(str, first["loc"])) or "article", first["msg"]
    address = understand(article.url)
    if article.posted is None or address.posted is None:
        return "posted", f"no such date in the address {article.url}"
    if (article.id, article.posted) != (address.article_id, address.posted.isoformat()):
        return "id", f"the address says {address.article_id} of {address.posted}"
    if article.published is not None:
        try:
            date.fromisoformat(article.published[:10])
        except ValueError:
            return "published", f"no such date: {article.published}"
    return _contradiction(article)


def _contradiction(article: Article) -> tuple[str, str] | None:
    """`text` and `images` say again what `blocks` says."""
    if article.text != "\n".join(block.text for block in article.blocks if block.type in ("paragraph", "heading")):
        return "text", "it is not that of the blocks"
    pictures = [(block.url, block.caption) for block in article.blocks if block.type == "image"]
    if [(image.url, image.caption) for image in article.images] != pictures:
        return "images", "they are not those of the blocks"
    return None


class ValidatePipeline(ArchivePipeline):
    """Quarantines what fails."""

    def process_item(self, item: Any) -> Any:
        """The article as it is. Raises DropItem after quarantining it as INVALID."""
        if isinstance(item, Article) and (found := objection(item)):
            field, reason = found
            with self.extension.guarding():
                self.archive.quarantine(item.url, Outcome.INVALID, reason, field, item.template, item.warc)
            logger.warning("%s: %s: %s: %s (template %s)", Outcome.INVALID, item.url, field, reason, item.template)
            raise DropItem(f"{item.url}: {field}: {reason}")
        return item
