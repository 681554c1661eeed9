"""Forms that are one file with one stretch for each record: CSV, JSON-LD lines.

Made anew aside; or, where all new lines are of new articles, copied aside and continued. A copy costs the disk a moment, and no
reader ever sees a file that is half continued.
"""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from panan_spider.archive.store.errors import StoreError, naming
from panan_spider.publish.export import export_state as notes
from panan_spider.publish.export.archive_lines import Record
from panan_spider.publish.export.atomic import ForeignFileError, built_aside
from panan_spider.publish.export.job import ExportJob, ExportResult
from panan_spider.publish.export.records import SelectedRecords, count_articles, new_records


@dataclass(frozen=True)
class SingleFileFormat:
    """A form: what its file begins with, what a record is in it, and how many records a file of it holds."""

    name: str
    head: bytes
    stretch: Callable[[Record], bytes]
    records_in: Callable[[Path], int]
    is_ours: Callable[[bytes], bool]

    def export(self, job: ExportJob, out: Path) -> ExportResult:
        """Make `out` hold what `job` says. Raises NotOurs, UnknownSection, StoreError; `out` is then as it was."""
        with naming(out):
            self._look(out)
            before = notes.earlier(self.name, job, out)
            if before is not None and (found := new_records(job, before.mark)) is not None:
                records, mark = found
                counts = before.articles + count_articles(records), before.revisions + len(records)
                done, base = ExportResult(*counts, anew=False), out
            else:
                taken = SelectedRecords.by(job)
                records, mark, base = taken.records(), taken.mark, None  # type: ignore[assignment]
                done = ExportResult(taken.articles, taken.count, anew=True)
            if done.anew or records:
                self._write(out, base, records, done)
            notes.remember(self.name, job, out, mark, done)
        return done

    def _look(self, out: Path) -> None:
        if not out.exists():
            return
        if out.is_file():
            with out.open("rb") as file:
                first = file.readline()
            if not first or self.is_ours(first):
                return
        raise ForeignFileError(f"{out} exists and is no {self.name} export of this program; name another --out")

    def _write(self, out: Path, base: Path | None, records: Iterable[Record], done: ExportResult) -> None:
        with built_aside(out) as aside:
            if base is not None:
                shutil.copyfile(base, aside)
            with aside.open("ab") as file:
                if base is None:
                    file.write(self.head)
                for record in records:
                    file.write(self.stretch(record))
            if (held := self.records_in(aside)) != done.revisions:
                raise StoreError(
                    f"{out}: holds {held} records of {done.revisions}; the file built aside is thrown away"
                )
