"""Downloader: Scrapy's, which sends nothing more once the run is being ended."""

from scrapy.core.downloader import Downloader, Slot
from scrapy.exceptions import IgnoreRequest
from twisted.python.failure import Failure

from panan_spider.core.outcomes import Outcome
from panan_spider.extensions.archive_run import is_ending
from panan_spider.middlewares.outcome_errors import OutcomeError

_ENDED = "the run ended before it was asked for"


class StoppingDownloader(Downloader):
    """Ends the requests that still wait for their turn as PENDING when the run is being ended.

    Scrapy sends them all, a delay apart: at real manners 13 requests and more than ten seconds after SIGTERM.
    """

    def _process_queue(self, slot: Slot) -> None:
        if not is_ending(self.crawler):
            super()._process_queue(slot)
            return
        while slot.queue:
            _request, waiting = slot.queue.popleft()
            error: IgnoreRequest = OutcomeError(Outcome.PENDING, _ENDED)
            waiting.errback(Failure(error))  # type: ignore[no-untyped-call]
