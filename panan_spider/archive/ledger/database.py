"""SQLite file of the ledger: schema and migrations, opening, checking, transactions."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from panan_spider.archive.store.files import StoreError, WriteGuard, naming, refuse_special
from panan_spider.archive.store.jsonl import StoredLine

#: One entry a version: the statements that make it of the version before. Entries are only ever added;
#: the number of the newest is what `PRAGMA user_version` says.
MIGRATIONS: Final[tuple[tuple[str, ...], ...]] = (
    (
        # Single values: `articles_offset`, bytes of articles.jsonl already marked here, and the like.
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID",
        # `finished` without `exit_code`: the run died and a later one found it so.
        """CREATE TABLE runs (
            number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, args TEXT NOT NULL, started TEXT NOT NULL,
            finished TEXT, exit_code INTEGER, report TEXT)""",
        # Every address ever met, with its newest outcome; NULL: listed, and never yet in a run's books.
        # `quarantined`, `body_hash`: as what, and with which bytes, it was last quarantined.
        """CREATE TABLE addresses (
            number INTEGER PRIMARY KEY, url TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, article_id TEXT, posted TEXT,
            outcome TEXT, reason TEXT, settled_at TEXT, tries INTEGER NOT NULL DEFAULT 0,
            first_seen TEXT NOT NULL, last_run INTEGER,
            quarantined TEXT, body_hash TEXT)""",
        "CREATE INDEX addresses_by_article ON addresses (article_id) WHERE article_id IS NOT NULL",
        "CREATE INDEX addresses_by_outcome ON addresses (outcome)",
        # The newest revision of every stored article.
        """CREATE TABLE articles (
            id TEXT PRIMARY KEY, url TEXT NOT NULL, revision INTEGER NOT NULL, content_hash TEXT NOT NULL,
            posted TEXT, pages INTEGER NOT NULL, etag TEXT, last_modified TEXT, outcome TEXT NOT NULL,
            fetched_at TEXT NOT NULL, template TEXT, warc_file TEXT, warc_offset INTEGER,
            line_offset INTEGER NOT NULL) WITHOUT ROWID""",
        # Which sections' lists have named which article.
        """CREATE TABLE listings (
            article_id TEXT NOT NULL, section TEXT NOT NULL, PRIMARY KEY (article_id, section)) WITHOUT ROWID""",
        # `state` NULL: under way, or the run died in it.
        """CREATE TABLE walks (
            number INTEGER PRIMARY KEY, run INTEGER NOT NULL, url TEXT NOT NULL, name TEXT NOT NULL, state TEXT,
            pages INTEGER NOT NULL DEFAULT 0, rows INTEGER NOT NULL DEFAULT 0, new INTEGER NOT NULL DEFAULT 0,
            began TEXT NOT NULL, ended TEXT)""",
        "CREATE INDEX walks_by_url ON walks (url)",
        "CREATE INDEX walks_open ON walks (run) WHERE state IS NULL",
        # The books of a run: each address it met and what became of it there; NULL: nothing yet.
        """CREATE TABLE fates (
            run INTEGER NOT NULL, address INTEGER NOT NULL, outcome TEXT, reason TEXT,
            PRIMARY KEY (run, address)) WITHOUT ROWID""",
        "CREATE INDEX fates_open ON fates (run) WHERE outcome IS NULL",
        # WARC files known to be whole at that size, so that opening the archive reads none of them again.
        "CREATE TABLE warcs (file TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID",
    ),
    (
        # Parts two and on of stored articles, as their newest answers left them: what to ask each again with.
        """CREATE TABLE parts (
            article_id TEXT NOT NULL, number INTEGER NOT NULL, url TEXT NOT NULL, etag TEXT, last_modified TEXT,
            fetched_at TEXT NOT NULL, PRIMARY KEY (article_id, number)) WITHOUT ROWID""",
        # When the answer came that `etag` and `last_modified` are of; NULL: with the newest line, at `fetched_at`.
        "ALTER TABLE articles ADD COLUMN validated_at TEXT",
    ),
    (
        # Every picture's address that a run with images=true asked for, with its newest outcome; `path` where it is kept.
        """CREATE TABLE images (
            url TEXT PRIMARY KEY, outcome TEXT NOT NULL, reason TEXT, path TEXT, tries INTEGER NOT NULL,
            settled_at TEXT NOT NULL, last_run INTEGER) WITHOUT ROWID""",
    ),
    (
        # Faults that runs have seen and none has found resolved: `code`, the exit code; `days`, on how many days it was seen.
        """CREATE TABLE faults (
            key TEXT PRIMARY KEY, code INTEGER NOT NULL, url TEXT, outcome TEXT, reason TEXT NOT NULL,
            first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, days INTEGER NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX faults_by_url ON faults (url) WHERE url IS NOT NULL",
    ),
    (
        # Evidence of a walk's end. `proven` 0: recorded by a version that did not ask for any.
        "ALTER TABLE walks ADD COLUMN proven INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE walks ADD COLUMN oldest TEXT",
        "ALTER TABLE walks ADD COLUMN last_page TEXT",
    ),
    (
        # A changed reading of a stored article, held until the checks of a run have judged it; see HeldState.
        """CREATE TABLE held (
            article_id TEXT PRIMARY KEY, url TEXT NOT NULL, run INTEGER NOT NULL, state TEXT NOT NULL,
            content_hash TEXT NOT NULL, record TEXT NOT NULL, etag TEXT, last_modified TEXT, parts TEXT NOT NULL,
            warc_file TEXT, warc_offset INTEGER, at TEXT NOT NULL) WITHOUT ROWID""",
        "CREATE INDEX held_by_content ON held (content_hash)",
        "CREATE INDEX articles_by_content ON articles (content_hash)",
    ),
    (
        # Articles that are to be asked for again: `due`, the day; `asked`, the day of the last answer. See RecheckTable.
        """CREATE TABLE rechecks (
            article_id TEXT PRIMARY KEY, url TEXT NOT NULL, due TEXT NOT NULL, reason TEXT NOT NULL, asked TEXT)
            WITHOUT ROWID""",
        "CREATE INDEX rechecks_by_due ON rechecks (due)",
        "CREATE INDEX articles_by_posted ON articles (posted)",
        # Title and day as the section's list showed them last; NULL: recorded by a version that did not keep them.
        "ALTER TABLE listings ADD COLUMN shown TEXT",
        *(
            f"""INSERT OR REPLACE INTO rechecks
            SELECT s.id, s.url, date(s.posted, '+{age} days'), 'age {age}', date(a.settled_at, '+8 hours')
            FROM articles s JOIN addresses a ON a.url = s.url
            WHERE date(a.settled_at, '+8 hours') < date(s.posted, '+{age} days')"""
            for age in (30, 16, 8, 4, 2, 1)
        ),
    ),
    (
        # List pages and pager scripts that came with validators, as last read by that version of the program.
        """CREATE TABLE list_pages (
            url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, at TEXT NOT NULL, version TEXT NOT NULL,
            reading TEXT NOT NULL) WITHOUT ROWID""",
    ),
)


def version(connection: sqlite3.Connection) -> int:
    """The version of the tables in an open database; 0 where there are none yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: sqlite3.Connection, migrations: tuple[tuple[str, ...], ...] = MIGRATIONS) -> None:
    """Bring the tables to the newest version, all or nothing. The caller has ruled out a newer one."""
    if version(connection) == len(migrations):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in migrations[version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(migrations)}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


_BUSY_SECONDS: Final = 10.0
_MAGIC: Final = b"SQLite format 3\x00"
_BROKEN: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})

Row = tuple[Any, ...]


def _looking(path: Path) -> str:
    """SQLite URI that opens a ledger read-only. Without a run there is no -wal beside it, and SQLite would leave one there."""
    return "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"


class LedgerDamaged(StoreError):
    """The file is no SQLite database, or a damaged one."""


class LedgerTooNew(StoreError):
    """A newer version of this program has written the file."""


class Database:
    """One SQLite database in WAL mode.

    A commit here survives the death of the process. One in a power cut may be lost (synchronous=NORMAL),
    never torn: what must outlive that stands, synced, in articles.jsonl, and is marked again from there.
    """

    def __init__(self, path: Path, guard: WriteGuard, read_only: bool = False) -> None:
        """Opens or makes `path`. Raises LedgerDamaged; StoreError, of a newer version among others."""
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
                    guard.watch(*filter(Path.exists, self._files))
        except BaseException as error:
            self._connection.close()
            cause = error.__cause__
            if isinstance(cause, sqlite3.DatabaseError) and getattr(cause, "sqlite_errorcode", 0) & 0xFF in _BROKEN:
                raise LedgerDamaged(str(error)) from cause
            raise

    @property
    def _files(self) -> tuple[Path, ...]:
        """The database and the files that SQLite keeps beside it."""
        return tuple(self.path.with_name(self.path.name + ending) for ending in ("", "-wal", "-shm"))

    def _check_head(self) -> None:
        """SQLite, given a file that is no database, throws away what lies in the -wal beside it; so look first."""
        refuse_special(self.path)
        if self.path.exists() and not _MAGIC.startswith(head := self._head()):
            raise LedgerDamaged(f"{self.path}: file is not a database, it begins with {head!r}")

    def _head(self) -> bytes:
        with self.path.open("rb") as file:
            return file.read(len(_MAGIC))

    def _check_version(self, read_only: bool) -> None:
        found, known = version(self._connection), len(MIGRATIONS)
        if found > known:
            raise LedgerTooNew(f"{self.path} is of version {found}, this program knows {known}: update panan_spider")
        if read_only and found < known:
            self._migrate_copy()

    def _migrate_copy(self) -> None:
        """Read an older ledger through a migrated copy in memory: its file is left as it is until the next run."""
        copy = sqlite3.connect(":memory:", isolation_level=None)
        self._connection.backup(copy)
        self._connection.close()
        self._connection = copy
        migrate(copy)

    def _prepare(self) -> None:
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        finding = self._connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if finding != "ok":
            raise LedgerDamaged(f"{self.path}: {' '.join(finding.split())}")
        migrate(self._connection)

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
        """Read the state of this moment until the connection is closed."""
        with naming(self.path):
            self._connection.execute("BEGIN")
            self._connection.execute("SELECT count(*) FROM meta").fetchone()

    def close(self) -> None:
        """Close; an open transaction is undone. Idempotent."""
        self._guard.unwatch(*self._files)
        with suppress(sqlite3.Error):
            self._connection.close()


class ValueTable:
    """Single values, and the WARC files known to be whole."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def number(self, key: str) -> int:
        """A number kept under `key`; 0 where none is."""
        row = self._db.row("SELECT value FROM meta WHERE key = ?", key)
        return int(row[0]) if row else 0

    def text(self, key: str) -> str | None:
        """A text kept under `key`; None where none is."""
        row = self._db.row("SELECT value FROM meta WHERE key = ?", key)
        return str(row[0]) if row else None

    def texts(self, prefix: str) -> dict[str, str]:
        """The texts kept under keys that begin with `prefix`, by the rest of the key."""
        rows = self._db.rows("SELECT key, value FROM meta WHERE substr(key, 1, ?) = ?", len(prefix), prefix)
        return {str(key).removeprefix(prefix): str(value) for key, value in rows}

    def keep(self, key: str, value: int | str) -> None:
        """Keep a value under `key`, inside `Database.write`."""
        self._db.run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value
        )

    def whole_warcs(self) -> dict[str, int]:
        """WARC files known to be whole, with their sizes at that time."""
        return dict(self._db.rows("SELECT file, size FROM warcs"))

    def note_whole(self, files: Iterable[tuple[str, int]]) -> None:
        """Note WARC files, and their sizes, as whole."""
        with self._db.write():
            self._db.run_each("INSERT OR REPLACE INTO warcs VALUES (?, ?)", files)


#: Files of lines that are marked in the ledger.
ARTICLES: Final = "articles"
QUARANTINE: Final = "quarantine"
IMAGES: Final = "images"


class LineMarks:
    """Position up to which each file of lines (ARTICLES, QUARANTINE, IMAGES) is marked. Writing methods run inside `Database.write`."""

    def __init__(self, values: ValueTable) -> None:
        self._values = values

    def until(self, lines: str) -> int:
        """Bytes of the file whose lines are marked."""
        return self._values.number(f"{lines}_offset")

    def is_last(self, lines: str, raw: bytes) -> bool:
        """Whether `raw` is the line that was marked last."""
        return self._values.text(f"{lines}_last") == hashlib.sha256(raw).hexdigest()

    def passed(self, lines: str, first: StoredLine, *more: StoredLine) -> None:
        """Note, in the transaction of their marks, that the file is marked up to and with these lines, which follow each other.

        Raises StoreError where the line before them is not marked: passing that over would lose it from the ledger.
        """
        if (until := self.until(lines)) != first.start:
            raise StoreError(
                f"{lines}: the ledger stands at byte {until}, this line begins at {first.start}: run again"
            )
        last = more[-1] if more else first
        self.keep(lines, last.end, last.raw)

    def keep(self, lines: str, end: int, last: bytes) -> None:
        """Note that the file is marked up to byte `end`, where the line `last` ends."""
        self._values.keep(f"{lines}_offset", end)
        self._values.keep(f"{lines}_last", hashlib.sha256(last).hexdigest())

    def start_over(self, lines: str) -> None:
        """Note that nothing of the file is marked: it was shortened."""
        self._values.keep(f"{lines}_offset", 0)
