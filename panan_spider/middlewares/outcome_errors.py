"""Outcomes of failed requests: the exception by which a middleware names one, and those of all other exceptions and statuses."""

import re
from typing import Final

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome, outcome_of_status
from panan_spider.core.text import one_line
from panan_spider.extract.document import Page, says_challenge, visible_text


class OutcomeError(IgnoreRequest):
    """Ends the request. `outcome` is that of its URL, `reason` one line."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome = outcome
        self.reason = reason


_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LONGEST_CHALLENGE: Final = 100_000  # bytes
_MOST_TEXT: Final = 40  # bytes beside the script
_TITLE: Final = re.compile(r"<title\b[^<]{0,500}", re.IGNORECASE)
_TOO_LARGE_WORDS: Final = ("larger than download max size", "max size", "maxsize")


def page_of(response: Response) -> Page:
    """The response as `extract` reads it."""
    header = response.headers.get("Content-Type")
    return Page(response.url, response.body, header.decode("latin-1") if header is not None else None)


def is_challenge(response: Response) -> bool:
    """Whether an answer that is no page is a firewall's: by its words, or a cookie or script with no link or text beside it.

    405, 412, 468, 521 and 202 are the usual statuses; 404 and 410 are never judged so.
    """
    body = response.body
    if response.status in (200, 304, 404, 410) or response.status in _REDIRECTS or len(body) > _LONGEST_CHALLENGE:
        return False
    page = page_of(response)
    if says_challenge(page):
        return True
    beside = visible_text(_TITLE.sub("", page.text))  # beside script and title
    sets_cookie = b"Set-Cookie" in response.headers or b"document.cookie" in body
    has_script = b"<script" in body.lower()
    return has_script and b"<a " not in body.lower() and (sets_cookie or len(beside.encode()) < _MOST_TEXT)


def outcome_of(failure: Failure) -> tuple[Outcome, str]:
    """Outcome and reason (one line) of a request without a page."""
    return outcome_of_error(failure.value)


def outcome_of_error(error: BaseException | None) -> tuple[Outcome, str]:
    """`outcome_of` for an exception. An exception with an `outcome` of its own names it."""
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
