"""Queries over the ledger: articles to take up again, gaps of the archive, counts for reports. None writes."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.stored_articles import as_date
from panan_spider.core.outcomes import UNSETTLED, Outcome

#: Outcomes of articles that the next run asks for again. Out of range depends on the dates of one run, and a robots.txt
#: that forbids tonight may allow tomorrow.
_RETAKEN: Final = UNSETTLED | {Outcome.OUT_OF_RANGE, Outcome.FORBIDDEN}


def _found_by_runs(outcome: str) -> str:
    """SQL of the runs `r` that found an outcome, an SQL expression, at the address `a`. There are few runs and many rows of `fates`."""
    return f"FROM runs r CROSS JOIN fates f ON f.run = r.number AND f.address = a.number WHERE f.outcome = {outcome}"


def days_found(outcome: str) -> str:
    """SQL of the number of days on which runs found an outcome, an SQL expression, at the address `a`."""
    return f"(SELECT count(DISTINCT substr(r.started, 1, 10)) {_found_by_runs(outcome)})"


#: Days on which an article led off the site. A portal or a hijacked host can cause it; found on three days, it is asked for rarely.
_OFF_SITE_DAYS: Final = days_found("'off_site'")

#: Beginning of the reason of an article whose page is nothing but a link off the site: published so, and no fault of the
#: night. A further run of the day does not ask again, unless so many pages are such that a portal may stand before the site.
LINK_PAGE: Final = "its page only leads to"
_MANY_LINK_PAGES: Final = 10
_LINK_PAGE_TODAY: Final = (
    f"outcome = 'off_site' AND coalesce(reason, '') LIKE '{LINK_PAGE} %' AND date(settled_at, '+8 hours') = ?"
)

#: Reason of articles quarantined because several numbers showed one content: a fault of the site, so they are asked again.
SHARED_CONTENT: Final = "the same content as"
_SHARED: Final = f"outcome = 'invalid' AND coalesce(reason, '') LIKE '{SHARED_CONTENT} %'"

#: Addresses of stored articles that show what another one shows, and were not asked for since: one of them may stand
#: where the other should. A reprint is asked for once more, and then it is known.
_TWINS: Final = """SELECT url FROM articles WHERE outcome IN ('stored', 'revised') AND content_hash IN (
    SELECT content_hash FROM articles GROUP BY content_hash HAVING count(*) > 1)"""

#: Outcomes that leave open what the article is: its list rows count as new.
_NEWS: Final = UNSETTLED | {Outcome.OUT_OF_RANGE, Outcome.ALIAS}


#: An article that a list names, that was never stored, and is gone: a server can say 404 for a night. It is believed
#: where runs of three days, the first and the last a week apart, found it so. `a` is the address.
_DOUBTED: Final = f"""(a.outcome = 'gone' AND EXISTS (SELECT 1 FROM listings g WHERE g.article_id = a.article_id)
    AND NOT ({days_found("'gone'")} >= 3
        AND (SELECT julianday(max(r.started)) - julianday(min(r.started)) {_found_by_runs("'gone'")}) >= 7))"""


#: The URL `a` was discovered by a run, and no URL of its article was ever asked for.
_MET: Final = """a.outcome IS NULL AND EXISTS (SELECT 1 FROM fates f WHERE f.run = ? AND f.address = a.number)
    AND NOT EXISTS (SELECT 1 FROM addresses m WHERE m.article_id = a.article_id AND m.outcome IS NOT NULL)"""


@dataclass(frozen=True, slots=True)
class PendingArticle:
    """The URL of an article that earlier runs discovered and did not settle: failed, blocked, or never reached."""

    url: str
    article_id: str
    posted: date | None
    outcome: Outcome
    tries: int  # runs that have asked for it
    listed_in: tuple[str, ...]


#: Number of articles by month, such as `2020-03`; "" for articles whose URL holds no date.
Months = dict[str, int]


def among(outcomes: Iterable[Outcome]) -> str:
    """The outcomes as the right side of SQL's IN."""
    return "(" + ", ".join(f"'{outcome}'" for outcome in sorted(outcomes)) + ")"


class LedgerQueries:
    """Queries over all URLs and articles. None writes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def settled(self, article_id: str) -> bool:
        """Whether an article has a final outcome: it is stored, or one of its URLs ended in an outcome that is not temporary.

        False while one of its URLs was never asked for: gone at one host, it may stand at the other.
        """
        row = self._db.row(
            f"""SELECT EXISTS (SELECT 1 FROM articles WHERE id = ?) OR EXISTS (
                SELECT 1 FROM addresses a WHERE article_id = ? AND outcome NOT IN {among(_NEWS)} AND NOT {_DOUBTED}
                    AND NOT ({_SHARED}))
                AND NOT EXISTS (SELECT 1 FROM addresses WHERE article_id = ? AND kind = 'article' AND outcome IS NULL)""",
            *(article_id, article_id, article_id),
        )
        return bool(row and row[0])

    def unsettled(self, rarely: str = "9999", today: str = "9999", run: int = 0) -> list[PendingArticle]:
        """The articles to ask for again, each once, by the URL with the fewest tries.

        Those that led off the site on three days only where that was last found before the time `rarely`; those that are
        only a link off the site only where that was last found before the day `today`. Articles that `run` itself has
        discovered and nobody has asked for are left out: in a first crawl these are all articles of the site.
        """
        rows = self._db.rows(
            f"""SELECT url, article_id, posted, outcome, tries, (
                SELECT group_concat(section, char(31)) FROM listings l WHERE l.article_id = a.article_id)
            FROM addresses a
            WHERE kind = 'article' AND article_id IS NOT NULL AND NOT ({_MET}) AND (outcome IS NULL OR outcome IN {among(_RETAKEN)}
                OR outcome = 'off_site' AND (settled_at < ? OR {_OFF_SITE_DAYS} < 3) AND (NOT ({_LINK_PAGE_TODAY})
                    OR (SELECT count(*) FROM addresses WHERE {_LINK_PAGE_TODAY}) >= {_MANY_LINK_PAGES})
                OR {_DOUBTED}
                OR {_SHARED} OR url IN (SELECT url FROM held) OR url IN ({_TWINS}))
            AND CASE WHEN EXISTS (SELECT 1 FROM articles s WHERE s.id = a.article_id)
                THEN (outcome IN {among(UNSETTLED)} OR EXISTS (SELECT 1 FROM held h WHERE h.article_id = a.article_id)
                    OR url IN ({_TWINS}))
                    AND url = (SELECT s.url FROM articles s WHERE s.id = a.article_id)
                ELSE NOT EXISTS (SELECT 1 FROM addresses b WHERE b.article_id = a.article_id
                    AND b.outcome IN ('unknown_layout', 'invalid', 'too_large')
                    AND NOT (b.outcome = 'invalid' AND coalesce(b.reason, '') LIKE '{SHARED_CONTENT} %')) END
            ORDER BY article_id, tries, number""",
            *(run, rarely, today, today),
        )
        once = {row[1]: row for row in reversed(rows)}
        return [
            PendingArticle(
                url, number, as_date(posted), Outcome(outcome or Outcome.PENDING), tries, sections_of(sections)
            )
            for url, number, posted, outcome, tries, sections in reversed(once.values())
        ]

    def is_twin(self, article_id: str) -> bool:
        """True where another stored article has the content of this one, and no run has requested it since it was stored."""
        row = self._db.row(
            """SELECT 1 FROM articles s WHERE id = ? AND outcome IN ('stored', 'revised')
            AND EXISTS (SELECT 1 FROM articles t WHERE t.content_hash = s.content_hash AND t.id != s.id)""",
            article_id,
        )
        return row is not None

    def articles_with_outcome(self, outcomes: Iterable[Outcome]) -> frozenset[str]:
        """IDs of the articles with a URL whose newest outcome is one of these."""
        rows = self._db.rows(
            f"SELECT DISTINCT article_id FROM addresses WHERE article_id IS NOT NULL AND outcome IN {among(outcomes)}"
        )
        return frozenset(row[0] for row in rows)

    def barren(self, since: str) -> frozenset[str]:
        """Section-like URLs that, since that time, listed nothing or were gone, and never listed anything.

        Two runs that ended well must have found it so: a page can be empty for a night, and the pages that it led to may
        be lost with a run that did not end well.
        """
        rows = self._db.rows(
            """SELECT url FROM addresses WHERE outcome IN ('no_list', 'gone') AND settled_at >= ?
            AND kind NOT IN ('article', 'part', 'row') AND 2 <= (
                SELECT count(*) FROM runs r JOIN fates f ON f.run = r.number AND f.address = addresses.number
                WHERE r.exit_code = 0 AND f.outcome IN ('no_list', 'gone'))
            AND url NOT IN (SELECT url FROM walks WHERE rows > 0)""",
            since,
        )
        return frozenset(row[0] for row in rows)

    def hubs(self) -> frozenset[str]:
        """Section-like URLs that were read, list nothing and lead to sections, by their newest outcome."""
        return frozenset(
            row[0] for row in self._db.rows("SELECT url FROM addresses WHERE outcome = 'read' AND kind = 'section'")
        )

    def months_by_section(self) -> dict[str, Months]:
        """Number of stored articles by section and month. An article in two lists counts in both."""
        rows = self._db.rows(
            """SELECT section, coalesce(substr(posted, 1, 7), '') AS month, count(*)
            FROM listings JOIN articles ON id = article_id GROUP BY section, month ORDER BY section, month"""
        )
        found: dict[str, Months] = {}
        for section, month, count in rows:
            found.setdefault(section, {})[month] = count
        return found

    def months(self) -> Months:
        """Number of stored articles by month."""
        return dict(
            self._db.rows(
                "SELECT coalesce(substr(posted, 1, 7), '') AS month, count(*) FROM articles GROUP BY month ORDER BY month"
            )
        )

    def months_unlisted(self) -> Months:
        """Number of stored articles that no list names, by month."""
        return dict(
            self._db.rows(
                """SELECT coalesce(substr(posted, 1, 7), '') AS month, count(*) FROM articles
                WHERE NOT EXISTS (SELECT 1 FROM listings WHERE article_id = id) GROUP BY month ORDER BY month"""
            )
        )

    def totals(self) -> tuple[int, int, int]:
        """Numbers of stored articles, of their revisions, and of articles that the site no longer has."""
        row = self._db.row(
            "SELECT count(*), coalesce(sum(revision), 0), coalesce(sum(outcome = 'gone'), 0) FROM articles"
        )
        assert row is not None
        return int(row[0]), int(row[1]), int(row[2])

    def outcome_totals(self) -> dict[Outcome, int]:
        """Number of URLs by newest outcome; PENDING includes those never asked for."""
        found: dict[Outcome, int] = {}
        for outcome, count in self._db.rows("SELECT outcome, count(*) FROM addresses GROUP BY outcome"):
            name = Outcome(outcome or Outcome.PENDING)
            found[name] = found.get(name, 0) + count
        return found

    def by_day(self) -> dict[str, int]:
        """Number of stored articles by the day they were posted."""
        return dict(self._db.rows("SELECT posted, count(*) FROM articles WHERE posted IS NOT NULL GROUP BY posted"))

    def by_section(self, since: str) -> dict[str, dict[str, int]]:
        """Number of stored articles posted since that day, by section that lists them and by day."""
        found: dict[str, dict[str, int]] = {}
        for section, day, number in self._db.rows(
            """SELECT l.section, a.posted, count(*) FROM articles a JOIN listings l ON l.article_id = a.id
            WHERE a.posted >= ? GROUP BY l.section, a.posted ORDER BY l.section, a.posted""",
            since,
        ):
            found.setdefault(section, {})[day] = number
        return found

    def figures(self, limit: int) -> list[dict[str, Any]]:
        """The figures that the newest crawls of the whole site left, newest first."""
        rows = self._db.rows(
            """SELECT json_extract(report, '$.figures') FROM runs WHERE json_extract(report, '$.figures.whole') = 1
            ORDER BY number DESC LIMIT ?""",
            limit,
        )
        return [json.loads(row[0]) for row in rows]

    def watched_since(self) -> str | None:
        """The day of the first run that saw the site; None before there was one."""
        row = self._db.row("SELECT substr(min(started), 1, 10) FROM runs WHERE exit_code IN (0, 10, 11, 12)")
        return None if row is None else row[0]

    def gone(self, run: int) -> list[tuple[str, str, int]]:
        """Stored articles that a run found gone for the first time: ID, URL, and the byte at which their newest line begins."""
        rows = self._db.rows(
            """SELECT s.id, s.url, s.line_offset FROM fates f JOIN addresses a ON a.number = f.address
            JOIN articles s ON s.id = a.article_id AND s.url = a.url
            WHERE f.run = ? AND f.outcome = 'gone' AND f.reason IS NOT 'still gone'
            AND coalesce(f.reason, '') NOT LIKE 'gone, and still listed%' AND s.outcome = 'gone' ORDER BY s.id""",
            run,
        )
        return [(number, url, offset) for number, url, offset in rows]

    def summaries(self, limit: int) -> list[dict[str, Any]]:
        """The newest ended runs, newest first, each in a line: run, started, finished, exit_code, reason, command, new, corrections."""
        keys = ("run", "started", "finished", "exit_code", "reason", "command", "state", "new", "corrections")
        rows = self._db.rows(
            """SELECT id, started, finished, exit_code, json_extract(report, '$.reason'), json_extract(report, '$.command'),
                json_extract(report, '$.state'), json_extract(report, '$.new_count'), json_extract(report, '$.corrections_count')
            FROM runs WHERE report IS NOT NULL AND finished IS NOT NULL ORDER BY number DESC LIMIT ?""",
            limit,
        )
        return [dict(zip(keys, row, strict=True)) for row in rows]

    def without_address(self) -> list[tuple[str, str]]:
        """(ID, URL) of stored articles whose URL is not on record."""
        rows = self._db.rows(
            "SELECT id, url FROM articles s WHERE NOT EXISTS (SELECT 1 FROM addresses a WHERE a.url = s.url) ORDER BY id"
        )
        return [(row[0], row[1]) for row in rows]

    def reports(self) -> Iterator[tuple[str, str]]:
        """(run, report as JSON text) of every run that left one."""
        return self._db.each("SELECT id, report FROM runs WHERE report IS NOT NULL ORDER BY number")


def sections_of(joined: str | None) -> tuple[str, ...]:
    """Section names, sorted, of a group_concat separated by U+001F."""
    return () if joined is None else tuple(sorted(joined.split("\x1f")))


#: Outcomes of URLs whose content the archive lacks.
_GAPS: Final = UNSETTLED | {
    Outcome.FORBIDDEN,
    Outcome.UNKNOWN_LAYOUT,
    Outcome.INVALID,
    Outcome.TOO_LARGE,
    Outcome.UNKNOWN_ADDRESS,
    Outcome.OFF_SITE,
}


@dataclass(frozen=True, slots=True)
class MissingUrl:
    """A URL whose content the archive lacks, or holds in quarantine only."""

    url: str
    kind: str
    article_id: str | None
    outcome: Outcome
    reason: str | None
    tries: int


@dataclass(frozen=True, slots=True)
class MissingArticle:
    """An article that a list names and the archive does not hold. `outcome` PENDING: never asked for."""

    article_id: str
    url: str | None
    outcome: Outcome
    reason: str | None
    tries: int
    listed_in: tuple[str, ...]


class GapQueries:
    """Queries for gaps of the archive. None writes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def missing_urls(self, run: int) -> list[MissingUrl]:
        """Gaps of the archive: articles that are not stored, of any run; other URLs, and stored articles, of this run only.

        A list page that failed last month is no gap: its rows have been read since, from wherever they moved to. Nor is a
        stored article that could not be read once and has not been requested since. A fault stays a gap until it is resolved.
        """
        rows = self._db.rows(
            f"""WITH faulty AS (SELECT url, outcome FROM faults WHERE outcome IS NOT NULL)
            SELECT url, kind, article_id, coalesce(outcome, '{Outcome.PENDING}') AS fate, reason, tries
            FROM addresses a WHERE (outcome IN {among(_GAPS)} OR (url, outcome) IN faulty
                OR outcome IS NULL AND NOT EXISTS (
                    SELECT 1 FROM addresses b WHERE b.article_id = a.article_id AND b.outcome IS NOT NULL))
            AND (last_run = ? OR (kind = 'article' OR (url, outcome) IN faulty)
                AND NOT EXISTS (SELECT 1 FROM articles s WHERE s.id = a.article_id))
            ORDER BY fate, url""",
            run,
        )
        return [
            MissingUrl(url, kind, number, Outcome(outcome), reason, tries)
            for url, kind, number, outcome, reason, tries in rows
        ]

    def missing_articles(self) -> list[MissingArticle]:
        """Articles that lists name and the archive does not hold, each once, by the URL settled last."""
        rows = self._db.rows(
            """SELECT l.article_id, group_concat(section, char(31)), (
                SELECT number FROM addresses a WHERE a.article_id = l.article_id
                ORDER BY outcome IS NULL, settled_at DESC, number LIMIT 1)
            FROM listings l WHERE NOT EXISTS (SELECT 1 FROM articles s WHERE s.id = l.article_id)
            GROUP BY l.article_id ORDER BY l.article_id"""
        )
        return [self._missing(number, sections, address) for number, sections, address in rows]

    def _missing(self, number: str, sections: str, address: int | None) -> MissingArticle:
        row = self._db.row("SELECT url, outcome, reason, tries FROM addresses WHERE number = ?", address)
        url, outcome, reason, tries = row or (None, None, None, 0)
        return MissingArticle(number, url, Outcome(outcome or Outcome.PENDING), reason, tries, sections_of(sections))
