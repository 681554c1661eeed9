"""Forms that are a folder of files: built aside, put in place whole, continued by linking what has not changed."""

import os
from pathlib import Path

from panan_spider.archive.store.errors import StoreError
from panan_spider.publish.export import export_state as notes
from panan_spider.publish.export.archive_lines import Position
from panan_spider.publish.export.atomic import ForeignFileError
from panan_spider.publish.export.export_state import NOTE, ExportState
from panan_spider.publish.export.job import ExportJob, ExportResult


def look(form: str, out: Path) -> None:
    """Raises NotOurs where `out` is no folder of that form, unless it is an empty one."""
    if not out.exists():
        return
    made = notes.read(out) if out.is_dir() else None
    if (made is None or made.form != form) and not (out.is_dir() and not any(out.iterdir())):
        raise ForeignFileError(f"{out} exists and is no {form} export of this program; name another --out")


def link_all(old: Path, new: Path) -> None:
    """Make `new` a folder with the same files as `old`, which both then share. None of them is ever changed in place."""
    for folder, _folders, files in os.walk(old):
        there = new / os.path.relpath(folder, old)
        there.mkdir(parents=True, exist_ok=True)
        for name in files:
            if name != NOTE:
                os.link(Path(folder, name), there / name)


def write(path: Path, text: str) -> None:
    """Write a file of the new folder; one that it shares with the old folder is replaced there alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(text.encode("utf-8", "replace"))


def sign(form: str, job: ExportJob, aside: Path, mark: Position, done: ExportResult) -> None:
    """Leave the note in the folder that is about to be put in place."""
    write(aside / NOTE, ExportState(form, job.kind, mark, done.articles, done.revisions).text())


def check(out: Path, aside: Path, suffix: str, count: int) -> None:
    """Raises StoreError where the folder does not hold so many files, or one of them is empty."""
    files = [path for path in aside.rglob(f"*{suffix}") if path.stat().st_size]
    if len(files) != count:
        raise StoreError(f"{out}: holds {len(files)} files of {count}; the folder built aside is thrown away")
