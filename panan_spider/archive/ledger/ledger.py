"""Ledger: SQLite index of URLs, articles, walks and runs. If it is lost it is rebuilt from the JSON lines.

Only the modules of this package contain its SQL.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

from panan_spider.archive.ledger.database import ARTICLES, Database, LineMarks, ValueTable
from panan_spider.archive.ledger.queries import GapQueries, LedgerQueries
from panan_spider.archive.ledger.runs_and_walks import FaultTable, ListPageTable, RunTable, WalkTable
from panan_spider.archive.ledger.stored_articles import ARTICLE_COLUMNS, ARTICLE_KEYS, ArticleTable, HeldTable
from panan_spider.archive.ledger.url_outcomes import ImageTable, RecheckTable, UrlTable
from panan_spider.archive.store.files import StoreError, WriteGuard
from panan_spider.archive.store.jsonl import StoredLine
from panan_spider.core.clock import site_day
from panan_spider.core.outcomes import Outcome
from panan_spider.core.text import without_figures

_STORED: Final = f"('{Outcome.STORED}', '{Outcome.REVISED}', '{Outcome.UNCHANGED}', '{Outcome.KNOWN}')"

#: Runs whose outcomes stay in the ledger, more than a year of nights: it is checked whole on every opening.
KEPT_RUNS: Final = 400


class Ledger:
    """The open ledger; `write`, `snapshot` and `close` are those of its `Database`. Raises StoreError where its disk refuses."""

    def __init__(self, path: Path, guard: WriteGuard, read_only: bool = False) -> None:
        """Opens or makes `path`, its tables brought to the newest version. Raises LedgerDamaged, StoreError."""
        self._db = db = Database(path, guard, read_only)
        self.write, self.snapshot, self.close = db.write, db.snapshot, db.close
        self.articles = ArticleTable(db)
        self.urls = UrlTable(db)
        self.held = HeldTable(db)
        self.images = ImageTable(db)
        self.queries = LedgerQueries(db)
        self.gaps = GapQueries(db)
        self.rechecks = RecheckTable(db)
        self.list_pages = ListPageTable(db)
        self.faults = FaultTable(db)
        self.runs = RunTable(db)
        self.walks = WalkTable(db)
        self.values = ValueTable(db)
        self.marks = LineMarks(self.values)

    @classmethod
    def read_only(cls, path: Path) -> Self:
        """The ledger at `path` for reading alone, beside a run if need be; no file is made. Raises StoreError where there is none."""
        return cls(path, WriteGuard(), read_only=True)

    def damage(self) -> str | None:
        """SQLite's finding about the file itself; None for a sound file."""
        row = self._db.row("PRAGMA quick_check(1)")
        finding = "no answer" if row is None else " ".join(str(row[0]).split())
        return None if finding == "ok" else finding

    def check_file(self) -> None:
        """Raises StoreError where the file, read anew, is damaged or knows other runs: somebody else has written to it."""
        fresh = Ledger.read_only(self._db.path)
        try:
            found = fresh.damage() or ("" if fresh.runs.newest(1) == self.runs.newest(1) else "it lacks this run")
        finally:
            fresh.close()
        if found:
            raise StoreError(f"{self._db.path}: somebody else has written to it: {found}")

    def replay_article(self, record: dict[str, Any], line: StoredLine, at: str) -> None:
        """Mark an article line whose mark was lost. Idempotent; inside `write`."""
        outcome = Outcome.STORED if record["revision"] == 1 else Outcome.REVISED
        self.articles.mark(record, line.start, None, None)
        self._db.run(
            "INSERT OR IGNORE INTO addresses (url, kind, article_id, posted, first_seen) VALUES (?, 'article', ?, ?, ?)",
            *(record["url"], record["id"], record.get("posted"), at),
        )
        self.replay_outcome(record["url"], outcome, at)

    def replay_quarantine(self, record: dict[str, Any], at: str) -> None:
        """Mark a quarantine line whose mark was lost, unless the article has been stored since. Inside `write`."""
        since = self._db.row("SELECT 1 FROM articles WHERE url = ? AND fetched_at > ?", record["url"], record["at"])
        if since is not None:
            return
        self._db.run(
            "INSERT OR IGNORE INTO addresses (url, kind, article_id, first_seen) VALUES (?, ?, ?, ?)",
            *(record["url"], "article" if record.get("article_id") else "other", record.get("article_id"), at),
        )
        self.replay_outcome(record["url"], Outcome(record["outcome"]), at, record.get("reason"))
        self.urls.mark_quarantined(record["url"], Outcome(record["outcome"]), self.fault_of(record))

    def fault_of(self, record: Mapping[str, Any]) -> str | None:
        """Identity of the fault in a quarantine record: of its reason, or for a stored article the hash of the page's bytes."""
        article_id = record.get("article_id")
        if article_id is not None and self.articles.latest(article_id) is not None:
            return record.get("body_hash")
        parts = (str(record.get(key) or "") for key in ("field", "template"))
        plain = "\x1f".join((*parts, without_figures(record.get("reason") or "")))
        return "fault:" + hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()

    def replay_outcome(self, url: str, outcome: Outcome, at: str, reason: str | None = None) -> None:
        """Record the outcome of a URL that no run now open asked for. Inside `write`."""
        self._db.run(
            "UPDATE addresses SET outcome = ?, reason = ?, settled_at = ?, tries = tries + 1 WHERE url = ?",
            *(outcome, reason, at, url),
        )
        if (article_id := self.urls.article_id(url)) is not None:
            self.rechecks.answered(article_id, url, outcome, site_day(at))
        # The run that wrote the line died before it recorded the outcome.
        self._db.run(
            """UPDATE fates SET outcome = ?, reason = ? WHERE outcome IS NULL
            AND address = (SELECT number FROM addresses WHERE url = ?)""",
            *(outcome, reason, url),
        )

    def begin_run(self, run_id: str, args: Mapping[str, str], at: str) -> int:
        """Enter a run; its number. Outcomes of runs long past are dropped: their reports stand in runs/.

        Raises StoreError where that id is taken.
        """
        number = self.runs.begin(run_id, args, at)
        with self.write():
            self.urls.drop_runs(number - KEPT_RUNS)
        return number

    def remark_articles(self, lines: Iterable[StoredLine], at: str) -> None:
        """Make the articles those of `lines`, all or nothing; what only the ledger knows of them (validators, gone) stays.

        What has no line any more is pending: the next run asks for it. Raises StoreError.
        """
        with self.write():
            self._db.run(
                f"CREATE TEMP TABLE kept AS SELECT {ARTICLE_COLUMNS}, etag, last_modified, outcome FROM articles"
            )
            self._db.run("CREATE UNIQUE INDEX temp.kept_by_id ON kept (id)")
            self._db.run("DELETE FROM articles")
            end, last = 0, b""
            for line in lines:
                if line.record is not None and line.record.keys() >= ARTICLE_KEYS:
                    self.articles.mark(line.record, line.start, None, None)
                end, last = line.end, line.raw
            self._recall(at)
            self.marks.keep(ARTICLES, end, last)
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
