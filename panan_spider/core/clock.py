"""Clock: the time now, RFC 3339 moments, run ids, all UTC; a limit of processor time."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta, timezone
from types import FrameType
from typing import Final

#: Gives the time now, UTC, aware. A parameter wherever a test needs another time.
Clock = Callable[[], datetime]

#: The time of the sites: all of China keeps one, without summer time.
SITE_TIME: Final = timezone(timedelta(hours=8))


def now() -> datetime:
    """The time now, UTC, aware."""
    return datetime.now(UTC)


def moment(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: `2026-03-07T01:02:03Z`."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def site_day(at: datetime | str) -> date:
    """The day of a time, or of an RFC 3339 moment, in the time of the sites."""
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).astimezone(SITE_TIME).date()


def stamp(at: datetime) -> str:
    """The time as a part of file names, UTC, whole seconds: `20260307T010203Z`."""
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def run_id(started: datetime) -> str:
    """The name of a run: its start and the process number, `20260307T010203Z-4711`."""
    return f"{stamp(started)}-{os.getpid()}"


class ProcessorLimitError(Exception):
    """Work took more processor time than it may."""


def _over(_signal: int, _frame: FrameType | None) -> None:
    raise ProcessorLimitError


@contextmanager
def processor_limit(seconds: float) -> Iterator[None]:
    """Raise ProcessorLimitError where the block takes more processor seconds, in Python code or inside a pattern.

    Without effect outside of the main thread, where no signal arrives, and inside another such block.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getitimer(signal.ITIMER_VIRTUAL)[0]:
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _over)
    # Again after as long: an exception that meets a finalizer or a callback in C is only printed, and lost.
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def local_time(time: str | None) -> str:
    """A UTC time as the site's clock shows it, to the minute: `2022-11-14 02:15`. A date stays one; other text stays as it is."""
    if not time or "T" not in time:
        return time or ""
    try:
        found = datetime.fromisoformat(time)
    except ValueError:
        return time
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(SITE_TIME).strftime("%Y-%m-%d %H:%M")
