"""Progress: a table that stays at the foot of a terminal, and elsewhere a line a minute in the log."""

import logging
import sys
import time
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

from panan_spider.extensions import json_log
from panan_spider.extensions.tally import Tally
from panan_spider.items import Article

logger = logging.getLogger(__name__)

_SECONDS: Final = 0.5
_MOST_SECTIONS: Final = 10


def on_terminal() -> bool:
    """Whether somebody looks on: stderr is a terminal that can be painted, and the log is no JSON."""
    return not json_log.installed() and Console(stderr=True).is_terminal and not Console(stderr=True).is_dumb_terminal


class ProgressExtension:
    """Shows or logs how far the run is. For other spiders than ours Scrapy's own line a minute stays."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler, self._live = crawler, on_terminal()
        self._seconds = _SECONDS if self._live else crawler.settings.getfloat("LOGSTATS_INTERVAL")
        crawler.signals.connect(self._opened, signal=signals.spider_opened)
        crawler.signals.connect(self._stored, signal=signals.item_scraped)
        crawler.signals.connect(self._closed, signal=signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Any:
        """Scrapy's way to make one."""
        return cls(crawler) if hasattr(crawler.spider, "section_reports") else LogStats.from_crawler(crawler)

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
