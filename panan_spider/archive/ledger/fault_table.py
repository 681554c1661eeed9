"""Faults in the ledger: each with its exit code, and on how many days runs have seen it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from panan_spider.archive.ledger.database import Database
from panan_spider.core.outcomes import Outcome

#: Outcomes of one run that leave something missing or doubtful.
_DOUBTFUL: Final = (
    *(Outcome.FAILED, Outcome.PENDING, Outcome.BLOCKED, Outcome.FORBIDDEN, Outcome.TOO_LARGE, Outcome.OFF_SITE),
    *(Outcome.UNKNOWN_LAYOUT, Outcome.INVALID, Outcome.GONE, Outcome.NO_LIST, Outcome.ALIAS),
    Outcome.UNKNOWN_ADDRESS,
)


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """A fault as the ledger keeps it. Days are in the site's time; `days` counts those on which a run has seen it."""

    key: str
    code: int
    url: str | None  # the address it concerns; None for a fault of the site or of a check
    outcome: str | None  # of an address; None for a fault of a section, of the layout or of a check
    reason: str
    first_seen: str
    last_seen: str
    days: int


@dataclass(frozen=True, slots=True)
class DoubtfulUrl:
    """An address of one run whose outcome may be a fault."""

    url: str
    kind: str
    article_id: str | None
    outcome: Outcome
    reason: str | None
    stored: bool  # a revision of its article is in the archive
    listed: bool  # a list names its article


class FaultTable:
    """Faults that runs have seen and no later run has found resolved."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self) -> dict[str, FaultRecord]:
        """All faults, by key."""
        rows = self._db.rows("SELECT key, code, url, outcome, reason, first_seen, last_seen, days FROM faults")
        return {row[0]: FaultRecord(*row) for row in rows}

    def record(self, faults: Iterable[FaultRecord]) -> None:
        """Enter these faults, or replace what is known of them; inside `write`."""
        self._db.run_each(
            "INSERT OR REPLACE INTO faults (key, code, url, outcome, reason, first_seen, last_seen, days) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            ((f.key, f.code, f.url, f.outcome, f.reason, f.first_seen, f.last_seen, f.days) for f in faults),
        )

    def resolve(self, keys: Sequence[str]) -> None:
        """Drop these faults, and those of addresses that have another outcome or whose article is stored by now; inside `write`."""
        self._db.run_each("DELETE FROM faults WHERE key = ?", ((key,) for key in keys))
        self._db.run(
            """DELETE FROM faults WHERE outcome IS NOT NULL AND EXISTS (
                SELECT 1 FROM addresses a WHERE a.url = faults.url AND (
                    a.outcome NOT IN ('known', 'out_of_range') AND a.outcome != faults.outcome
                    OR faults.outcome IN ('gone', 'alias') AND EXISTS (SELECT 1 FROM articles s WHERE s.id = a.article_id)))"""
        )

    def doubtful(self, run: int) -> list[DoubtfulUrl]:
        """The addresses of a run whose outcome may be a fault, by address."""
        rows = self._db.rows(
            f"""SELECT a.url, a.kind, a.article_id, f.outcome, f.reason,
                EXISTS (SELECT 1 FROM articles s WHERE s.id = a.article_id),
                EXISTS (SELECT 1 FROM listings l WHERE l.article_id = a.article_id)
            FROM fates f JOIN addresses a ON a.number = f.address
            WHERE f.run = ? AND f.outcome IN ({", ".join("?" for _outcome in _DOUBTFUL)}) ORDER BY a.url""",
            *(run, *map(str, _DOUBTFUL)),
        )
        return [
            DoubtfulUrl(url, kind, number, Outcome(outcome), reason, bool(stored), bool(listed))
            for url, kind, number, outcome, reason, stored, listed in rows
        ]
