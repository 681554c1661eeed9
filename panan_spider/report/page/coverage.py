"""What the archive covers, as a page shows it: which days have articles, which have none, and which gaps are out of rhythm."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Final, NamedTuple

#: Days of the plot by day and section, up to the newest article's.
DAYS_SHOWN: Final = 90

#: A stretch without articles is a gap beyond so many times the stretch that 95 of 100 do not exceed, and so many days.
_FACTOR: Final = 3
_LEAST: Final = 16


@dataclass(frozen=True)
class Coverage:
    """Stored articles by day (`2020-03-07`), and by section and day for the last days."""

    by_day: Mapping[str, int] = field(default_factory=dict)
    by_section: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def days(self) -> list[date]:
        """The days with an article, oldest first."""
        return [date.fromisoformat(day) for day in sorted(self.by_day)]

    @property
    def last(self) -> date | None:
        """The newest day with an article; None for an empty archive."""
        return date.fromisoformat(max(self.by_day)) if self.by_day else None


class DateRange(NamedTuple):
    """Days without an article, first and last inclusive."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many."""
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first} – {self.last}"


def gaps(days: Sequence[date]) -> list[DateRange]:
    """The stretches between `days` (ascending) that are out of their rhythm."""
    empty = [DateRange(before + timedelta(1), after - timedelta(1)) for before, after in pairwise(days)]
    lengths = sorted(stretch.days for stretch in empty)
    if not lengths:
        return []
    usual = lengths[min(len(lengths) - 1, len(lengths) * 95 // 100)]
    return [stretch for stretch in empty if stretch.days > max(_LEAST, _FACTOR * usual)]


def shown_days(last: date) -> list[date]:
    """The days of the plot by day and section."""
    return [last - timedelta(days=back) for back in range(DAYS_SHOWN - 1, -1, -1)]
