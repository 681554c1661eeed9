"""One call of `scrapy reparse`: everything read again, told, and with `write` stored."""

import os
import sys
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from panan_spider import __version__
from panan_spider.outcomes import ExitCode, Outcome
from panan_spider.reparsing.again import Reparsing
from panan_spider.reparsing.reading import Reading, Scope, Verdict, show
from panan_spider.reparsing.workers import Workers
from panan_spider.reports import ReparseReport
from panan_spider.store.archive import Archive
from panan_spider.store.errors import StoreError

_STORED: Final = (Verdict.SAME, Verdict.CHANGED, Verdict.LOST, Verdict.UNKEPT)


class Run:
    """One call of the command: what it found, and the exit code that follows."""

    def __init__(self, data: Path, scope: Scope, diff: bool, jobs: int = 1) -> None:
        self.data, self.scope, self.diff, self.workers = data, scope, diff, Workers(jobs)
        self.found: Counter[Verdict] = Counter()
        self.stopped = False
        self.started = datetime.now(UTC)

    def done(self, *, write: bool) -> ExitCode:
        """Read all, say it, and with `write` store it. Raises StoreError, LockHeld."""
        with self.workers:
            if write:
                self._write()
            else:
                self._read(None)
        for line in self._lines(write):
            print(line)
        return self.code

    @property
    def code(self) -> ExitCode:
        """The exit code, by what has been read so far."""
        if self.found[Verdict.UNKEPT]:
            return ExitCode.STORE_ERROR
        if self.stopped:
            return ExitCode.INTERRUPTED
        return ExitCode.LAYOUT_DRIFT if self.found[Verdict.LOST] else ExitCode.GOOD

    def _read(self, archive: Archive | None) -> None:
        try:
            for reading in Reparsing(self.data, self.scope).readings(self.workers):
                if archive is not None and reading.article is not None:
                    _store(archive, reading)
                self.found[reading.verdict] += 1
                show(reading, self.diff)
        except KeyboardInterrupt:
            self.stopped = True

    def _write(self) -> None:
        run_id = f"{self.started:%Y%m%dT%H%M%SZ}-{os.getpid()}"
        archive = Archive.open(self.data, run_id=run_id, args={"command": "reparse"})
        for note in archive.notes:
            print(f"panan: archive: {note}", file=sys.stderr)
        try:
            self._read(archive)
            archive.settle_rest()
            archive.close(self._report(archive))
        finally:
            with suppress(StoreError):
                archive.close({})

    def _report(self, archive: Archive) -> dict[str, Any]:
        return ReparseReport(
            run=archive.run_id,
            command="reparse",
            arguments={name: str(value) for name, value in vars(self.scope).items() if value is not None},
            exit_code=int(self.code),
            reason=self._lines(True)[0].removeprefix("panan: "),
            started=f"{self.started:%Y-%m-%dT%H:%M:%SZ}",
            finished=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            versions={"panan_spider": __version__, "scrapy": version("scrapy")},
            requests=0,
            discovered=archive.discovered_count,
            outcomes={str(outcome): count for outcome, count in sorted(archive.outcome_counts().items())},
            reparsed={verdict.name.lower(): self.found[verdict] for verdict in Verdict},
            repaired=archive.notes,
        ).model_dump(mode="json")

    def _lines(self, written: bool) -> list[str]:
        found = self.found
        stored = ", ".join(f"{found[verdict]} {verdict}" for verdict in _STORED)
        lines = [f"panan: {sum(found[verdict] for verdict in _STORED)} stored articles read again: {stored}"]
        if tried := found[Verdict.RESCUED] + found[Verdict.STILL]:
            lines += [f"panan: {tried} quarantined pages read again: {found[Verdict.RESCUED]} {Verdict.RESCUED}"]
        if found[Verdict.CHANGED] + found[Verdict.RESCUED]:
            lines += [
                "panan: " + ("all that is changed or new is stored" if written else "nothing written: see --write")
            ]
        return lines + (["panan: interrupted; the rest was not read"] if self.stopped else [])


def _store(archive: Archive, reading: Reading) -> None:
    """Store a revision. What the server gave to ask again with stays, and an article that is gone stays gone."""
    article = reading.article
    assert article is not None
    known = archive.latest(article.id)
    if known is None:
        listed = list(archive.ledger.articles.listed_in(article.id))
        archive.store(article.model_copy(update={"listed_in": listed}), Outcome.STORED)
        return
    archive.validators[article.url] = (known.etag, known.last_modified)
    places = article.warc.parts if article.warc is not None else []
    archive.parts.update(zip(((place.file, place.offset) for place in places), known.parts, strict=False))
    with archive.ledger.write():
        archive.store(article, Outcome.REVISED)
        if known.outcome is Outcome.GONE:
            archive.ledger.articles.seen(article.id, article.url, Outcome.GONE)
