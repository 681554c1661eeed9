"""What the ledger answers about addresses: what is settled, what is to be asked again, what the archive lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from panan_spider.archive.ledger.database import Database
from panan_spider.archive.ledger.stored_articles import as_date
from panan_spider.archive.state import PendingArticle
from panan_spider.core.outcomes import UNSETTLED, Outcome

#: Article addresses the next run takes up by itself. Out of range is so for one run's dates only, and a
#: robots.txt that forbids tonight may allow tomorrow: asking it again costs no request of a page.
_RETAKEN: Final = UNSETTLED | {Outcome.OUT_OF_RANGE, Outcome.FORBIDDEN}

#: A redirect off the site can be some bad nights', a portal's or a thief's; after as many tries it is asked for rarely.
_OFF_SITE_TRIES: Final = 3

#: A list row of an article with one of these is still news: nobody has yet learned what the article is.
_NEWS: Final = UNSETTLED | {Outcome.OUT_OF_RANGE, Outcome.ALIAS}

#: What the archive should hold and does not.
_GAPS: Final = UNSETTLED | {
    Outcome.FORBIDDEN,
    Outcome.UNKNOWN_LAYOUT,
    Outcome.INVALID,
    Outcome.TOO_LARGE,
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


def _among(outcomes: Iterable[Outcome]) -> str:
    return "(" + ", ".join(f"'{outcome}'" for outcome in sorted(outcomes)) + ")"


class LedgerQueries:
    """Questions about all addresses together. None of them writes."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def settled(self, article_id: str) -> bool:
        """Whether the fate of the article is known: stored, or an address of it ended otherwise than for a time.

        Not, where nobody has yet asked at one of its addresses: gone at one host, it may stand at the other.
        """
        row = self._db.row(
            f"""SELECT EXISTS (SELECT 1 FROM articles WHERE id = ?) OR EXISTS (
                SELECT 1 FROM addresses WHERE article_id = ? AND outcome NOT IN {_among(_NEWS)})
                AND NOT EXISTS (SELECT 1 FROM addresses WHERE article_id = ? AND kind = 'article' AND outcome IS NULL)""",
            *(article_id, article_id, article_id),
        )
        return bool(row and row[0])

    def unsettled(self, rarely: str = "9999") -> list[PendingArticle]:
        """The articles to take up again, each once, by the address tried least.

        One that has led off the site time and again only where that was last found before the time `rarely`.
        """
        rows = self._db.rows(
            f"""SELECT url, article_id, posted, outcome, tries, (
                SELECT group_concat(section, char(31)) FROM listings l WHERE l.article_id = a.article_id)
            FROM addresses a
            WHERE kind = 'article' AND article_id IS NOT NULL AND (outcome IS NULL OR outcome IN {_among(_RETAKEN)}
                OR outcome = 'off_site' AND (tries < {_OFF_SITE_TRIES} OR settled_at < ?))
            AND CASE WHEN EXISTS (SELECT 1 FROM articles s WHERE s.id = a.article_id)
                THEN outcome IN {_among(UNSETTLED)}
                    AND url = (SELECT s.url FROM articles s WHERE s.id = a.article_id)
                ELSE NOT EXISTS (SELECT 1 FROM addresses b WHERE b.article_id = a.article_id
                    AND b.outcome IN ('unknown_layout', 'invalid', 'too_large')) END
            ORDER BY article_id, tries, number""",
            rarely,
        )
        once = {row[1]: row for row in reversed(rows)}
        return [
            PendingArticle(
                url, number, as_date(posted), Outcome(outcome or Outcome.PENDING), tries, _sections(sections)
            )
            for url, number, posted, outcome, tries, sections in reversed(once.values())
        ]

    def barren(self, since: str) -> frozenset[str]:
        """Addresses like sections' that, since that time, listed nothing or were gone, and never listed anything.

        Only the word of a run that ended well counts: what a page led to may be lost with a run that did not.
        """
        rows = self._db.rows(
            """SELECT url FROM addresses WHERE outcome IN ('no_list', 'gone') AND settled_at >= ?
            AND kind NOT IN ('article', 'part') AND EXISTS (
                SELECT 1 FROM runs r JOIN fates f ON f.run = r.number AND f.address = addresses.number
                WHERE r.exit_code = 0 AND f.outcome IN ('no_list', 'gone'))
            AND url NOT IN (SELECT url FROM walks WHERE rows > 0)""",
            since,
        )
        return frozenset(row[0] for row in rows)

    def gaps(self, run: int) -> list[MissingUrl]:
        """What the archive lacks: articles of any run, other addresses only where this run itself met them.

        A list page that failed last month is no gap: its rows have been read since, from wherever they moved to.
        """
        rows = self._db.rows(
            f"""SELECT url, kind, article_id, coalesce(outcome, '{Outcome.PENDING}') AS fate, reason, tries
            FROM addresses a WHERE (outcome IN {_among(_GAPS)} OR outcome IS NULL AND NOT EXISTS (
                SELECT 1 FROM addresses b WHERE b.article_id = a.article_id AND b.outcome IS NOT NULL))
            AND (last_run = ? OR kind = 'article' AND NOT EXISTS (
                SELECT 1 FROM articles s WHERE s.id = a.article_id AND s.url != a.url))
            ORDER BY fate, url""",
            run,
        )
        return [
            MissingUrl(url, kind, number, Outcome(outcome), reason, tries)
            for url, kind, number, outcome, reason, tries in rows
        ]


def _sections(joined: str | None) -> tuple[str, ...]:
    return () if joined is None else tuple(sorted(joined.split("\x1f")))
