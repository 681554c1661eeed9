"""Leased crawl: a crawl that asks for pages only while it holds its site's lease, and ends as if killed when it has lost it.

Entered by dotted path: `-s ADDONS={"panan_spider.fleet.leased_crawl.LeaseAddon": 0}`. The spider knows nothing of it.
"""

import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings

from panan_spider.archive.store.errors import LockHeld, StoreError
from panan_spider.core.outcomes import ExitCode
from panan_spider.fleet.fleet_settings import FleetSettings
from panan_spider.fleet.lease import LeaseTable, connected
from panan_spider.fleet.published_crawl import CrawlPublisher

if TYPE_CHECKING:
    from panan_spider.fleet.lease import Connection

logger = logging.getLogger(__name__)

#: Among the extensions: before the archive is opened (10).
_ORDER: Final = 5


class LeaseGuard:
    """The lease of one site, held by this process and renewed by a thread of its own.

    The deadline is reckoned by CLOCK_BOOTTIME, which goes on while the machine sleeps, from before a renewal is sent.
    """

    def __init__(self, fleet: FleetSettings, site: str) -> None:
        """Takes the lease. Raises LockHeld where another holds it, StoreError where the database cannot be asked."""
        self._fleet, self._site = fleet, site
        try:
            self._connection: Connection | None = connected(fleet.database)
            sent = boot_seconds()
            epoch = LeaseTable(self._connection).take(site, fleet.holder, fleet.lease_seconds)
        except Exception as error:  # psycopg is imported where it is there
            raise StoreError(f"the lease of {site} could not be asked for: {' '.join(str(error).split())}") from error
        if epoch is None:
            self._drop()
            raise LockHeld(f"the lease of {site} is held by another crawl; one crawl of a site at a time")
        self.epoch = epoch
        self._deadline = sent + fleet.deadline_seconds
        self._released = threading.Event()
        for work in (self._renewing, self._watching):
            threading.Thread(target=work, name=work.__name__, daemon=True).start()

    def check(self) -> None:
        """End this process at once where the lease may be another's by now."""
        if boot_seconds() >= self._deadline:
            self._end("could not be renewed in time")

    def release(self) -> None:
        """Give the lease up: nothing is asked for any more. Where the database cannot be reached it runs out by itself."""
        self._released.set()
        try:
            connection = connected(self._fleet.database)
            LeaseTable(connection).release(self._site, self.epoch)
            connection.close()
        except Exception as error:  # whatever it is, the crawl is over
            logger.warning("the lease of %s was not released: %s", self._site, error)

    def _renewing(self) -> None:
        while not self._released.wait(self._fleet.renew_seconds):
            sent = boot_seconds()
            try:
                if self._connection is None:
                    self._connection = connected(self._fleet.database)
                held = LeaseTable(self._connection).renew(self._site, self.epoch, self._fleet.lease_seconds)
            except Exception as error:  # any: the lease counts down to its deadline, and the next try may succeed
                logger.warning("the lease of %s was not renewed: %s", self._site, " ".join(str(error).split()))
                self._drop()
                continue
            if not held and not self._released.is_set():
                self._end("was taken by another crawl")
            self._deadline = sent + self._fleet.deadline_seconds

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        except Exception as error:  # it was broken before
            logger.debug("closing: %s", error)

    def _watching(self) -> None:
        """A crawl that waits for an answer checks nothing: this ends it, too."""
        while not self._released.wait(max(0.05, min(1.0, self._deadline - boot_seconds()))):
            self.check()

    def _end(self, reason: str) -> None:
        text = f"panan: exit {int(ExitCode.LOCKED)} · the lease of {self._site} {reason}; the next run goes on\n"
        os.write(2, text.encode())
        os._exit(int(ExitCode.LOCKED))  # as after kill -9: what is stored is whole


def boot_seconds() -> float:
    """Seconds since the machine started, those it slept through included."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def site_key(crawler: Crawler) -> str:
    """The key of the site that the crawler's spider crawls: its name where it carries no profile."""
    spider = crawler.spider
    assert spider is not None
    return str(getattr(getattr(spider, "site", None), "key", spider.name))


class LeaseExtension:
    """Takes the lease before the archive is opened, releases it when the engine has stopped; with a store it publishes, too."""

    def __init__(self, crawler: Crawler) -> None:
        """Raises LockHeld, StoreError, FleetError: then nothing is asked for."""
        fleet, key = FleetSettings.from_environment(), site_key(crawler)
        self.guard = LeaseGuard(fleet, key)
        logger.info("lease of %s: epoch %d", key, self.guard.epoch)
        try:
            self.publisher = None if fleet.store is None else CrawlPublisher(crawler, fleet, fleet.store, key)
        except BaseException:
            self.guard.release()
            raise
        crawler.signals.connect(self._stopped, signal=signals.engine_stopped)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one."""
        return cls(crawler)

    def _stopped(self) -> None:
        try:
            if self.publisher is not None:
                self.publisher.finish()
        finally:
            self.guard.release()


class LeasedDownloadHandler(HTTP11DownloadHandler):
    """HTTP handler that checks the lease before each request: middlewares are too early, Scrapy queues requests behind them."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        lease = crawler.get_extension(LeaseExtension)
        assert lease is not None
        self._guard = lease.guard

    async def download_request(self, request: Request) -> Response:
        """Scrapy's, while the lease is held."""
        self._guard.check()
        return await super().download_request(request)


class LeaseAddon:
    """Scrapy add-on: puts the lease's extension and download handler into a crawl's settings."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Called by Scrapy before the crawl's components are made."""
        extensions: Any = settings["EXTENSIONS"]
        extensions[f"{__name__}.{LeaseExtension.__name__}"] = _ORDER
        handlers: Any = settings["DOWNLOAD_HANDLERS"]
        for scheme in ("http", "https"):
            handlers[scheme] = f"{__name__}.{LeasedDownloadHandler.__name__}"
