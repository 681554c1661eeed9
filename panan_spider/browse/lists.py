"""The front page, a section, an author: articles, newest first."""

from panan_spider.browse import sql_names
from panan_spider.browse.desk import ROWS, Desk, NotHere, Sheet, skipped, turning
from panan_spider.browse.places import Place
from panan_spider.browse.sql import BY_AUTHOR, IN_NO_SECTION, IN_SECTION, Reader, Row
from panan_spider.browse.terms import NO_SECTION

#: How much of the front page: leading articles; articles of each section.
_LEADS, _OF_EACH = 5, 5
#: Names on a page of them.
NAMES_A_PAGE = 200


async def front(desk: Desk, place: Place) -> Sheet:
    """The newest articles, then the newest of each section."""
    reader = desk.reader
    blocks = await reader.kept("front", _blocks)
    return Sheet(
        "front.html", {"facts": await reader.facts(), "leads": await reader.listed([], _LEADS), "blocks": blocks}
    )


async def _blocks(reader: Reader) -> list[tuple[Row, list[Row]]]:
    """Each section with its newest articles; last, without a name, those of none."""
    blocks: list[tuple[Row, list[Row]]] = [
        (section, await reader.listed([IN_SECTION], _OF_EACH, section=section["name"]))
        for section in await reader.sections()
    ]
    if without := await reader.count([IN_NO_SECTION]):
        row = {"name": None, "articles": without, "first": None, "last": None}
        blocks.append((row, await reader.listed([IN_NO_SECTION], _OF_EACH)))
    return blocks


async def section(desk: Desk, place: Place) -> Sheet:
    """One section, page by page."""
    where = IN_NO_SECTION if place.key == NO_SECTION else IN_SECTION
    total = await desk.reader.count([where], section=place.key)
    if not total:
        raise NotHere(f"section {place.key}")
    turned = turning(place.page, total)
    rows = await desk.reader.listed([where], ROWS, skipped(place.page), section=place.key)
    return Sheet(
        "section.html", {"name": None if place.key == NO_SECTION else place.key, "rows": rows, "turning": turned}
    )


async def authors(desk: Desk, place: Place) -> Sheet:
    """All names of bylines."""
    return _names("authors.html", await sql_names.authors(desk.reader), place)


def _names(template: str, rows: list[Row], place: Place) -> Sheet:
    turned = turning(place.page, len(rows), NAMES_A_PAGE)
    return Sheet(template, {"rows": rows[skipped(place.page, NAMES_A_PAGE) :][:NAMES_A_PAGE], "turning": turned})


async def author(desk: Desk, place: Place) -> Sheet:
    """What stands under one name of bylines."""
    total = await desk.reader.count([BY_AUTHOR], author=place.key)
    if not total:
        raise NotHere(f"author {place.key}")
    turned = turning(place.page, total)
    rows = await desk.reader.listed([BY_AUTHOR], ROWS, skipped(place.page), author=place.key)
    return Sheet("author.html", {"name": place.key, "rows": rows, "turning": turned})


async def people(desk: Desk, place: Place) -> Sheet:
    """All office-holders."""
    return _names("people.html", await sql_names.people(desk.reader), place)
