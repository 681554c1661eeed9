"""Ledger: SQLite index of URLs, articles, walks and runs. If it is lost it is rebuilt from the JSON lines.

Only the modules of this package contain its SQL.
"""

import hashlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final, Self

from panan_spider.archive.ledger.database import Database, ValueTable
from panan_spider.archive.ledger.held_revisions import HeldTable
from panan_spider.archive.ledger.queries import GapQueries, LedgerQueries
from panan_spider.archive.ledger.runs import FaultTable, RunTable
from panan_spider.archive.ledger.stored_articles import ArticleTable
from panan_spider.archive.ledger.url_outcomes import ImageTable, RecheckTable, UrlTable
from panan_spider.archive.ledger.walk_table import ListPageTable, WalkTable
from panan_spider.archive.store.files import StoreError, WriteGuard
from panan_spider.archive.store.jsonl import StoredLine
from panan_spider.core.clock import site_day
from panan_spider.core.outcomes import Outcome
from panan_spider.core.text import without_figures

#: Where the ledger notes how far each file of lines is marked in it.
ARTICLES: Final = "articles"
QUARANTINE: Final = "quarantine"
IMAGES: Final = "images"

#: Runs whose books stay in the ledger, more than a year of nights: it is checked whole on every opening.
KEPT_RUNS: Final = 400


class Ledger:
    """The open ledger. Raises StoreError where its disk refuses."""

    def __init__(self, path: Path, guard: WriteGuard, read_only: bool = False) -> None:
        """Opens or makes `path`, its tables brought to the newest version. Raises LedgerBroken, StoreError."""
        self._db = Database(path, guard, read_only)
        self.articles = ArticleTable(self._db)
        self.urls = UrlTable(self._db)
        self.held = HeldTable(self._db)
        self.images = ImageTable(self._db)
        self.queries = LedgerQueries(self._db)
        self.gaps = GapQueries(self._db)
        self.rechecks = RecheckTable(self._db)
        self.list_pages = ListPageTable(self._db)
        self.faults = FaultTable(self._db)
        self.runs = RunTable(self._db)
        self.walks = WalkTable(self._db)
        self.values = ValueTable(self._db)

    @classmethod
    def read_only(cls, path: Path) -> Self:
        """The ledger at `path` for reading alone, beside a run if need be; no file is made. Raises StoreError where there is none."""
        return cls(path, WriteGuard(), read_only=True)

    def write(self) -> AbstractContextManager[None]:
        """One transaction around several marks: all of them or none."""
        return self._db.write()

    def snapshot(self) -> None:
        """Answer from the state of this moment, whatever a run writes meanwhile. For a read-only ledger."""
        self._db.snapshot()

    def damage(self) -> str | None:
        """SQLite's finding about the file itself; None for a sound file."""
        row = self._db.row("PRAGMA quick_check(1)")
        said = "no answer" if row is None else " ".join(str(row[0]).split())
        return None if said == "ok" else said

    def check_file(self) -> None:
        """Raises StoreError where the file, read anew, is damaged or knows other runs: somebody else has written to it."""
        fresh = Ledger.read_only(self._db.path)
        try:
            found = fresh.damage() or ("" if fresh.runs.newest(1) == self.runs.newest(1) else "it lacks this run")
        finally:
            fresh.close()
        if found:
            raise StoreError(f"{self._db.path}: somebody else has written to it: {found}")

    def marked_until(self, lines: str) -> int:
        """Bytes of the file `lines` (ARTICLES, QUARANTINE or IMAGES) whose lines are marked here."""
        return self.values.number(f"{lines}_offset")

    def is_last_marked(self, lines: str, raw: bytes) -> bool:
        """True where `raw` is the line of the file `lines` that was marked last."""
        return self.values.text(f"{lines}_last") == hashlib.sha256(raw).hexdigest()

    def passed(self, lines: str, first: StoredLine, *more: StoredLine) -> None:
        """Note, in the transaction of their marks, that the file `lines` is marked up to and with these, which follow each other.

        Raises StoreError where the line before them is not marked: passing that over would lose it from the ledger.
        """
        if (until := self.marked_until(lines)) != first.start:
            raise StoreError(
                f"{lines}: the ledger stands at byte {until}, this line begins at {first.start}: run again"
            )
        last = more[-1] if more else first
        self.values.keep(f"{lines}_offset", last.end)
        self.values.keep(f"{lines}_last", hashlib.sha256(last.raw).hexdigest())

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
        # The run that wrote the line died before it could say so in its own books.
        self._db.run(
            """UPDATE fates SET outcome = ?, reason = ? WHERE outcome IS NULL
            AND address = (SELECT number FROM addresses WHERE url = ?)""",
            *(outcome, reason, url),
        )

    def begin_run(self, run_id: str, args: Mapping[str, str], at: str) -> int:
        """Enter a run; its number. The books of runs long past are dropped: their reports stand in runs/.

        Raises StoreError where that id is taken.
        """
        number = self.runs.begin(run_id, args, at)
        with self.write():
            self.urls.drop_runs(number - KEPT_RUNS)
        return number

    def start_over(self, lines: str) -> None:
        """Note that nothing of the file `lines` is marked: it was shortened. Inside `write`."""
        self.values.keep(f"{lines}_offset", 0)

    def close(self) -> None:
        """Close. Again is harmless."""
        self._db.close()
