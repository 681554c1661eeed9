"""Retry middleware: exponential backoff, honours Retry-After; and the outcome of a request that has failed for good or is sent no more."""

import asyncio
import random
import re
import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Final

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import HtmlResponse, Response
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.misc import load_object
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome, outcome_of_status
from panan_spider.core.text import one_line
from panan_spider.extract.document import Page, says_challenge, visible_text

EMPTY: Final = "an empty body"
#: Reason of a body that ended before its time.
CUT: Final = "its body was cut short or damaged on the way"

_ENDED: Final = "the run ended before it was asked for"

_TOO_MANY: Final = 429
_FOOT: Final = 4096  # bytes: scripts and comments may follow the page's end
_FOOTERS: Final = tuple("版权所有".encode(name) for name in ("utf-8", "gb18030"))
_STEP: Final = 1.0  # seconds; a run that is told to stop waits no longer than this for a waiting request

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LONGEST_CHALLENGE: Final = 100_000  # bytes
_MOST_TEXT: Final = 40  # bytes beside the script
_TITLE: Final = re.compile(r"<title\b[^<]{0,500}", re.IGNORECASE)
_TOO_LARGE_WORDS: Final = ("larger than download max size", "max size", "maxsize")


class OutcomeError(IgnoreRequest):
    """Ends the request. `outcome` is that of its URL, `reason` one line."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome = outcome
        self.reason = reason


def header_of(response: Response, name: str) -> str | None:
    """A header of the response as text; None where it is missing or empty."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def page_of(response: Response) -> Page:
    """The response as `extract` reads it."""
    return Page(response.url, response.body, header_of(response, "Content-Type"))


def is_challenge(response: Response) -> bool:
    """Whether an answer that is no page is a firewall's: by its words, or a cookie or script with no link or text beside it.

    405, 412, 468, 521 and 202 are the usual statuses; 404 and 410 are never judged so.
    """
    body = response.body
    if response.status in (200, 304, 404, 410) or response.status in REDIRECTS or len(body) > _LONGEST_CHALLENGE:
        return False
    page = page_of(response)
    if says_challenge(page):
        return True
    beside = visible_text(_TITLE.sub("", page.text))  # beside script and title
    sets_cookie = b"Set-Cookie" in response.headers or b"document.cookie" in body
    has_script = b"<script" in body.lower()
    return has_script and b"<a " not in body.lower() and (sets_cookie or len(beside.encode()) < _MOST_TEXT)


def outcome_of_error(error: BaseException | None) -> tuple[Outcome, str]:
    """Outcome and reason (one line) of a request without a page. An exception with an `outcome` of its own names it."""
    outcome = getattr(error, "outcome", None)
    if isinstance(outcome, Outcome):
        return outcome, one_line(getattr(error, "reason", None) or str(error))
    if isinstance(error, HttpError):
        status = error.response.status
        if is_challenge(error.response):
            return Outcome.BLOCKED, f"HTTP {status}: a challenge page"
        return outcome_of_status(status), f"HTTP {status}"
    reason = one_line(f"{type(error).__name__}: {error}")
    cancelled = isinstance(error, (DownloadCancelledError, IgnoreRequest))
    if cancelled and any(word in reason.lower() for word in _TOO_LARGE_WORDS):
        return Outcome.TOO_LARGE, reason
    return Outcome.FAILED, reason


def is_ending(crawler: Crawler) -> bool:
    """Whether the run is being ended: Scrapy has no signal for the moment it begins to be."""
    engine = crawler.engine
    slot = engine._slot if engine is not None else None
    return engine is None or not engine.running or slot is None or slot.closing is not None


async def pause(seconds: float, over: Callable[[], bool]) -> None:
    """Wait that long, or until the run is over."""
    while seconds > 0 and not over():
        await asyncio.sleep(min(seconds, _STEP))
        seconds -= _STEP


class RetryMiddleware:
    """Scrapy's retries with backoff: PANAN_RETRY_BASE seconds, doubled each time, or what Retry-After says.

    An empty or truncated body is no answer, even where retries are switched off.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        self._crawler = crawler
        self._enabled = settings.getbool("RETRY_ENABLED")
        self._base = settings.getfloat("PANAN_RETRY_BASE")
        self._cap = settings.getfloat("PANAN_RETRY_CAP")
        self._codes = {int(code) for code in settings.getlist("RETRY_HTTP_CODES")}
        self._errors = tuple(load_object(name) for name in settings.getlist("RETRY_EXCEPTIONS"))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RetryMiddleware":
        """Scrapy's constructor."""
        return cls(crawler)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """The response, or the request again after a wait. Raises OutcomeError where the last try was no answer either."""
        status = response.status if response.status in self._codes else None
        reason = f"status {status}" if status else _complaint(request, response)
        if reason is None or (status and not self._may_retry(request)):
            return response
        asked_wait = _retry_after(response) or 0.0
        self._hold_host(request, asked_wait)
        if asked_wait > self._cap:  # an earlier request breaks Retry-After, a longer wait delays the whole run
            reason += f", and not to be asked again for {asked_wait:.0f} s"
        elif again := await self._again(request, reason, asked_wait):
            return again
        blocked = status == _TOO_MANY or is_challenge(response)
        raise OutcomeError(Outcome.BLOCKED if blocked else Outcome.FAILED, f"{reason}, to the last try")

    async def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """The request again after a wait, where the network may have been to blame."""
        return await self._again(request, exception, 0.0) if isinstance(exception, self._errors) else None

    def _may_retry(self, request: Request) -> bool:
        return self._enabled and not request.meta.get("dont_retry")

    async def _again(self, request: Request, reason: str | Exception, asked_wait: float) -> Request | None:
        spider = self._crawler.spider
        assert spider is not None
        again = get_retry_request(request, reason=reason, spider=spider) if self._may_retry(request) else None
        if again is None:
            return None
        own = self._base * 2 ** (again.meta["retry_times"] - 1) * random.uniform(0.75, 1.25)
        await pause(min(max(own, asked_wait), self._cap), partial(is_ending, self._crawler))
        if is_ending(self._crawler):
            raise OutcomeError(Outcome.PENDING, "the run ended before it was asked for again")
        return again

    def _hold_host(self, request: Request, seconds: float) -> None:
        """Retry-After holds for the whole host: the next request of the slot waits as long."""
        engine = self._crawler.engine
        slots = engine.downloader.slots if engine is not None else {}
        if seconds and (slot := slots.get(request.meta.get("download_slot", ""))):
            slot.lastseen = max(slot.lastseen, time.monotonic() + min(seconds, self._cap) - slot.delay)


def _complaint(request: Request, response: Response) -> str | None:
    robots = request.url.endswith("/robots.txt")
    # `partial`: no Content-Length, so that the closed connection is the body's end; the page's own end must prove it.
    unproved = "partial" in response.flags and isinstance(response, HtmlResponse) and not robots
    if "dataloss" in response.flags or (unproved and not _shows_its_foot(response.body[-_FOOT:])):
        return CUT
    if 200 < response.status < 300 and not robots:  # a part of a page, a page to come, none: never a page
        return f"status {response.status}"
    return EMPTY if response.status == 200 and not response.body and not robots else None


def _shows_its_foot(foot: bytes) -> bool:
    """Whether the end of a page is there: its last tag, or the words of a footer."""
    return b"</html" in foot.lower() or any(word in foot for word in _FOOTERS)


def _retry_after(response: Response) -> float | None:
    """Seconds the server asks to wait; None where it does not say, or not in a form of the standard."""
    text = (header_of(response, "Retry-After") or "").strip()
    if text.isdecimal():
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)  # a date without zone is UTC, as HTTP has it
        return max(0.0, at.timestamp() - time.time())
    except (TypeError, ValueError, OverflowError):
        return None


class StoppingDownloader(Downloader):
    """Ends the requests that still wait for their turn as PENDING when the run is being ended.

    Scrapy sends them all, a delay apart: at real manners 13 requests and more than ten seconds after SIGTERM.
    """

    def _process_queue(self, slot: Slot) -> None:
        if not is_ending(self.crawler):
            super()._process_queue(slot)
            return
        while slot.queue:
            _request, waiting = slot.queue.popleft()
            error: IgnoreRequest = OutcomeError(Outcome.PENDING, _ENDED)
            waiting.errback(Failure(error))  # type: ignore[no-untyped-call]
