"""What the pages ask the SQLite export. Nothing here writes, and no question may take longer than its time."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from datasette.database import Database

T = TypeVar("T")

#: A row of an answer: a mapping, its columns as attributes in templates.
Row = Any

_ARTICLE: Final = "a.id, a.title, a.kicker, a.subtitle, a.day, a.section, a.source, a.text, a.revision, a.gone"

#: One picture of an article that is kept here, for a list; a scalar, since most articles have none.
_PICTURE: Final = "(SELECT file FROM images i WHERE i.article_id = a.id AND file IS NOT NULL ORDER BY position LIMIT 1)"
_LISTED: Final = f"SELECT {_ARTICLE}, {_PICTURE} AS picture FROM articles a"
_NEWEST_FIRST: Final = "ORDER BY a.day DESC, a.id DESC"

#: The articles of a section: its own, and every one whose list named it.
IN_SECTION: Final = "(a.section = :section OR a.id IN (SELECT article_id FROM listed_in WHERE section = :section))"
IN_NO_SECTION: Final = "(a.section IS NULL AND a.id NOT IN (SELECT article_id FROM listed_in))"
BY_AUTHOR: Final = "a.id IN (SELECT article_id FROM authors WHERE name = :author)"
NAMES_PERSON: Final = "a.id IN (SELECT article_id FROM people WHERE name = :person)"


class ExportReader:
    """Questions to one export. Raises datasette's QueryInterrupted where an answer takes too long."""

    def __init__(
        self, database: Database, memory: dict[str, Any] | None = None, *, page_after_page: bool = False
    ) -> None:
        """`memory` keeps answers that cost much; whoever gives one empties it when the export changes.

        `page_after_page`: lists are read from their first page to their last, so that the last one asked for is kept.
        """
        self._db = database
        self._page_after_page = page_after_page
        self._list: tuple[object, list[str]] | None = None
        self._memory: dict[str, Any] = {} if memory is None else memory

    async def kept(self, name: str, ask: "Callable[[ExportReader], Awaitable[T]]") -> T:
        """The answer to `ask`, from memory where it has been asked before."""
        if name not in self._memory:
            self._memory[name] = await ask(self)
        found: T = self._memory[name]
        return found

    async def rows(self, sql: str, **given: Any) -> list[Row]:
        """All rows of the answer."""
        answer = await self._db.execute(sql, given)
        return list(answer.rows)

    async def row(self, sql: str, **given: Any) -> Row | None:
        """The first row; None where there is none."""
        return next(iter(await self.rows(sql, **given)), None)

    async def number(self, sql: str, **given: Any) -> int:
        """The first value of the first row: a count."""
        row = await self.row(sql, **given)
        return 0 if row is None else int(row[0])

    async def listed(self, where: Sequence[str], number: int, skip: int = 0, **given: Any) -> list[Row]:
        """Articles for a list, newest first."""
        ids = await self._chosen(where, number, skip, given)
        among, named = among_ids("a.id", ids)
        return await self.rows(f"{_LISTED} WHERE {among} {_NEWEST_FIRST}", **named) if ids else []

    async def _chosen(self, where: Sequence[str], number: int, skip: int, given: dict[str, Any]) -> list[str]:
        """The few are chosen by what is narrow, and then read whole."""
        if self._page_after_page:
            return (await self._whole(where, given))[skip : skip + number]
        sql = f"SELECT a.id FROM articles a {_where(where)} {_NEWEST_FIRST} LIMIT :number OFFSET :skip"
        return [row["id"] for row in await self.rows(sql, number=number, skip=skip, **given)]

    async def _whole(self, where: Sequence[str], given: dict[str, Any]) -> list[str]:
        key = (tuple(where), tuple(given.items()))
        if self._list is None or self._list[0] != key:
            sql = f"SELECT a.id FROM articles a {_where(where)} {_NEWEST_FIRST}"
            self._list = key, [row["id"] for row in await self.rows(sql, **given)]
        return self._list[1]

    async def count(self, where: Sequence[str], **given: Any) -> int:
        """How many articles that is."""
        if self._page_after_page:
            return len(await self._whole(where, given))
        return await self.number(f"SELECT count(*) FROM articles a {_where(where)}", **given)

    async def found(
        self, match: str, where: Sequence[str], number: int, skip: int, *, newest_first: bool = False, **given: Any
    ) -> list[Row]:
        """Articles that hold `match`, the best first, or the newest."""
        order = _NEWEST_FIRST if newest_first else "ORDER BY search.rank"
        hits = f"FROM articles a JOIN search ON search.rowid = a.docid {_where(['search MATCH :match', *where])}"
        chosen = f"SELECT a.id, row_number() OVER ({order}) AS at {hits} {order} LIMIT :number OFFSET :skip"
        sql = f"{_LISTED} JOIN ({chosen}) chosen ON chosen.id = a.id ORDER BY chosen.at"
        return await self.rows(sql, number=number, skip=skip, match=match, **given)

    async def found_count(self, where: Sequence[str], **given: Any) -> int:
        """How many articles hold `match`."""
        sql = f"SELECT count(*) FROM articles a JOIN search ON search.rowid = a.docid {_where(['search MATCH :match', *where])}"
        return await self.number(sql, **given)

    async def sections(self) -> list[Row]:
        """Sections with `name`, `articles`, `first`, `last`, the largest first."""
        return await self.rows('SELECT name, articles, "first", "last" FROM sections ORDER BY articles DESC, name')

    async def facts(self) -> dict[str, Any]:
        """`articles`, and their `first` and `last` day."""
        row = await self.row("SELECT count(*) AS articles, min(day) AS first, max(day) AS last FROM articles")
        assert row is not None
        return dict(row)

    async def article(self, article_id: str) -> Row | None:
        """All columns of the newest revision."""
        return await self.row("SELECT * FROM articles WHERE id = :id", id=article_id)

    async def revision(self, article_id: str, revision: int) -> Row | None:
        """All columns of one revision."""
        sql = "SELECT * FROM revisions WHERE article_id = :id AND revision = :revision"
        return await self.row(sql, id=article_id, revision=revision)

    async def revisions(self, article_id: str) -> list[Row]:
        """`revision`, `fetched_at`, `title` and the place in the WARC of each, oldest first."""
        sql = "SELECT revision, fetched_at, title, warc_file, warc_offset FROM revisions WHERE article_id = :id ORDER BY revision"
        return await self.rows(sql, id=article_id)

    async def parts(self, table: str, article_id: str) -> list[Row]:
        """The rows of one of `authors`, `images`, `attachments`, `related`, `people` of an article, in page order."""
        return await self.rows(f"SELECT * FROM {table} WHERE article_id = :id ORDER BY position", id=article_id)

    async def beside(self, article: Row) -> tuple[Row | None, Row | None]:
        """The article before and the one after it, of its section, by day."""
        found: list[Row | None] = []
        for than, order in (("<", "DESC"), (">", "ASC")):
            sql = f"SELECT id, title, day FROM articles WHERE section IS :section AND (day, id) {than} (:day, :id) ORDER BY day {order}, id {order} LIMIT 1"
            found.append(await self.row(sql, section=article["section"], day=article["day"], id=article["id"]))
        return found[0], found[1]

    async def stored(self, ids: Sequence[str]) -> set[str]:
        """Which of these articles the archive has."""
        among, given = among_ids("id", ids)
        return {row["id"] for row in await self.rows(f"SELECT id FROM articles WHERE {among}", **given)}

    async def months(self) -> list[Row]:
        """`month` and `articles` of it."""
        return await self.rows(
            "SELECT substr(day, 1, 7) AS month, count(*) AS articles FROM articles WHERE day IS NOT NULL GROUP BY month"
        )


def among_ids(column: str, ids: Sequence[str]) -> tuple[str, dict[str, str]]:
    """A condition that `column` is one of `ids`, and what it is given."""
    given = {f"id{at}": one for at, one in enumerate(ids)}
    return f"{column} IN ({', '.join(f':{name}' for name in given)})", given


def _where(conditions: Sequence[str]) -> str:
    return f"WHERE {' AND '.join(conditions)}" if conditions else ""
