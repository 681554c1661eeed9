"""Held revisions in the ledger: changes of stored articles that wait for the run's checks, and those a check rejected."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from panan_spider.archive.ledger.database import Database

_COLUMNS: Final = (
    "article_id, url, run, state, content_hash, record, etag, last_modified, parts, warc_file, warc_offset, at"
)
#: Outcomes of a stored article that was asked for.
_ASKED: Final = "('unchanged', 'revised', 'gone', 'invalid', 'unknown_layout', 'alias', 'failed', 'blocked', 'forbidden', 'off_site')"


class HeldState(StrEnum):
    """State of a held revision. No article has more than one row."""

    WAITING = "waiting"  # read in `run`; no check has judged it yet
    CONFIRMED = "confirmed"  # waiting, and an earlier run rejected the same reading
    REJECTED = "rejected"  # quarantined by the checks of `run`; the next run asks again
    GONE = "gone"  # gone in `run` while a list named it; gone again in a later run is a removal


@dataclass(frozen=True, slots=True)
class HeldRevision:
    """One row. `record` is the article as JSON; for GONE the words of the site that say so, "" for a status alone.

    `parts` is a JSON list of the answers of its further parts.
    """

    article_id: str
    url: str
    run: int
    state: HeldState
    content_hash: str
    record: str
    etag: str | None
    last_modified: str | None
    parts: str
    warc_file: str | None
    warc_offset: int | None
    at: str


class HeldTable:
    """Queries and writes. Writing methods run inside `Database.write`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def hold(self, row: HeldRevision) -> None:
        """Enter a reading as WAITING; CONFIRMED where an earlier run rejected the same. It replaces the article's row."""
        before = self.get(row.article_id)
        confirmed = (
            before is not None
            and before.content_hash == row.content_hash
            and (before.state is HeldState.CONFIRMED or (before.state is HeldState.REJECTED and before.run < row.run))
        )
        self._put(row, HeldState.CONFIRMED if confirmed else HeldState.WAITING)

    def _put(self, row: HeldRevision, state: HeldState) -> None:
        self._db.run(
            f"INSERT OR REPLACE INTO held ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(row.article_id, row.url, row.run, state, row.content_hash, row.record, row.etag, row.last_modified),
            *(row.parts, row.warc_file, row.warc_offset, row.at),
        )

    def note_gone(self, article_id: str, url: str, run: int, at: str, words: str = "") -> bool:
        """Note that a listed article is gone. Whether an earlier run has noted it: then it is a removal, and the row goes.

        `words` are the site's own that say so: a page that says it does not exist, or a redirect to an entry page.
        """
        before = self.get(article_id)
        if before is not None and before.state is HeldState.GONE and before.run < run:
            self.drop(article_id)
            return True
        if before is None or before.state is not HeldState.GONE:
            self._put(
                HeldRevision(article_id, url, run, HeldState.GONE, "", words, None, None, "[]", None, None, at),
                HeldState.GONE,
            )
        return False

    def reject(self, article_id: str, run: int) -> None:
        """Note that the checks of `run` rejected the article's reading."""
        self._db.run("UPDATE held SET state = ?, run = ? WHERE article_id = ?", HeldState.REJECTED, run, article_id)

    def drop(self, article_id: str) -> None:
        """Delete the article's row: it is stored, or the site shows the stored revision again."""
        self._db.run("DELETE FROM held WHERE article_id = ?", article_id)

    def get(self, article_id: str) -> HeldRevision | None:
        """The article's row."""
        row = self._db.row(f"SELECT {_COLUMNS} FROM held WHERE article_id = ?", article_id)
        return None if row is None else _held(row)

    def waiting(self) -> Sequence[HeldRevision]:
        """The readings that no check has judged, by article ID."""
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM held WHERE state IN ('waiting', 'confirmed') ORDER BY article_id")
        return [_held(row) for row in rows]

    def said_gone(self, run: int) -> Sequence[HeldRevision]:
        """The listed articles that are gone since `run` by the site's own words."""
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM held WHERE state = 'gone' AND run = ? AND record != '' ORDER BY article_id", run
        )
        return [_held(row) for row in rows]

    def locations(self) -> Iterator[tuple[str, str, int]]:
        """(article ID, WARC file, offset) of the raw page of every row that has one."""
        rows = self._db.rows("SELECT article_id, warc_file, warc_offset FROM held WHERE warc_file IS NOT NULL")
        yield from ((number, file, offset) for number, file, offset in rows)

    def asked(self, run: int) -> int:
        """Number of stored articles that a run asked for, those that are held included."""
        row = self._db.row(
            f"""SELECT count(*) FROM fates f JOIN addresses a ON a.number = f.address JOIN articles s ON s.id = a.article_id AND s.url = a.url
            LEFT JOIN held h ON h.article_id = s.id AND h.run = f.run
            WHERE f.run = ? AND (f.outcome IN {_ASKED} OR h.state IN ('waiting', 'confirmed'))""",
            run,
        )
        return int(row[0]) if row else 0


def _held(row: tuple[object, ...]) -> HeldRevision:
    values = list(row)
    values[3] = HeldState(str(values[3]))
    return HeldRevision(*values)  # type: ignore[arg-type]
