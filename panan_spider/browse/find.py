"""Search: words in Chinese, and by section, date, author and office-holder."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from panan_spider.browse import sql_names
from panan_spider.browse.desk import ROWS, BadQuestion, Desk, Sheet, skipped, turning
from panan_spider.browse.find_index import years
from panan_spider.browse.places import Place
from panan_spider.browse.sql import BY_AUTHOR, IN_NO_SECTION, IN_SECTION, NAMES_PERSON, Row
from panan_spider.browse.terms import NO_SECTION
from panan_spider.export.search import marked, match_query, snippet

#: Names that the form offers; any other can be typed.
_OFFERED: Final = 200
_SNIPPET: Final = 110

ORDERS: Final = ("", "new")

#: More than a reader would type; a longer question is refused, not cut.
_LONGEST: Final = 200


@dataclass(frozen=True)
class Question:
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
        return self != Question(order=self.order)

    @property
    def conditions(self) -> list[str]:
        """What holds of the articles, but for the words."""
        section = IN_NO_SECTION if self.section == NO_SECTION else IN_SECTION
        named = {"section": section, "since": "a.day >= :since", "until": "a.day <= :until"}
        named |= {"author": BY_AUTHOR, "person": NAMES_PERSON}
        return [condition for name, condition in named.items() if getattr(self, name)]


def question(args: Mapping[str, str]) -> Question:
    """Raises BadQuestion: a date that is none, or in the wrong order; words beyond measure."""
    given = {name: args.get(name, "").strip() for name in Question.__dataclass_fields__}
    for name, words in given.items():
        if len(words) > _LONGEST:
            raise BadQuestion(f"{name}: longer than {_LONGEST} characters")
    for name in ("since", "until"):
        if given[name] and not _is_day(given[name]):
            raise BadQuestion(f"{name}: {given[name]!r} is no date such as 2020-03-01")
    if given["order"] not in ORDERS:
        raise BadQuestion(f"order: {given['order']!r} is none of new, and none")
    if given["since"] and given["until"] and given["since"] > given["until"]:
        raise BadQuestion(f"since {given['since']} is later than until {given['until']}")
    return Question(**given)


def _is_day(given: str) -> bool:
    try:
        return date.fromisoformat(given).isoformat() == given
    except ValueError:
        return False


async def search(desk: Desk, place: Place, args: Mapping[str, str]) -> Sheet:
    """The form, and what was found. As a file: the form of a page that looks through its own index."""
    sections = await desk.reader.sections()
    if desk.filed:
        return Sheet("find.html", {"sections": sections, "years": await years(desk.reader)})
    offered = {"sections": sections, "authors": (await sql_names.authors(desk.reader))[:_OFFERED]}
    offered["people"] = (await sql_names.people(desk.reader))[:_OFFERED]
    try:
        asked = question(args)
        match = match_query(asked.q)
        if asked.q and match is None:
            raise BadQuestion("there is no word in that to look for")
    except BadQuestion as error:
        given = {name: args.get(name, "")[:_LONGEST] for name in Question.__dataclass_fields__}
        return Sheet("search.html", {**offered, "asked": given, "fault": str(error), "hits": None})
    return Sheet("search.html", {**offered, **await _answer(desk, place.page, asked, match)})


async def _answer(desk: Desk, page: int, asked: Question, match: str | None) -> dict[str, Any]:
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
