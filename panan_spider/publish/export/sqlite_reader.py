"""Export database: a pool of read-only connections to one SQLite export, each question bounded in time; the rows that pages show."""

import json
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

#: A row of an answer: its columns by name and by position.
Row = Any  # a sqlite3.Row, which is no Mapping to a type checker

#: Steps of SQLite's machine between two looks at the clock.
_STEPS: Final = 10_000
#: Values of one question at most; SQLite takes 32,766.
_AT_ONCE: Final = 5_000

_LISTED: Final = (
    "id, title, kicker, subtitle, day, section, source, text, revision, gone, fetched_at, editor, credits, blocks,"
    " (SELECT group_concat(name, char(10)) FROM authors WHERE article_id = a.id) AS names"
)
_PICTURE: Final = "(SELECT file FROM images i WHERE i.article_id = a.id AND file IS NOT NULL ORDER BY position LIMIT 1)"


class QueryTimeout(Exception):
    """A question to the export took longer than it may."""


class ExportDatabase:
    """One export. Threads share its connections, each of which one question has at a time."""

    def __init__(self, path: Path, time_limit_ms: int, views: Sequence[str] = ()) -> None:
        """`views`: statements that make the temporary views of each connection, where the tables are not those of one archive."""
        self.path, self._limit, self._views = path, time_limit_ms / 1000, tuple(views)
        self._idle: list[sqlite3.Connection] = []
        self._lock = threading.Lock()

    @contextmanager
    def _connection(self, *, timed: bool = True) -> Iterator[sqlite3.Connection]:
        with self._lock:
            connection = self._idle.pop() if self._idle else self._opened()
        deadline = time.monotonic() + self._limit
        connection.set_progress_handler((lambda: time.monotonic() > deadline) if timed else None, _STEPS)
        try:
            yield connection
        finally:
            with self._lock:
                self._idle.append(connection)

    def _opened(self) -> sqlite3.Connection:
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
        connection.row_factory = sqlite3.Row
        for view in self._views:
            connection.execute(view)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def rows(self, sql: str, *values: object) -> list[Row]:
        """All rows of the answer. Raises QueryTimeout."""
        with self._connection() as connection, _timed(sql):
            return connection.execute(sql, values).fetchall()

    def column(self, sql: str, *values: object) -> list[Any]:
        """The first value of each row. Raises QueryTimeout."""
        return [row[0] for row in self.stream(sql, *values)]

    def stream(self, sql: str, *values: object, timed: bool = True) -> Iterator[tuple[Any, ...]]:
        """The rows of the answer as tuples, one at a time. The connection is taken until the last.

        Raises QueryTimeout, unless `timed` is false: what the caller does with each row counts, too.
        """
        with self._connection(timed=timed) as connection, _timed(sql):
            cursor = connection.cursor()
            cursor.row_factory = None  # tuples: a sqlite3.Row costs twice the time and memory
            yield from cursor.execute(sql, values)

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row; None where there is none."""
        return next(iter(self.rows(sql, *values)), None)

    def listed(self, ids: Sequence[str]) -> list[Row]:
        """List rows of these articles, in their order; `picture` is the path of a stored image."""
        sql = f"SELECT {_LISTED}, {_PICTURE} AS picture FROM articles a WHERE id IN ({marks(ids)})"
        found = {row["id"]: row for row in self.rows(sql, *ids)}
        return [found[number] for number in ids if number in found]

    def titles(self, ids: Sequence[str]) -> list[Row]:
        """`id`, `title`, `day`, `section`, `revision`, `gone` of these articles, in their order."""
        found: dict[str, Row] = {}
        for some in batches(ids, _AT_ONCE):
            sql = f"SELECT id, title, day, section, revision, gone FROM articles WHERE id IN ({marks(some)})"
            found |= {row["id"]: row for row in self.rows(sql, *some)}
        return [found[number] for number in ids if number in found]

    def article(self, number: str) -> Row | None:
        """All columns of the newest revision."""
        return self.row("SELECT * FROM articles WHERE id = ?", number)

    def revision(self, number: str, revision: int) -> Row | None:
        """All columns of one revision."""
        return self.row("SELECT * FROM revisions WHERE article_id = ? AND revision = ?", number, revision)

    def revisions(self, number: str) -> list[Row]:
        """`revision`, `fetched_at`, `title`, `kind` (of change; null for the first) and the place in the WARC of each, oldest first."""
        return self.rows(
            "SELECT r.revision, r.fetched_at, r.title, r.warc_file, r.warc_offset, c.kind FROM revisions r LEFT JOIN changes c"
            " ON c.article_id = r.article_id AND c.revision = r.revision AND c.kind <> 'removal' WHERE r.article_id = ?1 ORDER BY r.revision",
            number,
        )

    def parts(self, table: str, number: str) -> list[Row]:
        """The rows of one of `authors`, `images`, `attachments`, `related`, `people` of an article, in page order."""
        return self.rows(f"SELECT * FROM {table} WHERE article_id = ? ORDER BY position", number)

    def removal(self, number: str) -> Row | None:
        """`gone_at` and `last_seen` of an article that is gone from the site."""
        return self.row("SELECT gone_at, last_seen FROM removals WHERE article_id = ?", number)

    def records(self, ids: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The newest revision of these articles as lines of articles.jsonl have it, in their order."""
        for some in batches(ids, 500):
            among = marks(some)
            found = {row["id"]: dict(row) for row in self.rows(f"SELECT * FROM articles WHERE id IN ({among})", *some)}
            for record in found.values():
                _as_record(record)
            for table in ("authors", "images", "attachments", "related"):
                for row in self.rows(
                    f"SELECT * FROM {table} WHERE article_id IN ({among}) ORDER BY article_id, position", *some
                ):
                    found[row["article_id"]][table].append(
                        {
                            name: value
                            for name, value in dict(row).items()
                            if name not in ("article_id", "position", "file")
                        }
                    )
            for row in self.rows(
                f"SELECT article_id, section FROM listed_in WHERE article_id IN ({among}) ORDER BY 1, 2", *some
            ):
                found[row["article_id"]]["listed_in"].append(row["section"])
            yield from (found[number] for number in some if number in found)

    @property
    def has_sites(self) -> bool:
        """True where the articles are of many sites, which a column `site` names."""
        return bool(self._views)

    def meta(self) -> dict[str, str]:
        """The table `meta`."""
        return {row["key"]: row["value"] for row in self.rows("SELECT key, value FROM meta")}


@contextmanager
def _timed(sql: str) -> Iterator[None]:
    """SQLite's word for a statement that ran out of time as QueryTimeout."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise QueryTimeout(sql) from error
        raise


def _as_record(row: dict[str, Any]) -> None:
    for name in ("breadcrumbs", "credits", "blocks"):
        row[name] = json.loads(row[name])
    file, offset = row.pop("warc_file"), row.pop("warc_offset")
    row["warc"] = None if file is None else {"file": file, "offset": offset}
    row |= {name: [] for name in ("authors", "images", "attachments", "related", "listed_in")}
    del row["docid"]


def batches(values: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """`values`, so many at a time."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def marks(values: Iterable[object]) -> str:
    """Placeholders of SQL for these values, separated by commas."""
    return ", ".join("?" for _value in values)
