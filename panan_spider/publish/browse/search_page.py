"""Search: words in Chinese, and by section, date, author and office-holder."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from panan_spider.publish.browse import name_queries
from panan_spider.publish.browse.article_queries import BY_AUTHOR, IN_NO_SECTION, IN_SECTION, NAMES_PERSON, Row
from panan_spider.publish.browse.render_context import ROWS, InvalidQuery, PageData, RenderContext, skipped, turning
from panan_spider.publish.browse.routes import Route
from panan_spider.publish.browse.static_search import years
from panan_spider.publish.browse.ui_words import NO_SECTION
from panan_spider.publish.export.bigrams import marked, match_query, snippet

#: Names that the form offers; any other can be typed.
_OFFERED: Final = 200
_SNIPPET: Final = 110

ORDERS: Final = ("", "new")

#: More than a reader would type; a longer question is refused, not cut.
_LONGEST: Final = 200


@dataclass(frozen=True)
class SearchQuery:
    """What the form asks for, each empty where not asked. `order` is `new` for the newest first, else the best."""

    q: str = ""
    section: str = ""
    since: str = ""
    until: str = ""
    author: str = ""
    person: str = ""
    order: str = ""

    @property
    def asked(self) -> bool:
        """Whether anything is."""
        return self != SearchQuery(order=self.order)

    @property
    def conditions(self) -> list[str]:
        """What holds of the articles, but for the words."""
        section = IN_NO_SECTION if self.section == NO_SECTION else IN_SECTION
        named = {"section": section, "since": "a.day >= :since", "until": "a.day <= :until"}
        named |= {"author": BY_AUTHOR, "person": NAMES_PERSON}
        return [condition for name, condition in named.items() if getattr(self, name)]


def question(args: Mapping[str, str]) -> SearchQuery:
    """Raises BadQuestion: a date that is none, or in the wrong order; words beyond measure."""
    given = {name: args.get(name, "").strip() for name in SearchQuery.__dataclass_fields__}
    for name, words in given.items():
        if len(words) > _LONGEST:
            raise InvalidQuery(f"{name}: longer than {_LONGEST} characters")
    for name in ("since", "until"):
        if given[name] and not _is_day(given[name]):
            raise InvalidQuery(f"{name}: {given[name]!r} is no date such as 2020-03-01")
    if given["order"] not in ORDERS:
        raise InvalidQuery(f"order: {given['order']!r} is none of new, and none")
    if given["since"] and given["until"] and given["since"] > given["until"]:
        raise InvalidQuery(f"since {given['since']} is later than until {given['until']}")
    return SearchQuery(**given)


def _is_day(given: str) -> bool:
    try:
        return date.fromisoformat(given).isoformat() == given
    except ValueError:
        return False


async def search(desk: RenderContext, place: Route, args: Mapping[str, str]) -> PageData:
    """The form, and what was found. As a file: the form of a page that looks through its own index."""
    sections = await desk.reader.sections()
    if desk.filed:
        return PageData("find.html", {"sections": sections, "years": await years(desk.reader)})
    offered = {"sections": sections, "authors": (await name_queries.authors(desk.reader))[:_OFFERED]}
    offered["people"] = (await name_queries.people(desk.reader))[:_OFFERED]
    try:
        asked = question(args)
        match = match_query(asked.q)
        if asked.q and match is None:
            raise InvalidQuery("there is no word in that to look for")
    except InvalidQuery as error:
        given = {name: args.get(name, "")[:_LONGEST] for name in SearchQuery.__dataclass_fields__}
        return PageData("search.html", {**offered, "asked": given, "fault": str(error), "hits": None})
    return PageData("search.html", {**offered, **await _answer(desk, place.page, asked, match)})


async def _answer(desk: RenderContext, page: int, asked: SearchQuery, match: str | None) -> dict[str, Any]:
    given = {"asked": asdict(asked), "fault": None, "hits": None}
    if not asked.asked:
        return given
    values = {name: value for name, value in asdict(asked).items() if value and name not in ("q", "order")}
    reader, where, skip = desk.reader, asked.conditions, skipped(page)
    if match is None:
        turned = turning(page, await reader.count(where, **values))
        rows = await reader.listed(where, ROWS, skip, **values)
    else:
        turned = turning(page, await reader.found_count(where, match=match, **values))
        rows = await reader.found(match, where, ROWS, skip, newest_first=asked.order == "new", **values)
    return {**given, "hits": [_hit(row, asked.q) for row in rows], "turning": turned}


def _hit(row: Row, q: str) -> dict[str, Any]:
    shown = {name: marked(row[name], q) if row[name] else [] for name in ("kicker", "title", "subtitle")}
    return {"row": row, **shown, "words": snippet(row["text"] or "", q, _SNIPPET)}
