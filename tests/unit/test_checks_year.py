"""A year of nights over a county's news, as irregular as it is: nothing alerts, until something happens."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

import pytest
from checks_runs import figures

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import CheckResult, Figures, SectionFigures
from panan_spider.report.checks.run_checks import RunContext
from panan_spider.report.evaluation import check_results
from panan_spider.sites.thresholds import Thresholds

THRESHOLDS = Thresholds()

FIRST = date(2025, 9, 1)
#: 国庆, 春节, and a week in which the editors were away.
HOLIDAYS = [(date(2025, 10, 1), 8), (date(2026, 2, 14), 11), (date(2026, 5, 20), 7)]


def is_holiday(day: date) -> bool:
    return any(begin <= day < begin + timedelta(days=length) for begin, length in HOLIDAYS)


@dataclass
class County:
    """A county site by seed: what it prints each day in each section, some daily, some twice a year, some in batches."""

    seed: int
    dice: Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = Random(self.seed)

    def printed(self, day: date) -> dict[str, int]:
        if is_holiday(day):
            return {}
        dice, works = self.dice, day.weekday() < 5
        counts = {
            "要闻": dice.randint(2, 9) if works else dice.randint(0, 3),
            "书记": int(dice.random() < (0.5 if works else 0.1)),
            "视频": int(day.weekday() == 4),
            "乡镇": int(dice.random() < 1 / 9),
            "公告": dice.randint(8, 40) if dice.random() < 1 / 25 else 0,
            "专题": int(dice.random() < 1 / 45),
        }
        return {name: count for name, count in counts.items() if count}


@dataclass
class Year:
    """The nights so far. `night` lets one pass, and gives what the checks say of it."""

    county: County
    history: list[Figures] = field(default_factory=list)
    days: dict[str, list[date]] = field(default_factory=dict)

    def past(self) -> None:
        """What the archive holds from before the first run."""
        for back in range(700, 0, -1):
            day = FIRST - timedelta(days=back)
            for name in self.county.printed(day):
                self.days.setdefault(name, []).append(day)

    def night(self, day: date, *, editors: bool = True, silent: str = "", lost: str = "") -> list[CheckResult]:
        """One night: `editors` False loses them from every page, `silent` prints nothing, `lost` lists nothing."""
        counts = {name: count for name, count in self.county.printed(day).items() if name not in (silent, lost)}
        for name in counts:
            self.days.setdefault(name, []).append(day)
        sections = {
            name: SectionFigures(front=20, rows=40, new=counts.get(name, 0), newest=days[-1].isoformat())
            for name, days in self.days.items()
            if name != lost
        }
        coverage = {"enorth_b": {name: self._fields(name, count, editors) for name, count in counts.items()}}
        new = sum(counts.values())
        now = figures(day, sections=sections, coverage=coverage if counts else {}, new=new, seconds=self._seconds(new))
        outcomes = {Outcome.STORED: new, Outcome.UNCHANGED: 30, Outcome.LISTED: 20, Outcome.KNOWN: 200}
        statuses = {200: 40 + new, 429: int(self.county.dice.random() < 0.02), 304: 30}
        history = self.history[: THRESHOLDS.history_runs]
        seen = RunContext(now, THRESHOLDS, outcomes, {}, statuses, frozenset(), history, self.days, FIRST)
        checks = check_results(seen)
        self.history.insert(0, now)
        return checks

    def _fields(self, name: str, count: int, editors: bool) -> dict[str, int]:
        share = {"公告": 0.0, "视频": 0.2}.get(name, 0.95)
        edited = sum(self.county.dice.random() < share for _ in range(count)) if editors else 0
        pictures = sum(self.county.dice.random() < 0.6 for _ in range(count))
        return {"articles": count, "editor": edited, "images": pictures, "published": count, "section": count}

    def _seconds(self, new: int) -> float:
        return 90 + new * self.county.dice.uniform(1, 3)


def nights(count: int) -> Iterator[date]:
    return (FIRST + timedelta(days=number) for number in range(1, count + 1))


def alerts(checks: list[CheckResult]) -> list[str]:
    return [f"{check.name}: {check.sentence}" for check in checks if check.verdict in ("warn", "fail")]


def lived(seed: int, count: int) -> Year:
    year = Year(County(seed))
    year.past()
    for day in nights(count):
        year.night(day)
    return year


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_alerts_in_a_year_of_holidays_batches_and_irregular_sections(seed: int) -> None:
    year = Year(County(seed))
    year.past()
    alerted = {day: said for day in nights(330) if (said := alerts(year.night(day)))}
    assert alerted == {}


@pytest.fixture(scope="module")
def settled() -> Year:
    """A hundred quiet nights."""
    return lived(5, 100)


def after(settled: Year) -> tuple[Year, Iterator[date]]:
    copy = Year(settled.county, list(settled.history), {name: list(days) for name, days in settled.days.items()})
    return copy, (FIRST + timedelta(days=number) for number in range(101, 400))


def test_editors_that_vanish_alert_within_two_working_days(settled: Year) -> None:
    year, days = after(settled)
    said = [alerts(year.night(day, editors=False)) for day, _ in zip(days, range(5), strict=False)]
    first = next(number for number, lines in enumerate(said) if lines)
    assert first <= 3
    assert "has editor in 0 of" in said[first][0]


def test_a_section_that_lists_nothing_alerts_the_same_night(settled: Year) -> None:
    year, days = after(settled)
    assert alerts(year.night(next(days), lost="书记")) == ["sections_found: 1 of 6 known sections not found: 书记"]


def test_a_section_that_falls_silent_alerts_when_it_is_out_of_its_rhythm_and_no_other_does(settled: Year) -> None:
    year, days = after(settled)
    said = {number: alerts(year.night(day, silent="要闻")) for number, day in zip(range(60), days, strict=False)}
    first = min(number for number, lines in said.items() if lines)
    assert 14 <= first <= 18
    assert said[first][0].startswith("section_silence: silent beyond their rhythm: 要闻 since")
    assert all(said[number] for number in range(first, 60))
