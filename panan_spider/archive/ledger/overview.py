"""What the ledger says of the archive as a whole: counts by section and month, outcomes, what lists name and nobody stored."""

from dataclasses import dataclass

from panan_spider.archive.ledger.database import Database
from panan_spider.core.outcomes import Outcome

#: Months are `2020-03`; an article whose address holds no date is counted under "".
Months = dict[str, int]


@dataclass(frozen=True, slots=True)
class MissingArticle:
    """An article that a list names and the archive does not hold. `outcome` PENDING: never asked for."""

    article_id: str
    url: str | None
    outcome: Outcome
    reason: str | None
    tries: int
    listed_in: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenWalk:
    """A section whose end is not proven, and how far its newest walk came: `state` as in `Walks.of`, None while it goes on."""

    name: str
    url: str
    state: str | None
    pages: int
    rows: int
    began: str


class LedgerOverview:
    """Questions of `scrapy status`. None of them writes; each is one pass over an index or a table."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def by_section(self) -> dict[str, Months]:
        """Stored articles by section, as lists name it, and month. One in two lists counts in both."""
        rows = self._db.rows(
            """SELECT section, coalesce(substr(posted, 1, 7), '') AS month, count(*)
            FROM listings JOIN articles ON id = article_id GROUP BY section, month ORDER BY section, month"""
        )
        found: dict[str, Months] = {}
        for section, month, count in rows:
            found.setdefault(section, {})[month] = count
        return found

    def by_month(self) -> Months:
        """Stored articles by month, each once."""
        return dict(
            self._db.rows(
                "SELECT coalesce(substr(posted, 1, 7), '') AS month, count(*) FROM articles GROUP BY month ORDER BY month"
            )
        )

    def unlisted(self) -> Months:
        """Stored articles that no list names, by month."""
        return dict(
            self._db.rows(
                """SELECT coalesce(substr(posted, 1, 7), '') AS month, count(*) FROM articles
                WHERE NOT EXISTS (SELECT 1 FROM listings WHERE article_id = id) GROUP BY month ORDER BY month"""
            )
        )

    def stored(self) -> tuple[int, int, int]:
        """Articles stored; their revisions; of the articles, those the site no longer has."""
        row = self._db.row(
            "SELECT count(*), coalesce(sum(revision), 0), coalesce(sum(outcome = 'gone'), 0) FROM articles"
        )
        assert row is not None
        return int(row[0]), int(row[1]), int(row[2])

    def outcomes(self) -> dict[Outcome, int]:
        """Addresses by their newest outcome; those listed and never asked for are PENDING."""
        found: dict[Outcome, int] = {}
        for outcome, count in self._db.rows("SELECT outcome, count(*) FROM addresses GROUP BY outcome"):
            name = Outcome(outcome or Outcome.PENDING)
            found[name] = found.get(name, 0) + count
        return found

    def missing(self) -> list[MissingArticle]:
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

    def open_walks(self) -> list[OpenWalk]:
        """The newest walk of each address whose end no walk has proven, or whose proof a later walk undid."""
        rows = self._db.rows(
            """SELECT name, url, state, pages, rows, began FROM walks w
            WHERE number = (SELECT max(number) FROM walks n WHERE n.url = w.url) AND
                coalesce((SELECT max(number) FROM walks e WHERE e.url = w.url AND state = 'end'), 0) <=
                coalesce((SELECT max(number) FROM walks b WHERE b.url = w.url AND new > 0
                    AND coalesce(state, '') NOT IN ('end', 'known')), 0)
            ORDER BY name, url"""
        )
        return [OpenWalk(*row) for row in rows]
