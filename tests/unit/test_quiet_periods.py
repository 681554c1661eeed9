"""Publishing rhythm: which silence is out of rhythm, by a section's own gaps, the same in checks, report and status."""

from datetime import date, timedelta

import pytest
from checks_runs import days_with_gaps
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.report.quiet_periods import QuietPeriod, quiet_limit, quiet_periods, recent
from panan_spider.sites.thresholds import Thresholds

LIMITS = Thresholds()
LAST = date(2022, 1, 1)


def quiet(*gaps: int, each: int = 1) -> list[QuietPeriod]:
    """The quiet periods of a section that publishes `each` articles on days that far apart."""
    return quiet_periods({day.isoformat(): each for day in days_with_gaps(gaps, LAST)}, LIMITS)


def test_a_daily_section_that_is_silent_for_six_weeks() -> None:
    (period,) = quiet(*[1] * 50, 40, *[1] * 50, each=2)
    first = LAST - timedelta(days=50 + 40 - 1)
    assert period == QuietPeriod(first, first + timedelta(days=38), 16, 78.0)
    assert period.days == 39 and str(period) == f"{period.first} – {period.last}"


@pytest.mark.parametrize("gap", [12, 16])
def test_a_holiday_is_no_quiet_period(gap: int) -> None:
    assert quiet(*[1] * 50, gap, *[1] * 50) == []


def test_a_monthly_section_has_empty_months_and_nothing_is_wrong() -> None:
    assert quiet(*[30] * 20, 60, *[30] * 20) == []


def test_a_monthly_section_that_is_silent_for_a_year_is_named() -> None:
    (period,) = quiet(*[30] * 20, 365, *[30] * 20)
    assert (period.days, period.limit) == (364, 90)


def test_a_change_of_pace_is_no_quiet_period() -> None:
    """Daily for years, then monthly: a month without an article is within the newer rhythm, also where the two meet."""
    assert quiet(*[1] * 400, *[31] * 12) == []
    assert quiet(*[31] * 12, *[1] * 400) == []


def test_the_rhythm_of_years_ago_does_not_count() -> None:
    (period,) = quiet(*[60] * 30, *[1] * 800, 40, *[1] * 50)
    assert period.limit == 16


def test_two_quiet_periods_oldest_first() -> None:
    assert [period.days for period in quiet(*[1] * 50, 40, *[1] * 60, 50, *[1] * 50)] == [39, 49]


@pytest.mark.parametrize("counts", [{}, {"2020-01-01": 3}, {"2020-01-01": 1, "2021-01-01": 1}])
def test_too_few_gaps_are_no_rhythm(counts: dict[str, int]) -> None:
    assert quiet_periods(counts, LIMITS) == []


def test_the_limit_of_tonight_is_that_of_the_past() -> None:
    """A silence that the check of a run warns of is a quiet period once it is over."""
    days = days_with_gaps([*[2] * 40, 5, *[2] * 40], LAST)
    limit = quiet_limit(recent(days, LAST, LIMITS), LIMITS)
    assert limit is not None
    for gap, found in ((limit, 0), (limit + 1, 1)):
        after = [LAST + timedelta(days=gap + 2 * n) for n in range(40)]
        assert len(quiet_periods({day.isoformat(): 1 for day in (*days, *after)}, LIMITS)) == found


@given(st.lists(st.integers(1, 90), min_size=2, max_size=60))
def test_quiet_periods_lie_between_posting_days_and_hold_none(gaps: list[int]) -> None:
    days = days_with_gaps(gaps, LAST)
    for period in quiet_periods({day.isoformat(): 1 for day in days}, LIMITS):
        assert days[0] < period.first <= period.last < days[-1]
        assert not [day for day in days if period.first <= day <= period.last]
        assert period.days >= period.limit >= LIMITS.silence_days
