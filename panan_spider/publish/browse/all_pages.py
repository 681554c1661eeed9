"""Every page there is, for those who want them all."""

from collections.abc import AsyncIterator

from panan_spider.publish.browse import name_queries, run_history, whole_export
from panan_spider.publish.browse.article_queries import IN_NO_SECTION
from panan_spider.publish.browse.assets import ASSETS
from panan_spider.publish.browse.list_pages import NAMES_A_PAGE
from panan_spider.publish.browse.person_page import ARTICLES_A_PAGE
from panan_spider.publish.browse.render_context import ROWS, RenderContext, turning
from panan_spider.publish.browse.routes import Route, RouteKind
from panan_spider.publish.browse.run_page import RUNS_A_PAGE
from panan_spider.publish.browse.ui_words import NO_SECTION


async def every_place(desk: RenderContext) -> AsyncIterator[Route]:
    """Each page once: what a reader of the served pages can come to by links, but for what was searched."""
    for kind in (RouteKind.FRONT, RouteKind.SEARCH, RouteKind.CALENDAR):
        yield Route(kind)
    for name in ASSETS:
        yield Route(RouteKind.ASSET, name)
    async for place in _lists(desk):
        yield place
    async for place in _articles(desk):
        yield place
    for file in await whole_export.pictures(desk.reader):
        yield Route(RouteKind.IMAGE, file)
    for name in run_history.names(desk.data):
        yield Route(RouteKind.RUN, name)
    for name in run_history.files(desk.data):
        yield Route(RouteKind.REPORT, name)


def _turned(kind: RouteKind, key: str, total: int, rows: int) -> list[Route]:
    return [Route(kind, key, page) for page in range(1, turning(1, total, rows).pages + 1)]


async def _lists(desk: RenderContext) -> AsyncIterator[Route]:
    reader = desk.reader
    people, authors = await name_queries.people(reader), await name_queries.authors(reader)
    found = [(RouteKind.SECTION, row["name"], row["articles"], ROWS) for row in await reader.sections()]
    if without := await reader.count([IN_NO_SECTION]):
        found.append((RouteKind.SECTION, NO_SECTION, without, ROWS))
    found += [(RouteKind.PERSON, row["name"], row["articles"], ARTICLES_A_PAGE) for row in people]
    found += [(RouteKind.AUTHOR, row["name"], row["articles"], ROWS) for row in authors]
    found += [(RouteKind.PEOPLE, "", len(people), NAMES_A_PAGE)]
    found += [(RouteKind.AUTHORS, "", len(authors), NAMES_A_PAGE)]
    found += [(RouteKind.RUNS, "", len(run_history.names(desk.data)), RUNS_A_PAGE)]
    for kind, key, total, rows in found:
        for place in _turned(kind, key, total, rows):
            yield place
    for row in await reader.months():
        yield Route(RouteKind.MONTH, row["month"])


async def _articles(desk: RenderContext) -> AsyncIterator[Route]:
    """Each article with its revisions, in the order of their numbers."""
    async for rows in whole_export.revisions(desk.reader):
        newest = {row["article_id"]: row["revision"] for row in rows}
        for row in rows:
            number, revision = row["article_id"], row["revision"]
            yield (
                Route(RouteKind.ARTICLE, number)
                if newest[number] == revision
                else Route(RouteKind.REVISION, number, revision)
            )
            if revision > 1:
                yield Route(RouteKind.CHANGES, number, revision)
            if row["warc_file"] is not None:
                yield Route(RouteKind.RAW, number, revision)
