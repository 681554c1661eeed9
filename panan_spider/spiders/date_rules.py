"""Date rules: the day of a list row, the look-back, and which days since= and until= rule out. No request."""

from collections.abc import Iterable
from datetime import date, timedelta

from panan_spider.core.clock import now
from panan_spider.extract.results import ListRow


def day_of(row: ListRow) -> date | None:
    """The day an article was put on the web, as its address, else the list, tells it."""
    return row.posted or row.date


def no_later_than_now(day: date | None) -> date | None:
    """`day`; None where it lies in the future: a slip of the pen must not end the look-back of a section."""
    return day if day is not None and day <= now().date() + timedelta(days=1) else None


def look_back(day: date, days: int) -> date:
    """`days` days before `day`; the first of all days where there are not so many."""
    return day - timedelta(days=min(days, day.toordinal() - 1))


def all_before(rows: Iterable[ListRow], day: date) -> bool:
    """Whether every row has a day, and one before `day`."""
    return all((own := day_of(row)) is not None and own < day for row in rows)
