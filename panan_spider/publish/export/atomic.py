"""Atomic replacement of an export: built aside, checked, and put in place by renames.

A file is renamed over the old one. A folder cannot be: the old one is moved away first, and for an instant there is none, never
half of one. The next export finishes a swap that a kill cut short.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from panan_spider.archive.data_folder import Lock
from panan_spider.archive.store.files import naming, sync_folder
from panan_spider.core.outcomes import RefusedError


class ForeignFileError(RefusedError):
    """The file at the place of the export was not made by an export of this kind. The message is one line."""


@contextmanager
def only_export_to(out: Path) -> Iterator[None]:
    """Keep other exports away from `out` meanwhile; afterwards neither the lock nor a folder made for nothing is left.

    Raises LockHeld where another export is at work there, StoreError.
    """
    made = [folder for folder in (out.parent, *out.parent.parents) if not folder.exists()]
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
        with suppress(OSError):  # not empty, or not made
            for folder in made:
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


def _beside(out: Path, what: str) -> Path:
    return out.with_name(f".{out.name}.{what}")


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
