"""The front page, a section, an author: articles, newest first."""

from panan_spider.publish.browse import name_queries
from panan_spider.publish.browse.article_queries import BY_AUTHOR, IN_NO_SECTION, IN_SECTION, ExportReader, Row
from panan_spider.publish.browse.render_context import ROWS, PageData, PageNotFound, RenderContext, skipped, turning
from panan_spider.publish.browse.routes import Route
from panan_spider.publish.browse.ui_words import NO_SECTION

#: How much of the front page: leading articles; articles of each section.
_LEADS, _OF_EACH = 5, 5
#: Names on a page of them.
NAMES_A_PAGE = 200


async def front(desk: RenderContext, place: Route) -> PageData:
    """The newest articles, then the newest of each section."""
    reader = desk.reader
    blocks = await reader.kept("front", _blocks)
    return PageData(
        "front.html", {"facts": await reader.facts(), "leads": await reader.listed([], _LEADS), "blocks": blocks}
    )


async def _blocks(reader: ExportReader) -> list[tuple[Row, list[Row]]]:
    """Each section with its newest articles; last, without a name, those of none."""
    blocks: list[tuple[Row, list[Row]]] = [
        (section, await reader.listed([IN_SECTION], _OF_EACH, section=section["name"]))
        for section in await reader.sections()
    ]
    if without := await reader.count([IN_NO_SECTION]):
        row = {"name": None, "articles": without, "first": None, "last": None}
        blocks.append((row, await reader.listed([IN_NO_SECTION], _OF_EACH)))
    return blocks


async def section(desk: RenderContext, place: Route) -> PageData:
    """One section, page by page."""
    where = IN_NO_SECTION if place.key == NO_SECTION else IN_SECTION
    total = await desk.reader.count([where], section=place.key)
    if not total:
        raise PageNotFound(f"section {place.key}")
    turned = turning(place.page, total)
    rows = await desk.reader.listed([where], ROWS, skipped(place.page), section=place.key)
    return PageData(
        "section.html", {"name": None if place.key == NO_SECTION else place.key, "rows": rows, "turning": turned}
    )


async def authors(desk: RenderContext, place: Route) -> PageData:
    """All names of bylines."""
    return _names("authors.html", await name_queries.authors(desk.reader), place)


def _names(template: str, rows: list[Row], place: Route) -> PageData:
    turned = turning(place.page, len(rows), NAMES_A_PAGE)
    return PageData(template, {"rows": rows[skipped(place.page, NAMES_A_PAGE) :][:NAMES_A_PAGE], "turning": turned})


async def author(desk: RenderContext, place: Route) -> PageData:
    """What stands under one name of bylines."""
    total = await desk.reader.count([BY_AUTHOR], author=place.key)
    if not total:
        raise PageNotFound(f"author {place.key}")
    turned = turning(place.page, total)
    rows = await desk.reader.listed([BY_AUTHOR], ROWS, skipped(place.page), author=place.key)
    return PageData("author.html", {"name": place.key, "rows": rows, "turning": turned})


async def people(desk: RenderContext, place: Route) -> PageData:
    """All office-holders."""
    return _names("people.html", await name_queries.people(desk.reader), place)
