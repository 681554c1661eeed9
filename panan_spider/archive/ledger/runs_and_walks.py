"""Runs and walks in the ledger: records of runs, the faults they found, walks of sections, and list pages as last read."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from panan_spider import __version__
from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.stored_articles import as_date
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
    """Records of runs."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, run_id: str, args: Mapping[str, str], at: str) -> int:
        """Record the begin of a run; its number. Raises StoreError where that ID is taken."""
        text = json.dumps(dict(args), ensure_ascii=False)
        if self._db.row("SELECT 1 FROM runs WHERE id = ?", run_id) is not None:
            raise StoreError(f"run {run_id} is in the ledger already: every run needs an id of its own")
        with self._db.write():
            self._db.run("INSERT INTO runs (id, args, started) VALUES (?, ?, ?)", run_id, text, at)
        row = self._db.row("SELECT number FROM runs WHERE id = ?", run_id)
        return int(row[0]) if row else 0

    def dead(self) -> list[tuple[int, str]]:
        """Number and ID of the runs without an end. The caller holds the lock, so that all of them are dead."""
        return [(row[0], row[1]) for row in self._db.rows("SELECT number, id FROM runs WHERE finished IS NULL")]

    def end(self, number: int, at: str, exit_code: int | None, report: Mapping[str, Any] | None) -> None:
        """Record the end of a run."""
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
    """A URL of one run whose outcome may be a fault."""

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
        """Drop these faults, and those of URLs that have another outcome or whose article is stored by now; inside `write`."""
        self._db.run_each("DELETE FROM faults WHERE key = ?", ((key,) for key in keys))
        self._db.run(
            """DELETE FROM faults WHERE outcome IS NOT NULL AND EXISTS (
                SELECT 1 FROM addresses a WHERE a.url = faults.url AND (
                    a.outcome NOT IN ('known', 'out_of_range') AND a.outcome != faults.outcome
                    OR faults.outcome IN ('gone', 'alias') AND EXISTS (SELECT 1 FROM articles s WHERE s.id = a.article_id)))"""
        )

    def doubtful(self, run: int) -> list[DoubtfulUrl]:
        """The URLs of a run whose outcome may be a fault, sorted."""
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


@dataclass(frozen=True, slots=True)
class RecordedEnd:
    """The newest walk that reached a section's end: pages and rows read, the oldest day listed, the last page's URL."""

    pages: int
    rows: int
    oldest: date | None
    last_page: str | None


@dataclass(frozen=True, slots=True)
class KnownSection:
    """A section earlier runs have read. `url` is its first page."""

    url: str
    name: str
    reached_end: bool  # a walk that reached the end is on record, and nothing since casts doubt on it
    end: RecordedEnd | None = None
    unproven_days: int = 0  # days since then, today not counted, on which a walk ended without full evidence
    by_earlier_version: bool = False  # its end was recorded without evidence: it does not count


@dataclass(frozen=True, slots=True)
class OpenWalk:
    """A section whose end is not proven, and how far its newest walk came: `state` as in `Walks.of`, None while it goes on."""

    name: str
    url: str
    state: str | None
    pages: int
    rows: int
    began: str


class WalkTable:
    """Walks of sections."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, run: int, url: str, name: str, at: str) -> None:
        """Record the begin of a walk."""
        with self._db.write():
            self._db.run("INSERT INTO walks (run, url, name, began) VALUES (?, ?, ?, ?)", run, url, name, at)

    def listed(self, run: int, url: str, rows: int, new: int) -> None:
        """Count the rows of one page of the walk of `url`; at once, because a run can die before the walk ends."""
        self._db.run(
            "UPDATE walks SET rows = rows + ?, new = new + ? WHERE run = ? AND url = ? AND state IS NULL",
            *(rows, new, run, url),
        )

    def end(
        self,
        run: int,
        url: str,
        state: str,
        pages: int,
        rows: int,
        new: int,
        at: str,
        oldest: date | None = None,
        last_page: str | None = None,
    ) -> None:
        """Record the end of the open walk of `url`; a walk without a begin is recorded whole."""
        evidence = (None if oldest is None else oldest.isoformat(), last_page)
        with self._db.write():
            known = self._db.run(
                """UPDATE walks SET state = ?, pages = ?, rows = max(rows, ?), new = max(new, ?), ended = ?,
                oldest = ?, last_page = ?, proven = 1 WHERE run = ? AND url = ? AND state IS NULL""",
                *(state, pages, rows, new, at, *evidence, run, url),
            )
            if not known:
                self._db.run(
                    """INSERT INTO walks (run, url, name, state, pages, rows, new, began, ended, oldest, last_page, proven)
                    VALUES (?,?,?,?,?,?,?,?,?,?,?,1)""",
                    *(run, url, url, state, pages, rows, new, at, at, *evidence),
                )

    def interrupt(self, run: int, at: str) -> int:
        """End every open walk of a run as interrupted; the number of them."""
        return self._db.run(
            "UPDATE walks SET state = 'interrupted', ended = ? WHERE run = ? AND state IS NULL", at, run
        )

    def sections(self, today: str = "") -> list[KnownSection]:
        """Every section a walk has read rows of, and the newest end on record; `today` as YYYY-MM-DD.

        The end counts where no later walk met new rows and broke off, or ended without full evidence: behind may lie
        rows that no walk has read, and known rows would then hide them from the next one.
        """
        rows = self._db.rows(
            """WITH ends AS (SELECT url, max(number) AS number FROM walks WHERE state = 'end' AND proven GROUP BY url)
            SELECT w.url, (SELECT name FROM walks n WHERE n.url = w.url ORDER BY number DESC LIMIT 1),
                e.number > coalesce(max(CASE WHEN w.new > 0 AND w.state NOT IN ('end', 'known')
                    OR w.state = 'unproven' THEN w.number END), 0),
                e.pages, e.rows, e.oldest, e.last_page,
                count(DISTINCT CASE WHEN w.state = 'unproven' AND w.number > coalesce(e.number, 0)
                    AND substr(w.ended, 1, 10) != ? THEN substr(w.ended, 1, 10) END),
                e.number IS NULL AND max(w.state = 'end')
            FROM walks w LEFT JOIN ends ON ends.url = w.url LEFT JOIN walks e ON e.number = ends.number
            GROUP BY w.url HAVING max(w.rows) > 0 ORDER BY w.url""",
            today,
        )
        return [_known_section(*row) for row in rows]

    def of(self, run: int) -> list[dict[str, Any]]:
        """The walks of a run, in order: name, url, state, pages, rows, new, began, ended."""
        names = ("name", "url", "state", "pages", "rows", "new", "began", "ended")
        rows = self._db.rows(f"SELECT {', '.join(names)} FROM walks WHERE run = ? ORDER BY number", run)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def open_walks(self) -> list[OpenWalk]:
        """The newest walk of each section whose end no walk has proven, or whose proof a later walk undid."""
        rows = self._db.rows(
            """SELECT name, url, state, pages, rows, began FROM walks w
            WHERE number = (SELECT max(number) FROM walks n WHERE n.url = w.url) AND
                coalesce((SELECT max(number) FROM walks e WHERE e.url = w.url AND state = 'end'), 0) <=
                coalesce((SELECT max(number) FROM walks b WHERE b.url = w.url AND new > 0
                    AND coalesce(state, '') NOT IN ('end', 'known')), 0)
            ORDER BY name, url"""
        )
        return [OpenWalk(*row) for row in rows]


def _known_section(
    url: str,
    name: str,
    reached: int | None,
    pages: int | None,
    rows: int | None,
    oldest: str | None,
    last_page: str | None,
    unproven_days: int,
    by_earlier_version: int | None,
) -> KnownSection:
    end = None
    if pages is not None and rows is not None:
        end = RecordedEnd(pages, rows, as_date(oldest), last_page)
    return KnownSection(url, name, bool(reached), end, unproven_days, bool(by_earlier_version))


class ListReading(NamedTuple):
    """One page as last read: its validators, when they came (RFC 3339), and what was read, as JSON."""

    etag: str | None
    last_modified: str | None
    at: str
    reading: str


class ListPageTable:
    """List pages as last read. Readings by another version of the program are ignored: it may read the page otherwise."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def get(self, url: str) -> ListReading | None:
        """The last reading of the page asked for at `url`."""
        row = self._db.row(
            "SELECT etag, last_modified, at, reading FROM list_pages WHERE url = ? AND version = ?", url, __version__
        )
        return None if row is None else ListReading(*row)

    def keep(self, url: str, reading: ListReading) -> None:
        """Keep a reading in the place of the last one; one without validators only drops that. Inside `Database.write`."""
        if reading.etag is None and reading.last_modified is None:
            self._db.run("DELETE FROM list_pages WHERE url = ?", url)
            return
        self._db.run(
            "INSERT OR REPLACE INTO list_pages (url, etag, last_modified, at, version, reading) VALUES (?, ?, ?, ?, ?, ?)",
            *(url, reading.etag, reading.last_modified, reading.at, __version__, reading.reading),
        )

    def answer(self, url: str) -> tuple[str, str] | None:
        """URL and time of the response whose validators are on record; None for none."""
        row = self._db.row("SELECT url, at FROM list_pages WHERE url = ?", url)
        return None if row is None else (row[0], row[1])
