"""Outcomes of failed requests: from exception or HTTP status to outcome and reason."""

from typing import Final

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome, outcome_of_status
from panan_spider.core.text import one_line

_TOO_LARGE_WORDS: Final = ("larger than download max size", "max size", "maxsize")


def outcome_of(failure: Failure) -> tuple[Outcome, str]:
    """Outcome and reason (one line) of a request without a page."""
    return outcome_of_error(failure.value)


def outcome_of_error(error: BaseException | None) -> tuple[Outcome, str]:
    """`outcome_of` for an exception. An exception with an `outcome` of its own names it."""
    outcome = getattr(error, "outcome", None)
    if isinstance(outcome, Outcome):
        return outcome, one_line(getattr(error, "reason", None) or str(error))
    if isinstance(error, HttpError):
        return outcome_of_status(error.response.status), f"HTTP {error.response.status}"
    reason = one_line(f"{type(error).__name__}: {error}")
    cancelled = isinstance(error, (DownloadCancelledError, IgnoreRequest))
    if cancelled and any(word in reason.lower() for word in _TOO_LARGE_WORDS):
        return Outcome.TOO_LARGE, reason
    return Outcome.FAILED, reason
