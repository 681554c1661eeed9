"""List pages in the ledger: the last reading of each list page and pager script that came with validators."""

from typing import NamedTuple

from panan_spider import __version__
from panan_spider.archive.ledger.database import Database


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
