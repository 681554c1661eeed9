"""The archive: everything a run keeps, in the one order of writing that loses nothing.

Response into the WARC, then the article's line into articles.jsonl, then the mark in the ledger; each durable
before the next begins. Opening finds whatever a dead run left half done, finishes or undoes it, and says so.
"""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final, Self

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger_state import LedgerCrawlState
from panan_spider.archive.state import KnownPart
from panan_spider.archive.store import warc_writer as warc
from panan_spider.archive.store.contents import Contents
from panan_spider.archive.store.errors import WriteGuard, naming
from panan_spider.archive.store.files import Clock, moment, now, write_atomically
from panan_spider.archive.store.http_exchange import HttpExchange
from panan_spider.archive.store.image_files import ImageFiles
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.archive.store.lock import Lock
from panan_spider.archive.store.quarantine import Quarantine
from panan_spider.archive.store.recovery import Recovery
from panan_spider.archive.store.revisions import Revisions
from panan_spider.archive.store.warc_records import Original
from panan_spider.core.outcomes import Outcome
from panan_spider.items import WarcLocation

ARTICLES_FILE: Final = "articles.jsonl"
QUARANTINE_FILE: Final = "quarantine.jsonl"
RUNS_FOLDER: Final = "runs"


class Archive(Revisions, Contents):
    """One archive folder, open for one run. Every writing method raises StoreError where the disk refuses.

    `memory` is what the spider sees of it. `notes` says, a line each, what opening had to put right.
    Whoever receives responses fills, by canonical address, `places` and `validators` (ETag, Last-Modified), and
    `parts`, by file and offset, with the further parts of articles. `ledger` is for reports to ask.
    """

    def __init__(self, folder: Path, run_id: str, clock: Clock) -> None:
        """Use `Archive.open`."""
        self.folder, self.run_id, self._clock = folder, run_id, clock
        self.fuse = WriteGuard()
        self.notes: list[str] = []
        self.validators: dict[str, tuple[str | None, str | None]] = {}
        self.parts: dict[tuple[str, int], KnownPart] = {}
        self._closing, self._closed = ExitStack(), False

    @classmethod
    def open(
        cls,
        folder: Path,
        *,
        run_id: str,
        args: Mapping[str, str],
        clock: Clock = now,
        warc_bytes: int = warc.MAX_FILE_BYTES,
        first: Callable[[], None] = lambda: None,
    ) -> Self:
        """Open, make or repair the archive in `folder` for a run; `first` is done under the lock. Raises LockHeld, StoreError."""
        archive = cls(folder, run_id, clock)
        try:
            archive._lock()
            first()
            archive._recover()
            archive._begin(args, warc_bytes)
        except BaseException:
            archive._closing.close()
            raise
        return archive

    def _lock(self) -> None:
        with naming(self.folder):
            for part in (self.folder, self.folder / warc.FOLDER, self.folder / RUNS_FOLDER):
                part.mkdir(parents=True, exist_ok=True)
        self._closing.callback(Lock(self.folder / "lock", self.run_id).release)

    def _recover(self) -> None:
        recovery = Recovery(self.folder, self.fuse, self._clock)
        self._articles = self._lines(ARTICLES_FILE)
        self._quarantined = self._lines(QUARANTINE_FILE)
        self.ledger: Ledger = recovery.open(self._articles, self._quarantined)
        self._closing.callback(self.ledger.close)
        recovery.bury(self.ledger)
        recovery.mend_warcs(self.ledger)
        self.notes += [*self._articles.notes, *self._quarantined.notes, *recovery.notes]

    def _lines(self, name: str) -> LineFile:
        lines = LineFile(self.folder / name, self.fuse, self._clock())
        self._closing.callback(lines.close)
        return lines

    def _begin(self, args: Mapping[str, str], warc_bytes: int) -> None:
        self._began = self._articles.size
        self._run = self.ledger.begin_run(self.run_id, args, moment(self._clock()))
        self._warc = warc.WarcWriter(self.folder, self.run_id, self.fuse, self._clock, warc_bytes)
        self._closing.callback(self._warc.close)
        self._quarantine = Quarantine(self.folder, self._quarantined, self.ledger, self._warc, self.run_id)
        self.memory = LedgerCrawlState(self.ledger, self._quarantine, self._run, self._clock)
        self.places: dict[str, WarcLocation] = self.memory.places

    def write_response(self, exchange: HttpExchange) -> WarcLocation:
        """Keep a response and its request, durable before whatever names their place; the place of the response."""
        return self._warc.response(exchange)

    def write_revisit(
        self, exchange: HttpExchange, article_id: str | None = None, part: str | None = None
    ) -> WarcLocation:
        """Keep a 304 and its request, pointing to the response it confirms: of that article's page one, or of `part`."""
        confirmed = None if article_id is None else self.ledger.articles.answer(article_id, part)
        return self._warc.revisit(exchange, None if confirmed is None else Original(*confirmed))

    def open_pictures(self) -> ImageFiles:
        """The pictures of the archive, open until it is closed; for a run with images=true. Raises StoreError."""
        pictures = ImageFiles(self.folder, self.ledger, self.fuse, self._run, self._clock, self._warc.sync)
        self._closing.callback(pictures.close)
        self.notes += pictures.notes
        return pictures

    def quarantine(
        self,
        url: str,
        outcome: Outcome,
        reason: str,
        field: str | None = None,
        template: str | None = None,
        warc: WarcLocation | None = None,
    ) -> None:
        """Write the quarantine line of a page, and settle its address as `outcome`, UNKNOWN_LAYOUT or INVALID."""
        if warc is not None:
            self.places.setdefault(url, warc)
        self.memory.settle_with(url, outcome, reason, field, template)

    def close(self, report: Mapping[str, Any]) -> None:
        """End the run: its rest settled, `report` in runs/<run>.json (key `exit_code` goes into the ledger too).

        After a StoreError nothing is written any more and only the lock is let go. Again is harmless.
        """
        try:
            if self.fuse.blown is None and not self._closed:
                self._end(report)
        finally:
            self._closed = True
            self._closing.close()

    def _end(self, report: Mapping[str, Any]) -> None:
        self.settle_rest()
        text = json.dumps(report, ensure_ascii=False, indent=2, default=str) + "\n"
        path = self.folder / RUNS_FOLDER / f"{self.run_id}.json"
        with self.fuse.writing(path):
            write_atomically(path, text.encode("utf-8"))
        self._warc.close()
        self.ledger.values.note_whole(self._warc.whole)
        self.ledger.runs.end(self._run, moment(self._clock()), report.get("exit_code"), report)
