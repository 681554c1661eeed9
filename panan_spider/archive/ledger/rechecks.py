"""Recheck schedule in the ledger: when each stored article is to be asked for again, and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.queries import days_found
from panan_spider.core.outcomes import Outcome

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


def next_age(posted: date, today: date, ages: Iterable[int] = AGES) -> tuple[date, int] | None:
    """(day, age) of the next recheck of an article that has just answered; None where the last age has passed."""
    days = ((posted + timedelta(days=age), age) for age in ages)
    return next(((day, age) for day, age in days if day > today), None)


class RecheckTable:
    """One row for each article that has a recheck to come. Writing methods run inside `Database.write`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def answered(self, article_id: str, url: str, outcome: Outcome, today: date, *, again: bool = True) -> None:
        """Plan the next recheck after an answer; `again` False where it is no news that the article is gone."""
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
        return [
            Recheck(number, url, reason, None if asked is None else date.fromisoformat(asked))
            for number, url, reason, asked in rows
        ]

    def sample(self, today: date, count: int = SAMPLE) -> list[Recheck]:
        """Stored articles without a recheck to come, drawn at random, the same for the same day and ledger."""
        top = self._db.row("SELECT coalesce(max(number), 0) FROM addresses")
        rng, drawn = Random(today.isoformat()), dict[str, Recheck]()
        for _draw in range(4 * count if top and top[0] else 0):
            row = self._db.row(
                """SELECT s.id, s.url, date(a.settled_at, '+8 hours') FROM addresses a
                JOIN articles s ON s.id = a.article_id AND s.url = a.url
                WHERE a.number >= ? AND a.kind = 'article' AND s.outcome != 'gone'
                AND NOT EXISTS (SELECT 1 FROM rechecks r WHERE r.article_id = s.id) ORDER BY a.number LIMIT 1""",
                rng.randint(1, top[0] if top else 1),
            )
            if row is not None and len(drawn) < count:
                asked = None if row[2] is None else date.fromisoformat(row[2])
                if asked != today:
                    drawn.setdefault(row[0], Recheck(row[0], row[1], SAMPLED, asked))
        return [drawn[number] for number in sorted(drawn)]

    def by_day(self) -> dict[str, int]:
        """Number of articles to ask for again, by the day they are due."""
        return dict(self._db.rows("SELECT due, count(*) FROM rechecks GROUP BY due ORDER BY due"))
