"""Memory guard: ends a run in order where the memory of its process is used up.

Python raises MemoryError then, and Twisted, asyncio and C libraries can lose their state with it: a download never ends, the
event loop stops, a library aborts the process. So the run ends while small allocations still succeed.
"""

import logging
import mmap
from typing import Any, Final, Self

from scrapy import signals
from scrapy.crawler import Crawler

from panan_spider.archive.store.files import MemoryErrorFilter
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.spiders.session import RESERVE, require_memory

logger = logging.getLogger(__name__)

#: Finish reason of the run.
OUT_OF_MEMORY: Final = "out of memory"

#: Loggers of the code that a run cannot go on without.
_FOUNDATIONS: Final = ("asyncio", "twisted", "scrapy.core.engine")


class MemoryGuard:
    """Keeps a reserve of address space, and looks before each request and behind each answer whether as much again is free.

    It ends the run where it is not, or where the code below the spider raised MemoryError.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self._filter = MemoryErrorFilter(self._end)
        self._reserve = mmap.mmap(-1, RESERVE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        for name in _FOUNDATIONS:
            logging.getLogger(name).addFilter(self._filter)
        crawler.signals.connect(self._check, signal=signals.request_reached_downloader)
        crawler.signals.connect(self._check, signal=signals.response_downloaded)
        crawler.signals.connect(self._forget, signal=signals.engine_stopped)

    @property
    def ended(self) -> bool:
        """True from the moment when memory was used up."""
        return self._filter.is_dropping

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor."""
        return cls(crawler)

    def _forget(self) -> None:
        for name in _FOUNDATIONS:
            logging.getLogger(name).removeFilter(self._filter)

    def _check(self) -> None:
        try:
            require_memory()
        except MemoryError as error:
            self._end(str(error))

    def _end(self, why: str) -> None:
        if self.ended:
            return
        self._filter.is_dropping = True
        self._reserve.close()  # ending takes memory, too
        logger.error("%s: the run ends here", why)
        _reactor().callFromThread(self._leave)  # a thread of the reactor's pool can be the caller

    def _leave(self) -> None:
        """Close the archive with its report and stop the event loop: requests under way may never end."""
        try:
            self.close()
        finally:
            _reactor().crash()

    def close(self) -> None:
        """Close the archive with its report, where the run's end has not done so."""
        self._filter.is_dropping = True
        self._reserve.close()
        archive = self.crawler.get_extension(ArchiveRunExtension)
        if archive is not None and not archive.closed:
            archive.close(OUT_OF_MEMORY)


def _reactor() -> Any:
    """The reactor: Scrapy installs it before the extensions are made, and nothing may import it earlier."""
    from twisted.internet import reactor

    return reactor
