"""What the pages ask the SQLite export about people: those who wrote, and those who are written about."""

from collections.abc import Sequence
from typing import Final

from panan_spider.browse.sql import Reader, Row, among_ids

_OF: Final = "FROM {} n JOIN articles a ON a.id = n.article_id"
_SUMMED: Final = "count(DISTINCT n.article_id) AS articles, min(a.day) AS first, max(a.day) AS last"


async def people(reader: Reader, number: int, skip: int = 0) -> list[Row]:
    """Office-holders with `name`, `office` (the one printed most), `articles`, `first`, `last`; the most named first."""
    office = (
        "(SELECT office FROM people o WHERE o.name = n.name GROUP BY office ORDER BY count(*) DESC, office LIMIT 1)"
    )
    sql = f"SELECT n.name, {_SUMMED} {_OF.format('people')} GROUP BY n.name ORDER BY articles DESC, n.name LIMIT :number OFFSET :skip"
    return await reader.rows(f"SELECT n.*, {office} AS office FROM ({sql}) n", number=number, skip=skip)


async def authors(reader: Reader, number: int, skip: int = 0) -> list[Row]:
    """Those of bylines, with `name`, `articles`, `first`, `last`; the busiest first."""
    sql = f"SELECT n.name, {_SUMMED} {_OF.format('authors')} GROUP BY n.name ORDER BY articles DESC, n.name"
    return await reader.rows(f"{sql} LIMIT :number OFFSET :skip", number=number, skip=skip)


async def how_many(reader: Reader, table: str) -> int:
    """How many names `people` or `authors` has."""
    return await reader.number(f"SELECT count(DISTINCT name) FROM {table}")


async def offices(reader: Reader, name: str) -> list[Row]:
    """The offices printed with that name: `office`, `articles`, `first`, `last`, in the order they first appear."""
    sql = f"SELECT n.office, {_SUMMED} {_OF.format('people')} WHERE n.name = :name GROUP BY n.office ORDER BY first, office"
    return await reader.rows(sql, name=name)


async def mentions(reader: Reader, name: str, ids: Sequence[str]) -> list[Row]:
    """What was read of that name in these articles: `article_id`, `name`, `office`, `action`, `place`, `start`, `end`, in text order."""
    sql = 'SELECT article_id, name, office, action, place, start, "end" FROM people WHERE name = :name'
    among, given = among_ids("article_id", ids)
    return await reader.rows(f"{sql} AND {among} ORDER BY article_id, position", name=name, **given)


async def together(reader: Reader, name: str, number: int) -> list[Row]:
    """Who is named in the same articles: `name`, `articles`, the most often first."""
    sql = (
        "SELECT o.name, count(DISTINCT o.article_id) AS articles FROM people n JOIN people o ON o.article_id = n.article_id "
        "WHERE n.name = :name AND o.name <> :name GROUP BY o.name ORDER BY articles DESC, o.name LIMIT :number"
    )
    return await reader.rows(sql, name=name, number=number)
