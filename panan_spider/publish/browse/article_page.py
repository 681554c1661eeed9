"""One article, as a newspaper prints it; its revisions, what changed between them, and the raw page."""

import json
from collections.abc import Sequence
from typing import Any, Final

from panan_spider.items import WarcLocation
from panan_spider.publish.browse.article_body import pieces
from panan_spider.publish.browse.article_queries import Row
from panan_spider.publish.browse.raw_page import raw_page
from panan_spider.publish.browse.render_context import PageData, PageNotFound, RenderContext
from panan_spider.publish.browse.revision_diff import changes
from panan_spider.publish.browse.routes import Route
from panan_spider.publish.links import article_id, web_address

#: Related links looked up at most; a page prints some ten.
_MOST_RELATED: Final = 200


async def article(desk: RenderContext, place: Route) -> PageData:
    """The newest revision."""
    row = await _article(desk, place.key)
    people = await desk.reader.parts("people", place.key)
    given = await _set(desk, row, people)
    before, after = await desk.reader.beside(row)
    return PageData("article.html", {**given, "people": _each_once(people), "before": before, "after": after})


async def revision(desk: RenderContext, place: Route) -> PageData:
    """An earlier revision, as it was."""
    newest = await _article(desk, place.key)
    row = await desk.reader.revision(place.key, place.page)
    if row is None:
        raise PageNotFound(f"revision {place.page} of article {place.key}")
    given = await _set(desk, {**dict(row), "id": place.key, "gone": newest["gone"]}, [])
    return PageData(
        "article.html", {**given, "people": [], "before": None, "after": None, "newest": newest["revision"]}
    )


async def _article(desk: RenderContext, number: str) -> Row:
    row = await desk.reader.article(number)
    if row is None:
        raise PageNotFound(f"article {number}")
    return row


async def _set(desk: RenderContext, row: Row, people: Sequence[Row]) -> dict[str, Any]:
    reader, number = desk.reader, row["id"]
    files = {image["url"]: image["file"] for image in await reader.parts("images", number) if image["file"]}
    related = await _related(desk, await reader.parts("related", number))
    return {
        "row": row,
        "body": pieces(row, files, people),
        "breadcrumbs": json.loads(row["breadcrumbs"]),
        "credits": json.loads(row["credits"]),
        "authors": await reader.parts("authors", number),
        "related": related,
        "revisions": await reader.revisions(number),
        "source_link": web_address(row["url"]),
        "newest": row["revision"],
    }


def _each_once(people: Sequence[Row]) -> dict[str, list[str]]:
    """Name → the offices printed with it, in the order of the text."""
    found: dict[str, list[str]] = {}
    for person in people:
        offices = found.setdefault(person["name"], [])
        if person["office"] and person["office"] not in offices:
            offices.append(person["office"])
    return found


async def _related(desk: RenderContext, rows: Sequence[Row]) -> list[dict[str, Any]]:
    """`title`, and `id` where the archive has it, else `link` where it may be linked."""
    ids = {row["url"]: article_id(desk.site, row["url"]) for row in rows[:_MOST_RELATED]}
    wanted = [number for number in ids.values() if number is not None]
    stored = await desk.reader.stored(wanted) if wanted else set()
    return [
        {"title": row["title"], "url": row["url"], "id": ids[row["url"]] if ids[row["url"]] in stored else None}
        | {"link": web_address(row["url"])}
        for row in rows[:_MOST_RELATED]
    ]


async def changed(desk: RenderContext, place: Route) -> PageData:
    """What a revision changed of the one before it."""
    row = await _article(desk, place.key)
    new = await desk.reader.revision(place.key, place.page)
    old = await desk.reader.revision(place.key, place.page - 1)
    if new is None or old is None:
        raise PageNotFound(f"changes of revision {place.page} of article {place.key}")
    given = {"row": row, "old": old, "new": new, "changes": changes(old, new)}
    return PageData("changes.html", {**given, "revisions": await desk.reader.revisions(place.key)})


async def raw(desk: RenderContext, place: Route) -> PageData:
    """The raw page of a revision, as source."""
    row = await _article(desk, place.key)
    of_it = await desk.reader.revision(place.key, place.page)
    if of_it is None or of_it["warc_file"] is None:
        raise PageNotFound(f"raw page of revision {place.page} of article {place.key}")
    page = raw_page(desk.data, WarcLocation(file=of_it["warc_file"], offset=of_it["warc_offset"]))
    return PageData("raw.html", {"row": row, "revision": place.page, "page": page, "link": web_address(page.url)})
