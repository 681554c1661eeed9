"""What ended a crawl's start, kept, so that it is said in one line instead of Scrapy's traceback."""

import asyncio
from typing import Any

from twisted.internet.defer import Deferred
from twisted.python.failure import Failure


def collect(running: Any, errors: list[BaseException]) -> None:
    """Add to `errors` what the crawl that `CrawlerProcess.crawl` has begun ends with, a task or a Deferred."""

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
