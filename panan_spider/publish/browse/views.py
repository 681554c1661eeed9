"""Which page is made by what."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from datasette.app import Datasette

from panan_spider import __version__
from panan_spider.publish.browse import article_page, calendar, list_pages, person_page, run_page, search_page
from panan_spider.publish.browse.guard import POLICY_IN_A_FILE
from panan_spider.publish.browse.render_context import PageData, RenderContext
from panan_spider.publish.browse.routes import Route, RouteKind, UrlBuilder
from panan_spider.publish.browse.ui_words import WORK
from panan_spider.publish.links import web_address

_MADE_BY: Final[dict[RouteKind, Callable[[RenderContext, Route], Awaitable[PageData]]]] = {
    RouteKind.FRONT: list_pages.front,
    RouteKind.SECTION: list_pages.section,
    RouteKind.AUTHORS: list_pages.authors,
    RouteKind.AUTHOR: list_pages.author,
    RouteKind.PEOPLE: list_pages.people,
    RouteKind.PERSON: person_page.person,
    RouteKind.CALENDAR: calendar.calendar,
    RouteKind.MONTH: calendar.month,
    RouteKind.ARTICLE: article_page.article,
    RouteKind.REVISION: article_page.revision,
    RouteKind.CHANGES: article_page.changed,
    RouteKind.RAW: article_page.raw,
    RouteKind.RUNS: run_page.runs,
    RouteKind.RUN: run_page.run,
}

#: Every kind of page that a template sets.
KINDS: Final = frozenset({*_MADE_BY, RouteKind.SEARCH})


async def sheet(desk: RenderContext, place: Route, args: Mapping[str, str]) -> PageData:
    """The page at `place`. Raises NotHere."""
    if place.kind is RouteKind.SEARCH:
        return await search_page.search(desk, place, args)
    return await _MADE_BY[place.kind](desk, place)


async def set_in_type(datasette: Datasette, made: PageData, place: Route | None, to: UrlBuilder, *, filed: bool) -> str:
    """The page as HTML. `place` is None for a page about a fault."""
    given: dict[str, Any] = {
        **made.given, "to": to, "here": place.kind if place else None, "key": place.key if place else "",
        "filed": filed, "web": web_address, "version": __version__, "work": WORK, "policy": POLICY_IN_A_FILE,
    }  # fmt: skip
    html: str = await datasette.render_template(made.template, given)
    return html
