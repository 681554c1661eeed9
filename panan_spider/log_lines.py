"""Log lines for people: what the network does is one line, its traceback at DEBUG only."""

import logging
from typing import Any

from scrapy import Request, Spider
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class LogLines(LogFormatter):
    """Scrapy's messages; dropped items and download errors at DEBUG, where the spider says the same in one line."""

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """An unchanged article is no news."""
        return {"level": logging.DEBUG, "msg": "Not stored: %(why)s", "args": {"why": str(exception)}}

    def download_error(
        self, failure: Failure, request: Request, spider: Spider, errmsg: str | None = None
    ) -> LogFormatterResult:
        """The spider names the failed address at WARNING; here is the traceback's place."""
        level = logging.DEBUG if not isinstance(failure.value, IgnoreRequest) else logging.NOTSET
        return {
            "level": level,
            "msg": "Download of %(request)s ended: %(why)s",
            "args": {"request": request, "why": errmsg},
        }
