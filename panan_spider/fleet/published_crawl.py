"""Published crawl: a crawl that begins with its site's newest publication, publishes every few minutes, and at its end."""

import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from scrapy import signals
from scrapy.crawler import Crawler
from twisted.internet.task import LoopingCall

from panan_spider.archive.store.errors import StoreError
from panan_spider.core.outcomes import ExitCode
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.fleet.fleet_settings import FleetSettings
from panan_spider.fleet.object_store import ObjectStore
from panan_spider.fleet.publication import Publication, StaleFolder

logger = logging.getLogger(__name__)

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
        self._clock = LoopingCall(self._begin)
        self._seconds = float(os.environ.get("PANAN_PUBLISH_SECONDS", str(PUBLISH_SECONDS)))
        crawler.signals.connect(self._opened, signal=signals.spider_opened)

    def _opened(self) -> None:
        self._clock.start(self._seconds, now=False)

    def _begin(self) -> None:
        """The snapshot here, in the thread that writes the archive; the upload in one of its own."""
        if self._uploading is not None and self._uploading.is_alive():
            return
        if self._noted(self._publication.snapshot):
            self._uploading = threading.Thread(target=self._noted, args=(self._publication.publish,), daemon=True)
            self._uploading.start()

    def finish(self) -> None:
        """Publish what the run has left. Where that fails, the archive is whole on this machine and the exit code says so."""
        if self._clock.running:
            self._clock.stop()
        if self._uploading is not None:
            self._uploading.join()
        if self._noted(self._publication.snapshot) and self._noted(self._publication.publish):
            return
        run: Any = self._crawler.get_extension(ArchiveRunExtension)
        if run is not None and run.exit_code is not ExitCode.NOT_STARTED:
            run.exit_code, run.reason = ExitCode.STORE_ERROR, "the archive could not be published; the next run goes on"

    def _noted(self, work: Callable[[], object]) -> bool:
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
