"""The ledger's stored articles: the newest revision of each, and the sections that list it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.state import KnownArticle, KnownPart
from panan_spider.core.outcomes import Outcome

#: What an article line must have to be marked.
ARTICLE_KEYS: Final = frozenset({"id", "url", "revision", "content_hash"})


def as_date(text: str | None) -> date | None:
    """A date as the ledger keeps it, read back."""
    return None if text is None else date.fromisoformat(text)


class ArticleTable:
    """Questions and marks about stored articles."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def latest(self, article_id: str) -> KnownArticle | None:
        """The newest revision of that number; None where none is stored."""
        row = self._db.row(
            """SELECT id, url, revision, content_hash, posted, pages, etag, last_modified, outcome
            FROM articles WHERE id = ?""",
            article_id,
        )
        if row is None:
            return None
        number, url, revision, content_hash, posted, pages, etag, modified, outcome = row
        return KnownArticle(
            *(number, url, revision, content_hash, as_date(posted), pages, etag, modified, Outcome(outcome)),
            parts=self._parts(article_id) if pages > 1 else (),
        )

    def _parts(self, article_id: str) -> tuple[KnownPart, ...]:
        rows = self._db.rows(
            "SELECT url, etag, last_modified, fetched_at FROM parts WHERE article_id = ? ORDER BY number", article_id
        )
        return tuple(KnownPart(*row) for row in rows)

    def answer(self, article_id: str, part: str | None) -> tuple[str, str] | None:
        """Address and time of the answer whose validators are on record, page one's or that of `part`; None for none."""
        if part is None:
            row = self._db.row("SELECT url, coalesce(validated_at, fetched_at) FROM articles WHERE id = ?", article_id)
        else:
            row = self._db.row("SELECT url, fetched_at FROM parts WHERE article_id = ? AND url = ?", article_id, part)
        return None if row is None else (row[0], row[1])

    def mark(self, record: Mapping[str, Any], line_offset: int, etag: str | None, last_modified: str | None) -> None:
        """Note an article line, given as parsed, that starts at byte `line_offset`. Again is harmless."""
        warc = record.get("warc") or {}
        outcome = Outcome.STORED if record["revision"] == 1 else Outcome.REVISED
        marked = self._db.run(
            """INSERT INTO articles (id, url, revision, content_hash, posted, pages, etag, last_modified, outcome,
                fetched_at, template, warc_file, warc_offset, line_offset)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET url = excluded.url, revision = excluded.revision,
                content_hash = excluded.content_hash, posted = excluded.posted, pages = excluded.pages,
                etag = excluded.etag, last_modified = excluded.last_modified, outcome = excluded.outcome,
                fetched_at = excluded.fetched_at, template = excluded.template, warc_file = excluded.warc_file,
                warc_offset = excluded.warc_offset, line_offset = excluded.line_offset, validated_at = NULL
            WHERE excluded.revision > articles.revision""",
            *(record["id"], record["url"], record["revision"], record["content_hash"], record.get("posted")),
            *(record.get("pages", 1), etag, last_modified, outcome, record.get("fetched_at", "")),
            *(record.get("template"), warc.get("file"), warc.get("offset"), line_offset),
        )
        if marked:  # what is known of an older revision's parts is not true of this one's
            self._db.run("DELETE FROM parts WHERE article_id = ?", record["id"])
        for section in record.get("listed_in", ()):
            self.list_in(section, [record["id"]])

    def validators(self, article_id: str, etag: str | None, last_modified: str | None, at: str | None) -> None:
        """Note what the server now gives to ask page one again with, and when it was received."""
        self._db.run(
            "UPDATE articles SET etag = ?, last_modified = ?, validated_at = ? WHERE id = ?",
            *(etag, last_modified, at, article_id),
        )

    def note_parts(self, article_id: str, parts: Sequence[KnownPart]) -> None:
        """Note of how many parts the article now is, and how each of those behind page one was answered."""
        self._db.run("UPDATE articles SET pages = ? WHERE id = ?", len(parts) + 1, article_id)
        self._db.run("DELETE FROM parts WHERE article_id = ?", article_id)
        self._db.run_each(
            "INSERT INTO parts VALUES (?, ?, ?, ?, ?, ?)",
            (
                (article_id, number, part.url, part.etag, part.last_modified, part.fetched_at)
                for number, part in enumerate(parts, 2)
            ),
        )

    def seen(self, article_id: str, url: str, outcome: Outcome) -> Outcome | None:
        """Note that `url` of a stored article was found UNCHANGED or GONE. The article's outcome before; None where it is not stored.

        Another address of the article that is gone says nothing about the article: None too.
        """
        before = self._db.row("SELECT outcome, url FROM articles WHERE id = ?", article_id)
        if before is None or (outcome is Outcome.GONE and before[1] != url):
            return None
        self._db.run("UPDATE articles SET outcome = ? WHERE id = ?", outcome, article_id)
        return Outcome(before[0])

    def list_in(self, section: str, article_ids: list[str]) -> None:
        """Note that the lists of `section` name these articles."""
        self._db.run_each("INSERT OR IGNORE INTO listings VALUES (?, ?)", ((number, section) for number in article_ids))

    def listed_in(self, article_id: str) -> tuple[str, ...]:
        """The sections whose lists named the article, sorted."""
        rows = self._db.rows("SELECT section FROM listings WHERE article_id = ?", article_id)
        return tuple(sorted(row[0] for row in rows))

    def gone(self) -> frozenset[str]:
        """The stored articles that the site no longer has."""
        return frozenset(row[0] for row in self._db.rows("SELECT id FROM articles WHERE outcome = ?", Outcome.GONE))

    def removals(self) -> dict[str, tuple[str | None, str]]:
        """Stored articles that the site no longer has: id → when a run first found it gone (None: not on record), when it was last there."""
        removed: dict[str, tuple[str | None, str]] = {
            number: (None, seen)
            for number, seen in self._db.rows(
                "SELECT id, coalesce(validated_at, fetched_at) FROM articles WHERE outcome = ?", Outcome.GONE
            )
        }
        for number, outcome, started in self._db.rows(
            """SELECT s.id, f.outcome, r.started FROM fates f JOIN addresses a ON a.number = f.address
            JOIN articles s ON s.id = a.article_id AND s.url = a.url JOIN runs r ON r.number = f.run
            WHERE s.outcome = 'gone' AND f.outcome IN ('stored', 'revised', 'unchanged', 'gone')
            AND f.reason IS NOT 'still gone' ORDER BY f.run"""
        ):
            found, seen = removed[number]
            removed[number] = (started, seen) if outcome == Outcome.GONE else (found, max(seen, started))
        return removed

    def line_offsets(self) -> list[int]:
        """The byte each article's newest line begins at, in the order of the file."""
        return [row[0] for row in self._db.rows("SELECT line_offset FROM articles ORDER BY line_offset")]

    def stored_since(self, section: str, day: str) -> list[str]:
        """Addresses of the articles that lists of `section` have named, put on the web since `day` ("" for all); newest first."""
        rows = self._db.rows(
            """SELECT url FROM listings JOIN articles ON id = article_id
            WHERE section = ? AND coalesce(posted, '9') >= ? ORDER BY posted DESC, id""",
            *(section, day),
        )
        return [row[0] for row in rows]

    def count(self) -> int:
        """How many articles are stored."""
        row = self._db.row("SELECT count(*) FROM articles")
        return int(row[0]) if row else 0
