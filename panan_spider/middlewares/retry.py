"""Patience: what failed is asked for again, later each time, and never sooner than the server says."""

import asyncio
import random
import time
from email.utils import parsedate_to_datetime

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import NotConfigured, ResponseDataLossError
from scrapy.http import Response
from scrapy.utils.misc import load_object

from panan_spider.middlewares.fates import Fate
from panan_spider.outcomes import Outcome

_TOO_MANY = 429
_NO_CONTENT = (204, 304)
_FOOT = 4096  # bytes: scripts and comments may follow the page's end


class RetryMiddleware:
    """Scrapy's retries with backoff: PANAN_RETRY_BASE seconds, doubled each time, or what Retry-After says.

    An empty body, and one shorter than its Content-Length, is no answer.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        if not settings.getbool("RETRY_ENABLED"):
            raise NotConfigured
        self._crawler = crawler
        self._base = settings.getfloat("PANAN_RETRY_BASE")
        self._cap = settings.getfloat("PANAN_RETRY_CAP")
        self._codes = {int(code) for code in settings.getlist("RETRY_HTTP_CODES")}
        self._errors = tuple(load_object(name) for name in settings.getlist("RETRY_EXCEPTIONS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RetryMiddleware":
        """Scrapy's way to make one."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request again after a wait. Raises Fate where the last try was no answer either."""
        reason = self._complaint(request, response)
        if reason is None or request.meta.get("dont_retry"):
            return response
        again = await self._again(request, reason, response)
        if again is not None:
            return again
        if response.status == _TOO_MANY:
            raise Fate(Outcome.BLOCKED, "429 Too Many Requests, to the last try")
        if response.status in self._codes:
            raise Fate(Outcome.FAILED, f"{reason}, to the last try")
        raise Fate(Outcome.FAILED, reason)

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request again after a wait, where the network may have been to blame."""
        if not isinstance(exception, self._errors) or request.meta.get("dont_retry"):
            return None
        return await self._again(request, exception, None)

    def _complaint(self, request: Request, response: Response) -> str | None:
        if response.status in self._codes:
            return f"status {response.status}"
        robots = request.url.endswith("/robots.txt")
        # `partial`: no Content-Length, so that the closed connection is the body's end; the page's own end must prove it.
        unproved = "partial" in response.flags and not robots and b"</html" not in response.body[-_FOOT:].lower()
        if "dataloss" in response.flags or unproved:
            return ResponseDataLossError.__name__
        if response.status == 200 and not response.body and not robots and response.status not in _NO_CONTENT:
            return "an empty body"
        return None

    async def _again(self, request: Request, reason: str | Exception, response: Response | None) -> Request | None:
        spider = self._crawler.spider
        assert spider is not None
        again = get_retry_request(request, reason=reason, spider=spider)
        if again is not None:
            await asyncio.sleep(self._wait(again.meta["retry_times"], response))
        return again

    def _wait(self, times: int, response: Response | None) -> float:
        own: float = self._base * 2 ** (times - 1) * random.uniform(0.75, 1.25)
        told = _retry_after(response) if response is not None else None
        return min(max(own, told or 0.0), self._cap)


def _retry_after(response: Response) -> float | None:
    """Seconds the server asks to wait; None where it does not say, or not in a form of the standard."""
    header = response.headers.get("Retry-After")
    if header is None:
        return None
    text = header.decode("latin-1").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None
