"""Coverage pages: articles a month since the first, the days of one month, and how often words stand in them over time."""

import calendar as months_of
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from panan_spider.core.translations import N_
from panan_spider.publish.browse.page_render import PageData, PageNotFound, RenderContext
from panan_spider.publish.browse.question import Question
from panan_spider.publish.browse.question_parser import InvalidQuery, question_of
from panan_spider.publish.browse.routes import Route
from panan_spider.publish.export.sqlite_reader import Row

#: Shades of the calendar beside none.
_SHADES: Final = 4
#: Questions beside each other in one plot.
MOST_LINES: Final = 4
#: The plot, in its own units: width, height, and the space of the labels at the left and below.
_WIDTH, _HEIGHT, _LEFT, _BELOW = 960, 260, 56, 28
#: A new label of the plot's years where they stand at least so far apart.
_LABEL_APART: Final = 48


def calendar(context: RenderContext, route: Route) -> PageData:
    """A row a year, a cell a month; months without an article between the first and the last are marked as silence."""
    counts = context.index.counts_by_month(context.index.all)
    most = max(counts.values(), default=0)
    years = []
    if counts:
        first_year = min(context.site.first_year or int(min(counts)[:4]), int(min(counts)[:4]))
        for year in range(int(max(counts)[:4]), first_year - 1, -1):
            cells = [_month_cell(f"{year}-{month:02}", counts, most) for month in range(1, 13)]
            years.append((year, cells, sum(cell[1] for cell in cells)))
    return PageData("calendar.html", {"years": years, "undated": context.index.undated})


def _month_cell(month: str, counts: Mapping[str, int], most: int) -> tuple[str, int, int, bool]:
    count = counts.get(month, 0)
    return month, count, shade(count, most), not count and min(counts) < month < max(counts)


def month(context: RenderContext, route: Route) -> PageData:
    """The days of a month with their articles."""
    try:
        first = date.fromisoformat(f"{route.key}-01")
    except ValueError:
        raise PageNotFound(f"month {route.key}") from None
    index = context.index
    known = [name for name, _start, _end in index.months]
    if route.key not in known:
        raise PageNotFound(f"articles in {route.key}")
    hits = index.between(f"{route.key}-01", f"{route.key}-31")
    rows = context.database.titles(index.newest(hits, len(hits)))
    days: dict[str, list[Row]] = {
        day: list(of_day) for day, of_day in groupby(reversed(rows), key=lambda row: row["day"])
    }
    most = max(map(len, days.values()))
    weeks = [
        [_day_cell(first, number, days, most) for number in week]
        for week in months_of.monthcalendar(first.year, first.month)
    ]
    position = known.index(route.key)
    around = (known[position - 1] if position else None, known[position + 1] if position + 1 < len(known) else None)
    given = {"month": route.key, "weeks": weeks, "days": days, "around": around, "articles": len(rows)}
    return PageData("month.html", given)


def _day_cell(first: date, number: int, days: dict[str, list[Row]], most: int) -> tuple[int, str, int, int] | None:
    """A day's number, date, articles and shade; None outside the month."""
    if number == 0:
        return None
    day = first.replace(day=number).isoformat()
    return number, day, len(days.get(day, ())), shade(len(days.get(day, ())), most)


def shade(count: int, most: int) -> int:
    """0 for none, else 1 to 4 by share of the most."""
    return 0 if not count else 1 + count * _SHADES // (most + 1)


@dataclass(frozen=True)
class TrendLine:
    """One question over time: its words, its total, and month → articles that it holds for."""

    question: Question
    words: str
    source: str
    total: int
    counts: Mapping[str, int]


@dataclass(frozen=True)
class Trend:
    """Some questions over the same months: `months` from the first to the last, and all articles of each."""

    months: list[str]
    articles: Mapping[str, int]
    lines: list[TrendLine]

    def share(self, line: TrendLine, month: str) -> float:
        """Articles of a line in a month, in percent of all of that month."""
        articles = self.articles.get(month, 0)
        return 100 * line.counts.get(month, 0) / articles if articles else 0.0


def trend_of(context: RenderContext, asked: list[str]) -> Trend:
    """The questions over time. Raises InvalidQuery."""
    if len(asked) > MOST_LINES:
        raise InvalidQuery(N_("at most {count} questions beside each other"), count=MOST_LINES)
    index, lines = context.index, []
    for text in asked:
        question = question_of({"q": text})
        hits = context.search.answer(question).hits
        counts = index.counts_by_month(hits)
        lines.append(
            TrendLine(
                question,
                question.words(context.translate),
                question.source(context.language),
                sum(counts.values()),
                counts,
            )
        )
    articles = index.counts_by_month(index.all)
    return Trend(_all_months(articles), articles, lines)


def _all_months(articles: Mapping[str, int]) -> list[str]:
    if not articles:
        return []
    first, last = min(articles), max(articles)
    years = range(int(first[:4]), int(last[:4]) + 1)
    return [month for year in years for number in range(1, 13) if first <= (month := f"{year}-{number:02}") <= last]


def trend(context: RenderContext, route: Route, asked: list[str]) -> PageData:
    """Words over time: a plot of their share of each month's articles, and a table a year."""
    asked = [text.strip() for text in asked if text.strip()]
    given: dict[str, Any] = {"asked": asked, "error": None, "trend": None, "plot": None, "most_lines": MOST_LINES}
    try:
        found = trend_of(context, asked)
    except InvalidQuery as error:
        return PageData("trend.html", {**given, "error": context.translate.message(error.message)}, status=400)
    if not asked:
        return PageData("trend.html", given)
    query = urlencode([("q", line.source) for line in found.lines])
    given["trend_url"] = lambda suffix: f"/trend.{suffix}?{query}"
    return PageData("trend.html", {**given, "trend": found, "plot": _plot(found), "table": _by_year(found)})


def _by_year(found: Trend) -> list[tuple[str, int, list[tuple[int, float]]]]:
    """Year, its articles, and of each line the articles and their share in percent."""
    table = []
    for year, months in groupby(found.months, key=lambda month: month[:4]):
        of_year = list(months)
        articles = sum(found.articles.get(month, 0) for month in of_year)
        counts = [sum(line.counts.get(month, 0) for month in of_year) for line in found.lines]
        table.append((year, articles, [(count, 100 * count / articles if articles else 0.0) for count in counts]))
    return table


def _plot(found: Trend) -> dict[str, Any]:
    """The plot as numbers: a polyline a question, labels of years and of the scale, and for each point what it stands for."""
    shares = [[found.share(line, month) for month in found.months] for line in found.lines]
    most = max((share for line in shares for share in line), default=0.0) or 1.0
    width, height = _WIDTH - _LEFT - 8, _HEIGHT - _BELOW - 8

    def x(number: int) -> float:
        return round(_LEFT + width * (number + 0.5) / len(found.months), 1)

    def y(share: float) -> float:
        return round(8 + height * (1 - share / most), 1)

    return {
        "width": _WIDTH, "height": _HEIGHT, "left": _LEFT, "bottom": _HEIGHT - _BELOW,
        "scale": [(y(most * part), f"{most * part:.3g} %") for part in (0, 0.5, 1)],
        "years": _year_labels(found, x),
        "lines": [_stretches(found, [(x(number), y(share)) for number, share in enumerate(line)]) for line in shares],
        "points": [
            [(x(number), y(share), month, line.counts[month]) for number, (month, share) in enumerate(zip(found.months, of_line, strict=True)) if line.counts.get(month)]
            for line, of_line in zip(found.lines, shares, strict=True)
        ],
    }  # fmt: skip


def _stretches(found: Trend, points: list[tuple[float, float]]) -> list[str]:
    """A line as stretches of points: it breaks in months without any article."""
    stretches: list[list[str]] = [[]]
    for month, (across, down) in zip(found.months, points, strict=True):
        if found.articles.get(month):
            stretches[-1].append(f"{across},{down}")
        elif stretches[-1]:
            stretches.append([])
    return [" ".join(stretch) for stretch in stretches if stretch]


def _year_labels(found: Trend, x: Any) -> list[tuple[float, str]]:
    labels: list[tuple[float, str]] = []
    for number, month in enumerate(found.months):
        if month.endswith("-01") and (not labels or x(number) - labels[-1][0] >= _LABEL_APART):
            labels.append((x(number), month[:4]))
    return labels or [(x(0), found.months[0][:4])] if found.months else []
