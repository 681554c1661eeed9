"""What the checks look at: one run's facts, and what earlier runs and the archive give to compare them with."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from statistics import median
from typing import Final

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Figures, Verdict

NO_HISTORY: Final = "no history yet"


@dataclass(frozen=True)
class RunContext:
    """One run and its past. `history` are the figures of earlier whole runs, newest first."""

    figures: Figures
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    fresh_quarantine: Mapping[Outcome, int] = field(default_factory=dict)
    statuses: Mapping[int, int] = field(default_factory=dict)  # answers by HTTP status, retries included
    unread: frozenset[str] = frozenset()  # sections that could not be read to their end
    history: Sequence[Figures] = ()
    posting_days: Mapping[str, Sequence[date]] = field(
        default_factory=dict
    )  # by section, of stored articles, ascending
    watched_since: date | None = None  # the first run that saw the site

    @property
    def day(self) -> date:
        """The day of the run, at the site."""
        return date.fromisoformat(self.figures.day)


def found(name: str, verdict: Verdict, value: object, threshold: str, sentence: str) -> CheckResult:
    """A check's word."""
    return CheckResult(name=name, verdict=verdict, value=str(value), threshold=threshold, sentence=sentence)


def unjudged(name: str, why: str) -> CheckResult:
    """A check that has nothing to judge by, and says so."""
    return found(name, "none", "–", "–", why)


def percent(share: float) -> str:
    """`4.2 %`."""
    return f"{100 * share:.1f} %"


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed. Raises ValueError for none."""
    if not values:
        raise ValueError("no quantile of nothing")
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def middle(values: Sequence[float]) -> float:
    """The median. Raises statistics.StatisticsError for none."""
    return float(median(values))
