"""Opens the archive before the first request, closes it with the report after the last, and knows how the run ended."""

import asyncio
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from panan_spider.checks.report import RunFacts, gather, report_lines, run_report
from panan_spider.checks.verdict import verdict
from panan_spider.outcomes import ExitCode
from panan_spider.store.archive import Archive
from panan_spider.store.errors import StoreError

logger = logging.getLogger(__name__)


class ArchiveExtension:
    """The run's archive. `exit_code` and `reason` are set once the spider is closed."""

    def __init__(self, crawler: Crawler) -> None:
        """Raises LockHeld or StoreError, and then no request is ever sent; NotConfigured for a spider without a memory."""
        if not hasattr(crawler.spider, "memory"):
            raise NotConfigured
        self.crawler = crawler
        self.started = datetime.now(UTC)
        self.store_error: StoreError | None = None
        self.exit_code = ExitCode.NOT_STARTED
        self.reason = "the run did not start"
        self.failed_images: list[dict[str, str]] = []
        self.run_id = f"{self.started:%Y%m%dT%H%M%SZ}-{os.getpid()}"
        given = getattr(crawler.spider, "args", None)
        arguments = {k: str(v) for k, v in given.model_dump(exclude_defaults=True).items()} if given is not None else {}
        self.archive = Archive.open(Path(crawler.settings["PANAN_DATA_DIR"]), run_id=self.run_id, args=arguments)
        self.arguments = arguments
        for note in self.archive.notes:
            logger.warning("archive: %s", note)
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ArchiveExtension":
        """Scrapy's way to make one."""
        return cls(crawler)

    def fail(self, error: StoreError) -> None:
        """The archive refused a write: the run ends at once, and nothing more is written."""
        if self.store_error is not None:
            return
        self.store_error = error
        logger.error("archive: %s: the run ends here", error)
        engine = self.crawler.engine
        if engine is not None and engine.spider is not None:
            self._ending = asyncio.ensure_future(engine.close_spider_async(reason="store_error"))

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Guard a write: a StoreError ends the run on its way up."""
        try:
            yield
        except StoreError as error:
            self.fail(error)
            raise

    def _opened(self, spider: Spider) -> None:
        spider.memory = self.archive.memory  # type: ignore[attr-defined]

    def _closed(self, spider: Spider, reason: str) -> None:
        try:
            self._finish(spider, reason)
        except StoreError as error:
            self.store_error = self.store_error or error
            self.exit_code, self.reason = verdict(RunFacts(finish_reason=reason, store_error=str(error)))
            self._let_go()
        logger.info("panan: exit %d · %s", self.exit_code, self.reason)

    def _finish(self, spider: Spider, reason: str) -> None:
        if self.store_error is None and self.archive.fuse.blown is not None:
            self.store_error = self.archive.fuse.blown
        if self.store_error is not None:
            raise self.store_error
        self.archive.settle_rest()
        facts = gather(self.crawler, self.archive, reason)
        self.exit_code, self.reason = verdict(facts)
        report: dict[str, Any] = run_report(self, facts)
        self.archive.close(report)
        for line in report_lines(report):
            logger.info(line)

    def _let_go(self) -> None:
        try:
            self.archive.close({})
        except StoreError as error:
            logger.debug("archive: %s", error)
