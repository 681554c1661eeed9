"""Plots of a report page as SVG paths: calendar of articles by day, days by section, requests and bytes over the run. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from panan_spider.core.run_report import Timeline
from panan_spider.report.rhythm import QuietPeriod, quiet_periods
from panan_spider.sites.thresholds import Thresholds

#: Days of the plot by day and section, up to the newest article's.
DAYS_SHOWN: Final = 90

#: Articles a day from which on a cell has the next deeper shade.
SHADES: Final = (1, 3, 6, 10)
_CELL: Final = 6
_MOST_ROWS: Final = 24
BARS_HEIGHT: Final = 60


@dataclass(frozen=True)
class Coverage:
    """Stored articles by day (`2020-03-07`), and by section and day. An article in two sections counts in both."""

    by_day: Mapping[str, int] = field(default_factory=dict)
    by_section: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def days(self) -> list[date]:
        """The days with an article, oldest first."""
        return [date.fromisoformat(day) for day in sorted(self.by_day)]

    @property
    def last(self) -> date | None:
        """The newest day with an article; None for an empty archive."""
        return date.fromisoformat(max(self.by_day)) if self.by_day else None

    @property
    def shown_days(self) -> list[date]:
        """The days of the plot by day and section, oldest first; none for an empty archive."""
        last = self.last
        return [] if last is None else [last - timedelta(days=back) for back in range(DAYS_SHOWN - 1, -1, -1)]

    def quiet_sections(self) -> dict[str, list[QuietPeriod]]:
        """Quiet periods by section, as `scrapy status` lists them; sections without one are left out."""
        found = {name: quiet_periods(counts, self.thresholds) for name, counts in sorted(self.by_section.items())}
        return {name: periods for name, periods in found.items() if periods}


@dataclass(frozen=True)
class PlotYear:
    """One year of the calendar. `paths` are strokes by class: `none`, `l1`…`l4`, `quiet`, `outside`."""

    year: int
    articles: int
    days: int
    paths: dict[str, str]
    quiet: list[QuietPeriod]


@dataclass(frozen=True)
class PlotRow:
    """One section in the plot by day."""

    name: str
    articles: int
    paths: dict[str, str]


@dataclass(frozen=True)
class BarPlot:
    """Bars side by side, as one path in a box of `width` × `BARS_HEIGHT`; the highest bar fills the height."""

    width: int
    path: str
    most: int
    total: int


def shade(count: int) -> str:
    """The class of a cell with `count` articles."""
    return f"l{sum(count >= least for least in SHADES)}" if count else "none"


def calendar(coverage: Coverage, first_year: int | None) -> list[PlotYear]:
    """Every year from `first_year`, or the oldest article's, to the newest article's; oldest first."""
    days = coverage.days
    if not days:
        return []
    quiet = quiet_periods(coverage.by_day, coverage.thresholds)
    first = min(first_year or days[0].year, days[0].year)
    return [_year(year, coverage, days, quiet) for year in range(first, days[-1].year + 1)]


def empty_years(years: Sequence[PlotYear]) -> dict[int, str]:
    """The last of each run of years without an article → the run as text: 2018 → `2015–2018`."""
    found: dict[int, str] = {}
    for has_articles, run in groupby(years, key=lambda year: year.articles > 0):
        numbers = [year.year for year in run]
        if not has_articles:
            found[numbers[-1]] = f"{numbers[0]}–{numbers[-1]}" if len(numbers) > 1 else str(numbers[0])
    return found


def _year(year: int, coverage: Coverage, days: Sequence[date], quiet: Sequence[QuietPeriod]) -> PlotYear:
    start, end = date(year, 1, 1), date(year, 12, 31)
    strokes: dict[str, list[str]] = {}
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        column = (number + start.weekday()) // 7
        kind = _cell(day, coverage, days, quiet)
        strokes.setdefault(kind, []).append(f"M{column * _CELL} {day.weekday() * _CELL}h5")
    inside = [coverage.by_day[day.isoformat()] for day in days if day.year == year]
    return PlotYear(
        year,
        sum(inside),
        len(inside),
        {kind: "".join(parts) for kind, parts in sorted(strokes.items())},
        [period for period in quiet if period.first <= end and period.last >= start],
    )


def _cell(day: date, coverage: Coverage, days: Sequence[date], quiet: Sequence[QuietPeriod]) -> str:
    if not days[0] <= day <= days[-1]:
        return "outside"
    if any(period.first <= day <= period.last for period in quiet):
        return "quiet"
    return shade(coverage.by_day.get(day.isoformat(), 0))


def rows(coverage: Coverage) -> list[PlotRow]:
    """The sections with articles in the days shown, busiest first."""
    days = [day.isoformat() for day in coverage.shown_days]
    plotted = [_row(name, counts, days) for name, counts in coverage.by_section.items()]
    return sorted((row for row in plotted if row.articles), key=lambda row: (-row.articles, row.name))[:_MOST_ROWS]


def _row(name: str, counts: Mapping[str, int], days: Sequence[str]) -> PlotRow:
    strokes: dict[str, list[str]] = {}
    for number, day in enumerate(days):
        strokes.setdefault(shade(counts.get(day, 0)), []).append(f"M{number * _CELL} 0h5")
    total = sum(counts.get(day, 0) for day in days)
    return PlotRow(name, total, {kind: "".join(parts) for kind, parts in sorted(strokes.items())})


def daily(coverage: Coverage) -> BarPlot:
    """Articles a day over the days shown, each article once."""
    return bars([coverage.by_day.get(day.isoformat(), 0) for day in coverage.shown_days])


def bars(values: Sequence[int]) -> BarPlot:
    """`values` as bars; no values, or nothing but zeros, give an empty path."""
    most = max(values, default=0)
    parts = []
    for number, value in enumerate(values):
        if value:
            height = max(1, round(BARS_HEIGHT * value / most))
            parts.append(f"M{number * _CELL} {BARS_HEIGHT}v-{height}h5v{height}z")
    return BarPlot(max(1, len(values)) * _CELL, "".join(parts), most, sum(values))


def timeline(steps: Timeline) -> tuple[BarPlot, BarPlot]:
    """Requests and bytes over the run."""
    return bars(steps.requests), bars(steps.bytes_received)
