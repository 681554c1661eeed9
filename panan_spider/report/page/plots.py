"""The plots of a report, as shapes that the template draws: paths in SVG units, and the words that say the same. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from panan_spider.core.run_report import Timeline
from panan_spider.report.page.coverage import Coverage, DateRange, gaps, shown_days

#: Articles a day from which on a cell has the next deeper shade.
SHADES: Final = (1, 3, 6, 10)
_CELL: Final = 6
_MOST_ROWS: Final = 24
BARS_HEIGHT: Final = 60


@dataclass(frozen=True)
class PlotYear:
    """One year of the calendar. `paths` are strokes by class: `none`, `l1`…`l4`, `gap`."""

    year: int
    articles: int
    days: int
    paths: dict[str, str]
    gaps: list[DateRange]


@dataclass(frozen=True)
class PlotRow:
    """One section in the plot by day."""

    name: str
    articles: int
    paths: dict[str, str]


@dataclass(frozen=True)
class BarPlot:
    """Bars side by side: one path in a box of `width` to BARS_HEIGHT, the highest as high as that."""

    width: int
    path: str
    most: int
    total: int


def shade(count: int) -> str:
    """The class of a cell of so many articles."""
    return f"l{sum(count >= least for least in SHADES)}" if count else "none"


def calendar(coverage: Coverage, first_year: int) -> list[PlotYear]:
    """Every year from `first_year`, or the oldest article's, to the newest article's; oldest first."""
    days = coverage.days
    if not days:
        return []
    found = gaps(days)
    return [_year(year, coverage, days, found) for year in range(min(first_year, days[0].year), days[-1].year + 1)]


def _year(year: int, coverage: Coverage, days: Sequence[date], found: Sequence[DateRange]) -> PlotYear:
    start, end = date(year, 1, 1), date(year, 12, 31)
    strokes: dict[str, list[str]] = {}
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        column = (number + start.weekday()) // 7
        kind = _kind(day, coverage, days, found)
        strokes.setdefault(kind, []).append(f"M{column * _CELL} {day.weekday() * _CELL}h5")
    inside = [coverage.by_day[day.isoformat()] for day in days if day.year == year]
    return PlotYear(
        year,
        sum(inside),
        len(inside),
        {kind: "".join(parts) for kind, parts in sorted(strokes.items())},
        [stretch for stretch in found if stretch.first <= end and stretch.last >= start],
    )


def _kind(day: date, coverage: Coverage, days: Sequence[date], found: Sequence[DateRange]) -> str:
    if not days[0] <= day <= days[-1]:
        return "outside"
    if any(stretch.first <= day <= stretch.last for stretch in found):
        return "gap"
    return shade(coverage.by_day.get(day.isoformat(), 0))


def rows(coverage: Coverage) -> list[PlotRow]:
    """The sections that printed in the days shown, busiest first."""
    if coverage.last is None:
        return []
    days = [day.isoformat() for day in shown_days(coverage.last)]
    made = [_row(name, counts, days) for name, counts in coverage.by_section.items()]
    return sorted((row for row in made if row.articles), key=lambda row: (-row.articles, row.name))[:_MOST_ROWS]


def _row(name: str, counts: Mapping[str, int], days: Sequence[str]) -> PlotRow:
    strokes: dict[str, list[str]] = {}
    for number, day in enumerate(days):
        strokes.setdefault(shade(counts.get(day, 0)), []).append(f"M{number * _CELL} 0h5")
    total = sum(counts.get(day, 0) for day in days)
    return PlotRow(name, total, {kind: "".join(parts) for kind, parts in sorted(strokes.items())})


def daily(coverage: Coverage) -> BarPlot:
    """Articles a day over the days shown, each article once."""
    if coverage.last is None:
        return bars([])
    return bars([coverage.by_day.get(day.isoformat(), 0) for day in shown_days(coverage.last)])


def bars(values: Sequence[int]) -> BarPlot:
    """`values` as bars; an empty sequence and nothing but zeros have no path."""
    most = max(values, default=0)
    parts = []
    for number, value in enumerate(values):
        if value:
            height = max(1, round(BARS_HEIGHT * value / most))
            parts.append(f"M{number * _CELL} {BARS_HEIGHT}v-{height}h5v{height}z")
    return BarPlot(max(1, len(values)) * _CELL, "".join(parts), most, sum(values))


def course(over: Timeline) -> tuple[BarPlot, BarPlot]:
    """Requests and bytes over the run."""
    return bars(over.requests), bars(over.bytes_received)
