"""Export files: an export is built aside, checked, put in place by renames, and leaves a state from which the next one resumes.

A file is renamed over the old one. A folder cannot be: the old one is moved away first, and for an instant there is none, never
half of one. The next export finishes a swap that a kill cut short.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from panan_spider.archive.data_folder import Lock
from panan_spider.archive.store.files import StoreError, naming, sync_folder, write_atomically
from panan_spider.core.outcomes import RefusedError
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

#: In a folder that an export made.
NOTE: Final = ".panan-export.json"
#: First bytes of a file by which its format is known.
_HEAD_BYTES: Final = 4_096


class ForeignFileError(RefusedError):
    """The file at the place of the export was not made by an export of this kind. The message is one line."""


@contextmanager
def only_export_to(out: Path) -> Iterator[None]:
    """Keep other exports away from `out` meanwhile; afterwards neither the lock nor a folder made for nothing is left.

    Raises LockHeld where another export is at work there, StoreError.
    """
    created = [folder for folder in (out.parent, *out.parent.parents) if not folder.exists()]
    try:
        with naming(out.parent):
            out.parent.mkdir(parents=True, exist_ok=True)
        lock = Lock(_beside(out, "lock"), f"export to {out.name}")
        try:
            _tidy(out)
            yield
        finally:
            lock.remove()
    finally:
        with suppress(OSError):  # not empty, or not created
            for folder in created:
                folder.rmdir()


@contextmanager
def built_aside(out: Path) -> Iterator[Path]:
    """The place to build at; on leaving it is made durable and becomes `out`. After any exception `out` is as it was.

    Raises StoreError where the disk refuses.
    """
    aside = _beside(out, "part")
    with naming(out):
        try:
            yield aside
            _sync(aside)
            if aside.is_dir() and out.exists():
                _swap(aside, out)
            else:
                os.replace(aside, out)
            sync_folder(out.parent)
        finally:
            _remove(aside)


def _beside(out: Path, role: str) -> Path:
    return out.with_name(f".{out.name}.{role}")


def _tidy(out: Path) -> None:
    """Finish or undo what an export that was killed left behind."""
    with naming(out):
        if (old := _beside(out, "old")).exists():
            if out.exists():
                _remove(old)
            else:
                os.rename(old, out)
        _remove(_beside(out, "part"))


def _sync(path: Path) -> None:
    if path.is_dir():
        os.sync()  # of many small files, one call for all of them
        return
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _swap(new: Path, old: Path) -> None:
    away = _beside(old, "old")
    os.rename(old, away)
    os.rename(new, old)
    _remove(away)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(FileNotFoundError):
            path.unlink()
        for rest in ("-journal", "-wal", "-shm"):
            path.with_name(path.name + rest).unlink(missing_ok=True)


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
    found = read_state(out)
    if found is None or (found.form, found.kind) != (form, job.kind):
        return None
    size = 0 if out.is_dir() else out.stat().st_size
    return found if found.size == size and ArchiveLines(job.data).goes_on_from(found.mark) else None


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
    state = ExportState(form, job.kind, mark, done.articles, done.revisions, out.stat().st_size)
    write_atomically(state_path(out), state.text().encode())


def check_folder(form: str, out: Path) -> None:
    """Raises ForeignFileError where `out` is no folder of that form, unless it is an empty one."""
    if not out.exists():
        return
    found = read_state(out) if out.is_dir() else None
    if (found is None or found.form != form) and not (out.is_dir() and not any(out.iterdir())):
        raise _foreign(form, out)


def check_file(form: str, out: Path, is_ours: Callable[[bytes], bool]) -> None:
    """Raises ForeignFileError where `out` is no file whose first bytes `is_ours` knows; an empty file may be replaced."""
    if not out.exists():
        return
    if out.is_file():
        with out.open("rb") as file:
            head = file.read(_HEAD_BYTES)
        if not head or is_ours(head):
            return
    raise _foreign(form, out)


def _foreign(form: str, out: Path) -> ForeignFileError:
    return ForeignFileError(f"{out} exists and is no {form} export of this program; name another --out")


def pending_records(form: str, job: ExportJob, out: Path) -> tuple[Iterable[Record], Position, ExportResult]:
    """The records that `out` lacks, the position in the lines after them, and the result once they are written.

    Where the export at `out` can be continued, a list of those of the new lines; else all, of an export made anew.
    """
    before = earlier_state(form, job, out)
    if before is not None and (found := new_records(job, before.mark)) is not None:
        records, mark = found
        articles = before.articles + count_articles(records)
        return records, mark, ExportResult(articles, before.revisions + len(records), anew=False)
    chosen = SelectedRecords.by(job)
    return chosen.records(), chosen.mark, ExportResult(chosen.articles, chosen.count, anew=True)


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
        check_file(form, out, lambda head: head.startswith(magic) and read_state(out) is not None)
        before = earlier_state(form, job, out)
        if before is not None and not is_stale() and (done := nothing_new(job, before)) is not None:
            return done
        chosen = SelectedRecords.by(job)
        with built_aside(out) as aside:
            held, expected = write(aside, chosen)
            _check_count(out, held, expected)
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


def export_lines(
    form: str,
    job: ExportJob,
    out: Path,
    *,
    head: bytes,
    line_of: Callable[[Record], bytes],
    records_in: Callable[[Path], int],
    is_ours: Callable[[bytes], bool],
) -> ExportResult:
    """Make `out` hold what `job` says, as a file of one line a record behind `head`: continued where lines were only added.

    `records_in` counts the records of a file. Raises ForeignFileError, UnknownSection, StoreError; `out` is then as it was.
    """
    with naming(out):
        check_file(form, out, is_ours)
        records, mark, done = pending_records(form, job, out)
        if records:
            with built_aside(out) as aside:
                if not done.anew:
                    shutil.copyfile(out, aside)
                with aside.open("ab") as file:
                    file.write(head if done.anew else b"")
                    file.writelines(map(line_of, records))
                _check_count(out, records_in(aside), done.revisions)
        write_state(form, job, out, mark, done)
    return done


def _check_count(out: Path, held: int, expected: int) -> None:
    """Raises StoreError where the file built aside does not hold so many records."""
    if held != expected:
        raise StoreError(f"{out}: holds {held} records of {expected}; the file built aside is thrown away")
