"""From what went wrong with a request to the named fate of its address."""

from typing import Final

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome
from panan_spider.core.text import one_line

_GONE: Final = frozenset({404, 410})
_BLOCKED: Final = frozenset({401, 403, 407, 429, 451})
_TOO_LARGE_WORDS: Final = ("larger than download max size", "max size", "maxsize")


def fate_of(failure: Failure) -> tuple[Outcome, str]:
    """Outcome and reason, one line, of a request that brought no page."""
    return fate_of_error(failure.value)


def fate_of_error(error: BaseException | None) -> tuple[Outcome, str]:
    """`fate_of` for an exception; whoever raises one that knows its outcome is believed."""
    outcome = getattr(error, "outcome", None)
    if isinstance(outcome, Outcome):
        return outcome, one_line(getattr(error, "reason", None) or str(error))
    if isinstance(error, HttpError):
        return _fate_of_status(error.response.status)
    said = one_line(f"{type(error).__name__}: {error}")
    if isinstance(error, (DownloadCancelledError, IgnoreRequest)) and any(w in said.lower() for w in _TOO_LARGE_WORDS):
        return Outcome.TOO_LARGE, said
    return Outcome.FAILED, said


def _fate_of_status(status: int) -> tuple[Outcome, str]:
    if status in _GONE:
        return Outcome.GONE, f"HTTP {status}"
    if status in _BLOCKED:
        return Outcome.BLOCKED, f"HTTP {status}"
    return Outcome.FAILED, f"HTTP {status}"
