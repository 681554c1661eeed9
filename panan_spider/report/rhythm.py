"""Months in which a section is suspiciously empty, by its own rhythm. Pure.

A section that prints one article a month has empty months every year, and nothing is wrong; one that prints thirty has none.
So what counts is not a number but how unlikely the emptiness is, as a Poisson process of the section's own pace around it.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from statistics import median
from typing import Final

#: Months on either side of an empty stretch that say how much a section prints.
AROUND: Final = 12

#: An emptiness less likely than this is suspicious. One month alone is, for a section that prints seven a month or more.
UNLIKELY: Final = 0.001

#: A month with less than this share of the usual is as good as empty.
_THIN: Final = 0.1


@dataclass(frozen=True, slots=True)
class QuietMonths:
    """A suspicious stretch of months, first and last inclusive: `found` articles where about `expected` are usual."""

    first: str
    last: str
    months: int
    found: int
    expected: float


def quiet_months(counts: Mapping[str, int]) -> list[QuietMonths]:
    """Suspicious stretches between the first and the last month of `counts` (`2020-03` → articles), in order."""
    dated = [month for month in counts if month]
    months = list(_months(min(dated, default=""), max(dated, default="")))
    series = [counts.get(month, 0) for month in months]
    thin = [_is_thin(series, at) for at in range(len(series))]
    found = []
    for is_thin, group in groupby(range(len(series)), key=lambda at: thin[at]):
        stretch = list(group)
        if is_thin and (quiet := _judged(months, series, stretch[0], stretch[-1])) is not None:
            found.append(quiet)
    return found


def _judged(months: list[str], series: list[int], first: int, last: int) -> QuietMonths | None:
    length, found = last - first + 1, sum(series[first : last + 1])
    expected = length * min(sum(side) / max(1, len(side)) for side in _sides(series, first, last))
    if chance_of_at_most(found, expected) >= UNLIKELY:
        return None
    return QuietMonths(months[first], months[last], length, found, round(expected, 1))


def _is_thin(series: list[int], at: int) -> bool:
    return series[at] == 0 or series[at] < _THIN * min(median(side or [0]) for side in _sides(series, at, at))


def _sides(series: list[int], first: int, last: int) -> tuple[list[int], list[int]]:
    """The months before and those after. The lower of the two paces is the measure: a change of pace is no gap."""
    return series[max(0, first - AROUND) : first], series[last + 1 : last + 1 + AROUND]


def chance_of_at_most(found: int, expected: float) -> float:
    """The probability that a Poisson process with the mean `expected` gives `found` or fewer."""
    if expected <= 0:
        return 1.0
    logs = (number * math.log(expected) - expected - math.lgamma(number + 1) for number in range(found + 1))
    return min(1.0, math.fsum(map(math.exp, logs)))


def _months(first: str, last: str) -> Iterator[str]:
    if not first:
        return
    year, month = int(first[:4]), int(first[5:7])
    while (name := f"{year:04d}-{month:02d}") <= last:
        yield name
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
