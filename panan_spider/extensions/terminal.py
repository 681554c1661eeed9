"""Terminal: the table at its foot while a crawl runs, the summary at the end. Imports rich, which a run without a terminal does not."""

import logging
import sys
import time
from pathlib import Path
from typing import Any, Final

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from panan_spider.core.outcomes import ExitCode
from panan_spider.core.run_report import RunReport
from panan_spider.extensions.progress import Tally
from panan_spider.report.vocabulary import ENDINGS, STATES, size, span, warnings

_MOST_SECTIONS: Final = 10
_MOST_NAMED: Final = 3
_STYLES: Final = {"good": "bold green", "soon": "bold yellow", "bad": "bold red"}


class _Above:
    """A stream whose lines stand above the table, each whole: rich's own stream would break long ones at blanks."""

    def __init__(self, console: Console) -> None:
        self._console, self._begun = console, ""

    def write(self, text: str) -> None:
        """Print every line that is complete."""
        *lines, self._begun = (self._begun + text).split("\n")
        for line in lines:
            self._console.print(Text.from_ansi(line), soft_wrap=True)

    def flush(self) -> None:
        """Whole lines are printed at once."""


class Screen:
    """The table at the foot of the terminal. Log lines run above it: their handlers write through it meanwhile."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._console = Console(stderr=True)
        self._screen = Live(console=self._console, transient=True, auto_refresh=False, redirect_stdout=False)
        self._handlers: list[logging.StreamHandler[Any]] = []

    def start(self) -> None:
        """Begin to show."""
        terminal = sys.stderr
        self._screen.start()
        self._handlers = [
            handler
            for handler in logging.root.handlers
            if isinstance(handler, logging.StreamHandler) and handler.stream is terminal
        ]
        for handler in self._handlers:
            handler.setStream(_Above(self._console))
        self._terminal = terminal

    def show(self) -> None:
        """Paint it anew."""
        self._screen.update(self._painted(), refresh=True)

    def stop(self) -> None:
        """Take it away; what was logged stays."""
        self._screen.stop()
        for handler in self._handlers:
            handler.setStream(self._terminal)

    def _painted(self) -> Group:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for name in ("section", "pages", "listed", "stored"):
            table.add_column(name, justify="left" if name == "section" else "right", no_wrap=True)
        sections = self._tally.sections()
        shown = sorted(sections, key=lambda section: (not section.open, -section.stored, -section.rows))[
            :_MOST_SECTIONS
        ]
        for section in shown:
            style = "bold" if section.open else ""
            table.add_row(Text(section.name), str(section.pages), str(section.rows), str(section.stored), style=style)
        if len(sections) > len(shown):
            table.add_row(f"… and {len(sections) - len(shown)} more", "", "", "", style="dim")
        met = self._tally.met
        bar = Table.grid()  # a bar by itself ends without a line feed
        bar.add_row(ProgressBar(total=max(1, met), completed=met - self._tally.left, width=40))
        line = self._tally.line(time.monotonic()).removeprefix("panan: ")
        return Group(table, bar, Text(line, no_wrap=True, overflow="ellipsis"))


def _articles(report: RunReport) -> str:
    """The articles of a run, by what became of them."""
    again = f", {report.rereadings_count} read otherwise" if report.rereadings_count else ""
    return f"{report.new_count} new, {report.corrections_count} corrected, {report.removals_count} removed{again}"


def summary_lines(report: RunReport, folder: Path) -> list[tuple[str, str]]:
    """Ten lines, each a word and its value; the verdict first."""
    noted = [f"{check.name}: {check.verdict}" for check in warnings(report.checks)]
    more = f" and {len(noted) - _MOST_NAMED} more" if len(noted) > _MOST_NAMED else ""
    judged = sum(check.verdict != "none" for check in report.checks)
    rows = sum(walk.rows for walk in report.sections)
    return [
        ("verdict", f"{ENDINGS[ExitCode(report.exit_code)][0]} (exit code {report.exit_code})"),
        ("why", report.reason),
        ("the site", STATES[report.state][0]),
        ("articles", _articles(report)),
        ("lists", f"{len(report.sections)} sections, {sum(w.pages for w in report.sections)} pages, {rows} rows"),
        ("requests", f"{report.requests}, {size(report.bytes_received)} in {span(report.figures.seconds)}"),
        ("checks", ", ".join(noted[:_MOST_NAMED]) + more if noted else f"{judged} judged, nothing to say"),
        ("gaps", f"{report.gaps_count} addresses whose content the archive lacks"),
        ("archive", str(folder / "articles.jsonl")),
        ("report", str(folder / "runs" / f"{report.run}.html")),
    ]


def summarize(report: RunReport, folder: Path) -> None:
    """Print the summary to stderr."""
    console = Console(stderr=True)
    style = _STYLES[ENDINGS[ExitCode(report.exit_code)][2]]
    for number, (word, value) in enumerate(summary_lines(report, folder)):
        line = Text(f"{word:>9}  ", style="dim") + Text(value, style=style if number == 0 else "")
        console.print(line, soft_wrap=True)
