"""The end of a run in ten lines, for whoever sits at the terminal."""

from pathlib import Path
from typing import Final

from rich.console import Console
from rich.text import Text

from panan_spider.core.outcomes import ExitCode
from panan_spider.core.run_report import RunReport
from panan_spider.report.page.page_words import ENDINGS, STATES, size, span, warnings

_STYLES: Final = {"good": "bold green", "soon": "bold yellow", "bad": "bold red"}
_MOST_NAMED: Final = 3


def summary_lines(report: RunReport, folder: Path) -> list[tuple[str, str]]:
    """Ten lines, each a word and what there is to say of it."""
    noted = [f"{check.name}: {check.verdict}" for check in warnings(report.checks)]
    more = f" and {len(noted) - _MOST_NAMED} more" if len(noted) > _MOST_NAMED else ""
    judged = sum(check.verdict != "none" for check in report.checks)
    rows = sum(walk.rows for walk in report.sections)
    return [
        ("verdict", f"{ENDINGS[ExitCode(report.exit_code)][0]} (exit code {report.exit_code})"),
        ("why", report.reason),
        ("the site", STATES[report.state][0]),
        ("articles", f"{report.new_count} new, {report.corrections_count} corrected, {report.removals_count} removed"),
        ("lists", f"{len(report.sections)} sections, {sum(w.pages for w in report.sections)} pages, {rows} rows"),
        ("requests", f"{report.requests}, {size(report.bytes_received)} in {span(report.figures.seconds)}"),
        ("checks", ", ".join(noted[:_MOST_NAMED]) + more if noted else f"{judged} judged, nothing to say"),
        ("gaps", f"{report.gaps_count} addresses whose content the archive lacks"),
        ("archive", str(folder / "articles.jsonl")),
        ("report", str(folder / "runs" / f"{report.run}.html")),
    ]


def summarize(report: RunReport, folder: Path) -> None:
    """Print them to stderr."""
    console = Console(stderr=True)
    style = _STYLES[ENDINGS[ExitCode(report.exit_code)][2]]
    for number, (word, said) in enumerate(summary_lines(report, folder)):
        line = Text(f"{word:>9}  ", style="dim") + Text(said, style=style if number == 0 else "")
        console.print(line, soft_wrap=True)
