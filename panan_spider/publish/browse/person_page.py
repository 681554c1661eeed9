"""A person's timeline: who was where, when, in which office, as printed."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from panan_spider.publish.browse import name_queries
from panan_spider.publish.browse.article_body import TextSpan
from panan_spider.publish.browse.article_queries import NAMES_PERSON, Row
from panan_spider.publish.browse.render_context import PageData, PageNotFound, RenderContext, skipped, turning
from panan_spider.publish.browse.routes import Route

ARTICLES_A_PAGE: Final = 50
_COMPANY: Final = 12

#: Characters of text shown before and behind what was read.
_AROUND: Final = 18


@dataclass(frozen=True)
class TimelineEntry:
    """What was read of a person at one place, and the words around it: the stretch with `person` is the name."""

    office: str
    actions: tuple[str, ...]
    place: str | None
    words: tuple[TextSpan, ...]


async def person(desk: RenderContext, place: Route) -> PageData:
    """The articles that name somebody, year by year, newest first, with what they say of them."""
    name, reader = place.key, desk.reader
    total = await reader.count([NAMES_PERSON], person=name)
    if not total:
        raise PageNotFound(f"person {name}")
    turned = turning(place.page, total, ARTICLES_A_PAGE)
    rows = await reader.listed([NAMES_PERSON], ARTICLES_A_PAGE, skipped(place.page, ARTICLES_A_PAGE), person=name)
    texts = {row["id"]: row["text"] for row in rows}
    said: dict[str, list[TimelineEntry]] = defaultdict(list)
    found = await name_queries.mentions(reader, name, list(texts))
    for (number, _start), rows_of_one in groupby(found, key=lambda row: (row["article_id"], row["start"])):
        said[number].append(_mention(list(rows_of_one), texts[number]))
    years = [(year, list(of_it)) for year, of_it in groupby(rows, key=lambda row: (row["day"] or "")[:4])]
    offices = await reader.kept(f"offices {name}", lambda reader: name_queries.offices(reader, name))
    company = await reader.kept(f"company {name}", lambda reader: name_queries.together(reader, name, _COMPANY))
    given = {"name": name, "offices": offices, "company": company, "years": years, "said": said}
    return PageData("person.html", {**given, "turning": turned})


def _mention(rows: list[Row], text: str) -> TimelineEntry:
    """The rows of one mention: one for each action, or one without."""
    first, (start, end) = rows[0], (rows[0]["start"], rows[0]["end"])
    left, right = (
        text[max(0, start - _AROUND) : start].rpartition("\n")[2],
        text[end : end + _AROUND].partition("\n")[0],
    )
    words = (TextSpan(left), TextSpan(text[start:end], first["name"]), TextSpan(right))
    actions = tuple(row["action"] for row in rows if row["action"])
    return TimelineEntry(first["office"], actions, first["place"], tuple(one for one in words if one.text))
