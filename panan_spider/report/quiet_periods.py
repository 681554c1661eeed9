"""Quiet periods: how long a section may be quiet by its publishing rhythm, and the periods that exceed it. Pure.

One rule serves the check of each run, the report page and `scrapy status`. A section is quiet when it publishes nothing
for longer than `silence_factor` times the gap between posting days that `silence_quantile` of its gaps do not exceed,
and never before `silence_days` (holidays). The gaps are those of `rhythm_days` before the silence and after it; the
longer limit counts, so that a change of pace is no quiet period.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from panan_spider.sites.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class QuietPeriod:
    """Days without an article, `first` and `last` inclusive, where more than `limit` days are out of rhythm."""

    first: date
    last: date
    limit: int
    expected: float  # articles that the slower of the two neighbouring paces would have brought

    @property
    def days(self) -> int:
        """Length in days."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


def quiet_limit(days: Sequence[date], thresholds: Thresholds) -> int | None:
    """Days that may pass after a posting day, by the gaps between `days` (ascending); None with too few gaps to judge by."""
    return None if len(days) <= thresholds.silence_gaps else _limit(days, thresholds)


def _limit(days: Sequence[date], thresholds: Thresholds) -> int:
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    usual = thresholds.silence_factor * quantile(gaps, thresholds.silence_quantile)
    return max(thresholds.silence_days, round(usual))


def recent(days: Sequence[date], today: date, thresholds: Thresholds) -> Sequence[date]:
    """The days of `days` (ascending) that the rhythm of `today` is judged by."""
    return days[bisect_left(days, today - timedelta(days=thresholds.rhythm_days)) : bisect_right(days, today)]


def quiet_periods(counts: Mapping[str, int], thresholds: Thresholds) -> list[QuietPeriod]:
    """Quiet periods between the first and the last posting day of `counts` (`2020-03-07` → articles), oldest first."""
    days = [date.fromisoformat(day) for day in sorted(counts)]
    numbers = [counts[day] for day in sorted(counts)]
    # No limit is shorter than `silence_days`, so only longer gaps need a closer look.
    long = [
        index
        for index, (earlier, later) in enumerate(pairwise(days))
        if (later - earlier).days > thresholds.silence_days
    ]
    periods = (_quiet_period(days, numbers, index, thresholds) for index in long)
    return [period for period in periods if period is not None]


def _quiet_period(
    days: Sequence[date], numbers: Sequence[int], index: int, thresholds: Thresholds
) -> QuietPeriod | None:
    """The gap behind `days[index]` as a quiet period; None where it is within the rhythm of either side.

    Both sides must have a gap, and one of them enough gaps for a rhythm: the silence before the newest article of a
    section cannot be told from a change of pace.
    """
    span = timedelta(days=thresholds.rhythm_days)
    begin = bisect_left(days, days[index] - span)
    end = bisect_right(days, days[index + 1] + span)
    sides = (begin, index + 1), (index + 1, end)
    if min(b - a for a, b in sides) < 2 or max(b - a for a, b in sides) <= thresholds.silence_gaps:
        return None
    limit = max(_limit(days[a:b], thresholds) for a, b in sides)
    gap = (days[index + 1] - days[index]).days
    if gap <= limit:
        return None
    paces = [sum(numbers[a:b]) / ((days[b - 1] - days[a]).days + 1) for a, b in sides]
    first, last = days[index] + timedelta(days=1), days[index + 1] - timedelta(days=1)
    return QuietPeriod(first, last, limit, round((gap - 1) * min(paces), 1))


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed. Raises ValueError for no values."""
    if not values:
        raise ValueError("no quantile of nothing")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
