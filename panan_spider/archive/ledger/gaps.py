"""Gaps: the addresses whose content the archive lacks, and the listed articles that it does not hold."""

from dataclasses import dataclass
from typing import Final

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.queries import among
from panan_spider.core.outcomes import UNSETTLED, Outcome

#: What the archive should hold and does not.
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
    """An address whose content the archive lacks, or holds in quarantine only."""

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
    """Questions about what the archive lacks. None of them writes."""

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
        """Articles that lists name and the archive does not hold, each once, by the address last heard of."""
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
        named = tuple(sorted(sections.split("\x1f")))
        return MissingArticle(number, url, Outcome(outcome or Outcome.PENDING), reason, tries, named)
