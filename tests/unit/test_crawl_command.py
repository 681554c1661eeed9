"""What `scrapy crawl` makes of a crawl's end, without crawling."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.utils.test import get_crawler

from panan_spider.archive.store.files import LockHeld, StoreError
from panan_spider.commands.crawl import Command, code_of_any
from panan_spider.core.outcomes import ExitCode
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.spiders.county import spider_class, wrong_arguments

WELL = {"finish_reason": "finished", "downloader/request_count": 3, "downloader/response_count": 3}


def crawler_with(**stats: Any) -> Crawler:
    made = get_crawler(Spider)
    assert made.stats is not None
    for name, value in stats.items():
        made.stats.set_value(name, value)
    return made


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, ExitCode.GOOD),
        ({"downloader/exception_count": 1, "retry/count": 1}, ExitCode.GOOD),
        ({"finish_reason": "shutdown"}, ExitCode.INTERRUPTED),
        ({"finish_reason": "closespider_timeout"}, ExitCode.INCOMPLETE),
        ({"finish_reason": "start_error"}, ExitCode.INCOMPLETE),
        ({"spider_exceptions/count": 1}, ExitCode.INCOMPLETE),
        ({"panan/item_errors": 1}, ExitCode.INCOMPLETE),
        ({"log_count/ERROR": 1}, ExitCode.INCOMPLETE),
        ({"log_count/CRITICAL": 1}, ExitCode.INCOMPLETE),
        ({"retry/max_reached": 1}, ExitCode.INCOMPLETE),
        ({"httperror/response_ignored_count": 1}, ExitCode.INCOMPLETE),
        ({"downloader/response_count": 0}, ExitCode.INCOMPLETE),
        ({"downloader/request_count": 0, "downloader/response_count": 0}, ExitCode.GOOD),
    ],
)
def test_the_code_of_a_spider_without_an_archive(change: dict[str, Any], code: ExitCode) -> None:
    assert code_of_any(crawler_with(**{**WELL, **change})) is code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LockHeld("held by pid 1"), ExitCode.LOCKED),
        (StoreError("no space"), ExitCode.STORE_ERROR),
        (ValueError("two\nlines"), ExitCode.NOT_STARTED),
        (KeyError(), ExitCode.NOT_STARTED),
    ],
)
def test_a_crawl_that_could_not_start_says_why_in_one_line(
    error: Exception, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    command = Command()
    assert command._code(crawler_with(), [error]) is code
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("panan: ")
    assert " ".join(str(error).split()) in line


def ended(closed: bool, code: ExitCode, **stats: Any) -> Crawler:
    """A crawler whose archive was opened, and how that ended."""
    crawler = crawler_with(**stats)
    extension = ArchiveRunExtension.__new__(ArchiveRunExtension)
    extension.closed, extension.exit_code, extension.reason = closed, code, "why"
    crawler.extensions = SimpleNamespace(middlewares=[extension])  # type: ignore[assignment]
    return crawler


def test_a_closed_archives_word_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert Command()._code(ended(True, ExitCode.BLOCKED, **WELL), []) is ExitCode.BLOCKED
    assert capsys.readouterr().err == ""


def test_a_refusal_is_said_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert Command()._code(ended(True, ExitCode.NOT_STARTED, **WELL), []) is ExitCode.NOT_STARTED
    assert capsys.readouterr().err == "panan: why\n"


def test_an_archive_nobody_closed_was_interrupted_by_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert Command()._code(ended(False, ExitCode.NOT_STARTED), []) is ExitCode.INTERRUPTED
    assert "stopped by force" in capsys.readouterr().err


def test_a_report_that_could_not_be_made_is_incomplete(capsys: pytest.CaptureFixture[str]) -> None:
    assert Command()._code(ended(False, ExitCode.NOT_STARTED, **WELL), []) is ExitCode.INCOMPLETE
    assert "report" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("spider", "given", "words"),
    [
        (spider_class("panan"), {"sice": "2020-01-01"}, ("sice", "since")),
        (spider_class("panan"), {"since": "2020-13-45"}, ("since", "2020-13-45", "YYYY-MM-DD")),
    ],
)
def test_wrong_arguments_are_one_line(spider: type[Spider], given: dict[str, Any], words: tuple[str, ...]) -> None:
    said = wrong_arguments(spider, given)
    assert said is not None and "\n" not in said
    assert all(word in said for word in words), said


@pytest.mark.parametrize(
    ("spider", "given"), [(spider_class("panan"), {"since": "2020-01-01"}), (Spider, {"anything": "1"})]
)
def test_right_arguments_are_none_to_complain_of(spider: type[Spider], given: dict[str, Any]) -> None:
    assert wrong_arguments(spider, given) is None


def test_what_ended_the_start_is_kept_and_never_printed_by_asyncio(capsys: pytest.CaptureFixture[str]) -> None:
    from panan_spider.extensions.log_formatter import collect_errors

    errors: list[BaseException] = []

    async def failing() -> None:
        raise LockHeld("held")

    async def run() -> None:
        task = asyncio.ensure_future(failing())
        collect_errors(task, errors)
        await asyncio.wait([task])
        await asyncio.sleep(0)

    asyncio.run(run())
    assert [str(error) for error in errors] == ["held"]
