"""`scrapy crawl`, with an exit code that tells the truth: for panan, and for any other spider."""

import argparse
import asyncio
import logging
import sys
from typing import Any, Final, NoReturn

from pydantic import BaseModel, ValidationError
from scrapy import Spider, signals
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.spiderloader import get_spider_loader
from scrapy_spider_metadata._params import Args
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from panan_spider.archive_extension import ArchiveExtension
from panan_spider.outcomes import ExitCode
from panan_spider.spiders.args import Arguments, complaint
from panan_spider.store.errors import LockHeld, StoreError

#: Scrapy's counts of what no retry healed.
_FAILURES: Final = (
    "panan/item_errors",
    "log_count/CRITICAL",
    "log_count/ERROR",  # a download without an errback, a feed, a component
    "retry/max_reached",
    "httperror/response_ignored_count",
)


class Command(ScrapyCrawl):
    """Scrapy's own command sends 0 whatever became of the crawl; this one does not."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's, then the spider's own arguments: what is wrong with them is one line, before anything else is said."""
        super().process_options(args, opts)
        if len(args) != 1 or self.settings is None:
            return
        loader = get_spider_loader(self.settings)
        try:
            spider_class = loader.load(args[0])
        except KeyError:
            known = ", ".join(loader.list())
            refuse(f"no spider is named {args[0]!r}; there is: {known}")
        if said := wrong_arguments(spider_class, opts.spargs):
            refuse(said)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider; `exitcode` is set when it has ended."""
        if len(args) != 1:
            raise UsageError("'scrapy crawl' takes the name of one spider")
        assert self.crawler_process is not None
        crawler = self._create_crawler(args[0])
        crawler.signals.connect(_count_item_error, signal=signals.item_error, weak=False)
        errors: list[BaseException] = []
        _collect(self.crawler_process.crawl(crawler, **opts.spargs), errors)
        self.crawler_process.start()
        self.exitcode = int(self._code(crawler, errors))

    def _code(self, crawler: Crawler, errors: list[BaseException]) -> ExitCode:
        if errors:
            return _start_error(errors[0])
        try:
            extension = crawler.get_extension(ArchiveExtension)
        except RuntimeError:
            return ExitCode.NOT_STARTED
        if extension is None:
            return code_of_any(crawler)
        if not extension.closed:
            return _unclosed(crawler)
        if extension.exit_code is ExitCode.NOT_STARTED:
            print(f"panan: {extension.reason}", file=sys.stderr)
        return extension.exit_code


def refuse(line: str) -> NoReturn:
    """Say what is wrong with the call, in one line, and end with exit code 1."""
    print(f"panan: {line}", file=sys.stderr)
    sys.exit(int(ExitCode.NOT_STARTED))


def _unclosed(crawler: Crawler) -> ExitCode:
    """The code of a run whose books nobody closed; the next run finds it so, and goes on."""
    if crawler.stats is not None and crawler.stats.get_value("finish_reason") is not None:
        print("panan: the run's report could not be made; the log says why", file=sys.stderr)
        return ExitCode.INCOMPLETE
    print("panan: stopped by force; what is stored is safe, the next run goes on", file=sys.stderr)
    return ExitCode.INTERRUPTED


def _count_item_error(spider: Spider) -> None:
    assert spider.crawler.stats is not None
    spider.crawler.stats.inc_value("panan/item_errors")


def wrong_arguments(spider_class: type[Spider], given: dict[str, Any]) -> str | None:
    """One line about arguments the spider does not take; None where they are right."""
    if not issubclass(spider_class, Args):
        return None
    model = next(
        base.__args__[0]
        for owner in spider_class.__mro__
        for base in getattr(owner, "__orig_bases__", ())
        if getattr(base, "__origin__", None) is Args
    )
    assert issubclass(model, BaseModel)
    try:
        model.model_validate(given)
    except ValidationError as error:
        return complaint(error) if issubclass(model, Arguments) else _plain_complaint(error)
    return None


def _plain_complaint(error: ValidationError) -> str:
    said = (f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
    return " ".join("; ".join(said).split())


def _collect(running: Any, errors: list[BaseException]) -> None:
    """Keep what ended the crawl's start, so that it is said in one line instead of a traceback."""

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


def _start_error(error: BaseException) -> ExitCode:
    code = ExitCode.NOT_STARTED
    if isinstance(error, LockHeld):
        code = ExitCode.LOCKED
    elif isinstance(error, StoreError):
        code = ExitCode.STORE_ERROR
    said = " ".join(str(error).split()) or type(error).__name__
    print(f"panan: {said}", file=sys.stderr)
    logging.getLogger(__name__).debug("the crawl could not start", exc_info=error)
    return code


def code_of_any(crawler: Crawler) -> ExitCode:
    """The exit code of a spider without an archive, by Scrapy's own statistics."""
    stats = crawler.stats.get_stats() if crawler.stats is not None else {}
    if stats.get("finish_reason") == "shutdown":
        return ExitCode.INTERRUPTED
    failed = (
        stats.get("finish_reason") != "finished"
        or any(key.startswith("spider_exceptions") for key in stats)
        or any(stats.get(name, 0) > 0 for name in _FAILURES)
        or (stats.get("downloader/request_count", 0) > 0 and stats.get("downloader/response_count", 0) == 0)
    )
    return ExitCode.INCOMPLETE if failed else ExitCode.GOOD
