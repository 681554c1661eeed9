"""The ledger's addresses: each with its newest outcome, and the books of every run: what it met, what became of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.state import DiscoveredUrl
from panan_spider.core.outcomes import Outcome

#: Said about an address without having asked for it. Such a word never hides what an earlier run found out.
_HEARSAY: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE})

#: Said without asking the site for the page: no try.
_UNASKED: Final = _HEARSAY | {Outcome.PENDING, Outcome.FORBIDDEN, Outcome.ALIAS}

#: Said again of an address whose fate is told already, these add nothing and contradict nothing.
_AFTERWORDS: Final = frozenset({Outcome.ALIAS, Outcome.KNOWN})


class UrlTable:
    """Questions and marks about addresses."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def listed(self, rows: Iterable[tuple[str, str, date | None]], at: str) -> int:
        """Enter articles met in a list: (article_id, address, posted). How many addresses are new to the ledger."""
        return self._db.run_each(
            "INSERT OR IGNORE INTO addresses (url, kind, article_id, posted, first_seen) VALUES (?, 'article', ?, ?, ?)",
            ((url, number, None if posted is None else posted.isoformat(), at) for number, url, posted in rows),
        )

    def enter(self, run: int, addresses: Sequence[DiscoveredUrl], at: str) -> None:
        """Enter addresses in the books of a run; again is harmless."""
        self._db.run_each(
            """INSERT INTO addresses (url, kind, article_id, first_seen) VALUES (?, ?, ?, ?)
            ON CONFLICT (url) DO UPDATE SET kind = excluded.kind,
                article_id = coalesce(excluded.article_id, article_id)
            WHERE kind != excluded.kind OR article_id IS NOT coalesce(excluded.article_id, article_id)""",
            ((*address, at) for address in addresses),
        )
        self._into_books(run, (url for url, _kind, _article_id in addresses))

    def enter_as_known(self, run: int, url: str, at: str) -> None:
        """`enter` for an address whose kind the ledger already knows; one it does not know is of kind `other`."""
        self._db.run(
            "INSERT OR IGNORE INTO addresses (url, kind, first_seen) VALUES (?, 'other', ?)",
            *(url, at),
        )
        self._into_books(run, [url])

    def _into_books(self, run: int, urls: Iterable[str]) -> None:
        self._db.run_each(
            "INSERT OR IGNORE INTO fates (run, address) SELECT ?, number FROM addresses WHERE url = ?",
            ((run, url) for url in urls),
        )

    def article_id(self, url: str) -> str | None:
        """The article an address belongs to, as far as it is on record."""
        row = self._db.row("SELECT article_id FROM addresses WHERE url = ?", url)
        return None if row is None else row[0]

    def article_fate(self, url: str) -> Outcome | None:
        """The newest outcome of an article's address, whatever run told it; None where it has none or is no article's."""
        row = self._db.row("SELECT outcome FROM addresses WHERE url = ? AND kind = 'article'", url)
        return None if row is None or row[0] is None else Outcome(row[0])

    def forget(self, run: int) -> None:
        """Drop the books of the runs up to `run`, inside `write`: their sums stand in their reports."""
        self._db.run("DELETE FROM fates WHERE run <= ?", run)

    @staticmethod
    def check(url: str, told: Outcome, now: Outcome) -> None:
        """Raises ValueError where `now` contradicts what this run has told of the address already."""
        if told is not now and now not in _AFTERWORDS:
            raise ValueError(f"{url} is already {told}, now {now}")

    def settle(self, run: int, url: str, outcome: Outcome, reason: str | None, at: str) -> None:
        """Write the fate of an entered address that has none yet."""
        self._db.run(
            "UPDATE fates SET outcome = ?, reason = ? WHERE run = ? AND address = (SELECT number FROM addresses WHERE url = ?)",
            *(outcome, reason, run, url),
        )
        if outcome in _HEARSAY:
            self._db.run(
                "UPDATE addresses SET outcome = ?, reason = ?, settled_at = ? WHERE url = ? AND outcome IS NULL",
                *(outcome, reason, at, url),
            )
            self._db.run("UPDATE addresses SET last_run = ? WHERE url = ?", run, url)
        else:
            self._db.run(
                """UPDATE addresses SET outcome = ?, reason = ?, settled_at = ?, last_run = ?, tries = tries + ?
                WHERE url = ?""",
                *(outcome, reason, at, run, outcome not in _UNASKED, url),
            )

    def settle_open(self, run: int, reason: str, at: str) -> int:
        """Make every open fate of a run PENDING; how many there were."""
        self._db.run(
            """UPDATE addresses SET outcome = ?, reason = ?, settled_at = ?, last_run = ?
            WHERE number IN (SELECT address FROM fates WHERE run = ? AND outcome IS NULL)""",
            *(Outcome.PENDING, reason, at, run, run),
        )
        return self._db.run(
            "UPDATE fates SET outcome = ?, reason = ? WHERE run = ? AND outcome IS NULL", Outcome.PENDING, reason, run
        )

    def open_fates(self, run: int) -> list[str]:
        """Addresses a run has met and not settled."""
        rows = self._db.rows(
            "SELECT url FROM fates f JOIN addresses a ON a.number = f.address WHERE run = ? AND f.outcome IS NULL", run
        )
        return [row[0] for row in rows]

    def fates(self, run: int) -> dict[Outcome, int]:
        """How many addresses of a run ended in which outcome."""
        rows = self._db.rows(
            "SELECT outcome, count(*) FROM fates WHERE run = ? AND outcome IS NOT NULL GROUP BY outcome", run
        )
        return {Outcome(outcome): number for outcome, number in rows}

    def quarantined(self, url: str) -> tuple[str | None, str | None]:
        """As what an address was last quarantined, and the hash of the page; None, None where it never was."""
        row = self._db.row("SELECT quarantined, body_hash FROM addresses WHERE url = ?", url)
        return (None, None) if row is None else (row[0], row[1])

    def quarantine(self, url: str, outcome: Outcome, body_hash: str | None) -> None:
        """Note as what an address is quarantined, and the hash of the page."""
        self._db.run("UPDATE addresses SET quarantined = ?, body_hash = ? WHERE url = ?", outcome, body_hash, url)
