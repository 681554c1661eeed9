"""The impossible is never stored: it is quarantined with its reason and its place in the WARC."""

from datetime import date
from typing import Any

from pydantic import ValidationError
from scrapy.exceptions import DropItem

from panan_spider.items import Article
from panan_spider.outcomes import Outcome
from panan_spider.pipelines.base import ArchivePipeline


def objection(article: Article) -> tuple[str, str] | None:
    """(field, reason) where the article cannot be; None where it can."""
    try:
        Article.model_validate(article.model_dump(warnings=False))
    except ValidationError as error:
        first = error.errors()[0]
        return ".".join(map(str, first["loc"])) or "article", first["msg"]
    if article.posted is None:
        return "posted", f"no such date in the address {article.url}"
    if article.published is not None:
        try:
            date.fromisoformat(article.published[:10])
        except ValueError:
            return "published", f"no such date: {article.published}"
    return None


class ValidatePipeline(ArchivePipeline):
    """Quarantines what fails."""

    def process_item(self, item: Any) -> Any:
        """The article as it is. Raises DropItem after quarantining it as INVALID."""
        if isinstance(item, Article) and (found := objection(item)):
            field, reason = found
            with self.extension.guarding():
                self.archive.quarantine(item.url, Outcome.INVALID, reason, field, item.template, item.warc)
            raise DropItem(f"{item.url}: {field}: {reason}")
        return item
