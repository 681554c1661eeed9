"""Look-back schedules on the same corrections: rechecks a night and nights until a correction is seen. Dates alone, no network."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from panan_spider.archive.ledger.url_outcomes import AGES, SAMPLE, next_age

#: Days after publication over which corrections are spread evenly. Fixed before the schedule was written.
SPREADS: Final = (14, 30)
#: Articles a day, days of publication, share of articles that are corrected once.
A_DAY: Final = 11
DAYS: Final = 365
SHARE: Final = 0.1
NIGHTLY_DAYS: Final = 30

_BEGIN: Final = date(2025, 1, 1)
#: Plans the recheck behind an answer: publication, day of the answer → day of the next one, None for none.
Plan = Callable[[date, date], date | None]


@dataclass(frozen=True)
class LookBack:
    """What one schedule costs and finds. Delays are nights behind the first night that could see the change."""

    rechecks: int
    corrections: int
    mean_delay: float
    mean_removal_delay: float  # a removal counts when the night after finds it again
    unseen: int  # corrections that only the sample of the old can find
    per_night: float


def nightly(posted: date, answered: date) -> date | None:
    """Ask every article of the last 30 days each night."""
    return answered + timedelta(days=1) if (answered - posted).days < NIGHTLY_DAYS else None


def by_age(posted: date, answered: date) -> date | None:
    """Ask at the ages of the ledger's schedule."""
    planned = next_age(posted, answered)
    return None if planned is None else planned[0]


def corrections(spread: int, seed: int = 1) -> Iterator[tuple[date, date | None]]:
    """(publication, day of the correction or None) of every article of a year; both days are over when a night's run begins."""
    rng = Random(f"corrections/{spread}/{seed}")
    for day in range(DAYS):
        posted = _BEGIN + timedelta(days=day)
        for _article in range(A_DAY):
            corrected = rng.random() < SHARE
            back = rng.randrange(spread)
            yield posted, posted + timedelta(days=back) if corrected else None


def measure(plan: Plan, spread: int, *, sample: int = 0) -> LookBack:
    """One schedule on the corrections of a year: an article is stored the night behind its publication."""
    rechecks, delays, unseen = sample * DAYS, [], 0
    for posted, corrected in corrections(spread):
        night, seen = posted + timedelta(days=1), None
        pending = corrected is not None and corrected >= night  # what stood at the first reading is no correction
        due = plan(posted, night)
        while due is not None:
            rechecks, night = rechecks + 1, due
            if pending and seen is None and corrected is not None and corrected < night:
                seen = night
                delays.append((night - corrected).days - 1)
                due = night + timedelta(days=1)  # what has changed is asked again the night after
            else:
                due = plan(posted, night)
        unseen += pending and seen is None
    mean = sum(delays) / len(delays)
    return LookBack(rechecks, len(delays) + unseen, mean, mean + 1, unseen, rechecks / DAYS)


def compare(spread: int) -> tuple[LookBack, LookBack]:
    """(every night for 30 days, by age with the sample) on the same corrections."""
    return measure(nightly, spread), measure(by_age, spread, sample=SAMPLE)


def ages() -> str:
    """The ages in words."""
    return ", ".join(map(str, AGES))
