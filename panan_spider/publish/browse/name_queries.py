"""What the pages ask the SQLite export about people: those who wrote, and those who are written about."""

from collections.abc import Sequence
from typing import Final

from panan_spider.publish.browse.article_queries import ExportReader, Row, among_ids

_OF: Final = "FROM {} n JOIN articles a ON a.id = n.article_id"
_SUMMED: Final = "count(DISTINCT n.article_id) AS articles, min(a.day) AS first, max(a.day) AS last"


async def people(reader: ExportReader) -> list[Row]:
    """All office-holders with `name`, `articles`, `first`, `last`, and `office`, the one printed most; the most named first."""
    return await reader.kept("people", _people)


async def _people(reader: ExportReader) -> list[Row]:
    sql = "SELECT name, office FROM people GROUP BY name, office ORDER BY count(*), office DESC"
    offices = {row["name"]: row["office"] for row in await reader.rows(sql)}  # of each name the last stays
    return [{**dict(row), "office": offices[row["name"]]} for row in await _counted(reader, "people")]


async def authors(reader: ExportReader) -> list[Row]:
    """All names of bylines, with `name`, `articles`, `first`, `last`; the busiest first."""
    return await reader.kept("authors", lambda reader: _counted(reader, "authors"))


async def _counted(reader: ExportReader, table: str) -> list[Row]:
    # Days and names each from an index alone: the articles' own rows are wide.
    parts = (
        f"days AS MATERIALIZED (SELECT id, day FROM articles), pairs AS (SELECT DISTINCT name, article_id FROM {table})"
    )
    sql = "SELECT name, count(*) AS articles, min(day) AS first, max(day) AS last FROM pairs CROSS JOIN days ON id = article_id"
    return await reader.rows(f"WITH {parts} {sql} GROUP BY name ORDER BY articles DESC, name")


async def offices(reader: ExportReader, name: str) -> list[Row]:
    """The offices printed with that name: `office`, `articles`, `first`, `last`, in the order they first appear."""
    sql = f"SELECT n.office, {_SUMMED} {_OF.format('people')} WHERE n.name = :name GROUP BY n.office ORDER BY first, office"
    return await reader.rows(sql, name=name)


async def mentions(reader: ExportReader, name: str, ids: Sequence[str]) -> list[Row]:
    """What was read of that name in these articles: `article_id`, `name`, `office`, `action`, `place`, `start`, `end`, in text order."""
    sql = 'SELECT article_id, name, office, action, place, start, "end" FROM people WHERE name = :name'
    among, given = among_ids("article_id", ids)
    return await reader.rows(f"{sql} AND {among} ORDER BY article_id, position", name=name, **given)


async def together(reader: ExportReader, name: str, number: int) -> list[Row]:
    """Who is named in the same articles: `name`, `articles`, the most often first."""
    sql = (
        "SELECT o.name, count(DISTINCT o.article_id) AS articles FROM people n JOIN people o ON o.article_id = n.article_id "
        "WHERE n.name = :name AND o.name <> :name GROUP BY o.name ORDER BY articles DESC, o.name LIMIT :number"
    )
    return await reader.rows(sql, name=name, number=number)
