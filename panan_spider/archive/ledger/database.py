"""The SQLite file under the ledger: opening, checking, transactions."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.ledger import ledger_schema
from panan_spider.archive.store.errors import StoreError, WriteGuard, naming
from panan_spider.archive.store.files import refuse_special

_BUSY_SECONDS: Final = 10.0
_MAGIC: Final = b"SQLite format 3\x00"
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

Row = tuple[Any, ...]


def _looking(path: Path) -> str:
    """How to open a ledger for reading alone. Without a run there is no -wal beside it, and SQLite would leave one there."""
    return "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"


class LedgerDamaged(StoreError):
    """The file is no SQLite database, or a damaged one."""


class Database:
    """One SQLite database in WAL mode.

    A commit here survives the death of the process. One in a power cut may be lost (synchronous=NORMAL),
    never torn: what must outlive that stands, synced, in articles.jsonl, and is marked again from there.
    """

    def __init__(self, path: Path, guard: WriteGuard, read_only: bool = False) -> None:
        """Opens or makes `path`. Raises LedgerBroken; StoreError, of a newer version among others."""
        self.path, self._guard = path, guard
        with naming(path):
            self._check_head()
            name = f"{path.absolute().as_uri()}?{_looking(path) if read_only else 'mode=rwc'}"
            self._connection = sqlite3.connect(name, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)
        try:
            with naming(path):
                self._check_version(read_only)
                if not read_only:
                    self._prepare()
        except BaseException as error:
            self._connection.close()
            cause = error.__cause__
            if isinstance(cause, sqlite3.DatabaseError) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
                raise LedgerDamaged(str(error)) from cause
            raise

    def _check_head(self) -> None:
        """SQLite, given a file that is no database, throws away what lies in the -wal beside it; so look first."""
        refuse_special(self.path)
        if self.path.exists() and not _MAGIC.startswith(head := self._head()):
            raise LedgerDamaged(f"{self.path}: file is not a database, it begins with {head!r}")

    def _head(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(len(_MAGIC))

    def _check_version(self, read_only: bool) -> None:
        found, known = ledger_schema.version(self._connection), len(ledger_schema.MIGRATIONS)
        if found > known:
            raise StoreError(f"{self.path} is of version {found}, this program knows {known}: update panan_spider")
        if read_only and found < known:
            self._migrate_copy()

    def _migrate_copy(self) -> None:
        """Read an older ledger through a migrated copy in memory: its file is left as it is until the next run."""
        copy = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.backup(copy)
        self._connection.close()
        self._connection = copy
        ledger_schema.migrate(copy)

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        told = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if told != "ok":
            raise LedgerDamaged(f"{self.path}: {' '.join(told.split())}")
        ledger_schema.migrate(self._connection)

    @contextmanager
    def write(self) -> Iterator[None]:
        """One transaction: committed at the end, undone by any exception. Inside another it is part of that.

        Raises StoreError where the disk refuses.
        """
        if self._connection.in_transaction:
            yield
            return
        with self._guard.writing(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    self._connection.execute("ROLLBACK")
                raise

    def run(self, sql: str, *values: object) -> int:
        """Execute one writing statement inside `write`; the number of rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def run_each(self, sql: str, rows: Iterable[Row]) -> int:
        """Execute one writing statement for each of `rows` inside `write`; the number of rows changed."""
        return self._connection.executemany(sql, rows).rowcount

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of one question."""
        with naming(self.path):
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row of one question; None where there is none."""
        with naming(self.path):
            found: Row | None = self._connection.execute(sql, values).fetchone()
        return found

    def each(self, sql: str, *values: object) -> Iterator[Row]:
        """The rows of one question, one after another. Nothing may be written meanwhile."""
        with naming(self.path):
            yield from self._connection.execute(sql, values)

    def snapshot(self) -> None:
        """From here on read the state of this moment, to the end of the connection."""
        with naming(self.path):
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM meta").fetchone()

    def close(self) -> None:
        """Close; an open transaction is undone. Again is harmless."""
        with suppress(sqlite3.Error):
            self._connection.close()
