"""Nights: runs with nothing new over archives of different size, and look-back schedules on the same corrections (dates alone)."""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any, Final

from benchmarks.archives import fill
from benchmarks.crawling import Crawl, panan
from benchmarks.measure import cpu_seconds, demo_site
from panan_spider.archive.ledger.url_outcomes import AGES, SAMPLE, next_age
from panan_spider.archive.store.archive import Archive

#: Articles of the demo site that each archive holds; the rest are older, and no list names them.
SITE: Final = 300


@dataclass(frozen=True)
class QuietNight:
    """A run with nothing new over an archive of `stored` articles; `opening` is the CPU seconds of opening it alone."""

    stored: int
    requests: int
    opening: float
    crawl: Crawl


def quiet_nights(sizes: Sequence[int]) -> list[QuietNight]:
    """One run for each size, all over the same site and from the same first crawl."""
    out = []
    with demo_site(SITE) as proxy, tempfile.TemporaryDirectory() as name:
        first = Path(name) / "first"
        panan(proxy, Path(name), first)
        for size in sizes:
            data = Path(name) / str(size)
            shutil.copytree(first, data)
            fill(data, size - SITE)
            opening = cpu_seconds(lambda data=data: _open(data))  # type: ignore[misc]
            crawl = panan(proxy, Path(name), data)
            out.append(QuietNight(size, _report(data)["requests"], opening, crawl))
            shutil.rmtree(data)
    return out


def _open(data: Path) -> None:
    Archive.open(data, run_id="open", args={}).close({"exit_code": 0})


def _report(data: Path) -> dict[str, Any]:
    newest = max((data / "runs").glob("2*.json"), key=lambda path: path.stat().st_mtime)
    found: dict[str, Any] = json.loads(newest.read_text("utf-8"))
    return found


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


def every_night(posted: date, answered: date) -> date | None:
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


def compare_schedules(spread: int) -> tuple[LookBack, LookBack]:
    """(every night for 30 days, by age with the sample) on the same corrections."""
    return measure(every_night, spread), measure(by_age, spread, sample=SAMPLE)


def ages() -> str:
    """The ages in words."""
    return ", ".join(map(str, AGES))
