"""HTML renderer of a report and of the list of runs: one file each and language, no script, no external resource, site text escaped."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from panan_spider.core.clock import local_time
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import RunReport
from panan_spider.core.translations import HTML_LANGUAGE, LANGUAGES, N_, translator
from panan_spider.report import vocabulary
from panan_spider.report.page import plots
from panan_spider.report.page.plots import Coverage
from panan_spider.report.vocabulary import is_english, worded
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

    def of_year(year: plots.PlotYear) -> str:
        return translate(N_("{articles} on {days} days"), articles=articles(year.articles), days=year.days)

    def look_back(reason: str) -> str:
        return worded(reason if language == "en" else vocabulary.LOOK_BACK.get(reason, reason), language)

    return {
        "site": title_of(site), "lang": language, "html_lang": HTML_LANGUAGE[language], "_": translate, "word": word,
        "other": next(one for one in LANGUAGES if one != language), "articles": articles, "of_year": of_year,
        "span": lambda seconds: vocabulary.span(seconds, translate), "page_name": lambda name: page_name(name, language),
        "worded": lambda text: worded(text, language), "is_english": is_english,
        "look_back": look_back,
        "check_name": lambda name: name if language == "en" else vocabulary.CHECKS.get(name, name),
    }  # fmt: skip


def report_page(report: RunReport, coverage: Coverage, site: Site, language: str = "en") -> str:
    """The page of one report in one language."""
    requests, received = plots.timeline(report.course)
    quiet = [(name, period) for name, periods in coverage.quiet_sections().items() for period in periods]
    calendar = plots.calendar(coverage, site.first_year)
    words = _vocabulary(language, site)
    ending = vocabulary.ENDINGS[ExitCode(report.exit_code)]
    return _PAGES.get_template("report.html").render(
        **words,
        report=report,
        ending=words["word"](ending),
        colour=ending[2],
        noted=vocabulary.warnings(report.checks),
        calendar=calendar,
        empty=plots.empty_years(calendar),
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


def index_page(runs: Sequence[Mapping[str, Any]], site: Site, language: str = "en") -> str:
    """The list of runs, newest first, each as `ledger.queries.summaries` gives it."""
    rows = [
        {**run, "ending": vocabulary.ENDINGS.get(ExitCode(run["exit_code"])) if run["exit_code"] is not None else None}
        for run in runs
    ]
    return _PAGES.get_template("index.html").render(**_vocabulary(language, site), runs=rows)
