"""Reparse run: one call of `scrapy reparse`. Verdicts are printed, and with `write` changed articles are stored, in batches."""

import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Any, Final

from panan_spider import __version__
from panan_spider.archive.reparse.reader import ArchiveReader, Workers
from panan_spider.archive.reparse.reparse_progress import (
    ReparseProgress,
    ReparseResult,
    ReparseScope,
    ReparseVerdict,
    show,
)
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import StoreError
from panan_spider.archive.verify.repair import open_archive
from panan_spider.core.clock import moment, now, run_id
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import ReparseReport
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
        """Store those taken so far. Raises as `take` does.

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
        known = archive.ledger.articles.latest(article.id)
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


_STORED: Final = (ReparseVerdict.SAME, ReparseVerdict.CHANGED, ReparseVerdict.LOST, ReparseVerdict.UNKEPT)


class ReparseRun:
    """One call of the command: what it found, and the exit code that follows."""

    def __init__(self, data: Path, scope: ReparseScope, diff: bool, jobs: int = 1) -> None:
        self.data, self.diff, self.workers = data, diff, Workers(jobs)
        self.reparsing = ArchiveReader(data, scope)
        self.found: Counter[ReparseVerdict] = Counter()
        self.stopped = False
        self.started = now()

    def done(self, *, write: bool) -> ExitCode:
        """Read all, say it, and with `write` store it. Raises StoreError, LockHeld."""
        with self.workers:
            if write:
                self._write()
            else:
                self._read()
        for line in self._lines(write):
            print(line)
        return self.code

    @property
    def code(self) -> ExitCode:
        """The exit code, by what has been read so far."""
        if self.found[ReparseVerdict.UNKEPT]:
            return ExitCode.STORE_ERROR
        if self.stopped:
            return ExitCode.INTERRUPTED
        return ExitCode.LAYOUT_DRIFT if self.found[ReparseVerdict.LOST] else ExitCode.GOOD

    def _read(self) -> None:
        try:
            for reading in self.reparsing.readings(self.workers):
                self._tell(reading)
        except KeyboardInterrupt:
            self.stopped = True

    def _tell(self, reading: ReparseResult) -> None:
        self.found[reading.verdict] += 1
        show(reading, self.diff)

    def _write(self) -> None:
        archive = open_archive(self.data, run_id=run_id(self.started), args={"command": "reparse"})
        for note in archive.notes:
            print(f"panan: archive: {note}", file=sys.stderr)
        try:
            self._keep(archive)
            archive.memory.settle_rest()
            archive.close(self._report(archive))
        finally:
            with suppress(StoreError):
                archive.close({})

    def _keep(self, archive: Archive) -> None:
        """Read all that no stopped call has done, and store it."""
        progress = ReparseProgress(self.data, self.reparsing.scope, moment(self.started), archive.guard)
        if progress.note is not None:
            print(f"panan: {progress.note}", file=sys.stderr)
        writer = BatchWriter(archive, progress, self._tell)
        try:
            for reading in self.reparsing.readings(self.workers, progress.before):
                writer.take(reading)
            writer.settle()
            progress.finish()
        except KeyboardInterrupt:
            self.stopped = True
            with suppress(KeyboardInterrupt):
                writer.settle()

    def _report(self, archive: Archive) -> dict[str, Any]:
        return ReparseReport(
            run=archive.run_id,
            command="reparse",
            arguments={name: str(value) for name, value in vars(self.reparsing.scope).items() if value is not None},
            exit_code=int(self.code),
            reason=self._lines(True)[0].removeprefix("panan: "),
            started=moment(self.started),
            finished=moment(now()),
            versions={"panan_spider": __version__, "scrapy": version("scrapy")},
            requests=0,
            discovered=archive.memory.discovered_count,
            outcomes={str(outcome): count for outcome, count in sorted(archive.memory.counts.items())},
            reparsed={verdict.name.lower(): self.found[verdict] for verdict in ReparseVerdict}
            | {"skipped": self.reparsing.skipped},
            repaired=archive.notes,
        ).model_dump(mode="json")

    def _lines(self, written: bool) -> list[str]:
        found = self.found
        stored = ", ".join(f"{found[verdict]} {verdict}" for verdict in _STORED)
        lines = [f"panan: {sum(found[verdict] for verdict in _STORED)} stored articles read again: {stored}"]
        if self.reparsing.skipped:
            lines += [f"panan: {self.reparsing.skipped} more skipped, as a call that was stopped had done them"]
        if tried := found[ReparseVerdict.RESCUED] + found[ReparseVerdict.STILL]:
            lines += [
                f"panan: {tried} quarantined pages read again: {found[ReparseVerdict.RESCUED]} {ReparseVerdict.RESCUED}"
            ]
        if found[ReparseVerdict.CHANGED] + found[ReparseVerdict.RESCUED]:
            lines += [
                "panan: " + ("all that is changed or new is stored" if written else "nothing written: see --write")
            ]
        return lines + ([self._interrupted(written)] if self.stopped else [])

    def _interrupted(self, written: bool) -> str:
        return "panan: interrupted; the rest was not read" + (": the same call again goes on there" if written else "")
