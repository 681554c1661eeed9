"""When the paper wrote how much: all months since the first, and the days of one month."""

import calendar as months_of
from datetime import date
from typing import Final

from panan_spider.publish.browse.article_queries import Row
from panan_spider.publish.browse.render_context import PageData, PageNotFound, RenderContext
from panan_spider.publish.browse.routes import Route

#: The first year of the site's old system; an archive that begins later shows the empty years too.
FIRST_YEAR: Final = 2013

#: Shades of the calendar beside none.
_SHADES: Final = 4
#: Far beyond any month of a county paper; no more can be asked for at once.
_MOST_A_MONTH: Final = 30_000


async def calendar(desk: RenderContext, place: Route) -> PageData:
    """A row a year, a cell a month."""
    counts = {row["month"]: row["articles"] for row in await desk.reader.months()}
    most = max(counts.values(), default=0)
    years = []
    if counts:
        for year in range(int(max(counts)[:4]), min(FIRST_YEAR, int(min(counts)[:4])) - 1, -1):
            cells = [
                (key, counts.get(key, 0), shade(counts.get(key, 0), most))
                for key in (f"{year}-{m:02}" for m in range(1, 13))
            ]
            years.append((year, cells, sum(count for _key, count, _shade in cells)))
    given = {"years": years, "most": most, "undated": await desk.reader.count(["a.day IS NULL"])}
    return PageData("calendar.html", given)


async def month(desk: RenderContext, place: Route) -> PageData:
    """The days of a month with their articles."""
    try:
        first = date.fromisoformat(f"{place.key}-01")
    except ValueError:
        raise PageNotFound(f"month {place.key}") from None
    within = ["a.day >= :month", "a.day < :month || '~'"]
    rows = await desk.reader.listed(within, _MOST_A_MONTH, month=place.key)
    if not rows:
        raise PageNotFound(f"articles in {place.key}")
    days: dict[str, list[Row]] = {}
    for row in reversed(rows):
        days.setdefault(row["day"], []).append(row)
    most = max(len(of_it) for of_it in days.values())
    weeks = [
        [_cell(first, number, days, most) for number in week]
        for week in months_of.monthcalendar(first.year, first.month)
    ]
    known = sorted(row["month"] for row in await desk.reader.months())
    at = known.index(place.key)
    around = (known[at - 1] if at else None, known[at + 1] if at + 1 < len(known) else None)
    return PageData(
        "month.html", {"month": place.key, "weeks": weeks, "days": days, "around": around, "articles": len(rows)}
    )


def _cell(first: date, number: int, days: dict[str, list[Row]], most: int) -> tuple[int, str, int, int] | None:
    """A day's number, date, articles and shade; None outside the month."""
    if number == 0:
        return None
    day = first.replace(day=number).isoformat()
    return number, day, len(days.get(day, ())), shade(len(days.get(day, ())), most)


def shade(count: int, most: int) -> int:
    """0 for none, else 1 to 4 by share of the most."""
    return 0 if not count else 1 + count * _SHADES // (most + 1)
