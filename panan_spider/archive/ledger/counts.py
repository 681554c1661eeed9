"""What the ledger counts for reports: articles by day and section, figures of earlier runs. None of it writes."""

import json
from typing import Any

from panan_spider.archive.ledger.database import Database


class LedgerCounts:
    """Sums over the whole archive."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def by_day(self) -> dict[str, int]:
        """Stored articles by the day they were put on the web, oldest first."""
        return dict(self._db.rows("SELECT posted, count(*) FROM articles WHERE posted IS NOT NULL GROUP BY posted"))

    def by_section(self, since: str) -> dict[str, dict[str, int]]:
        """Stored articles put on the web since that day, by section whose list names them, and by day."""
        found: dict[str, dict[str, int]] = {}
        for section, day, number in self._db.rows(
            """SELECT l.section, a.posted, count(*) FROM articles a JOIN listings l ON l.article_id = a.id
            WHERE a.posted >= ? GROUP BY l.section, a.posted ORDER BY l.section, a.posted""",
            since,
        ):
            found.setdefault(section, {})[day] = number
        return found

    def figures(self, limit: int) -> list[dict[str, Any]]:
        """The figures that the newest crawls of the whole site left, newest first."""
        rows = self._db.rows(
            """SELECT json_extract(report, '$.figures') FROM runs WHERE json_extract(report, '$.figures.whole') = 1
            ORDER BY number DESC LIMIT ?""",
            limit,
        )
        return [json.loads(row[0]) for row in rows]

    def watched_since(self) -> str | None:
        """The day of the first run that saw the site; None before there was one."""
        row = self._db.row("SELECT substr(min(started), 1, 10) FROM runs WHERE exit_code IN (0, 10, 11, 12)")
        return None if row is None else row[0]

    def gone(self, run: int) -> list[tuple[str, str, int]]:
        """Stored articles a run found gone that were there when last asked: number, address, the byte their newest line begins at."""
        rows = self._db.rows(
            """SELECT s.id, s.url, s.line_offset FROM fates f JOIN addresses a ON a.number = f.address
            JOIN articles s ON s.id = a.article_id AND s.url = a.url
            WHERE f.run = ? AND f.outcome = 'gone' AND f.reason IS NOT 'still gone' AND s.outcome = 'gone' ORDER BY s.id""",
            run,
        )
        return [(number, url, offset) for number, url, offset in rows]

    def summaries(self, limit: int) -> list[dict[str, Any]]:
        """The newest ended runs, newest first, each in a line: run, started, finished, exit_code, reason, command, new, corrections."""
        keys = ("run", "started", "finished", "exit_code", "reason", "command", "state", "new", "corrections")
        rows = self._db.rows(
            """SELECT id, started, finished, exit_code, json_extract(report, '$.reason'), json_extract(report, '$.command'),
                json_extract(report, '$.state'), json_extract(report, '$.new_count'), json_extract(report, '$.corrections_count')
            FROM runs WHERE report IS NOT NULL AND finished IS NOT NULL ORDER BY number DESC LIMIT ?""",
            limit,
        )
        return [dict(zip(keys, row, strict=True)) for row in rows]
