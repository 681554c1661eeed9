"""Walks of sections in the ledger: their records and ends, walks without an end, and list pages as last read."""

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from panan_spider import __version__
from panan_spider.archive.ledger.database import Database


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
    """Walks through sections, from their first list page towards their end."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def begin(self, run: int, url: str, name: str, at: str) -> None:
        """A walk begins."""
        with self._db.write():
            self._db.run("INSERT INTO walks (run, url, name, began) VALUES (?, ?, ?, ?)", run, url, name, at)

    def listed(self, run: int, url: str, rows: int, new: int) -> None:
        """A page of the walk of `url` listed rows: kept as they come, for a walk that dies tells nothing at its end."""
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
        """The run's open walk of `url` has ended; a walk that nobody began is entered whole."""
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
        """End every open walk of a run as interrupted; how many there were."""
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
        """The newest walk of each address whose end no walk has proven, or whose proof a later walk undid."""
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
        end = RecordedEnd(pages, rows, None if oldest is None else date.fromisoformat(oldest), last_page)
    return KnownSection(url, name, bool(reached), end, unproven_days, bool(by_earlier_version))


class ListReading(NamedTuple):
    """One page as last read: its validators, when they came (RFC 3339), and what was read, as JSON."""

    etag: str | None
    last_modified: str | None
    at: str
    reading: str


class ListPageTable:
    """Queries and writes. A reading by another version of the program is none: that version may read the page otherwise."""

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
