"""Progress of a crawl: counts of the run, shown on a terminal (`terminal`), else logged in a line a minute."""

import logging
import os
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass
from typing import Any, Final

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.extensions.logstats import LogStats
from scrapy.utils.asyncio import create_looping_call

from panan_spider.extensions import log_formatter
from panan_spider.items import Article

logger = logging.getLogger(__name__)

#: Seconds between two paintings on a terminal.
_SECONDS: Final = 0.5
#: Seconds over which the rate is measured.
_WINDOW: Final = 180.0

_NO_SECTION: Final = "–"
#: By these, rich takes a stream for a terminal that is none.
_FORCED: Final = frozenset({"FORCE_COLOR", "TTY_COMPATIBLE"})


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
    if log_formatter.installed() or not (sys.stderr.isatty() or _FORCED & os.environ.keys()):
        return False  # a scheduled run: rich, 22 ms of processor and 1.7 MB, is not imported
    from rich.console import Console

    console = Console(stderr=True)
    return console.is_terminal and not console.is_dumb_terminal


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
        self._screen = None
        if self._live:
            from panan_spider.extensions.terminal import Screen

            self._screen = Screen(self._tally)
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
