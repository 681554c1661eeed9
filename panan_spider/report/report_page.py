"""Report page: a report and the list of runs as HTML, one file each and language; plots as SVG paths.

The pages have no script and no external resource, and text of the site is escaped.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.core.clock import local_time
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import RunReport
from panan_spider.core.translations import HTML_LANGUAGE, LANGUAGES, N_, translator
from panan_spider.report import vocabulary
from panan_spider.report.quiet_periods import QuietPeriod, quiet_periods
from panan_spider.report.vocabulary import is_english, worded
from panan_spider.sites.profile import Site
from panan_spider.sites.thresholds import Thresholds

#: Runs in the list of runs: more than a year of nights.
RUNS_LISTED: Final = 400
#: Days of the plot by day and section, up to the newest article's.
DAYS_SHOWN: Final = 90

#: Articles a day from which on a cell has the next deeper shade.
SHADES: Final = (1, 3, 6, 10)
_CELL: Final = 6
_MOST_ROWS: Final = 24
BARS_HEIGHT: Final = 60

#: Entries of a list on the page. The count beside a list is complete, and the JSON report holds more entries.
MOST_SHOWN: Final = 100
MOST_OPEN: Final = 25
MOST_GAPS: Final = 40
_STYLE: Final = files(__package__).joinpath("templates/report.css").read_text("utf-8")


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


def calendar_years(coverage: Coverage, first_year: int | None) -> list[PlotYear]:
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


def section_rows(coverage: Coverage) -> list[PlotRow]:
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


def daily_bars(coverage: Coverage) -> BarPlot:
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


def read_coverage(path: Path, site: Site) -> tuple[Coverage, Sequence[Mapping[str, Any]]]:
    """Coverage for the report's pages, from the ledger at `path`. Raises StoreError."""
    with closing(Ledger.read_only(path)) as ledger:
        counts = ledger.queries
        return Coverage(counts.by_day(), counts.by_section(""), site.thresholds), counts.summaries(RUNS_LISTED)


def _policy() -> str:
    """Content-Security-Policy of the pages: no resource but the one style sheet, allowed by its hash."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("panan_spider.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"size": vocabulary.size, "local": local_time, "web": is_web}
    # Safe without escaping: the style sheet is a file of this package.
    environment.globals |= {"style": Markup(_STYLE), "policy": _policy(), "words": vocabulary, "Outcome": Outcome}  # noqa: S704
    return environment


def is_web(address: str) -> bool:
    """True for an address that may become a link; `javascript:` and the like are shown as text."""
    return address.startswith(("http://", "https://"))


_PAGES: Final = _environment()


def title_of(site: Site) -> str:
    """The site's name as page titles show it: its key where the profile has no name yet."""
    return site.name or site.key


def page_name(name: str, language: str) -> str:
    """The file of a page in one language: `index.html` in English, `index.zh.html` in Chinese."""
    return f"{name}.html" if language == "en" else f"{name}.{language}.html"


def _vocabulary(language: str, site: Site) -> dict[str, Any]:
    """Names that every template uses, in one language."""
    translate = translator(language)

    def word(pair: Sequence[str]) -> str:
        return pair[0] if language == "en" else pair[1]

    def articles(count: int) -> str:
        return translate.number("{count} article", "{count} articles", count)

    def of_year(year: PlotYear) -> str:
        return translate(N_("{articles} on {days} days"), articles=articles(year.articles), days=year.days)

    def look_back(reason: str) -> str:
        return worded(reason if language == "en" else vocabulary.LOOK_BACK.get(reason, reason), language)

    return {
        "site": title_of(site), "lang": language, "html_lang": HTML_LANGUAGE[language], "_": translate, "word": word,
        "other": next(other for other in LANGUAGES if other != language), "articles": articles, "of_year": of_year,
        "span": lambda seconds: vocabulary.span(seconds, translate), "page_name": lambda name: page_name(name, language),
        "worded": lambda text: worded(text, language), "is_english": is_english,
        "look_back": look_back,
        "check_name": lambda name: name if language == "en" else vocabulary.CHECKS.get(name, name),
    }  # fmt: skip


def report_page(report: RunReport, coverage: Coverage, site: Site, language: str = "en") -> str:
    """The page of one report in one language."""
    quiet = [(name, period) for name, periods in coverage.quiet_sections().items() for period in periods]
    calendar = calendar_years(coverage, site.first_year)
    words = _vocabulary(language, site)
    ending = vocabulary.ENDINGS[ExitCode(report.exit_code)]
    return _PAGES.get_template("report.html").render(
        **words,
        report=report,
        ending=words["word"](ending),
        colour=ending[2],
        noted=vocabulary.warnings(report.checks),
        calendar=calendar,
        empty=empty_years(calendar),
        quiet=sorted(quiet, key=lambda row: row[1].last, reverse=True),
        covered=sum(coverage.by_day.values()),
        rows=section_rows(coverage),
        daily=daily_bars(coverage),
        days=coverage.shown_days,
        requests=bars(report.course.requests),
        received=bars(report.course.bytes_received),
        shown=MOST_SHOWN,
        opened=MOST_OPEN,
        gaps_shown=MOST_GAPS,
        height=BARS_HEIGHT,
    )


def index_page(runs: Sequence[Mapping[str, Any]], site: Site, language: str = "en") -> str:
    """The list of runs, newest first, each as `ledger.queries.summaries` gives it."""
    rows = [
        {**run, "ending": vocabulary.ENDINGS.get(ExitCode(run["exit_code"])) if run["exit_code"] is not None else None}
        for run in runs
    ]
    return _PAGES.get_template("index.html").render(**_vocabulary(language, site), runs=rows)
