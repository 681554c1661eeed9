"""Log lines: network errors and failed starts on one line, their tracebacks at DEBUG only."""

import asyncio
import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from panan_spider.core.text import one_line
from panan_spider.items import Article

logger = logging.getLogger(__name__)


class OneLineLogFormatter(LogFormatter):
    """Scrapy's messages, except those that would print a whole article or a traceback."""

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """At DEBUG: an unchanged article is no news, and a pipeline logs why it drops another."""
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


def collect_errors(running: Any, errors: list[BaseException]) -> None:
    """Add to `errors` the exception, if any, that ends a crawl: `running` is the task or Deferred of CrawlerProcess.crawl.

    Asyncio and Twisted would print an exception that nobody takes with its traceback.
    """

    def done(task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            errors.append(error)

    def failed(failure: Failure) -> None:
        if failure.value is not None:
            errors.append(failure.value)

    if isinstance(running, Deferred):
        running.addErrback(failed)
    else:
        running.add_done_callback(done)
