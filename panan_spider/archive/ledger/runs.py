"""Runs in the ledger: their records, arguments, exit codes and reports, and the faults they found."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.store.files import StoreError
from panan_spider.core.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run as the ledger knows it; `exit_code` None while it is under way, or where it died."""

    number: int
    id: str
    args: dict[str, str]
    started: str
    finished: str | None
    exit_code: int | None
    report: dict[str, Any] | None


class RunTable:
    """Runs, and what later ones must know of them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, run_id: str, args: Mapping[str, str], at: str) -> int:
        """Enter a run; its number. Raises StoreError where that id is taken."""
        text = json.dumps(dict(args), ensure_ascii=False)
        if self._db.row("SELECT 1 FROM runs WHERE id = ?", run_id) is not None:
            raise StoreError(f"run {run_id} is in the ledger already: every run needs an id of its own")
        with self._db.write():
            self._db.run("INSERT INTO runs (id, args, started) VALUES (?, ?, ?)", run_id, text, at)
        row = self._db.row("SELECT number FROM runs WHERE id = ?", run_id)
        return int(row[0]) if row else 0

    def dead(self) -> list[tuple[int, str]]:
        """Number and id of the runs that never ended. Asked by the holder of the lock: they are all dead."""
        return [(row[0], row[1]) for row in self._db.rows("SELECT number, id FROM runs WHERE finished IS NULL")]

    def end(self, number: int, at: str, exit_code: int | None, report: Mapping[str, Any] | None) -> None:
        """A run is over."""
        text = None if report is None else json.dumps(report, ensure_ascii=False, default=str)
        with self._db.write():
            self._db.run(
                "UPDATE runs SET finished = ?, exit_code = ?, report = ? WHERE number = ?", at, exit_code, text, number
            )

    def newest(self, limit: int) -> list[RunRecord]:
        """The newest runs, newest first."""
        rows = self._db.rows(
            "SELECT number, id, args, started, finished, exit_code, report FROM runs ORDER BY number DESC LIMIT ?",
            limit,
        )
        return [
            RunRecord(
                number, run, json.loads(args), started, finished, code, None if report is None else json.loads(report)
            )
            for number, run, args, started, finished, code, report in rows
        ]


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
