"""Log lines for people: what the network does is one line, its traceback at DEBUG only."""

import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from panan_spider.core.text import one_line
from panan_spider.items import Article

logger = logging.getLogger(__name__)


class OneLineLogFormatter(LogFormatter):
    """Scrapy's messages, but for those that would fill a screen with an article or with the inside of Scrapy."""

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """An unchanged article is no news, and whoever drops one for cause has said so."""
        if not isinstance(item, Article):
            return super().dropped(item, exception, response, spider)
        return {"level": logging.DEBUG, "msg": "Not stored: %(why)s", "args": {"why": str(exception)}}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The article by its address; the traceback that follows is what its finder needs."""
        named = item.url if isinstance(item, Article) else item
        return super().item_error(named, exception, response, spider)

    def download_error(
        self, failure: Failure, request: Request, spider: Spider, errmsg: str | None = None
    ) -> LogFormatterResult:
        """One line at ERROR; the traceback, which Scrapy adds to whatever is returned here, at DEBUG."""
        why = one_line(str(errmsg or failure.value))
        logger.error("Error downloading %s: %s: %s", request, type(failure.value).__name__, why)
        return {"level": logging.DEBUG, "msg": "Error downloading %(request)s", "args": {"request": request}}
