"""Which empty months are suspicious: by a section's own rhythm, never by a number."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.report.rhythm import QuietMonths, chance_of_at_most, quiet_months


def year(each: int, *but: int, start: int = 2019) -> dict[str, int]:
    """Two years of `each` articles a month, without the months numbered in `but`, counted from 0."""
    return {f"{start + at // 12}-{at % 12 + 1:02d}": each for at in range(24) if at not in but}


def test_a_busy_section_that_misses_one_month() -> None:
    assert quiet_months(year(10, 7)) == [QuietMonths("2019-08", "2019-08", 1, 0, 10.0)]


def test_a_month_with_next_to_nothing_is_as_good_as_empty() -> None:
    assert quiet_months(year(30, 7) | {"2019-08": 2}) == [QuietMonths("2019-08", "2019-08", 1, 2, 30.0)]


def test_half_as_many_as_usual_is_no_gap() -> None:
    assert quiet_months(year(30) | {"2019-08": 15}) == []


def test_a_rare_section_has_empty_months_and_nothing_is_wrong() -> None:
    assert quiet_months(year(2, 3, 7, 8, 15)) == []


def test_a_rare_section_silent_for_long_is_suspicious() -> None:
    assert quiet_months(year(2, *range(8, 13))) == [QuietMonths("2019-09", "2020-01", 5, 0, 10.0)]


def test_neighbouring_empty_months_are_one_stretch_across_the_turn_of_a_year() -> None:
    (found,) = quiet_months(year(20, 11, 12))
    assert (found.first, found.last, found.months) == ("2019-12", "2020-01", 2)


def test_before_the_first_and_after_the_last_article_nothing_is_empty() -> None:
    assert quiet_months({"2019-05": 40}) == quiet_months({}) == quiet_months({"": 5}) == []


def test_the_pace_of_ten_years_ago_says_nothing_about_today() -> None:
    """A section that printed forty a month and now prints one: an empty month of today is no gap."""
    counts = year(40, start=2013) | year(1, start=2015) | year(1, 3, 9, start=2017)
    assert quiet_months(counts) == []


def test_an_article_without_a_date_is_in_no_month() -> None:
    assert quiet_months(year(10, 7) | {"": 100}) == quiet_months(year(10, 7))


@given(st.integers(0, 30), st.floats(0.1, 60))
def test_the_chance_is_that_of_a_poisson_process(found: int, expected: float) -> None:
    term, total = math.exp(-expected), 0.0
    for number in range(found + 1):
        total += term
        term *= expected / (number + 1)
    assert chance_of_at_most(found, expected) == pytest.approx(min(1.0, total), rel=1e-6)


@given(st.dictionaries(st.sampled_from(sorted(year(1) | year(1, start=2022))), st.integers(1, 60)))
def test_stretches_lie_within_the_section_and_hold_what_they_say(counts: dict[str, int]) -> None:
    for one in quiet_months(counts):
        inside = [month for month in counts if one.first <= month <= one.last]
        assert min(counts) < one.first <= one.last < max(counts)
        assert one.found == sum(counts[month] for month in inside) < one.expected
