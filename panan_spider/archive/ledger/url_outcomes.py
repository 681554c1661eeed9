"""URL outcomes in the ledger: the newest outcome of each URL, those of each run and of images, and when an article is asked for again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final, NamedTuple

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.queries import among, days_found
from panan_spider.archive.ledger.stored_articles import as_date
from panan_spider.core.outcomes import UNSETTLED, Outcome

#: Outcomes recorded without a request. They never replace the outcome that an earlier run found.
_WITHOUT_REQUEST: Final = frozenset({Outcome.KNOWN, Outcome.OUT_OF_RANGE})

#: Outcomes that count as no try: the page itself was not asked for.
_NO_TRY: Final = _WITHOUT_REQUEST | {Outcome.PENDING, Outcome.FORBIDDEN, Outcome.ALIAS}


class DiscoveredUrl(NamedTuple):
    """A URL that a run has discovered."""

    url: str
    kind: str
    article_id: str | None = None


class UrlTable:
    """URLs and their outcomes. Writing methods run inside `Database.write`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def listed(self, listed: Iterable[tuple[str, str, date | None]], at: str) -> int:
        """Enter articles that a list names: (article ID, URL, posted). The number of URLs that are not settled yet."""
        rows = [(url, number, None if posted is None else posted.isoformat(), at) for number, url, posted in listed]
        self._db.run_each(
            """INSERT INTO addresses (url, kind, article_id, posted, first_seen) VALUES (?, 'article', ?, ?, ?)
            ON CONFLICT (url) DO UPDATE SET posted = excluded.posted
            WHERE posted IS NULL AND excluded.posted IS NOT NULL""",
            rows,
        )
        unsettled = self._db.row(
            f"""SELECT count(*) FROM json_each(?) CROSS JOIN addresses ON url = value
            WHERE (outcome IS NULL OR outcome IN {among(UNSETTLED)})
            AND NOT EXISTS (SELECT 1 FROM articles s WHERE s.id = article_id)""",
            json.dumps([row[0] for row in rows]),
        )
        return int(unsettled[0]) if unsettled else 0

    def enter(self, run: int, addresses: Sequence[DiscoveredUrl], at: str) -> None:
        """Enter URLs as discovered by a run. Idempotent."""
        self._db.run_each(
            """INSERT INTO addresses (url, kind, article_id, first_seen) VALUES (?, ?, ?, ?)
            ON CONFLICT (url) DO UPDATE SET kind = excluded.kind,
                article_id = coalesce(excluded.article_id, article_id)
            WHERE kind != excluded.kind OR article_id IS NOT coalesce(excluded.article_id, article_id)""",
            ((*address, at) for address in addresses),
        )
        self._enter_in_run(run, (url for url, _kind, _article_id in addresses))

    def enter_as_known(self, run: int, url: str, at: str) -> None:
        """`enter` for a URL whose kind is on record; an unknown one is of kind `other`."""
        self._db.run(
            "INSERT OR IGNORE INTO addresses (url, kind, first_seen) VALUES (?, 'other', ?)",
            *(url, at),
        )
        self._enter_in_run(run, [url])

    def _enter_in_run(self, run: int, urls: Iterable[str]) -> None:
        self._db.run_each(
            "INSERT OR IGNORE INTO fates (run, address) SELECT ?, number FROM addresses WHERE url = ?",
            ((run, url) for url in urls),
        )

    def article_id(self, url: str) -> str | None:
        """The ID of the article that a URL belongs to; None where none is on record."""
        row = self._db.row("SELECT article_id FROM addresses WHERE url = ?", url)
        return None if row is None else row[0]

    def drop_runs(self, run: int) -> None:
        """Drop the outcomes of the runs up to `run`: their sums stand in their reports."""
        self._db.run("DELETE FROM fates WHERE run <= ?", run)

    def record_outcome(self, run: int, url: str, outcome: Outcome, reason: str | None, at: str) -> None:
        """Record the outcome of a URL that the run has entered and not settled."""
        self._db.run(
            "UPDATE fates SET outcome = ?, reason = ? WHERE run = ? AND address = (SELECT number FROM addresses WHERE url = ?)",
            *(outcome, reason, run, url),
        )
        if outcome in _WITHOUT_REQUEST:
            self._db.run(
                "UPDATE addresses SET outcome = ?, reason = ?, settled_at = ? WHERE url = ? AND outcome IS NULL",
                *(outcome, reason, at, url),
            )
            self._db.run("UPDATE addresses SET last_run = ? WHERE url = ?", run, url)
        else:
            self._db.run(
                """UPDATE addresses SET outcome = ?, reason = ?, settled_at = ?, last_run = ?, tries = tries + ?
                WHERE url = ?""",
                *(outcome, reason, at, run, outcome not in _NO_TRY, url),
            )

    def replace_reason(self, run: int, url: str, reason: str) -> None:
        """Replace the reason of an outcome that `run` has recorded."""
        self._db.run("UPDATE addresses SET reason = ? WHERE url = ? AND last_run = ?", reason, url, run)
        self._db.run(
            "UPDATE fates SET reason = ? WHERE run = ? AND address = (SELECT number FROM addresses WHERE url = ?)",
            *(reason, run, url),
        )

    def record_pending(self, run: int, reason: str, at: str) -> int:
        """Make every open URL of a run PENDING; the number of them."""
        self._db.run(
            """UPDATE addresses SET outcome = ?, reason = ?, settled_at = ?, last_run = ?
            WHERE number IN (SELECT address FROM fates WHERE run = ? AND outcome IS NULL)""",
            *(Outcome.PENDING, reason, at, run, run),
        )
        return self._db.run(
            "UPDATE fates SET outcome = ?, reason = ? WHERE run = ? AND outcome IS NULL", Outcome.PENDING, reason, run
        )

    def quarantined(self, url: str) -> tuple[str | None, str | None]:
        """Outcome under which a URL was last quarantined, and its fault (`Ledger.fault_of`); None, None where it never was."""
        row = self._db.row("SELECT quarantined, body_hash FROM addresses WHERE url = ?", url)
        return (None, None) if row is None else (row[0], row[1])

    def mark_quarantined(self, url: str, outcome: Outcome, fault: str | None) -> None:
        """Note the outcome under which a URL is quarantined, and its fault (`Ledger.fault_of`)."""
        self._db.run("UPDATE addresses SET quarantined = ?, body_hash = ? WHERE url = ?", outcome, fault, url)


class ImageTable:
    """Images and their outcomes. A stored one is STORED, at the path that the index names."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def known(self, url: str) -> tuple[Outcome, str | None] | None:
        """Newest outcome of an image, and its path below the data folder where it is stored; None where it was never asked for."""
        row = self._db.row("SELECT outcome, path FROM images WHERE url = ?", url)
        return None if row is None else (Outcome(row[0]), row[1])

    def settle(self, run: int, url: str, outcome: Outcome, reason: str | None, at: str) -> None:
        """Record that an image was asked for and is not stored."""
        with self._db.write():
            self._enter(url, outcome, reason, None, at, run)

    def mark(self, record: Mapping[str, Any], run: int | None) -> None:
        """Record a line of the index, given as parsed, inside `Database.write`. Idempotent."""
        self._enter(record["url"], Outcome.STORED, None, record["path"], record["at"], run)

    def forget_kept(self) -> None:
        """Forget which images are stored: the index was shortened, and is marked from its start. Inside `Database.write`."""
        self._db.run("DELETE FROM images WHERE outcome = ?", Outcome.STORED)

    def _enter(
        self, url: str, outcome: Outcome, reason: str | None, path: str | None, at: str, run: int | None
    ) -> None:
        self._db.run(
            """INSERT INTO images (url, outcome, reason, path, tries, settled_at, last_run) VALUES (?, ?, ?, ?, 1, ?, ?)
            ON CONFLICT (url) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason,
                path = excluded.path, tries = tries + 1, settled_at = excluded.settled_at, last_run = excluded.last_run""",
            *(url, outcome, reason, path, at, run),
        )

    def counts(self) -> dict[Outcome, int]:
        """Number of image addresses of all runs by newest outcome."""
        rows = self._db.rows("SELECT outcome, count(*) FROM images GROUP BY outcome ORDER BY outcome")
        return {Outcome(outcome): count for outcome, count in rows}


#: Days after publication on which an article is asked for again. Behind the last one only the sample asks.
AGES: Final = (1, 2, 4, 8, 16, 30)
#: Articles behind the last age that one night asks for.
SAMPLE: Final = 5

#: Reasons beside `age N`.
LISTED: Final = "listed"  # a list shows another title or date
CHANGED: Final = "changed"  # its content changed in the run before
VANISHED: Final = "vanished"  # it was gone in the run before
SAMPLED: Final = "sample"
UNREAD: Final = "unread"  # it was never stored, and fewer than three days have found that it cannot be read

#: Days that must find a page unreadable before it is asked for by its age alone; a fault is confirmed by as many.
_UNREAD_DAYS: Final = 3

_UNREADABLE: Final = frozenset({Outcome.INVALID, Outcome.UNKNOWN_LAYOUT, Outcome.TOO_LARGE})
#: Outcomes of an article's address that answer whether it has changed.
_ANSWERS: Final = frozenset({Outcome.STORED, Outcome.REVISED, Outcome.UNCHANGED, Outcome.GONE, *_UNREADABLE})
_AGAIN: Final = {Outcome.REVISED: CHANGED, Outcome.GONE: VANISHED}


@dataclass(frozen=True, slots=True)
class Recheck:
    """An article to ask for again. `asked` is the day of its last answer, None where it is not on record."""

    article_id: str
    url: str
    reason: str
    asked: date | None = None

    @property
    def is_routine(self) -> bool:
        """Whether it was the article's turn, without a sign of change."""
        return self.reason.startswith("age ") or self.reason == SAMPLED


def next_age(posted: date, today: date) -> tuple[date, int] | None:
    """(day, age) of the next recheck of an article that has just answered; None where the last age has passed."""
    days = ((posted + timedelta(days=age), age) for age in AGES)
    return next(((day, age) for day, age in days if day > today), None)


class RecheckTable:
    """One row for each article that has a recheck to come. Writing methods run inside `Database.write`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def answered(self, article_id: str, url: str, outcome: Outcome, today: date, *, again: bool = True) -> None:
        """Plan the next recheck after an answer; `again` False where the article was gone before."""
        if outcome not in _ANSWERS:
            return
        stored = self._db.row("SELECT url, posted FROM articles WHERE id = ?", article_id)
        if stored is not None and stored[0] != url:
            return  # another address of a stored article
        planned = next_age(self._posted(url, stored[1] if stored else None, today), today)
        due, reason = (planned[0], f"age {planned[1]}") if planned is not None else (None, "")
        if again and stored is not None and outcome in _AGAIN:
            due, reason = today + timedelta(days=1), _AGAIN[outcome]
        elif stored is None and outcome in _UNREADABLE and self._days_with(url, outcome) < _UNREAD_DAYS:
            due, reason = today, UNREAD
        if due is None:
            self._db.run("DELETE FROM rechecks WHERE article_id = ?", article_id)
            return
        self._db.run(
            "INSERT OR REPLACE INTO rechecks (article_id, url, due, reason, asked) VALUES (?, ?, ?, ?, ?)",
            *(article_id, url, due.isoformat(), reason, today.isoformat()),
        )

    def _days_with(self, url: str, outcome: Outcome) -> int:
        """Number of days on which runs found this outcome at the address."""
        row = self._db.row(f"SELECT {days_found('?')} FROM addresses a WHERE a.url = ?", outcome, url)
        return int(row[0]) if row else 0

    def _posted(self, url: str, posted: str | None, today: date) -> date:
        """The day an article was put on the web; where none is known the day its address was first met."""
        if posted is None:
            row = self._db.row(
                "SELECT coalesce(posted, date(first_seen, '+8 hours')) FROM addresses WHERE url = ?", url
            )
            posted = row[0] if row is not None else None
        return today if posted is None else min(date.fromisoformat(posted), today)

    def due_at_once(self, article_ids: Iterable[str], today: date) -> None:
        """Plan stored articles for today: a list shows them otherwise than before."""
        self._db.run_each(
            """INSERT INTO rechecks (article_id, url, due, reason) SELECT id, url, ?, ? FROM articles WHERE id = ?
            ON CONFLICT (article_id) DO UPDATE SET due = excluded.due, reason = excluded.reason
            WHERE rechecks.due > excluded.due""",
            ((today.isoformat(), LISTED, number) for number in article_ids),
        )

    def due(self, today: date) -> list[Recheck]:
        """The articles to ask for by `today`, those of missed nights included; by article ID."""
        rows = self._db.rows(
            "SELECT article_id, url, reason, asked FROM rechecks WHERE due <= ? ORDER BY article_id", today.isoformat()
        )
        return [Recheck(number, url, reason, as_date(asked)) for number, url, reason, asked in rows]

    def sample(self, today: date, count: int = SAMPLE) -> list[Recheck]:
        """Stored articles without a recheck to come, drawn at random, the same for the same day and ledger; all where few are stored.

        One that was asked for again today is not drawn; one that was first stored today may be.
        """
        top = self._db.row("SELECT coalesce(max(number), 0) FROM addresses")
        rng, drawn = Random(today.isoformat()), dict[str, Recheck]()
        starts = [rng.randint(1, max(1, top[0] if top else 1)) for _draw in range(count)]
        for start, most in (
            *((start, 1) for start in starts),
            (1, count),
        ):  # where draws have met, the first ones fill up
            rows = self._db.rows(
                """SELECT s.id, s.url, date(a.settled_at, '+8 hours') FROM addresses a
                JOIN articles s ON s.id = a.article_id AND s.url = a.url
                WHERE a.number >= ? AND a.kind = 'article' AND s.outcome != 'gone'
                AND (a.outcome = 'stored' OR date(a.settled_at, '+8 hours') IS NOT ?)
                AND NOT EXISTS (SELECT 1 FROM rechecks r WHERE r.article_id = s.id) ORDER BY a.number LIMIT ?""",
                *(start, today.isoformat(), count),
            )
            new = [row for row in rows if row[0] not in drawn][: min(most, count - len(drawn))]
            drawn |= {number: Recheck(number, url, SAMPLED, as_date(asked)) for number, url, asked in new}
        return [drawn[number] for number in sorted(drawn)]

    def by_day(self) -> dict[str, int]:
        """Number of articles to ask for again, by the day they are due."""
        return dict(self._db.rows("SELECT due, count(*) FROM rechecks GROUP BY due ORDER BY due"))
