"""Run pages: the runs of an archive and their verdicts, from the reports they left in runs/."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup, escape

from panan_spider.archive.store.files import RUNS_FOLDER
from panan_spider.core.outcomes import ExitCode
from panan_spider.core.translations import N_, Translate
from panan_spider.publish.browse.page_render import PageData, PageNotFound, RenderContext, paginate, skipped
from panan_spider.publish.browse.routes import Route
from panan_spider.report.vocabulary import ENDINGS, OUTCOMES, WALKS, is_english, worded

RUNS_A_PAGE: Final = 100
#: Keys of a report that a page shows. A run of another command leaves some of them out.
_SHOWN: Final = (
    "command", "exit_code", "reason", "started", "finished", "arguments", "requests", "bytes_received", "discovered",
    "outcomes", "sums_match", "sections", "gaps_count", "gaps",
)  # fmt: skip

#: Lists of articles of a report, and how many rows of each a page shows.
_LISTS: Final = ("new", "corrections", "removals")
_MOST_LISTED: Final = 100

#: The name of a run: nothing that leads out of the folder.
NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,80}")
#: A file that a run leaves for people and programs.
FILE: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,80}\.((zh\.)?html|json)")

#: A file of a run of one of many archives: the site's key, then the file.
_OF_A_SITE: Final = re.compile(r"(?P<site>[a-z0-9][a-z0-9-]{0,39})-(?P<file>\d{8}T\d{6}Z-.+)")

_UNREADABLE: Final = ("Its report cannot be read", "报告无法读取", "bad")


@dataclass(frozen=True)
class RunSummary:
    """One run. `ending` is how it ended, in English and in Chinese, and its colour (good, soon, bad); `report` is all it left.

    `seconds` is None where it did not say; `has_page` whether there is an HTML report beside it.
    """

    name: str
    ending: tuple[str, str, str]
    seconds: int | None
    has_page: bool
    report: Mapping[str, Any]


def ending(code: object) -> tuple[str, str, str]:
    """Ending of a run by its exit code: English, Chinese, colour. An unknown code is shown as a number."""
    known = code if isinstance(code, int) and code in set(ExitCode) else None
    return ENDINGS[ExitCode(known)] if known is not None else (f"Exit code {code}", "未知退出码", "soon")


def run_names(data: Path) -> list[str]:
    """The names of all runs that left a report, newest first; of many archives, behind the key of each one's folder."""
    found = [("", path.stem) for path in (data / RUNS_FOLDER).glob("*.json")]
    if not (data / RUNS_FOLDER).is_dir():
        found = [(f"{path.parts[-3]}-", path.stem) for path in data.glob(f"*/{RUNS_FOLDER}/*.json")]
    named = [(run, site) for site, run in found if NAME.fullmatch(f"{site}{run}")]
    return [site + run for run, site in sorted(named, reverse=True)]


def _run_path(data: Path, name: str) -> Path:
    """Path of a file of a run, by the run's name and an ending."""
    if not (data / RUNS_FOLDER).is_dir() and (found := _OF_A_SITE.fullmatch(name)) is not None:
        return data / found["site"] / RUNS_FOLDER / found["file"]
    return data / RUNS_FOLDER / name


def run_of(data: Path, name: str) -> RunSummary | None:
    """One run by its name; None where there is none. A report that cannot be read is a run whose ending says so."""
    path = _run_path(data, f"{name}.json")
    if not NAME.fullmatch(name) or not path.is_file():
        return None
    report = _read(path)
    ended = _UNREADABLE if report is None else ending(report.get("exit_code"))
    given = dict.fromkeys(_SHOWN) | (report or {})
    return RunSummary(name, ended, _seconds(given), report_file(data, f"{name}.html") is not None, given)


def report_files(data: Path) -> list[str]:
    """The names of all files that runs left for people and programs."""
    return sorted(path.name for path in (data / RUNS_FOLDER).glob("*.*") if FILE.fullmatch(path.name))


def report_file(data: Path, name: str) -> Path | None:
    """Path of a file that a run left, by its name; None where there is none."""
    path = _run_path(data, name)
    return path if FILE.fullmatch(name) and path.is_file() else None


def _read(path: Path) -> dict[str, Any] | None:
    try:
        report = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def _seconds(report: Mapping[str, Any]) -> int | None:
    try:
        started, finished = (datetime.fromisoformat(report[name]) for name in ("started", "finished"))
        return int((finished - started).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def duration(seconds: int | None, translate: Translate) -> str:
    """A duration as people read it: `7 s`, `12 min`, `3 h 05 min`; a dash where none is known."""
    if seconds is None:
        return "–"
    if seconds < 120:
        return translate(N_("{seconds} s"), seconds=seconds)
    minutes = seconds // 60
    if minutes < 120:
        return translate(N_("{minutes} min"), minutes=minutes)
    return translate(N_("{hours} h {minutes} min"), hours=minutes // 60, minutes=f"{minutes % 60:02}")


def _words(context: RenderContext) -> dict[str, Any]:
    """The vocabulary of reports in the page's language, as functions for a template."""
    translate = context.translate
    outcomes = {outcome.value: words for outcome, words in OUTCOMES.items()}
    return {
        "outcome_label": lambda name: outcomes.get(str(name), (str(name), "其他"))[context.language == "zh"],
        "walk_label": lambda name: WALKS.get(str(name), (str(name), "其他"))[context.language == "zh"],
        "reason": lambda text: _reason(text, context.language),
        "duration": lambda seconds: duration(seconds, translate),
        "report_name": lambda run: _report_name(context, run),
        "ending_label": lambda run: run.ending[1] if context.language == "zh" else run.ending[0],
    }


def _reason(text: object, language: str) -> Markup:
    """A reason of a report in the page's language; text of another program is marked as English."""
    words = worded(str(text or "–"), language)
    return (
        Markup("<span lang='en'>{}</span>").format(words) if language != "en" and is_english(words) else escape(words)
    )


def _report_name(context: RenderContext, run: RunSummary) -> str:
    """The HTML report of a run in the page's language; an older run has one in English alone."""
    name = f"{run.name}.{context.language}.html"
    return name if report_file(context.data, name) is not None else f"{run.name}.html"


def runs(context: RenderContext, route: Route) -> PageData:
    """All runs, newest first."""
    named = run_names(context.data)
    pagination = paginate(route.page, len(named), RUNS_A_PAGE)
    shown = named[skipped(route.page, RUNS_A_PAGE) :][:RUNS_A_PAGE]
    found = [run for name in shown if (run := run_of(context.data, name)) is not None]
    return PageData("runs.html", {"runs": found, "pagination": pagination, **_words(context)})


def run(context: RenderContext, route: Route) -> PageData:
    """One run: its sums, its sections, what is missing."""
    found = run_of(context.data, route.key)
    if found is None:
        raise PageNotFound(f"run {route.key}")
    missing = [gap for gap in (found.report["gaps"] or ()) if isinstance(gap, dict)]
    entries = {name: _entries(context, found, name) for name in _LISTS}
    lists = [(name, found.report.get(f"{name}_count", len(rows)), rows) for name, rows in entries.items() if rows]
    given = {"run": found, "report": found.report, "missing": missing, "lists": lists, **_words(context)}
    return PageData("run.html", given)


def _entries(context: RenderContext, run: RunSummary, name: str) -> list[Mapping[str, Any]]:
    """The articles of one list of a report, each with `stored`: the archive has a copy of its own."""
    listed = run.report.get(name)
    rows = [row for row in listed[:_MOST_LISTED] if isinstance(row, dict)] if isinstance(listed, list) else []
    site = _OF_A_SITE.fullmatch(run.name)
    prefix = f"{site['site']}-" if site is not None and context.sites else ""
    known = context.index.number_of
    found = ({**row, "id": f"{prefix}{row.get('id')}"} for row in rows)
    return [{**row, "stored": known(row["id"]) is not None} for row in found]
