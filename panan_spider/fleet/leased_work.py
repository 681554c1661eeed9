"""Leased work: one site's crawl, or an offline task on its archive, by the process that holds the site's lease.

A crawl requests pages only while it holds the lease, and ends as if killed when it has lost it. With a store it begins
with the newest publication, and publishes every few minutes and at its end. The lease enters a crawl by dotted path,
`-s ADDONS={"panan_spider.fleet.leased_work.LeaseAddon": 0}`: the spider knows nothing of it.

`python -m panan_spider.fleet.leased_work PARENT TASK SITE ROOT [options of the command]` is the offline task: reparse,
people, verify or dataset, on a folder that holds the newest publication.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings
from twisted.internet.task import LoopingCall

from panan_spider.archive.store.files import LockHeld, StoreError
from panan_spider.core.outcomes import ExitCode
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.fleet.child_process import bind_to, child_words
from panan_spider.fleet.fleet_database import OFFLINE, FleetError, FleetSettings, LeaseTable, connected
from panan_spider.fleet.object_store import ObjectStore
from panan_spider.fleet.publication import Publication, StaleFolder
from panan_spider.middlewares.raw_capture import DownloadHandler

if TYPE_CHECKING:
    from panan_spider.fleet.fleet_database import Connection

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
            self._close_connection()
            raise LockHeld(f"the lease of {site} is held by another crawl; one crawl of a site at a time")
        self.epoch = epoch
        self._deadline = sent + fleet.deadline_seconds
        self._released = threading.Event()
        for work in (self._renew_lease, self._watch_deadline):
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

    def _renew_lease(self) -> None:
        while not self._released.wait(self._fleet.renew_seconds):
            sent = boot_seconds()
            try:
                if self._connection is None:
                    self._connection = connected(self._fleet.database)
                held = LeaseTable(self._connection).renew(self._site, self.epoch, self._fleet.lease_seconds)
            except Exception as error:  # any: the lease counts down to its deadline, and the next try may succeed
                logger.warning("the lease of %s was not renewed: %s", self._site, " ".join(str(error).split()))
                self._close_connection()
                continue
            if not held and not self._released.is_set():
                self._end("was taken by another crawl")
            self._deadline = sent + self._fleet.deadline_seconds

    def _close_connection(self) -> None:
        connection, self._connection = self._connection, None
        try:
            if connection is not None:
                connection.close()
        except Exception as error:  # it was broken before
            logger.debug("closing: %s", error)

    def _watch_deadline(self) -> None:
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
        """Made by Scrapy."""
        return cls(crawler)

    def _stopped(self) -> None:
        try:
            if self.publisher is not None:
                self.publisher.finish()
        finally:
            self.guard.release()


class LeasedDownloadHandler(DownloadHandler):
    """HTTP handler that checks the lease before each request: middlewares are too early, Scrapy queues requests behind them.

    The second check comes when the connection is there: a process can be frozen while it waits for one.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        lease = crawler.get_extension(LeaseExtension)
        assert lease is not None
        self._guard = lease.guard

    async def download_request(self, request: Request) -> Response:
        """Download, while the lease is held."""
        self._guard.check()
        return await super().download_request(request)

    def about_to_write(self) -> None:
        """Check the lease."""
        self._guard.check()


class LeaseAddon:
    """Scrapy add-on: puts the lease's extension and download handler into a crawl's settings."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Called by Scrapy before the crawl's components are made."""
        extensions: Any = settings["EXTENSIONS"]
        extensions[f"{__name__}.{LeaseExtension.__name__}"] = _ORDER
        handlers: Any = settings["DOWNLOAD_HANDLERS"]
        for scheme in ("http", "https"):
            handlers[scheme] = f"{__name__}.{LeasedDownloadHandler.__name__}"


#: Seconds between two publications of a crawl that goes on: what a lost worker costs at most.
PUBLISH_SECONDS: Final = 600.0


class CrawlPublisher:
    """Takes the newest publication before the archive is opened, publishes while the crawl goes on, and once it is closed.

    Made by the extension that holds the lease: whoever publishes holds it.
    """

    def __init__(self, crawler: Crawler, fleet: FleetSettings, store: str, site: str) -> None:
        """Brings the folder to the newest publication. Raises StoreError, FleetError."""
        self._crawler = crawler
        folder = Path(crawler.settings["PANAN_DATA_DIR"])
        self._publication = Publication(ObjectStore.at(store), site, folder, fleet.holder)
        self._publication.take()
        self._uploading: threading.Thread | None = None
        self._clock = LoopingCall(self._start_upload)
        self._seconds = float(os.environ.get("PANAN_PUBLISH_SECONDS", str(PUBLISH_SECONDS)))
        crawler.signals.connect(self._start_clock, signal=signals.spider_opened)

    def _start_clock(self) -> None:
        self._clock.start(self._seconds, now=False)

    def _start_upload(self) -> None:
        """The snapshot here, in the thread that writes the archive; the upload in one of its own."""
        if self._uploading is not None and self._uploading.is_alive():
            return
        if self._attempted(self._publication.snapshot):
            self._uploading = threading.Thread(target=self._attempted, args=(self._publication.publish,), daemon=True)
            self._uploading.start()

    def finish(self) -> None:
        """Publish what the run has left. Where that fails, the archive is whole on this machine and the exit code says so."""
        if self._clock.running:
            self._clock.stop()
        if self._uploading is not None:
            self._uploading.join()
        if self._attempted(self._publication.snapshot) and self._attempted(self._publication.publish):
            return
        run: Any = self._crawler.get_extension(ArchiveRunExtension)
        if run is not None and run.exit_code is not ExitCode.NOT_STARTED:
            run.exit_code, run.reason = ExitCode.STORE_ERROR, "the archive could not be published; the next run goes on"

    def _attempted(self, work: Callable[[], object]) -> bool:
        """Do the work; False, and one line in the log, where the store or the disk refuses. A stale folder ends the process."""
        try:
            work()
        except StaleFolder as error:
            self._end(error)
        except StoreError as error:
            logger.error("publication: %s", error)
            return False
        return True

    def _end(self, error: StaleFolder) -> None:
        aside = self._publication.set_aside()
        text = f"panan: exit {int(ExitCode.LOCKED)} · {error}; it is set aside as {aside}\n"
        os.write(2, text.encode())
        os._exit(int(ExitCode.LOCKED))


#: Options of a command with which it changes the archive.
_WRITING: Final = frozenset({"--write", "--repair"})


def run_offline(task: str, site: str, root: Path, options: Sequence[str]) -> int:
    """Do the task; the exit code of its command. Work that changes the archive holds the lease, so that no crawl is overtaken.

    Raises StoreError, LockHeld, FleetError, StaleFolder.
    """
    fleet = FleetSettings.from_environment()
    if fleet.store is None:
        return _run_command(task, root / site, options)
    # A folder of its own: a crawl of the site may go on beside it.
    folder = root / f"{site}.offline"
    store = ObjectStore.at(fleet.store)
    publication = Publication(store, site, folder, fleet.holder)
    writes = task == "people" or not _WRITING.isdisjoint(options)
    guard = LeaseGuard(fleet, site) if writes else None
    try:
        publication.take(whole=task in ("reparse", "verify"))
        if task == "dataset":
            from panan_spider.fleet.joined_export import publish_dataset

            publish_dataset(store, site, folder, publication.newest())
            return 0
        code = _run_command(task, folder, options)
        if writes and code in (ExitCode.GOOD, ExitCode.INCOMPLETE, ExitCode.LAYOUT_DRIFT):
            publication.snapshot()
            publication.publish()
        return code
    except StaleFolder:
        publication.set_aside()
        raise
    finally:
        if guard is not None:
            guard.release()


def _run_command(task: str, folder: Path, options: Sequence[str]) -> int:
    words = [*OFFLINE[task], "--data-dir", str(folder), *options]
    return subprocess.run(child_words(words), check=False).returncode


def main() -> None:
    """Do the task that the words name, and end with its exit code; what is wrong is one line."""
    bind_to(int(sys.argv[1]))
    task, site, root, *options = sys.argv[2:]
    try:
        code = run_offline(task, site, Path(root), options)
    except (LockHeld, StaleFolder) as error:
        code = _refused(ExitCode.LOCKED, error)
    except FleetError as error:
        code = _refused(ExitCode.NOT_STARTED, error)
    except StoreError as error:
        code = _refused(ExitCode.STORE_ERROR, error)
    sys.exit(code)


def _refused(code: ExitCode, error: Exception) -> int:
    os.write(2, f"panan: exit {int(code)} · {error}\n".encode())
    return int(code)


if __name__ == "__main__":
    main()
