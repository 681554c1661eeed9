"""Exports that are files: the state file that lets the next export resume, folders of files, single files of records."""

import json
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from panan_spider.archive.store.files import StoreError, naming, write_atomically
from panan_spider.publish.export.atomic import ForeignFileError, built_aside
from panan_spider.publish.export.job import (
    ArchiveLines,
    ExportJob,
    ExportResult,
    Position,
    Record,
    SelectedRecords,
    count_articles,
    new_records,
)
from panan_spider.sites.profile import Site

#: In a folder that an export made.
NOTE: Final = ".panan-export.json"


@dataclass(frozen=True)
class ExportState:
    """An export: in which form, of what, and how far the lines had been read. `size` is the file's, 0 for a folder."""

    form: str
    kind: str
    mark: Position
    articles: int
    revisions: int
    size: int = 0

    def text(self) -> str:
        """The value as JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False)


def state_path(out: Path) -> Path:
    """Path of the note about the export at `out`: in a folder, or hidden beside a file."""
    return out / NOTE if out.is_dir() else out.with_name(f".{out.name}.made")


def earlier_state(form: str, job: ExportJob, out: Path) -> ExportState | None:
    """The export at `out`, where one of the same form and kind can be continued: its lines are still the first ones."""
    made = read_state(out)
    if made is None or (made.form, made.kind) != (form, job.kind):
        return None
    size = 0 if out.is_dir() else out.stat().st_size
    return made if made.size == size and ArchiveLines(job.data).goes_on_from(made.mark) else None


def read_state(out: Path) -> ExportState | None:
    """The note about the export at `out`; None where there is none that can be read."""
    if not out.exists():
        return None
    with suppress(OSError, ValueError, TypeError, KeyError):
        found = json.loads(state_path(out).read_text("utf-8"))
        return ExportState(**{**found, "mark": Position(**found["mark"])})
    return None


def write_state(form: str, job: ExportJob, out: Path, mark: Position, done: ExportResult) -> None:
    """Leave a note about the export of a file at `out`. A note that is lost costs the next export time, nothing else."""
    made = ExportState(form, job.kind, mark, done.articles, done.revisions, out.stat().st_size)
    write_atomically(state_path(out), made.text().encode())


def check_folder(form: str, out: Path) -> None:
    """Raises NotOurs where `out` is no folder of that form, unless it is an empty one."""
    if not out.exists():
        return
    made = read_state(out) if out.is_dir() else None
    if (made is None or made.form != form) and not (out.is_dir() and not any(out.iterdir())):
        raise ForeignFileError(f"{out} exists and is no {form} export of this program; name another --out")


def check_file(form: str, magic: bytes, out: Path) -> None:
    """Raises ForeignFileError where `out` is no export of that form: no file of these first bytes with a note; an empty file may be replaced."""
    if not out.exists():
        return
    if out.is_file():
        with out.open("rb") as file:
            head = file.read(len(magic))
        if not head or (head == magic and read_state(out) is not None):
            return
    raise ForeignFileError(f"{out} exists and is no {form} export of this program; name another --out")


def nothing_new(job: ExportJob, before: ExportState | None) -> ExportResult | None:
    """The result of the export before, where no line behind it is of the selection; None where it must be made anew."""
    if before is None or (found := new_records(job, before.mark)) is None or found[0]:
        return None
    return ExportResult(before.articles, before.revisions, anew=False)


def export_whole(
    form: str,
    magic: bytes,
    job: ExportJob,
    out: Path,
    write: Callable[[Path, SelectedRecords], tuple[int, int]],
    *,
    is_stale: Callable[[], bool] = lambda: False,
) -> ExportResult:
    """Make `out` hold what `job` says, as a file that cannot be continued: made anew where anything is new.

    `write` writes a file and gives how many records it holds, and how many it should. `is_stale` is true where something else than
    lines is new. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was.
    """
    with naming(out):
        check_file(form, magic, out)
        before = earlier_state(form, job, out)
        if before is not None and not is_stale() and (done := nothing_new(job, before)) is not None:
            return done
        chosen = SelectedRecords.by(job)
        with built_aside(out) as aside:
            held, expected = write(aside, chosen)
            if held != expected:
                raise StoreError(f"{out}: holds {held} records of {expected}; the file built aside is thrown away")
        done = ExportResult(chosen.articles, chosen.count, anew=True)
        write_state(form, job, out, chosen.mark, done)
    return done


def link_files(old: Path, new: Path) -> None:
    """Make `new` a folder with the same files as `old`, which both then share. None of them is ever changed in place."""
    for folder, _folders, files in os.walk(old):
        there = new / os.path.relpath(folder, old)
        there.mkdir(parents=True, exist_ok=True)
        for name in files:
            if name != NOTE:
                os.link(Path(folder, name), there / name)


def write_file(path: Path, text: str) -> None:
    """Write a file of the new folder; one that it shares with the old folder is replaced there alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(text.encode("utf-8", "replace"))


def sign_folder(form: str, job: ExportJob, aside: Path, mark: Position, done: ExportResult) -> None:
    """Leave the note in the folder that is about to be put in place."""
    write_file(aside / NOTE, ExportState(form, job.kind, mark, done.articles, done.revisions).text())


def check_files(out: Path, aside: Path, suffix: str, count: int) -> None:
    """Raises StoreError where the folder does not hold so many files, or one of them is empty."""
    files = [path for path in aside.rglob(f"*{suffix}") if path.stat().st_size]
    if len(files) != count:
        raise StoreError(f"{out}: holds {len(files)} files of {count}; the folder built aside is thrown away")


@dataclass(frozen=True)
class SingleFileFormat:
    """A file format of one line a record: its head, the line of a record, and the count of records in a file."""

    name: str
    head: bytes
    line_of: Callable[[Record, Site], bytes]
    records_in: Callable[[Path], int]
    is_ours: Callable[[bytes], bool]

    def export(self, job: ExportJob, out: Path) -> ExportResult:
        """Make `out` hold what `job` says. Raises NotOurs, UnknownSection, StoreError; `out` is then as it was."""
        with naming(out):
            self._look(out)
            before = earlier_state(self.name, job, out)
            if before is not None and (found := new_records(job, before.mark)) is not None:
                records, mark = found
                counts = before.articles + count_articles(records), before.revisions + len(records)
                done, base = ExportResult(*counts, anew=False), out
            else:
                taken = SelectedRecords.by(job)
                records, mark, base = taken.records(), taken.mark, None  # type: ignore[assignment]
                done = ExportResult(taken.articles, taken.count, anew=True)
            if done.anew or records:
                self._write(job.site, out, base, records, done)
            write_state(self.name, job, out, mark, done)
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

    def _write(self, site: Site, out: Path, base: Path | None, records: Iterable[Record], done: ExportResult) -> None:
        with built_aside(out) as aside:
            if base is not None:
                shutil.copyfile(base, aside)
            with aside.open("ab") as file:
                if base is None:
                    file.write(self.head)
                for record in records:
                    file.write(self.line_of(record, site))
            if (held := self.records_in(aside)) != done.revisions:
                raise StoreError(
                    f"{out}: holds {held} records of {done.revisions}; the file built aside is thrown away"
                )
