"""HTML renderer of a report and of the list of runs: one file each, no script, no external resource, site text escaped."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import RunReport
from panan_spider.report.page import page_words, plots
from panan_spider.report.page.plots import Coverage
from panan_spider.sites.profile import Site

#: Entries of a list on the page. The count beside a list is complete, and the JSON report holds more entries.
MOST_SHOWN: Final = 100
MOST_OPEN: Final = 25
MOST_GAPS: Final = 40

_STYLE: Final = files(__package__).joinpath("templates/report.css").read_text("utf-8")


def _policy() -> str:
    """Content-Security-Policy of the pages: no resource but the one style sheet, allowed by its hash."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("panan_spider.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"size": page_words.size, "span": page_words.span, "web": is_web}
    # Safe without escaping: the style sheet is a file of this package.
    environment.globals |= {"style": Markup(_STYLE), "policy": _policy(), "words": page_words, "Outcome": Outcome}  # noqa: S704
    return environment


def is_web(address: str) -> bool:
    """True for an address that may become a link; `javascript:` and the like are shown as text."""
    return address.startswith(("http://", "https://"))


_PAGES: Final = _environment()


def title_of(site: Site) -> str:
    """The site's name as page titles show it: its key where the profile has no name yet."""
    return site.name or site.key


def report_page(report: RunReport, coverage: Coverage, site: Site) -> str:
    """The page of one report."""
    requests, received = plots.timeline(report.course)
    quiet = [(name, period) for name, periods in coverage.quiet_sections().items() for period in periods]
    return _PAGES.get_template("report.html").render(
        site=title_of(site),
        report=report,
        ending=page_words.ENDINGS[ExitCode(report.exit_code)],
        noted=page_words.warnings(report.checks),
        calendar=plots.calendar(coverage, site.first_year),
        quiet=sorted(quiet, key=lambda row: row[1].last, reverse=True),
        covered=sum(coverage.by_day.values()),
        rows=plots.rows(coverage),
        daily=plots.daily(coverage),
        days=coverage.shown_days,
        requests=requests,
        received=received,
        shown=MOST_SHOWN,
        opened=MOST_OPEN,
        gaps_shown=MOST_GAPS,
        height=plots.BARS_HEIGHT,
    )


def index_page(runs: Sequence[Mapping[str, Any]], site: Site) -> str:
    """The list of runs, newest first, each as `ledger.queries.summaries` gives it."""
    rows = [
        {**run, "ending": page_words.ENDINGS.get(ExitCode(run["exit_code"])) if run["exit_code"] is not None else None}
        for run in runs
    ]
    return _PAGES.get_template("index.html").render(runs=rows, site=title_of(site))
