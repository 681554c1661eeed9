"""Stored articles in the ledger: newest revisions, parts, the sections whose lists name them, and changes held for review."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, NamedTuple

from panan_spider.archive.ledger.database import Database, Row
from panan_spider.core.outcomes import Outcome

#: Keys that an article line must have to be marked.
ARTICLE_KEYS: Final = frozenset({"id", "url", "revision", "content_hash"})


@dataclass(frozen=True, slots=True)
class KnownPart:
    """Part two or later of a stored article, as its newest answer left it."""

    url: str
    etag: str | None
    last_modified: str | None
    fetched_at: str  # when that answer was received


@dataclass(frozen=True, slots=True)
class KnownArticle:
    """A stored article as the ledger knows it: its newest revision."""

    article_id: str
    url: str
    revision: int
    content_hash: str
    posted: date | None
    pages: int
    etag: str | None
    last_modified: str | None
    outcome: Outcome  # its newest outcome; GONE where the site no longer has it
    parts: tuple[KnownPart, ...] = ()  # two and on, in order; empty where they are not known


class TitlesOfOthers(NamedTuple):
    """Numbers of articles: with a title that lists show of another one, and of these those whose own title the other one has."""

    exchanged: int
    mixed_up: int


def as_date(text: str | None) -> date | None:
    """A date as the ledger keeps it, read back."""
    return None if text is None else date.fromisoformat(text)


#: Columns that `ArticleTable.rows` gives.
ARTICLE_COLUMNS: Final = (
    "id, revision, url, content_hash, posted, pages, template, fetched_at, warc_file, warc_offset, line_offset"
)


class ArticleTable:
    """Stored articles: queries and marks."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def same_content(self, content_hash: str, article_id: str) -> list[str]:
        """IDs of the other articles stored, or held for a check, with that content."""
        rows = self._db.rows(
            """SELECT id FROM articles WHERE content_hash = ? AND id != ?
            UNION SELECT article_id FROM held WHERE content_hash = ? AND article_id != ?""",
            *(content_hash, article_id, content_hash, article_id),
        )
        return [row[0] for row in rows]

    def latest(self, article_id: str) -> KnownArticle | None:
        """The newest revision of an article; None where none is stored."""
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

    def line_offset(self, article_id: str) -> int | None:
        """The byte at which the article's newest line begins; None where none is stored."""
        row = self._db.row("SELECT line_offset FROM articles WHERE id = ?", article_id)
        return None if row is None else int(row[0])

    def answer(self, article_id: str, part: str | None) -> tuple[str, str] | None:
        """URL and time of the answer whose validators are on record, of page one or of `part`; None where there is none."""
        if part is None:
            row = self._db.row("SELECT url, coalesce(validated_at, fetched_at) FROM articles WHERE id = ?", article_id)
        else:
            row = self._db.row("SELECT url, fetched_at FROM parts WHERE article_id = ? AND url = ?", article_id, part)
        return None if row is None else (row[0], row[1])

    def mark(self, record: Mapping[str, Any], line_offset: int, etag: str | None, last_modified: str | None) -> None:
        """Mark an article line, given as parsed, that begins at byte `line_offset`. Idempotent."""
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
        """Record the newest validators of page one, and when they were received."""
        self._db.run(
            "UPDATE articles SET etag = ?, last_modified = ?, validated_at = ? WHERE id = ?",
            *(etag, last_modified, at, article_id),
        )

    def note_parts(self, article_id: str, parts: Sequence[KnownPart]) -> None:
        """Record the number of pages of the article, and the newest answers of its further parts."""
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
        """Record that the lists of `section` name these articles."""
        self._db.run_each(
            "INSERT OR IGNORE INTO listings (article_id, section) VALUES (?, ?)",
            ((number, section) for number in article_ids),
        )

    def show_in(self, section: str, shown: Mapping[str, str]) -> list[str]:
        """Record title and day as the list of `section` shows them, by article ID; the IDs of those shown otherwise before."""
        marks = ", ".join("?" * len(shown))
        before = self._db.rows(
            f"SELECT article_id, shown FROM listings WHERE section = ? AND article_id IN ({marks})", section, *shown
        )
        known: dict[str, str | None] = dict(before)
        self._db.run_each(
            """INSERT INTO listings (article_id, section, shown) VALUES (?, ?, ?)
            ON CONFLICT (article_id, section) DO UPDATE SET shown = excluded.shown""",
            ((number, section, text) for number, text in shown.items() if known.get(number) != text),
        )
        return [number for number, text in known.items() if text is not None and text != shown[number]]

    def titles_shown(self, article_id: str) -> list[str]:
        """The titles that lists show of the article."""
        rows = self._db.rows("SELECT shown FROM listings WHERE article_id = ? AND shown IS NOT NULL", article_id)
        return [row[0].partition(" ")[2] for row in rows]

    def titles_of_others(self, titled: Sequence[tuple[str, str]]) -> TitlesOfOthers:
        """Count among these (article ID, title) those whose title lists show of another article. One pass over the listings."""
        if not titled:
            return TitlesOfOthers(0, 0)
        marks = ", ".join("?" * len(titled))
        rows = self._db.rows(
            f"""SELECT article_id, substr(shown, instr(shown, ' ') + 1) FROM listings
            WHERE substr(shown, instr(shown, ' ') + 1) IN ({marks})""",
            *(title for _article_id, title in titled),
        )
        shown: dict[str, set[str]] = {}
        for article_id, title in rows:
            shown.setdefault(title, set()).add(article_id)
        others = [shown.get(title, set()) - {article_id} for article_id, title in titled]
        numbers, taken = {article_id for article_id, _title in titled}, set[str]().union(*others)
        mixed_up = sum(
            article_id in taken and bool(found & numbers)
            for (article_id, _title), found in zip(titled, others, strict=True)
        )
        return TitlesOfOthers(sum(map(bool, others)), mixed_up)

    def posted_since(self, day: str) -> int:
        """Number of stored articles posted since `day` that were not found gone."""
        row = self._db.row("SELECT count(*) FROM articles WHERE posted >= ? AND outcome != ?", day, Outcome.GONE)
        return int(row[0]) if row else 0

    def listed_in(self, article_id: str) -> tuple[str, ...]:
        """The sections whose lists name the article, sorted."""
        rows = self._db.rows("SELECT section FROM listings WHERE article_id = ?", article_id)
        return tuple(sorted(row[0] for row in rows))

    def stored_among(self, article_ids: Sequence[str]) -> frozenset[str]:
        """The articles among these that are stored."""
        # As one value: a hostile page has more rows than a statement may have parameters.
        rows = self._db.rows(
            "SELECT id FROM articles WHERE id IN (SELECT value FROM json_each(?))", json.dumps(list(article_ids))
        )
        return frozenset(row[0] for row in rows)

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
        """URLs of stored articles that lists of `section` name, posted since `day` ("" for all); newest first."""
        rows = self._db.rows(
            """SELECT url FROM listings JOIN articles ON id = article_id
            WHERE section = ? AND coalesce(posted, '9') >= ? ORDER BY posted DESC, id""",
            *(section, day),
        )
        return [row[0] for row in rows]

    def count(self) -> int:
        """Number of stored articles."""
        row = self._db.row("SELECT count(*) FROM articles")
        return int(row[0]) if row else 0

    def revisions(self) -> int:
        """Number of stored revisions."""
        row = self._db.row("SELECT coalesce(sum(revision), 0) FROM articles")
        return int(row[0]) if row else 0

    def rows(self) -> Iterator[Row]:
        """`ARTICLE_COLUMNS` of every stored article, in the order of the lines."""
        return self._db.each(f"SELECT {ARTICLE_COLUMNS} FROM articles ORDER BY line_offset")


_HELD_COLUMNS: Final = (
    "article_id, url, run, state, content_hash, record, etag, last_modified, parts, warc_file, warc_offset, at"
)
#: Outcomes of a stored article that was asked for.
_ASKED: Final = "('unchanged', 'revised', 'gone', 'invalid', 'unknown_layout', 'alias', 'failed', 'blocked', 'forbidden', 'off_site')"


class HeldState(StrEnum):
    """State of a held revision. No article has more than one row."""

    WAITING = "waiting"  # read in `run`; no check has judged it yet
    CONFIRMED = "confirmed"  # waiting, and an earlier run rejected the same reading
    REJECTED = "rejected"  # quarantined by the checks of `run`; the next run asks again
    GONE = "gone"  # gone in `run` while a list named it; gone again in a later run is a removal


@dataclass(frozen=True, slots=True)
class HeldRevision:
    """One row. `record` is the article as JSON; for GONE the words of the site that say so, "" for a status alone.

    `parts` is a JSON list of the answers of its further parts.
    """

    article_id: str
    url: str
    run: int
    state: HeldState
    content_hash: str
    record: str
    etag: str | None
    last_modified: str | None
    parts: str
    warc_file: str | None
    warc_offset: int | None
    at: str


class HeldTable:
    """Held revisions. Writing methods run inside `Database.write`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def hold(self, row: HeldRevision) -> None:
        """Enter a reading as WAITING; CONFIRMED where an earlier run rejected the same. It replaces the article's row."""
        before = self.get(row.article_id)
        confirmed = (
            before is not None
            and before.content_hash == row.content_hash
            and (before.state is HeldState.CONFIRMED or (before.state is HeldState.REJECTED and before.run < row.run))
        )
        self._put(row, HeldState.CONFIRMED if confirmed else HeldState.WAITING)

    def _put(self, row: HeldRevision, state: HeldState) -> None:
        self._db.run(
            f"INSERT OR REPLACE INTO held ({_HELD_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            *(row.article_id, row.url, row.run, state, row.content_hash, row.record, row.etag, row.last_modified),
            *(row.parts, row.warc_file, row.warc_offset, row.at),
        )

    def note_gone(self, article_id: str, url: str, run: int, at: str, words: str = "") -> bool:
        """Note that a listed article is gone. Whether an earlier run has noted it: then it is a removal, and the row goes.

        `words` are the site's own that say so: a page that says it does not exist, or a redirect to an entry page.
        """
        before = self.get(article_id)
        if before is not None and before.state is HeldState.GONE and before.run < run:
            self.drop(article_id)
            return True
        if before is None or before.state is not HeldState.GONE:
            self._put(
                HeldRevision(article_id, url, run, HeldState.GONE, "", words, None, None, "[]", None, None, at),
                HeldState.GONE,
            )
        return False

    def reject(self, article_id: str, run: int) -> None:
        """Note that the checks of `run` rejected the article's reading."""
        self._db.run("UPDATE held SET state = ?, run = ? WHERE article_id = ?", HeldState.REJECTED, run, article_id)

    def drop(self, article_id: str) -> None:
        """Delete the article's row: it is stored, or the site shows the stored revision again."""
        self._db.run("DELETE FROM held WHERE article_id = ?", article_id)

    def get(self, article_id: str) -> HeldRevision | None:
        """The article's row."""
        row = self._db.row(f"SELECT {_HELD_COLUMNS} FROM held WHERE article_id = ?", article_id)
        return None if row is None else _held(row)

    def waiting(self) -> Sequence[HeldRevision]:
        """The readings that no check has judged, by article ID."""
        rows = self._db.rows(
            f"SELECT {_HELD_COLUMNS} FROM held WHERE state IN ('waiting', 'confirmed') ORDER BY article_id"
        )
        return [_held(row) for row in rows]

    def said_gone(self, run: int) -> Sequence[HeldRevision]:
        """The listed articles that are gone since `run` by the site's own words."""
        rows = self._db.rows(
            f"SELECT {_HELD_COLUMNS} FROM held WHERE state = 'gone' AND run = ? AND record != '' ORDER BY article_id",
            run,
        )
        return [_held(row) for row in rows]

    def locations(self) -> Iterator[tuple[str, str, int]]:
        """(article ID, WARC file, offset) of the raw page of every row that has one."""
        rows = self._db.rows("SELECT article_id, warc_file, warc_offset FROM held WHERE warc_file IS NOT NULL")
        yield from ((number, file, offset) for number, file, offset in rows)

    def asked(self, run: int) -> int:
        """Number of stored articles that a run asked for, those that are held included."""
        row = self._db.row(
            f"""SELECT count(*) FROM fates f JOIN addresses a ON a.number = f.address JOIN articles s ON s.id = a.article_id AND s.url = a.url
            LEFT JOIN held h ON h.article_id = s.id AND h.run = f.run
            WHERE f.run = ? AND (f.outcome IN {_ASKED} OR h.state IN ('waiting', 'confirmed'))""",
            run,
        )
        return int(row[0]) if row else 0


def _held(row: tuple[object, ...]) -> HeldRevision:
    values = list(row)
    values[3] = HeldState(str(values[3]))
    return HeldRevision(*values)  # type: ignore[arg-type]
