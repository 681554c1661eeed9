"""Schedule: the times at which a site is crawled, as five cron fields in China's time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

from panan_spider.core.clock import SITE_TIME

#: Field, its first and its last value. Day of the week: 0 and 7 are Sunday.
_FIELDS: Final = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))

#: Days to look for a tick in: `0 0 29 2 *` comes every four years, eight around a year without a leap day.
_DAYS: Final = 366 * 8 + 2


@dataclass(frozen=True)
class Schedule:
    """Minutes, hours, days of the month, months and weekdays (0 is Sunday) of the ticks."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool  # the day of the month is `*`
    any_weekday: bool  # the weekday is `*`

    @classmethod
    def parse(cls, text: str) -> Self:
        """Five fields of `*`, `n`, `a-b`, `*/n`, `a-b/n` and commas. Raises ValueError, which names the field."""
        words = text.split()
        if len(words) != len(_FIELDS):
            raise ValueError(f"{text!r} has {len(words)} fields, a schedule has five")
        minutes, hours, days, months, weekdays = (
            _values(word, *field) for word, field in zip(words, _FIELDS, strict=True)
        )
        found = cls(
            tuple(sorted(minutes)),
            tuple(sorted(hours)),
            frozenset(days),
            frozenset(months),
            frozenset(day % 7 for day in weekdays),
            words[2] == "*",
            words[4] == "*",
        )
        if found.after(datetime(2000, 1, 1, tzinfo=UTC)) is None:
            raise ValueError(f"{text!r} never comes")
        return found

    def before(self, now: datetime) -> datetime | None:
        """The latest tick at or before `now`, UTC; None where the last eight years had none."""
        local = now.astimezone(SITE_TIME)
        earlier = (tick for days in range(_DAYS) for tick in reversed(self._ticks(local - timedelta(days))))
        found = next((tick for tick in earlier if tick <= local), None)
        return found and found.astimezone(UTC)

    def after(self, now: datetime) -> datetime | None:
        """The first tick after `now`, UTC; None where the next eight years have none."""
        local = now.astimezone(SITE_TIME)
        later = (tick for days in range(_DAYS) for tick in self._ticks(local + timedelta(days)))
        found = next((tick for tick in later if tick > local), None)
        return found and found.astimezone(UTC)

    def _ticks(self, day: datetime) -> list[datetime]:
        """The ticks of one day, in order."""
        if day.month not in self.months or not self._is_day(day):
            return []
        start = day.replace(hour=0, minute=0, second=0, microsecond=0)
        return [start.replace(hour=hour, minute=minute) for hour in self.hours for minute in self.minutes]

    def _is_day(self, day: datetime) -> bool:
        """Cron's rule: with both days given, either is enough."""
        of_month, of_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        if self.any_day or self.any_weekday:
            return of_month and of_week
        return of_month or of_week


def _values(word: str, name: str, first: int, last: int) -> set[int]:
    found: set[int] = set()
    for part in word.split(","):
        span, slash, step = part.partition("/")
        low, dash, high = (str(first), "-", str(last)) if span == "*" else span.partition("-")
        numbers = (low, high if dash else low, step if slash else "1")
        if not all(number.isascii() and number.isdigit() for number in numbers):
            raise ValueError(f"{name}: {part!r} is no value")
        start, end, by = map(int, numbers)
        if not (first <= start <= end <= last) or by < 1:
            raise ValueError(f"{name}: {part!r} is not within {first}-{last}")
        found |= set(range(start, end + 1, by))
    return found
