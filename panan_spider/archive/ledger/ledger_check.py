"""What `scrapy verify` asks the ledger, and how the ledger is brought to say what the lines say."""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any, Final

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.stored_articles import ARTICLE_KEYS, ArticleTable
from panan_spider.archive.store.jsonl import StoredLine
from panan_spider.core.outcomes import Outcome

#: number, revision, address, hash, posted, pages, template, fetched_at, WARC file and byte, byte of its line.
Row = tuple[Any, ...]
_COLUMNS: Final = (
    "id, revision, url, content_hash, posted, pages, template, fetched_at, warc_file, warc_offset, line_offset"
)
_STORED: Final = f"('{Outcome.STORED}', '{Outcome.REVISED}', '{Outcome.UNCHANGED}', '{Outcome.KNOWN}')"


class LedgerCheck:
    """Questions about the ledger as a whole, and `remark`, which alone writes."""

    def __init__(self, db: Database, articles: ArticleTable) -> None:
        self._db, self._articles = db, articles

    def as_of_now(self) -> None:
        """From here on every answer is of this moment, whatever a run writes meanwhile; for a ledger that is only read."""
        self._db.snapshot()

    def damage(self) -> str | None:
        """What SQLite finds wrong with the file itself; None where nothing is."""
        row = self._db.row("PRAGMA quick_check(1)")
        said = "no answer" if row is None else " ".join(str(row[0]).split())
        return None if said == "ok" else said

    def articles(self) -> Iterator[Row]:
        """Every stored article."""
        return self._db.each(f"SELECT {_COLUMNS} FROM articles ORDER BY line_offset")

    def without_address(self) -> list[tuple[str, str]]:
        """(number, address) of stored articles whose address the ledger does not know."""
        rows = self._db.rows(
            "SELECT id, url FROM articles s WHERE NOT EXISTS (SELECT 1 FROM addresses a WHERE a.url = s.url) ORDER BY id"
        )
        return [(row[0], row[1]) for row in rows]

    def reports(self) -> Iterator[tuple[str, str]]:
        """(run, report as JSON text) of every run that left one."""
        return self._db.each("SELECT id, report FROM runs WHERE report IS NOT NULL ORDER BY number")

    def remark(self, lines: Iterable[StoredLine], at: str) -> None:
        """Make the articles those of `lines`, all or nothing; what only the ledger knows of them (validators, gone) stays.

        What has no line any more is pending: the next run asks for it. Raises StoreError.
        """
        with self._db.write():
            self._db.run(f"CREATE TEMP TABLE kept AS SELECT {_COLUMNS}, etag, last_modified, outcome FROM articles")
            self._db.run("CREATE UNIQUE INDEX temp.kept_by_id ON kept (id)")
            self._db.run("DELETE FROM articles")
            end, last = 0, b""
            for line in lines:
                if line.record is not None and line.record.keys() >= ARTICLE_KEYS:
                    self._articles.mark(line.record, line.start, None, None)
                end, last = line.end, line.raw
            self._recall(at)
            for key, value in (("articles_offset", end), ("articles_last", hashlib.sha256(last).hexdigest())):
                self._db.run("INSERT OR REPLACE INTO meta VALUES (?, ?)", key, value)
            self._db.run("DROP TABLE temp.kept")

    def _recall(self, at: str) -> None:
        self._db.run(
            """UPDATE articles SET etag = k.etag, last_modified = k.last_modified FROM kept k
            WHERE k.id = articles.id AND k.content_hash = articles.content_hash AND k.url = articles.url"""
        )
        self._db.run("UPDATE articles SET outcome = k.outcome FROM kept k WHERE k.id = articles.id")
        self._db.run(
            """INSERT OR IGNORE INTO addresses (url, kind, article_id, posted, outcome, settled_at, first_seen)
            SELECT url, 'article', id, posted, outcome, ?, ? FROM articles""",
            *(at, at),
        )
        self._db.run(
            f"""UPDATE addresses SET outcome = '{Outcome.PENDING}', reason = 'its line was lost', settled_at = ?
            WHERE kind = 'article' AND outcome IN {_STORED}
            AND NOT EXISTS (SELECT 1 FROM articles s WHERE s.id = addresses.article_id)""",
            at,
        )
