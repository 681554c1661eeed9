"""Which page is made by what."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from datasette.app import Datasette

from panan_spider import __version__
from panan_spider.browse import article, calendar, find, lists, log, person
from panan_spider.browse.desk import Desk, Sheet
from panan_spider.browse.guard import POLICY_IN_A_FILE
from panan_spider.browse.places import Kind, Links, Place
from panan_spider.browse.safe import web_address
from panan_spider.browse.terms import WORK

_MADE_BY: Final[dict[Kind, Callable[[Desk, Place], Awaitable[Sheet]]]] = {
    Kind.FRONT: lists.front,
    Kind.SECTION: lists.section,
    Kind.AUTHORS: lists.authors,
    Kind.AUTHOR: lists.author,
    Kind.PEOPLE: lists.people,
    Kind.PERSON: person.person,
    Kind.CALENDAR: calendar.calendar,
    Kind.MONTH: calendar.month,
    Kind.ARTICLE: article.article,
    Kind.REVISION: article.revision,
    Kind.CHANGES: article.changed,
    Kind.RAW: article.raw,
    Kind.RUNS: log.runs,
    Kind.RUN: log.run,
}

#: Every kind of page that a template sets.
KINDS: Final = frozenset({*_MADE_BY, Kind.SEARCH})


async def sheet(desk: Desk, place: Place, args: Mapping[str, str]) -> Sheet:
    """The page at `place`. Raises NotHere."""
    if place.kind is Kind.SEARCH:
        return await find.search(desk, place, args)
    return await _MADE_BY[place.kind](desk, place)


async def set_in_type(datasette: Datasette, made: Sheet, place: Place | None, to: Links, *, filed: bool) -> str:
    """The page as HTML. `place` is None for a page about a fault."""
    given: dict[str, Any] = {
        **made.given, "to": to, "here": place.kind if place else None, "key": place.key if place else "",
        "filed": filed, "web": web_address, "version": __version__, "work": WORK, "policy": POLICY_IN_A_FILE,
    }  # fmt: skip
    html: str = await datasette.render_template(made.template, given)
    return html
