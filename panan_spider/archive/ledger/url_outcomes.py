"""URL outcomes in the ledger: the newest outcome of each URL, the outcomes of each run, the outcomes of images."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.queries import among
from panan_spider.core.outcomes import UNSETTLED, Outcome

#: Said about an address without having asked for it. Such a word never hides what an earlier run found out.
_WITHOUT_REQUEST: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE})

#: Said without asking the site for the page: no try.
_NO_TRY: Final = _WITHOUT_REQUEST | {Outcome.PENDING, Outcome.FORBIDDEN, Outcome.ALIAS}

#: Said again of an address whose fate is told already, these add nothing and contradict nothing.
_MAY_FOLLOW: Final = frozenset({Outcome.ALIAS, Outcome.KNOWN})


class DiscoveredUrl(NamedTuple):
    """An address as a run meets it."""

    url: str
    kind: str
    article_id: str | None = None


class UrlTable:
    """Questions and marks about addresses."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def listed(self, listed: Iterable[tuple[str, str, date | None]], at: str) -> int:
        """Enter articles met in a list: (article_id, address, posted). How many of the addresses are not settled yet."""
        rows = [(url, number, None if posted is None else posted.isoformat(), at) for number, url, posted in listed]
        self._db.run_each(
            """INSERT INTO addresses (url, kind, article_id, posted, first_seen) VALUES (?, 'article', ?, ?, ?)
            ON CONFLICT (url) DO UPDATE SET posted = excluded.posted
            WHERE posted IS NULL AND excluded.posted IS NOT NULL""",
            rows,
        )
        unsettled = self._db.row(
            f"""SELECT count(*) FROM json_each(?) CROSS JOIN addresses ON url = value
            WHERE (outcome IS NULL OR outcome IN {among(UNSETTLED)})
            AND NOT EXISTS (SELECT 1 FROM articles s WHERE s.id = article_id)""",
            json.dumps([row[0] for row in rows]),
        )
        return int(unsettled[0]) if unsettled else 0

    def enter(self, run: int, addresses: Sequence[DiscoveredUrl], at: str) -> None:
        """Enter addresses in the books of a run; again is harmless."""
        self._db.run_each(
            """INSERT INTO addresses (url, kind, article_id, first_seen) VALUES (?, ?, ?, ?)
            ON CONFLICT (url) DO UPDATE SET kind = excluded.kind,
                article_id = coalesce(excluded.article_id, article_id)
            WHERE kind != excluded.kind OR article_id IS NOT coalesce(excluded.article_id, article_id)""",
            ((*address, at) for address in addresses),
        )
        self._enter_in_run(run, (url for url, _kind, _article_id in addresses))

    def enter_as_known(self, run: int, url: str, at: str) -> None:
        """`enter` for an address whose kind the ledger already knows; one it does not know is of kind `other`."""
        self._db.run(
            "INSERT OR IGNORE INTO addresses (url, kind, first_seen) VALUES (?, 'other', ?)",
            *(url, at),
        )
        self._enter_in_run(run, [url])

    def _enter_in_run(self, run: int, urls: Iterable[str]) -> None:
        self._db.run_each(
            "INSERT OR IGNORE INTO fates (run, address) SELECT ?, number FROM addresses WHERE url = ?",
            ((run, url) for url in urls),
        )

    def article_id(self, url: str) -> str | None:
        """The article an address belongs to, as far as it is on record."""
        row = self._db.row("SELECT article_id FROM addresses WHERE url = ?", url)
        return None if row is None else row[0]

    def drop_runs(self, run: int) -> None:
        """Drop the books of the runs up to `run`, inside `write`: their sums stand in their reports."""
        self._db.run("DELETE FROM fates WHERE run <= ?", run)

    @staticmethod
    def check_outcome(url: str, told: Outcome, now: Outcome) -> None:
        """Raises ValueError where `now` contradicts what this run has told of the address already."""
        if told is not now and now not in _MAY_FOLLOW:
            raise ValueError(f"{url} is already {told}, now {now}")

    def record_outcome(self, run: int, url: str, outcome: Outcome, reason: str | None, at: str) -> None:
        """Write the fate of an entered address that has none yet."""
        self._db.run(
            "UPDATE fates SET outcome = ?, reason = ? WHERE run = ? AND address = (SELECT number FROM addresses WHERE url = ?)",
            *(outcome, reason, run, url),
        )
        if outcome in _WITHOUT_REQUEST:
            self._db.run(
                "UPDATE addresses SET outcome = ?, reason = ?, settled_at = ? WHERE url = ? AND outcome IS NULL",
                *(outcome, reason, at, url),
            )
            self._db.run("UPDATE addresses SET last_run = ? WHERE url = ?", run, url)
        else:
            self._db.run(
                """UPDATE addresses SET outcome = ?, reason = ?, settled_at = ?, last_run = ?, tries = tries + ?
                WHERE url = ?""",
                *(outcome, reason, at, run, outcome not in _NO_TRY, url),
            )

    def replace_reason(self, run: int, url: str, reason: str) -> None:
        """Replace the reason of an outcome that `run` has recorded; inside `write`."""
        self._db.run("UPDATE addresses SET reason = ? WHERE url = ? AND last_run = ?", reason, url, run)
        self._db.run(
            "UPDATE fates SET reason = ? WHERE run = ? AND address = (SELECT number FROM addresses WHERE url = ?)",
            *(reason, run, url),
        )

    def record_pending(self, run: int, reason: str, at: str) -> int:
        """Make every open fate of a run PENDING; how many there were."""
        self._db.run(
            """UPDATE addresses SET outcome = ?, reason = ?, settled_at = ?, last_run = ?
            WHERE number IN (SELECT address FROM fates WHERE run = ? AND outcome IS NULL)""",
            *(Outcome.PENDING, reason, at, run, run),
        )
        return self._db.run(
            "UPDATE fates SET outcome = ?, reason = ? WHERE run = ? AND outcome IS NULL", Outcome.PENDING, reason, run
        )

    def open_urls(self, run: int) -> list[str]:
        """Addresses a run has met and not settled."""
        rows = self._db.rows(
            "SELECT url FROM fates f JOIN addresses a ON a.number = f.address WHERE run = ? AND f.outcome IS NULL", run
        )
        return [row[0] for row in rows]

    def outcomes_of(self, run: int) -> dict[Outcome, int]:
        """Number of addresses of a run by outcome."""
        rows = self._db.rows(
            "SELECT outcome, count(*) FROM fates WHERE run = ? AND outcome IS NOT NULL GROUP BY outcome", run
        )
        return {Outcome(outcome): number for outcome, number in rows}

    def quarantined(self, url: str) -> tuple[str | None, str | None]:
        """Outcome under which an address was last quarantined, and its fault (`Ledger.fault_of`); None, None where it never was."""
        row = self._db.row("SELECT quarantined, body_hash FROM addresses WHERE url = ?", url)
        return (None, None) if row is None else (row[0], row[1])

    def mark_quarantined(self, url: str, outcome: Outcome, fault: str | None) -> None:
        """Note as what an address is quarantined, and its fault (`Ledger.fault_of`)."""
        self._db.run("UPDATE addresses SET quarantined = ?, body_hash = ? WHERE url = ?", outcome, fault, url)


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
        """Number of image addresses of all runs by newest outcome."""
        rows = self._db.rows("SELECT outcome, count(*) FROM images GROUP BY outcome ORDER BY outcome")
        return {Outcome(outcome): count for outcome, count in rows}
