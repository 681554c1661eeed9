"""The log as JSON: whatever is logged is one object on one line."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scrapy import Spider
from scrapy.settings import Settings

from panan_spider.extensions import log_formatter

logger = logging.getLogger("panan.test")


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The file that is logged to, as JSON."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    level = logging.root.level
    path = tmp_path / "log"
    log_formatter.install(Settings({"LOG_FILE": str(path), "LOG_LEVEL": "INFO"}))
    yield path
    for handler in log_formatter._installed:
        logging.root.removeHandler(handler)
        handler._stream.close()
    log_formatter._installed.clear()
    logging.root.setLevel(level)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def test_a_line_says_when_where_how_bad_and_what(log: Path) -> None:
    logger.warning("书记: %d 篇", 3)
    (line,) = lines(log)
    assert {name: line[name] for name in ("level", "logger", "message")} == {
        "level": "WARNING", "logger": "panan.test", "message": "书记: 3 篇",
    }  # fmt: skip
    assert line["time"].endswith("+00:00") or line["time"].endswith("Z")
    assert "书记" in log.read_text("utf-8")  # readable, not escaped


def test_a_traceback_is_inside_its_line(log: Path) -> None:
    try:
        raise ValueError("broken\non purpose")
    except ValueError:
        logger.exception("it broke")
    (line,) = lines(log)
    assert "Traceback" in line["traceback"] and "on purpose" in line["traceback"]


def test_a_message_of_many_lines_is_one(log: Path) -> None:
    logger.info("one\ntwo\u2028three")
    assert lines(log)[0]["message"].startswith("one\ntwo")
    assert log.read_bytes().count(b"\n") == 1


def test_the_spider_is_named_and_no_object_is_spelled_out(log: Path) -> None:
    logger.info("opened", extra={"spider": Spider("panan"), "crawler": object()})
    (line,) = lines(log)
    assert line["spider"] == "panan" and "crawler" not in line


def test_what_cannot_be_formatted_is_said_in_json_too(log: Path) -> None:
    wrong = logging.LogRecord("panan.test", logging.ERROR, __file__, 1, "%d articles", ("three",), None)
    log_formatter._installed[0].handle(wrong)
    (line,) = lines(log)
    assert line["level"] == "ERROR" and "could not be made" in line["message"]


def test_the_level_holds(log: Path) -> None:
    logger.debug("not this")
    logger.info("but this")
    assert [line["message"] for line in lines(log)] == ["but this"]


def test_what_nobody_caught_is_a_line(log: Path) -> None:
    error = RuntimeError("nobody caught this")
    sys.excepthook(RuntimeError, error, None)
    (line,) = lines(log)
    assert line["level"] == "CRITICAL" and "nobody caught this" in line["message"]


def test_what_is_said_to_the_caller_is_json_here_and_plain_elsewhere(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log_formatter.say("panan: no such section")
    assert lines(log)[0]["message"] == "panan: no such section"
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(log_formatter, "_installed", [])
        elsewhere.setattr(sys, "stderr", plain := io.StringIO())
        log_formatter.say("panan: no such section")
    assert plain.getvalue() == "panan: no such section\n"
