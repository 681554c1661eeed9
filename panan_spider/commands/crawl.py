"""`scrapy crawl`, with an exit code that tells the truth: for panan, and for any other spider.

An output of the crawl (feed, log, PID or profile file) that is a file of the archive is refused, as is an unwritable feed.
"""

import argparse
import gc
import logging
import os
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar, Final, NoReturn, TypeVar
from urllib.parse import unquote, urlsplit

from scrapy import Spider, signals
from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.settings import BaseSettings, Settings
from scrapy.spiderloader import get_spider_loader

from panan_spider.archive.store.files import (
    ARTICLES_FILE,
    IMAGES_FOLDER,
    LEDGER_FILE,
    QUARANTINE_FILE,
    RUNS_FOLDER,
    SITE_FILE,
    WARC_FOLDER,
    LockHeld,
    StoreError,
)
from panan_spider.commands.base import CheckedCommand, not_a_folder, refuse, refuse_root, say, unwritable
from panan_spider.core.outcomes import ExitCode

_Extension = TypeVar("_Extension")

#: Scrapy's counts of what no retry healed.
_FAILURES: Final = (
    "panan/item_errors",
    "log_count/CRITICAL",
    "log_count/ERROR",  # a download without an errback, a feed, a component
    "retry/max_reached",
    "httperror/response_ignored_count",
)


class Command(CheckedCommand, ScrapyCrawl):
    """Scrapy's own command sends 0 whatever became of the crawl; this one does not."""

    #: The positional argument, as a refusal names it.
    takes: ClassVar[str] = "the name of one spider, such as panan"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json-log", action="store_true", help="log one JSON object a line")

    def prepare(self, opts: argparse.Namespace) -> None:
        """The log as JSON, refusals too."""
        if opts.json_log:
            from panan_spider.extensions import log_formatter

            log_formatter.install(self.settings)

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's, then the spider's own arguments: what is wrong with them is one line, before anything else is said."""
        from panan_spider.report.notifier import Notifier

        self._check_written_first(opts)
        super().process_options(args, opts)
        try:
            self.notifier = Notifier.of(self.settings)
        except ValueError as error:
            refuse(str(error))
        if len(args) != 1:
            refuse(f"{self.program} {self.typed_name} takes {self.takes}")
        if (objection := self._objection(args[0], opts.spargs)) is not None:
            reason, code = objection
            self.notifier.notify(int(code), reason, None)
            say(f"panan: {reason}")
            sys.exit(int(code))

    def spider_of(self, given: str) -> type[Spider] | str:
        """The spider's class, or one line about a spider that is not there."""
        loader = get_spider_loader(self.settings)
        try:
            return loader.load(given)
        except KeyError:
            return f"no spider is named {given!r}; there is: {', '.join(loader.list())}"

    def _objection(self, name: str, given: dict[str, Any]) -> tuple[str, ExitCode] | None:
        """Why the crawl is not started, and the exit code; None where it is."""
        found = self.spider_of(name)
        if isinstance(found, str):
            return found, ExitCode.NOT_STARTED
        self.spider_class = found
        if (wrong := self._wrong(found, given)) is not None:
            return wrong, ExitCode.NOT_STARTED
        from panan_spider.spiders.county import CountySpider

        data = Path(self.settings["PANAN_DATA_DIR"])
        if issubclass(found, CountySpider):
            refuse_root(data)
            if (reason := not_a_folder(data) or _unusable(data)) is not None:
                return reason, ExitCode.STORE_ERROR
        return None

    def _wrong(self, spider_class: type[Spider], given: dict[str, Any]) -> str | None:
        """One line about wrong arguments, settings and feeds of a spider; None where all is right."""
        from panan_spider.spiders.county import CountySpider, wrong_arguments

        if issubclass(spider_class, CountySpider) and self.settings.getbool("HTTPCACHE_ENABLED"):
            return "HTTPCACHE_ENABLED: a cached answer would hide corrections and be archived as a new one"
        return (
            wrong_arguments(spider_class, given)
            or feed_objection(self.settings, spider_class.name)
            or unsupported_feed(self.settings, spider_class)
        )

    def _check_written_first(self, opts: argparse.Namespace) -> None:
        """Refuse a PID file, which Scrapy writes while it reads the options, that is one of the archive's files."""
        given = dict(pair.split("=", 1) for pair in opts.set if "=" in pair)
        data = Path(given.get("PANAN_DATA_DIR") or self.settings["PANAN_DATA_DIR"] or ".")
        for name in ("pidfile", "logfile", "profile"):
            value = getattr(opts, name, None)
            if value and (objection := file_objection(data, Path(value), str(value))) is not None:
                refuse(objection)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider; `exitcode` is set when it has ended."""
        from panan_spider.extensions.log_formatter import collect_errors

        self.note_contact()
        _note_unproven(self.spider_class.name)
        crawler = self._create_crawler(self.spider_class)
        crawler.signals.connect(_count_item_error, signal=signals.item_error, weak=False)
        crawler.signals.connect(_keep_loaded, signal=signals.spider_opened, weak=False)
        errors: list[BaseException] = []
        collect_errors(self.crawler_process.crawl(crawler, **opts.spargs), errors)
        whole = self._run_reactor(crawler)
        code = self._code(crawler, errors)
        self.exitcode = int(code)
        self._tell(crawler, code, errors)
        if not whole:
            _leave_threads(code)

    def _run_reactor(self, crawler: Crawler) -> bool:
        """Run the crawl to its end; False where it ended without Scrapy, so that threads are left."""
        from panan_spider.extensions.memory_guard import MemoryGuard

        assert self.crawler_process is not None
        try:
            self.crawler_process.start()
        except (MemoryError, SystemError) as error:  # raised by the event loop itself, which stands still now
            logging.getLogger(__name__).debug("the event loop", exc_info=error)
            with suppress(RuntimeError, MemoryError):
                if (guard := _extension(crawler, MemoryGuard)) is not None:
                    guard.close()
            return False
        guard = _extension(crawler, MemoryGuard)
        return guard is None or not guard.ended

    def _tell(self, crawler: Crawler, code: ExitCode, errors: list[BaseException]) -> None:
        """Report the end of the run: to the terminal, the webhook, and the command on failure."""
        from panan_spider.extensions.archive_run import ArchiveRunExtension
        from panan_spider.extensions.progress import on_terminal

        extension = None if errors else _extension(crawler, ArchiveRunExtension)
        if extension is None:
            self.notifier.notify(int(code), one_line(errors[0]) if errors else code.name.lower(), None)
            return
        report, folder = extension.report, extension.archive.folder
        if report is not None and on_terminal():
            from panan_spider.extensions.terminal import summarize

            summarize(report, folder)
        path = None if report is None else folder / RUNS_FOLDER / f"{report.run}.json"
        reason = extension.reason if extension.closed else "the run was not closed"
        self.notifier.notify(int(code), reason, path)

    def _code(self, crawler: Crawler, errors: list[BaseException]) -> ExitCode:
        if errors:
            return _start_error(errors[0])
        from panan_spider.extensions.archive_run import ArchiveRunExtension

        try:
            extension = crawler.get_extension(ArchiveRunExtension)
        except RuntimeError:
            return ExitCode.NOT_STARTED
        if extension is None:
            return code_of_any(crawler)
        if not extension.closed:
            return _unclosed(crawler)
        if extension.exit_code is ExitCode.NOT_STARTED:
            say(f"panan: {extension.reason}")
        return extension.exit_code


def _extension(crawler: Crawler, kind: type[_Extension]) -> _Extension | None:
    """The run's extension of that class; None where it has none, or ended before it had any."""
    try:
        return crawler.get_extension(kind)
    except RuntimeError:
        return None


def _note_unproven(name: str) -> None:
    """Print one line where nobody has read a live page with the profile of this name."""
    from panan_spider.sites.profile import load_site, site_keys

    if name in site_keys() and load_site(name).unproven:
        say(f"panan: the profile of {name} is unproven; scrapy doctor --site {name} holds it against the live site")


def _unclosed(crawler: Crawler) -> ExitCode:
    """The code of a run whose books nobody closed; the next run finds it so, and goes on."""
    if crawler.stats is not None and crawler.stats.get_value("finish_reason") is not None:
        say("panan: the run's report could not be made; the log says why")
        return ExitCode.INCOMPLETE
    say("panan: stopped by force; what is stored is safe, the next run goes on")
    return ExitCode.INTERRUPTED


def _leave_threads(code: ExitCode) -> NoReturn:
    """End the process without its threads: Python would wait for those of the reactor, which nobody stops."""
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
    os._exit(int(code))


def _count_item_error(spider: Spider) -> None:
    assert spider.crawler.stats is not None
    spider.crawler.stats.inc_value("panan/item_errors")


def _keep_loaded() -> None:
    """Freeze the objects loaded so far: collecting them again and again took a twelfth of a crawl's time."""
    gc.freeze()


def _start_error(error: BaseException) -> ExitCode:
    code = ExitCode.NOT_STARTED
    if isinstance(error, LockHeld):
        code = ExitCode.LOCKED
    elif isinstance(error, StoreError):
        code = ExitCode.STORE_ERROR
    say(f"panan: {one_line(error)}")
    logging.getLogger(__name__).debug("the crawl could not start", exc_info=error)
    return code


def one_line(error: BaseException) -> str:
    """An error's message on one line; its kind where it has none. Of pydantic's, each wrong argument by its name."""
    from pydantic import ValidationError

    text = str(error)
    if isinstance(error, ValidationError):
        parts = [(".".join(map(str, part["loc"])), part) for part in error.errors()]
        text = "; ".join(f"{name}={part['input']!r}: {part['msg']}" for name, part in parts)
    return " ".join(text.split()) or type(error).__name__


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


_FILES: Final = (ARTICLES_FILE, QUARANTINE_FILE, LEDGER_FILE, SITE_FILE, "lock", "people.jsonl", "reparse.json")
_FOLDERS: Final = (WARC_FOLDER, RUNS_FOLDER, IMAGES_FOLDER)


def _unusable(data: Path) -> str | None:
    """Why no archive can be made in `data`; None where one can be, or is there."""
    if any((data / name).exists() for name in _FILES):
        return None
    folder = data.absolute()
    try:
        with TemporaryDirectory(prefix=".", dir=next(part for part in (folder, *folder.parents) if part.exists())):
            return None
    except OSError as error:
        return f"{data}: {error.strerror}"


def archive_file(data: Path, path: Path) -> str | None:
    """The file of the archive in `data` that `path` is, by whatever name or link; None where it is none of them."""
    root, real = Path(os.path.realpath(data)), Path(os.path.realpath(path))
    for name in _FILES:
        own = data / name
        if real == Path(os.path.realpath(own)) or (own.exists() and path.exists() and own.samefile(path)):
            return name
    if not real.is_relative_to(root):
        return _linked(data, path)
    parts = real.relative_to(root).parts
    if not parts:
        return "."
    is_own = parts[0] in _FOLDERS or any(parts[0].startswith((f"{name}.", f"{name}-")) for name in _FILES)
    return "/".join(parts) if is_own else _linked(data, path)


def _linked(data: Path, path: Path) -> str | None:
    """The WARC file, report or image of which `path` is another link."""
    if not path.is_file() or path.stat().st_nlink == 1:
        return None
    files = (file for folder in _FOLDERS for file in (data / folder).rglob("*") if file.is_file())
    return next((str(file.relative_to(data)) for file in files if file.samefile(path)), None)


def feed_path(uri: str, spider: str) -> Path | None:
    """The local file of a feed URI, its parameters filled in; None for standard output and for other storages."""
    fields: dict[str, Any] = {"name": spider, "batch_id": 1}
    fields |= dict.fromkeys(("time", "batch_time"), datetime.now(UTC).strftime("%Y-%m-%dT%H-%M-%S"))
    with suppress(TypeError, ValueError, KeyError):  # Scrapy will say so, or take it as it is
        uri = uri % fields
    if uri in ("-", "stdout:"):
        return None
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    return None if "://" in uri else Path(uri)


def feed_objection(settings: BaseSettings, spider: str) -> str | None:
    """Why the crawl's feeds and log file cannot be written; None where they can."""
    data = Path(settings["PANAN_DATA_DIR"])
    for uri in map(str, settings.getdict("FEEDS")):
        path = feed_path(uri, spider)
        if path is None:
            continue
        if (objection := file_objection(data, path, uri)) is not None:
            return objection
        if (reason := unwritable(path, makes_folders=True)) is not None:
            return f"the feed {uri} cannot be written: {reason}"
    log_file = settings["LOG_FILE"]
    if log_file and (reason := unwritable(log_file)) is not None:
        return f"LOG_FILE: {log_file}: {reason}"
    return file_objection(data, Path(log_file), str(log_file)) if log_file else None


def unsupported_feed(settings: Settings, spider_class: type[Spider]) -> str | None:
    """Why Scrapy would leave out the crawl's feeds (a storage or a format that is not there); None where it takes all."""
    from scrapy.extensions import feedexport

    if not settings.getdict("FEEDS"):
        return None
    reasons: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: reasons.append(record.getMessage())  # type: ignore[method-assign]
    log, propagate = feedexport.logger, feedexport.logger.propagate
    log.propagate = False  # Scrapy logs the reason, and goes on without feeds
    log.addHandler(handler)
    try:
        feedexport.FeedExporter(Crawler(spider_class, settings.copy()))
    except (NotConfigured, AssertionError, ValueError) as error:
        return f"the feeds cannot be written: {'; '.join(reasons) or str(error) or 'a wrong address'}"
    finally:
        log.removeHandler(handler)
        log.propagate = propagate
    return None


def file_objection(data: Path, path: Path, named: str) -> str | None:
    """Why a crawl's output may not go to `path`, called `named`; None where it may."""
    name = archive_file(data, path)
    return None if name is None else f"{named} is the archive's own {data / name}: nothing else is written to it"
