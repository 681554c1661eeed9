"""Recovery after a run that died: the ledger opened and made to agree with the lines, torn ends cut off WARC files."""

import os
from pathlib import Path
from typing import Final

from panan_spider.archive.ledger.database import ARTICLES, QUARANTINE, LedgerDamaged
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger.stored_articles import ARTICLE_KEYS
from panan_spider.archive.store.files import (
    LEDGER_FILE,
    WARC_FOLDER,
    WriteGuard,
    free_name,
    naming,
    sync_folder,
)
from panan_spider.archive.store.jsonl import LineFile, StoredLine
from panan_spider.archive.store.torn_ends import cut_torn_record
from panan_spider.core.clock import Clock, moment, stamp

#: Key of the number of lines in articles.jsonl that are no revision of their own.
_SURPLUS: Final = "articles_surplus"

#: Keys that a quarantine line must have to be marked; a line without them is reported and passed over.
_QUARANTINE_KEYS: Final = frozenset({"url", "outcome", "at"})


class Recovery:
    """Opens the ledger of one archive. `notes` holds one line a repair."""

    def __init__(self, data: Path, guard: WriteGuard, clock: Clock) -> None:
        self._path, self._data, self._guard, self._clock = data / LEDGER_FILE, data, guard, clock
        self.notes: list[str] = []

    def open(self, articles: LineFile, quarantine: LineFile) -> Ledger:
        """The ledger, made again where it is missing, broken or ahead of the lines. Raises StoreError."""
        missing = not self._path.exists()
        if missing:
            self._set_aside("orphaned")  # a -wal without its database would be read into the new one
        ledger = self._opened()
        try:
            if not self._agrees(ledger, articles):
                ledger.close()
                self.notes.append(
                    f"{LEDGER_FILE}: knows more of articles.jsonl than is there; it was {self._set_aside('ahead')}"
                )
                ledger = Ledger(self._path, self._guard)
            elif missing and articles.size:
                self.notes.append(f"{LEDGER_FILE}: was missing and is made again from the lines")
            self._replay(ledger, articles, quarantine)
            self._count(ledger, articles)
        except BaseException:
            ledger.close()
            raise
        return ledger

    def _opened(self) -> Ledger:
        try:
            return Ledger(self._path, self._guard)
        except LedgerDamaged as error:
            self.notes.append(f"{error}; it was {self._set_aside('corrupt')}")
        return Ledger(self._path, self._guard)

    def _set_aside(self, why: str) -> str:
        """Rename the ledger and the files SQLite keeps beside it; where to, in words."""
        aside = free_name(self._path.with_name(f"{LEDGER_FILE}.{why}-{stamp(self._clock())}"))
        with naming(self._path):
            for ending in ("-wal", "-shm", ""):
                beside = self._path.with_name(LEDGER_FILE + ending)
                if beside.exists():
                    os.replace(beside, aside.with_name(aside.name + ending))
            sync_folder(self._data)
        return f"set aside as {aside.name} and made again from the lines"

    @staticmethod
    def _agrees(ledger: Ledger, articles: LineFile) -> bool:
        """True where the line that the ledger marked last ends at the marked byte."""
        until = ledger.marks.until(ARTICLES)
        if until == 0:
            return True
        last = articles.line_before(until)
        return last is not None and ledger.marks.is_last(ARTICLES, last)

    def _replay(self, ledger: Ledger, articles: LineFile, quarantine: LineFile) -> None:
        at = moment(self._clock())
        with ledger.write():
            marked = 0
            for line in articles.lines(ledger.marks.until(ARTICLES)):
                if (record := self._usable(articles, line, ARTICLE_KEYS)) is not None:
                    ledger.replay_article(record, line, at)
                    marked += 1
                ledger.marks.passed(ARTICLES, line)
            if ledger.marks.until(QUARANTINE) > quarantine.size:
                ledger.marks.start_over(QUARANTINE)
            for line in quarantine.lines(ledger.marks.until(QUARANTINE)):
                if (record := self._usable(quarantine, line, _QUARANTINE_KEYS)) is not None:
                    ledger.replay_quarantine(record, at)
                ledger.marks.passed(QUARANTINE, line)
        if marked:
            self.notes.append(
                f"{LEDGER_FILE}: {marked} lines of articles.jsonl were not yet marked in it; they are now"
            )

    def _count(self, ledger: Ledger, articles: LineFile) -> None:
        """Mark all lines again where the ledger's revisions are not as many as the lines: rows of it are lost.

        Lines that are no revision, or one of them twice, make a difference that stays; it is kept, so that it costs once.
        """
        surplus = articles.count() - ledger.articles.revisions()
        if surplus == ledger.values.number(_SURPLUS):
            return
        before = ledger.articles.count()
        ledger.remark_articles(articles.lines(), moment(self._clock()))
        with ledger.write():
            ledger.values.keep(_SURPLUS, articles.count() - ledger.articles.revisions())
        if (now := ledger.articles.count()) != before:
            self.notes.append(f"{LEDGER_FILE}: had {before} of {now} articles; they are marked again from the lines")

    def _usable(self, file: LineFile, line: StoredLine, keys: frozenset[str]) -> dict[str, object] | None:
        if line.record is not None and keys <= line.record.keys():
            return line.record
        self.notes.append(f"{file.path.name}: no readable record at byte {line.start}; it was passed over")
        return None

    def close_dead_runs(self, ledger: Ledger) -> None:
        """End the records of runs that died: URLs they had not settled are pending, their walks are interrupted."""
        at = moment(self._clock())
        for number, run_id in ledger.runs.dead():
            with ledger.write():
                pending = ledger.urls.record_pending(number, f"run {run_id} died", at)
                walks = ledger.walks.interrupt(number, at)
                ledger.runs.end(number, at, None, None)
            self.notes.append(
                f"run {run_id} died without a report: {pending} addresses pending, {walks} walks interrupted"
            )

    def repair_warcs(self, ledger: Ledger) -> None:
        """Cut torn records off the WARC files of dead runs. A file once found whole is not read again."""
        whole, found = ledger.values.whole_warcs(), []
        with naming(self._data / WARC_FOLDER):
            for path in sorted((self._data / WARC_FOLDER).glob("*.warc.gz")):
                name = f"{WARC_FOLDER}/{path.name}"
                if whole.get(name) == path.stat().st_size:
                    continue
                if (note := cut_torn_record(path, self._clock())) is not None:
                    self.notes.append(note)
                if path.exists():
                    found.append((name, path.stat().st_size))
        ledger.values.note_whole(found)
