"""Archive extension: opens the archive before the first request, closes it with the report and the exit code."""

import asyncio
import logging
from pathlib import Path
from typing import Any, Final

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, NotConfigured
from scrapy.http import Response

from panan_spider.archive.data_folder import has_archive, remove_new_archive
from panan_spider.archive.revision_review import HeldReview
from panan_spider.archive.store.files import LEDGER_FILE, RUNS_FOLDER, StoreError, demote_store_errors
from panan_spider.archive.verify.repair import open_archive
from panan_spider.archive.verify.repair_plan import NOT_IN_THE_WARC
from panan_spider.core.clock import now, run_id
from panan_spider.core.outcomes import ExitCode
from panan_spider.core.run_report import RunReport
from panan_spider.extensions.log_formatter import shorten_tracebacks
from panan_spider.middlewares.retry import is_ending
from panan_spider.report.builder import RequestRate, report_lines, run_report, write_run_files
from panan_spider.report.evaluation import EndedRun, SpiderFindings, evaluate
from panan_spider.report.exit_code import RunFacts, exit_code_of
from panan_spider.sites.profile import Site
from panan_spider.spiders.session import CrawlSession

logger = logging.getLogger(__name__)

#: Loggers of every exception in a callback, a pipeline, a signal, the start or the end, with its traceback.
_EXCEPTION_LOGGERS: Final = ("scrapy.core.engine", "scrapy.core.scraper", "scrapy.utils.signal", "twisted")


#: Log level of the verdict, so that `-L WARNING` shows every run that did not end well. ERROR where a code is not named.
_LEVELS: Final = {
    ExitCode.GOOD: logging.INFO,
    ExitCode.INCOMPLETE: logging.WARNING,
    ExitCode.INTERRUPTED: logging.WARNING,
}


class ArchiveRunExtension:
    """The run's archive. `exit_code`, `reason` and `report` are true once it is `closed`, at the spider's end.

    `report` stays None where the archive refused to take it.
    """

    def __init__(self, crawler: Crawler) -> None:
        """Raises LockHeld, ForeignArchive or StoreError, and then no request is ever sent; NotConfigured for a spider without a session."""
        spider: Any = crawler.spider
        if not isinstance(getattr(spider, "session", None), CrawlSession):
            raise NotConfigured
        self.crawler = crawler
        self.started = now()
        self.store_error: StoreError | None = None
        self.exit_code = ExitCode.NOT_STARTED
        self.reason = "the run did not start"
        self.closed = False
        self.report: RunReport | None = None
        self.meter = RequestRate()
        self.failed_images: list[dict[str, str]] = []
        self.run_id = run_id(self.started)
        self.arguments = spider.args.differing(spider.site)
        shorten_tracebacks()
        self._open_archive(Path(crawler.settings["PANAN_DATA_DIR"]), spider.site)
        for name in _EXCEPTION_LOGGERS:
            logging.getLogger(name).addFilter(demote_store_errors)
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._idle, signal=signals.spider_idle)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)
        crawler.signals.connect(self._asked, signal=signals.request_reached_downloader)
        crawler.signals.connect(self._answered, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ArchiveRunExtension":
        """Scrapy's constructor."""
        return cls(crawler)

    def _open_archive(self, folder: Path, site: Site) -> None:
        """Open the archive, and review the held changes of a run that did not end."""
        self._is_new = not has_archive(folder)
        self.archive = open_archive(folder, run_id=self.run_id, args=self.arguments, site=site)
        for note in self.archive.notes:
            # A lost line that cannot be made again is an error of this run: exit code 10.
            logger.log(logging.ERROR if note.endswith(NOT_IN_THE_WARC) else logging.WARNING, "archive: %s", note)
        self._review_held("of a run that did not end")

    def _review_held(self, whose: str) -> int:
        """Store or quarantine the held changes of stored articles; the number stored."""
        stored, quarantined = HeldReview(self.archive, self.crawler.spider.site.thresholds).run()  # type: ignore[union-attr]
        if stored or quarantined:
            logger.info("held changes %s: %d stored, %d quarantined", whose, stored, quarantined)
        return stored

    def _idle(self) -> None:
        """All else is done: review the held changes, so that their images can be asked for. Raises DontCloseSpider."""
        engine = self.crawler.engine
        if engine is None or not engine.spider_is_idle() or is_ending(self.crawler):
            return
        try:
            stored = self._review_held("of this run")
        except StoreError as error:
            self.fail(error)
            raise
        if stored:
            raise DontCloseSpider

    def fail(self, error: StoreError) -> None:
        """The archive refused a write: the run ends at once, and nothing more is written."""
        if self.store_error is not None:
            return
        self._say(error)
        engine = self.crawler.engine
        if engine is not None and engine.spider is not None:
            self._ending = asyncio.ensure_future(engine.close_spider_async(reason="store_error"))

    def _say(self, error: StoreError) -> None:
        """Note and log the run's first refusal, whoever met it."""
        if self.store_error is None:
            self.store_error = error
            logger.error("archive: %s: the run ends here", error)

    def _opened(self, spider: Spider) -> None:
        spider.crawl_state = self.archive.memory  # type: ignore[attr-defined]

    def _asked(self) -> None:
        self.meter.note(self._seconds(), requests=1)

    def _answered(self, response: Response) -> None:
        self.meter.note(self._seconds(), received=len(response.body))

    def _seconds(self) -> float:
        return (now() - self.started).total_seconds()

    def _closed(self, spider: Spider, reason: str) -> None:
        self.close(reason)

    def close(self, reason: str) -> None:
        """Close the archive with the report and the exit code; `reason` is Scrapy's finish reason."""
        try:
            self._finish(reason)
        except StoreError as error:
            self._say(error)
            self.exit_code, self.reason = exit_code_of(RunFacts(finish_reason=reason, store_error=str(error)))
            self._let_go()
        if self.exit_code is ExitCode.NOT_STARTED and self._is_new:
            self._remove()
        self.closed = True
        logger.log(_LEVELS.get(self.exit_code, logging.ERROR), "panan: exit %d · %s", self.exit_code, self.reason)

    def _remove(self) -> None:
        """A refused run leaves no archive where there was none."""
        try:
            if remove_new_archive(self.archive.folder):
                self.report = None
        except OSError as error:
            logger.warning("archive: %s: %s", error.filename, error.strerror)

    def _finish(self, reason: str) -> None:
        if refused := self.store_error or self.archive.guard.failed:
            raise refused
        if reason == "finished":
            self._review_held("of this run")
        self.archive.memory.settle_rest()
        run = self.ended(reason)
        evaluation = evaluate(run)
        self.exit_code, self.reason = evaluation.code, evaluation.reason
        self.archive.record_faults(evaluation.facts.faults.records, evaluation.resolved)
        report = run_report(run, evaluation)
        self.archive.close(report.model_dump(mode="json"))
        self.report = report
        write_run_files(self.archive.folder / RUNS_FOLDER, self.archive.folder / LEDGER_FILE, report, run.site)
        for line in report_lines(report):
            logger.info(line)

    def ended(self, reason: str) -> EndedRun:
        """The run as its evaluation takes it; `reason` is Scrapy's finish reason."""
        spider: Any = self.crawler.spider
        session, stats = spider.session, self.crawler.stats
        assert stats is not None
        return EndedRun(
            site=spider.site,
            archive=self.archive,
            run_id=self.run_id,
            arguments=self.arguments,
            started=self.started,
            finish_reason=reason,
            stats=stats.get_stats(),
            spider=SpiderFindings(
                walks=session.section_reports,
                drift=session.drift,
                unknown_labels=session.unknown_labels,
                failed_sections=session.failed_sections,
                refusal=session.refusal,
            ),
            timeline=self.meter.timeline(),
            failed_images=self.failed_images,
        )

    def _let_go(self) -> None:
        try:
            self.archive.close({})
        except StoreError as error:
            logger.debug("archive: %s", error)
