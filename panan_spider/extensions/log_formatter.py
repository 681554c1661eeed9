"""Log formats: network errors on one line with the traceback at DEBUG; `--json-log` writes one JSON object a line."""

import asyncio
import json
import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final

from scrapy import Request, Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from scrapy.settings import Settings
from twisted.internet.defer import Deferred
from twisted.logger import globalLogBeginner
from twisted.python.failure import Failure

from panan_spider.archive.store.files import LockHeld, StoreError
from panan_spider.core.text import one_line
from panan_spider.items import Article

logger = logging.getLogger(__name__)


class OneLineLogFormatter(LogFormatter):
    """Scrapy's messages, except those that would print a whole article or a traceback."""

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """At DEBUG: most are unchanged articles, and a pipeline logs why it drops another."""
        if not isinstance(item, Article):
            return super().dropped(item, exception, response, spider)
        return {"level": logging.DEBUG, "msg": "Not stored: %(why)s", "args": {"why": str(exception)}}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """The article by its URL alone."""
        named = item.url if isinstance(item, Article) else item
        return super().item_error(named, exception, response, spider)

    def download_error(
        self, failure: Failure, request: Request, spider: Spider, errmsg: str | None = None
    ) -> LogFormatterResult:
        """One line at ERROR; the traceback, which Scrapy adds to whatever is returned here, at DEBUG."""
        why = one_line(str(errmsg or failure.value))
        logger.error("Error downloading %s: %s: %s", request, type(failure.value).__name__, why)
        return {"level": logging.DEBUG, "msg": "Error downloading %(request)s", "args": {"request": request}}


#: Loggers that print an exception with its traceback where one line says all, and the line's beginning.
_TRACEBACKS: Final = {
    "asyncio": "the crawl could not start",  # a second crawl in one process
    "twisted": "the crawl could not start",
    "scrapy.extensions.feedexport": "a feed could not be written",
}


#: Twisted's record before that of an exception which nobody took. It does not name the exception.
_UNHANDLED: Final = "Unhandled error in Deferred:"


def shorten_tracebacks() -> None:
    """From now on, log a feed that fails, and an archive that another run holds, on one line.

    Twisted prints critical events on stderr until a program begins its logging, although Scrapy logs them; no longer from here on.
    """
    for name in _TRACEBACKS:
        logging.getLogger(name).addFilter(_shorten)
    logging.getLogger("twisted").addFilter(_drop_heading)
    if getattr(globalLogBeginner, "_temporaryObserver", None) is not None:
        globalLogBeginner.beginLoggingTo([], discardBuffer=True, redirectStandardIO=False)


def _drop_heading(record: logging.LogRecord) -> bool:
    """Logging filter: Twisted's heading of an exception that nobody took becomes the message of the exception's own record."""
    if record.exc_info:
        record.msg = record.msg or _UNHANDLED
    return record.exc_info is not None or record.getMessage().strip() != _UNHANDLED


def _shorten(record: logging.LogRecord) -> bool:
    """Logging filter: puts an exception's text in the place of its traceback; DEBUG shows where it was raised."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, LockHeld | StoreError) or (error is not None and record.name.startswith("scrapy.")):
        logger.debug("raised here", exc_info=record.exc_info)
        record.msg, record.args = f"{_TRACEBACKS[record.name]}: {one_line(str(error)) or type(error).__name__}", ()
        record.exc_info = record.exc_text = None
    return True


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


#: Attributes that Scrapy hangs on its records: objects, not words.
_OBJECTS: Final = ("crawler", "spider")


#: Attributes of every record, and of Scrapy's: what else a record has was given as `extra`.
_USUAL: Final = frozenset({*vars(logging.makeLogRecord({})), "asctime", "message", "taskName", *_OBJECTS})


class _Lines(logging.Formatter):
    """`time` (UTC, ISO 8601), `level`, `logger`, `message`, `spider` where there is one, `traceback` where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in _USUAL},
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        spider = getattr(record, "spider", None)
        if spider is not None:
            fields["spider"] = spider.name if isinstance(spider, Spider) else str(spider)
        return json.dumps(fields, ensure_ascii=False, default=str)


class _Handler(logging.Handler):
    """Writes to stderr, or to the file that LOG_FILE names; a record that cannot be formatted is a line, too."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings["LOG_LEVEL"])
        name = settings["LOG_FILE"]
        mode = "a" if settings.getbool("LOG_FILE_APPEND") else "w"
        # It stays open as long as the process lives.
        self._stream = open(name, mode, encoding="utf-8") if name else sys.stderr  # noqa: PTH123, SIM115
        self.setFormatter(_Lines())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:
            fields = {"level": "ERROR", "logger": record.name, "message": f"a log line could not be made: {error}"}
            line = json.dumps(fields, ensure_ascii=False)
        self._stream.write(line + "\n")
        self._stream.flush()


_installed: list[_Handler] = []


def install(settings: Settings) -> None:
    """Log as JSON from now on, in place of Scrapy's own handler."""
    settings.set("LOG_INSTALL_ROOT_HANDLER", False, priority="cmdline")
    logging.root.setLevel(logging.NOTSET)
    for handler in _installed:
        logging.root.removeHandler(handler)
    _installed.clear()
    if settings.getbool("LOG_ENABLED"):
        _installed.append(_Handler(settings))
        logging.root.addHandler(_installed[0])
    sys.excepthook = _uncaught


def installed() -> bool:
    """Whether the log is JSON."""
    return bool(_installed)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    logger.critical("%s: %s", kind.__name__, error, exc_info=(kind, error, trace))


def say(line: str) -> None:
    """One line to whoever called: on stderr, and as JSON where the log is."""
    if installed():
        logger.error(line)
    else:
        print(line, file=sys.stderr)
