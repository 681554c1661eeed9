"""What has been read again is told, stored where it differs, and noted as done: some articles at a time."""

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final

from panan_spider.archive.reparse.reparse_progress import ReparseProgress
from panan_spider.archive.reparse.result import ReparseResult
from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article

#: Readings told, stored and noted together: a kill costs reading as many again, and each of these waits for the disk.
AT_ONCE: Final = 200


class BatchWriter:
    """Takes the readings of one call in their order. What it has not yet stored when it is dropped was not told either."""

    def __init__(self, archive: Archive, progress: ReparseProgress, tell: Callable[[ReparseResult], None]) -> None:
        self._archive, self._progress, self._tell = archive, progress, tell
        self._waiting: list[ReparseResult] = []

    def take(self, reading: ReparseResult) -> None:
        """One more. Raises StoreError; KeyboardInterrupt where a stop was asked for while some were stored."""
        self._waiting.append(reading)
        if len(self._waiting) >= AT_ONCE:
            self.settle()

    def settle(self) -> None:
        """Those taken so far, to the end. Raises as `take` does.

        Told first: a kill in between makes the next call tell some again, and none is stored without having been told.
        """
        with _undisturbed():
            readings, self._waiting = self._waiting, []
            for reading in readings:
                self._tell(reading)
            sys.stdout.flush()
            _store(self._archive, [reading.article for reading in readings if reading.article is not None])
            self._progress.advance(readings)


def _store(archive: Archive, articles: Sequence[Article]) -> None:
    """Store revisions. What the server gave to ask again with stays, and an article that is gone stays gone."""
    if not articles:
        return
    ready, gone = [], []
    for article in articles:
        known = archive.latest(article.id)
        if known is None:
            listed = list(archive.ledger.articles.listed_in(article.id))
            ready.append((article.model_copy(update={"listed_in": listed}), Outcome.STORED))
            continue
        archive.validators[article.url] = (known.etag, known.last_modified)
        places = article.warc.parts if article.warc is not None else []
        archive.parts.update(zip(((place.file, place.offset) for place in places), known.parts, strict=False))
        ready.append((article, Outcome.REVISED))
        if known.outcome is Outcome.GONE:
            gone.append(article)
    with archive.ledger.write():
        archive.store_all(ready)
        for article in gone:
            archive.ledger.articles.seen(article.id, article.url, Outcome.GONE)
    archive.validators.clear()
    archive.parts.clear()


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A stop that is asked for within comes at the end. For the main thread."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise KeyboardInterrupt
