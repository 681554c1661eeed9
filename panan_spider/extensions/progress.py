"""Progress of a crawl: a table at the foot of a terminal, else a log line a minute; the summary at the end."""

import logging
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text
from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.extensions.logstats import LogStats
from scrapy.utils.asyncio import create_looping_call

from panan_spider.core.outcomes import ExitCode
from panan_spider.core.run_report import RunReport
from panan_spider.extensions import log_formatter
from panan_spider.items import Article
from panan_spider.report.vocabulary import ENDINGS, STATES, size, span, warnings

logger = logging.getLogger(__name__)

_SECONDS: Final = 0.5
_MOST_SECTIONS: Final = 10
#: Seconds over which the rate is measured.
_WINDOW: Final = 180.0

_NO_SECTION: Final = "–"
_STYLES: Final = {"good": "bold green", "soon": "bold yellow", "bad": "bold red"}
_MOST_NAMED: Final = 3


@dataclass(frozen=True)
class SectionTally:
    """One section: list pages walked, articles its lists named, articles stored; `open` while its walk goes on."""

    name: str
    pages: int
    rows: int
    stored: int
    open: bool


class Tally:
    """Counts of one run, read off the spider each time."""

    def __init__(self, spider: Any) -> None:
        self._spider = spider
        self.stored: Counter[str] = Counter()
        self._past: deque[tuple[float, int]] = deque()

    def note(self, article: Any) -> None:
        """An article was stored, new or revised."""
        sections = article.listed_in or ([article.section] if article.section else [])
        self.stored[sections[0] if sections else _NO_SECTION] += 1

    @property
    def pages(self) -> int:
        """List pages walked."""
        return sum(section.pages for section in self.sections())

    @property
    def met(self) -> int:
        """Articles the run has met so far."""
        articles = getattr(self._spider, "articles", None)
        return 0 if articles is None else len(articles.frontier)

    @property
    def left(self) -> int:
        """Articles met and not done."""
        articles = getattr(self._spider, "articles", None)
        return 0 if articles is None else articles.frontier.waiting + len(articles.open)

    def sections(self) -> list[SectionTally]:
        """Every section walked so far, in the order of their walks' ends, those under way last."""
        found: dict[str, SectionTally] = {}
        session, lists = getattr(self._spider, "session", None), getattr(self._spider, "lists", None)
        for report in () if session is None else session.section_reports:
            self._add(found, report["name"], report["pages"], report["rows"], is_open=False)
        for walk in () if lists is None else lists.walks.values():
            self._add(found, walk.name, walk.pages, walk.rows, is_open=True)
        return list(found.values())

    def _add(self, found: dict[str, SectionTally], name: str, pages: int, rows: int, *, is_open: bool) -> None:
        before = found.get(name, SectionTally(name, 0, 0, 0, False))
        both = before.open or is_open
        found[name] = SectionTally(name, before.pages + pages, before.rows + rows, self.stored[name], both)

    def rate(self, now: float) -> float | None:
        """Articles done a minute, over the last minutes; None before there is a measure. `now` in seconds."""
        done = self.met - self.left
        self._past.append((now, done))
        while now - self._past[0][0] > _WINDOW:
            self._past.popleft()
        began, before = self._past[0]
        return 60 * (done - before) / (now - began) if now > began and done > before else None

    def line(self, now: float) -> str:
        """The counts in one line."""
        parts = [f"{self.pages:,} list pages", f"{self.met - self.left:,} of {self.met:,} articles"]
        parts.append(f"{self.stored.total():,} stored")
        rate = self.rate(now)
        if rate is not None:
            parts += [f"{rate:,.0f} a minute", f"about {spell(60 * self.left / rate)} left"]
        return "panan: " + " · ".join(parts)


def spell(seconds: float) -> str:
    """`40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def on_terminal() -> bool:
    """Whether stderr is a terminal that can be painted, and the log is no JSON."""
    return (
        not log_formatter.installed() and Console(stderr=True).is_terminal and not Console(stderr=True).is_dumb_terminal
    )


class ProgressExtension:
    """Shows or logs the progress of a run. Spiders without a session keep Scrapy's own line a minute."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler, self._live = crawler, on_terminal()
        self._seconds = _SECONDS if self._live else crawler.settings.getfloat("LOGSTATS_INTERVAL")
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._stored, signal=signals.item_scraped)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Any:
        """Scrapy's constructor."""
        return cls(crawler) if hasattr(crawler.spider, "session") else LogStats.from_crawler(crawler)

    def _opened(self, spider: Spider) -> None:
        self._tally = Tally(spider)
        self._screen = Screen(self._tally) if self._live else None
        if self._screen is not None:
            self._screen.start()
        self._task = create_looping_call(self._tell) if self._seconds else None
        if self._task is not None:
            self._task.start(self._seconds, now=False)

    def _stored(self, item: Any) -> None:
        if isinstance(item, Article):
            self._tally.note(item)

    def _tell(self) -> None:
        if self._screen is not None:
            self._screen.show()
        else:
            logger.info(self._tally.line(time.monotonic()))

    def _closed(self) -> None:
        if self._task is not None and self._task.running:
            self._task.stop()
        if self._screen is not None:
            self._screen.stop()


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
        shown = sorted(sections, key=lambda one: (not one.open, -one.stored, -one.rows))[:_MOST_SECTIONS]
        for one in shown:
            style = "bold" if one.open else ""
            table.add_row(Text(one.name), str(one.pages), str(one.rows), str(one.stored), style=style)
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
    for number, (word, said) in enumerate(summary_lines(report, folder)):
        line = Text(f"{word:>9}  ", style="dim") + Text(said, style=style if number == 0 else "")
        console.print(line, soft_wrap=True)
