"""Runs in the ledger: their records, arguments, exit codes and reports."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.store.files import StoreError


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
