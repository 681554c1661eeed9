"""Errors of the archive, each one line that a person can act on, and the guard that ends all writing after the first."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class StoreError(Exception):
    """The archive cannot be read or written: a full disk, a failing one, a ledger of a newer version. Exit code 14."""


class ForeignArchive(Exception):
    """The archive belongs to another site. Exit code 1."""


class LockHeld(Exception):
    """Another run is writing to this archive. Exit code 15."""


def _in_one_line(what: str, error: Exception) -> str:
    said = error.strerror or str(error) if isinstance(error, OSError) else str(error)
    if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_IOERR:
        # SQLite calls a full disk that, where it cannot grow the file it shares with readers.
        said += f" ({_free_bytes(what)} bytes free)"
    return " ".join(f"{what}: {said or type(error).__name__}".split())


def _free_bytes(path: str) -> int | str:
    try:
        return shutil.disk_usage(os.path.dirname(path)).free
    except OSError:
        return "unknown"


@contextmanager
def naming(what: str | os.PathLike[str]) -> Iterator[None]:
    """Turn an operating-system or SQLite error about `what` into a `StoreError` that names it."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StoreError(_in_one_line(os.fspath(what), error)) from error


class WriteGuard:
    """Blown by the first `StoreError` of a run; from then on nothing more is written.

    A disk that refused one write may take the next, smaller one. An archive that went on would have
    a hole that nobody looks for, so whatever is written after the first refusal is refused too.
    """

    def __init__(self) -> None:
        self.failed: StoreError | None = None

    @contextmanager
    def writing(self, what: str | os.PathLike[str]) -> Iterator[None]:
        """Guard one write to `what`. Raises StoreError: this write's own, or the run's first again."""
        if self.failed is not None:
            raise StoreError(str(self.failed))
        try:
            with naming(what):
                yield
        except StoreError as error:
            self.failed = error
            raise
