"""Every page there is, for those who want them all."""

from collections.abc import AsyncIterator

from panan_spider.browse import runs, sql_all, sql_names
from panan_spider.browse.assets import ASSETS
from panan_spider.browse.desk import ROWS, Desk, turning
from panan_spider.browse.lists import NAMES_A_PAGE
from panan_spider.browse.log import RUNS_A_PAGE
from panan_spider.browse.person import ARTICLES_A_PAGE
from panan_spider.browse.places import Kind, Place
from panan_spider.browse.sql import IN_NO_SECTION
from panan_spider.browse.terms import NO_SECTION


async def every_place(desk: Desk) -> AsyncIterator[Place]:
    """Each page once: what a reader of the served pages can come to by links, but for what was searched."""
    for kind in (Kind.FRONT, Kind.SEARCH, Kind.CALENDAR):
        yield Place(kind)
    for name in ASSETS:
        yield Place(Kind.ASSET, name)
    async for place in _lists(desk):
        yield place
    async for place in _articles(desk):
        yield place
    for file in await sql_all.pictures(desk.reader):
        yield Place(Kind.IMAGE, file)
    for name in runs.names(desk.data):
        yield Place(Kind.RUN, name)
    for name in runs.files(desk.data):
        yield Place(Kind.REPORT, name)


def _turned(kind: Kind, key: str, total: int, rows: int) -> list[Place]:
    return [Place(kind, key, page) for page in range(1, turning(1, total, rows).pages + 1)]


async def _lists(desk: Desk) -> AsyncIterator[Place]:
    reader = desk.reader
    people, authors = await sql_names.people(reader), await sql_names.authors(reader)
    found = [(Kind.SECTION, row["name"], row["articles"], ROWS) for row in await reader.sections()]
    if without := await reader.count([IN_NO_SECTION]):
        found.append((Kind.SECTION, NO_SECTION, without, ROWS))
    found += [(Kind.PERSON, row["name"], row["articles"], ARTICLES_A_PAGE) for row in people]
    found += [(Kind.AUTHOR, row["name"], row["articles"], ROWS) for row in authors]
    found += [(Kind.PEOPLE, "", len(people), NAMES_A_PAGE)]
    found += [(Kind.AUTHORS, "", len(authors), NAMES_A_PAGE)]
    found += [(Kind.RUNS, "", len(runs.names(desk.data)), RUNS_A_PAGE)]
    for kind, key, total, rows in found:
        for place in _turned(kind, key, total, rows):
            yield place
    for row in await reader.months():
        yield Place(Kind.MONTH, row["month"])


async def _articles(desk: Desk) -> AsyncIterator[Place]:
    """Each article with its revisions, in the order of their numbers."""
    async for rows in sql_all.revisions(desk.reader):
        newest = {row["article_id"]: row["revision"] for row in rows}
        for row in rows:
            number, revision = row["article_id"], row["revision"]
            yield Place(Kind.ARTICLE, number) if newest[number] == revision else Place(Kind.REVISION, number, revision)
            if revision > 1:
                yield Place(Kind.CHANGES, number, revision)
            if row["warc_file"] is not None:
                yield Place(Kind.RAW, number, revision)
