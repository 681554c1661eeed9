"""Validate pipeline: an article that cannot be true is quarantined with its reason and its place in the WARC."""

import logging
from typing import Any

from scrapy.exceptions import DropItem

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.assemble import objection
from panan_spider.items import Article
from panan_spider.pipelines.archive_pipeline import ArchivePipeline
from panan_spider.sites.profile import load_site

logger = logging.getLogger(__name__)


class ValidatePipeline(ArchivePipeline):
    """Quarantines articles that contradict themselves or their address."""

    def process_item(self, item: Any) -> Any:
        """The article as it is. Raises DropItem after quarantining it as INVALID."""
        if isinstance(item, Article) and (found := objection(item, load_site())):
            field, reason = found
            with self.extension.guarding():
                self.archive.quarantine(item.url, Outcome.INVALID, reason, field, item.template, item.warc)
            logger.warning("%s: %s: %s: %s (template %s)", Outcome.INVALID, item.url, field, reason, item.template)
            raise DropItem(f"{item.url}: {field}: {reason}")
        return item
