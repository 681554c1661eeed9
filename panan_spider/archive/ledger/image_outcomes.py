"""The ledger's pictures: what became of every picture's address that a run with images=true asked for."""

from collections.abc import Mapping
from typing import Any

from panan_spider.archive.ledger.database import Database
from panan_spider.core.outcomes import Outcome


class ImageTable:
    """Questions and marks about pictures. A kept one is STORED, at the path that the index names."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def fate(self, url: str) -> tuple[Outcome, str | None] | None:
        """Newest outcome of a picture, and its path below the data folder where it is kept; None where never asked for."""
        row = self._db.row("SELECT outcome, path FROM images WHERE url = ?", url)
        return None if row is None else (Outcome(row[0]), row[1])

    def settle(self, run: int, url: str, outcome: Outcome, reason: str | None, at: str) -> None:
        """Note that a picture was asked for and not had, or had under another address."""
        with self._db.write():
            self._enter(url, outcome, reason, None, at, run)

    def mark(self, record: Mapping[str, Any], run: int | None) -> None:
        """Note a line of the index, given as parsed, inside `Database.write`. Again is harmless."""
        self._enter(record["url"], Outcome.STORED, None, record["path"], record["at"], run)

    def forget_kept(self) -> None:
        """Forget which pictures are kept: the index was shortened, and is marked from its start. Inside `write`."""
        self._db.run("DELETE FROM images WHERE outcome = ?", Outcome.STORED)

    def _enter(
        self, url: str, outcome: Outcome, reason: str | None, path: str | None, at: str, run: int | None
    ) -> None:
        self._db.run(
            """INSERT INTO images (url, outcome, reason, path, tries, settled_at, last_run) VALUES (?, ?, ?, ?, 1, ?, ?)
            ON CONFLICT (url) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
                path = excluded.path, tries = tries + 1, settled_at = excluded.settled_at, last_run = excluded.last_run""",
            *(url, outcome, reason, path, at, run),
        )

    def counts(self) -> dict[Outcome, int]:
        """How many pictures' addresses, of all runs, have which newest outcome."""
        rows = self._db.rows("SELECT outcome, count(*) FROM images GROUP BY outcome ORDER BY outcome")
        return {Outcome(outcome): count for outcome, count in rows}
