"""People pages: office-holders, each one's timeline as the articles print it, and who held which office from when to when."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from pyroaring import BitMap

from panan_spider.publish.browse.article_page import TextSpan
from panan_spider.publish.browse.list_pages import names
from panan_spider.publish.browse.page_render import PageData, PageNotFound, RenderContext, paginate, skipped
from panan_spider.publish.browse.question import Match, Question, Text
from panan_spider.publish.browse.routes import Route
from panan_spider.publish.browse.search import Bits
from panan_spider.publish.export.sqlite_reader import Row, marks

ARTICLES_A_PAGE: Final = 50
_COMPANY: Final = 12
#: Values that a filter of a timeline offers.
_OFFERED: Final = 60
#: Characters of text shown before and behind a name.
_AROUND: Final = 18
#: Filters of a timeline: field of the address → column of `people`.
_FILTERS: Final = {"deed": "action", "place": "place"}


@dataclass(frozen=True)
class TimelineEntry:
    """Mention of a person at one place of an article, with the words around it: the span with `person` is the name."""

    office: str
    actions: tuple[str, ...]
    place: str | None
    words: tuple[TextSpan, ...]


def people(context: RenderContext, route: Route) -> PageData:
    """All office-holders with the office printed most, the most named first."""
    memory = context.memory
    if "offices" not in memory:
        sql = "SELECT name, office FROM people WHERE office IS NOT NULL GROUP BY name, office ORDER BY count(*), office DESC"
        memory["offices"] = {
            row["name"]: row["office"] for row in context.database.rows(sql)
        }  # of each name the last stays
    return PageData("people.html", {**names(context, route, "person"), "offices": memory["offices"]})


def person(context: RenderContext, route: Route, args: Mapping[str, str]) -> PageData:
    """The articles that print somebody's office, year by year, newest first, with what they say of them."""
    name, index, database = route.key, context.index, context.database
    all_hits = index.facets["person"].get(name)
    if all_hits is None:
        raise PageNotFound(f"person {name}")
    asked = {key: args.get(key, "").strip()[:80] for key in (*_FILTERS, "year")}
    hits = _filtered(context, name, all_hits, asked)
    pagination = paginate(route.page, len(hits), ARTICLES_A_PAGE)
    rows = database.listed(index.newest(hits, ARTICLES_A_PAGE, skipped(route.page, ARTICLES_A_PAGE)))
    in_text = Question((Text(name, phrase=True),))
    given = {
        "name": name, "pagination": pagination, "filters": asked, "total": len(all_hits),
        "standing": context.search.count(in_text), "in_text": in_text.source(context.language),
        "source": Question((Match("person", name),)).source(context.language),
        "timeline": _timeline(context, name, rows), **_facts(context, name, all_hits),
    }  # fmt: skip
    return PageData("person.html", given)


def _filtered(context: RenderContext, name: str, hits: Bits, asked: Mapping[str, str]) -> Bits:
    index = context.index
    for key, column in _FILTERS.items():
        if asked[key]:
            sql = f"SELECT DISTINCT article_id FROM people WHERE name = ? AND {column} = ?"
            hits = hits & index.bits_of(context.database.column(sql, name, asked[key]))
    if year := asked["year"]:
        hits = hits & (
            index.between(f"{year}-01-01", f"{year}-12-31") if len(year) == 4 and year.isdigit() else BitMap()
        )
    return hits


def _timeline(
    context: RenderContext, name: str, rows: list[Row]
) -> list[tuple[str, list[tuple[Row, list[TimelineEntry]]]]]:
    """Year → its articles, each with what it says of the person."""
    fields = {row["id"]: row for row in rows}
    entries: dict[str, list[TimelineEntry]] = defaultdict(list)
    sql = f"SELECT * FROM people WHERE name = ? AND article_id IN ({marks(fields)}) ORDER BY article_id, position"
    mentions = context.database.rows(sql, name, *fields)
    for (number, field, _start), of_one in groupby(mentions, key=itemgetter("article_id", "field", "start")):
        entries[number].append(_entry(list(of_one), fields[number][field] or ""))
    years = groupby(rows, key=lambda row: (row["day"] or "")[:4])
    return [(year, [(row, entries[row["id"]]) for row in of_year]) for year, of_year in years]


def _entry(rows: list[Row], text: str) -> TimelineEntry:
    """The rows of one mention: one for each action, or one without."""
    first, (start, end) = rows[0], (rows[0]["start"], rows[0]["end"])
    left = text[max(0, start - _AROUND) : start].rpartition("\n")[2]
    right = text[end : end + _AROUND].partition("\n")[0]
    words = (TextSpan(left), TextSpan(text[start:end], first["name"]), TextSpan(right))
    actions = tuple(row["action"] for row in rows if row["action"])
    return TimelineEntry(first["office"], actions, first["place"], tuple(span for span in words if span.text))


def _facts(context: RenderContext, name: str, hits: Bits) -> dict[str, Any]:
    """Data beside a timeline: offices, people named together, a strip of years, and its filters."""
    memory = context.memory
    if (key := f"person {name}") not in memory:
        database = context.database
        memory[key] = {
            "offices": database.rows(
                "SELECT n.office, count(DISTINCT n.article_id) AS articles, min(a.day) AS first, max(a.day) AS last FROM people n"
                " JOIN articles a ON a.id = n.article_id WHERE n.name = ? AND n.office IS NOT NULL GROUP BY n.office ORDER BY first, office",
                name,
            ),
            "company": _company(context, name, hits),
            "years": _strip(context.index.counts_by_year(hits)),
            "deeds": _values(context, name, "action"),
            "places": _values(context, name, "place"),
        }
    found: dict[str, Any] = memory[key]
    return found


def _values(context: RenderContext, name: str, column: str) -> list[str]:
    sql = f"SELECT {column} FROM people WHERE name = ? AND {column} IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?"
    return context.database.column(sql, name, _OFFERED)


def _strip(counts: Mapping[str, int]) -> list[tuple[str, int, int]]:
    """Year, articles, and the bar's height in percent of the highest; empty years between included."""
    most = max(counts.values(), default=0)
    years = range(int(min(counts)), int(max(counts)) + 1) if counts else ()
    return [(str(year), counts.get(str(year), 0), round(100 * counts.get(str(year), 0) / most)) for year in years]


def _company(context: RenderContext, name: str, hits: Bits) -> list[tuple[str, int]]:
    """People named in the same articles, most frequent first."""
    people_bits = context.index.facets["person"]
    found = ((other, hits.intersection_cardinality(bits)) for other, bits in people_bits.items() if other != name)
    return sorted(((other, count) for other, count in found if count), key=lambda pair: (-pair[1], pair[0]))[:_COMPANY]


def offices(context: RenderContext, route: Route) -> PageData:
    """All offices as printed, the most printed first."""
    return PageData("offices.html", names(context, route, "office"))


def office(context: RenderContext, route: Route) -> PageData:
    """Holders of an office, with first and last day, in the order of their first article."""
    index = context.index
    hits = index.facets["office"].get(route.key)
    if hits is None:
        raise PageNotFound(f"office {route.key}")
    found: dict[str, list[str]] = defaultdict(list)
    for row in context.database.rows("SELECT DISTINCT name, article_id FROM people WHERE office = ?", route.key):
        found[row["name"]].append(row["article_id"])
    holders = []
    for name, ids in found.items():
        bits = index.bits_of(ids)
        if bits:
            holders.append((name, len(bits), *index.span_of(bits), _strip(index.counts_by_year(bits))))
    holders.sort(key=lambda holder: (holder[2], holder[0]))
    source = Question((Match("office", route.key),)).source(context.language)
    return PageData("office.html", {"office": route.key, "holders": holders, "articles": len(hits), "source": source})
