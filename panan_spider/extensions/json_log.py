"""The log as JSON, one object a line, for log shippers: `scrapy crawl panan --json-log`."""

import json
import logging
import sys
from types import TracebackType
from typing import Any, Final

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter
from scrapy import Spider
from scrapy.settings import Settings

#: Attributes that Scrapy hangs on its records: objects, not words.
_OBJECTS: Final = ("crawler", "spider")

logger = logging.getLogger(__name__)


class _Lines(JsonFormatter):
    """`time` (UTC, ISO 8601), `level`, `logger`, `message`, `spider` where there is one, `traceback` where there is one."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "traceback"},
            reserved_attrs=[*RESERVED_ATTRS, *_OBJECTS],
            timestamp="time",
            json_ensure_ascii=False,
            json_default=str,
        )

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        super().add_fields(log_data, record, message_dict)
        spider = getattr(record, "spider", None)
        if spider is not None:
            log_data["spider"] = spider.name if isinstance(spider, Spider) else str(spider)


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
            told = {"level": "ERROR", "logger": record.name, "message": f"a log line could not be made: {error}"}
            line = json.dumps(told, ensure_ascii=False)
        self._stream.write(line + "\n")
        self._stream.flush()


_installed: list[_Handler] = []


def install(settings: Settings) -> None:
    """From now on everything is logged so, in the place of Scrapy's own handler."""
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
