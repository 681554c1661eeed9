"""Runs made up for the checks: figures of one run, and of the many before it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from panan_spider.core.run_report import Figures, SectionFigures
from panan_spider.report.checks.run_checks import CheckAnswer, RunContext

TODAY = date(2026, 3, 7)
NAMES = ("书记", "时政", "视频")

Judge = Callable[[RunContext], CheckAnswer]


def section(front: int | None = 20, *, new: int = 0, newest: date | None = TODAY) -> SectionFigures:
    """A section whose page one holds `front` links."""
    return SectionFigures(front=front, rows=front or 0, new=new, newest=None if newest is None else newest.isoformat())


def figures(day: date = TODAY, **changes: Any) -> Figures:
    """A quiet whole run on `day`: three sections of 20 links each, nothing new."""
    values: dict[str, Any] = {
        "day": day.isoformat(),
        "whole": True,
        "full": False,
        "sections": {name: section() for name in NAMES},
        "coverage": {},
        "new": 0,
        "late": 0,
        "gone": [],
        "drift": [],
        "seconds": 60.0,
        "peak_mib": 120.0,
    }
    return Figures(**(values | changes))


def nights(count: int, make: Callable[[date], Figures] = figures, until: date = TODAY) -> list[Figures]:
    """`count` runs, one a night, the newest on the day before `until`, newest first."""
    return [make(until - timedelta(days=back)) for back in range(1, count + 1)]


def seen(now: Figures | None = None, history: Sequence[Figures] = (), **other: Any) -> RunContext:
    """What the checks look at."""
    return RunContext(figures() if now is None else now, history=history, **other)


def printed(articles: int, fields: Mapping[str, int], part: str = "书记") -> dict[str, dict[str, dict[str, int]]]:
    """A coverage: so many articles of one template in one section, and how many of them have which field."""
    return {"enorth_b": {part: {"articles": articles, **fields}}}


def days_with_gaps(gaps: Sequence[int], last: date) -> list[date]:
    """Days that far apart, ascending, the last of them `last`."""
    days = [last]
    for gap in reversed(gaps):
        days.append(days[-1] - timedelta(days=gap))
    return days[::-1]


def irregular(seed: int, mean: float, last: date, years: int = 2) -> list[date]:
    """Days of a section that prints now and then: gaps spread as chance spreads them."""
    dice, days, day = Random(seed), list[date](), last - timedelta(days=365 * years)
    while day <= last:
        days.append(day)
        day += timedelta(days=1 + int(dice.expovariate(1 / mean)))
    return days
