"""The report as one HTML file: no script, no request, every word of the site's as text."""

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
from panan_spider.report.page.coverage import Coverage, gaps, shown_days

#: The oldest article of the site that stored copies show is of this year.
FIRST_YEAR: Final = 2013

#: Entries a list of the page shows; the count beside it is whole, and the JSON report holds more.
MOST_SHOWN: Final = 100
MOST_OPEN: Final = 25
MOST_GAPS: Final = 40

_STYLE: Final = files(__package__).joinpath("templates/report.css").read_text("utf-8")


def _policy() -> str:
    """Nothing is loaded from anywhere; the one style is known by its hash, and there is no script."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("panan_spider.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"size": page_words.size, "span": page_words.span, "web": is_web}
    # The style holds no word of anybody else's.
    made.globals |= {"style": Markup(_STYLE), "policy": _policy(), "words": page_words, "Outcome": Outcome}  # noqa: S704
    return made


def is_web(address: str) -> bool:
    """Whether an address may be a link: `javascript:` and its like are shown as text."""
    return address.startswith(("http://", "https://"))


_PAGES: Final = _environment()


def report_page(report: RunReport, coverage: Coverage) -> str:
    """The page of one report."""
    requests, received = plots.course(report.course)
    return _PAGES.get_template("report.html").render(
        report=report,
        ending=page_words.ENDINGS[ExitCode(report.exit_code)],
        noted=page_words.warnings(report.checks),
        calendar=plots.calendar(coverage, FIRST_YEAR),
        all_gaps=gaps(coverage.days),
        covered=sum(coverage.by_day.values()),
        rows=plots.rows(coverage),
        daily=plots.daily(coverage),
        days=[] if coverage.last is None else shown_days(coverage.last),
        requests=requests,
        received=received,
        shown=MOST_SHOWN,
        opened=MOST_OPEN,
        gaps_shown=MOST_GAPS,
        height=plots.BARS_HEIGHT,
    )


def index_page(runs: Sequence[Mapping[str, Any]]) -> str:
    """The list of runs, newest first, each as `ledger.queries.summaries` gives it."""
    rows = [
        {**run, "ending": page_words.ENDINGS.get(ExitCode(run["exit_code"])) if run["exit_code"] is not None else None}
        for run in runs
    ]
    return _PAGES.get_template("index.html").render(runs=rows)
