"""The checks of the news: quiet weeks and irregular sections are no alarm; a flood, a loss and a lasting silence are."""

from datetime import date, timedelta

import pytest
from checks_runs import TODAY, days_with_gaps, figures, irregular, nights, section, seen

from panan_spider.core.run_report import Figures
from panan_spider.report.checks.news_checks import article_count, section_silence
from panan_spider.report.checks.run_checks import CheckAnswer
from panan_spider.report.quiet_periods import quiet_limit, recent
from panan_spider.sites.thresholds import Thresholds

THRESHOLDS = Thresholds()

LONG_AGO = TODAY - timedelta(days=900)


def daily(new: int) -> list[Figures]:
    return nights(60, lambda day: figures(day, new=new))


def test_without_eight_weeks_there_is_no_history() -> None:
    check = article_count(seen(figures(new=7), nights(30)))
    assert check.verdict == "none" and "no history yet of Saturdays" in check.sentence


@pytest.mark.parametrize("new", [1, 9, 30, 60])
def test_the_usual_and_a_day_of_many_notices_are_ok(new: int) -> None:
    check = article_count(seen(figures(new=new), daily(9)))
    assert check.verdict == "ok" and "9 usual on Saturdays" in check.sentence


def test_a_day_without_news_says_so_and_is_ok() -> None:
    check = article_count(seen(figures(), daily(9)))
    assert check.verdict == "ok" and check.sentence.startswith(
        "no news today: the newest article of any list is of 2026"
    )


def test_where_no_list_could_be_read_nobody_says_that_there_is_no_news() -> None:
    for sections in ({}, {"书记": section(None)}):
        assert article_count(seen(figures(sections=sections), daily(9))).verdict == "none"


def test_only_the_same_weekday_counts() -> None:
    busy = nights(60, lambda day: figures(day, new=100 if day.weekday() == 5 else 2))
    assert article_count(seen(figures(new=250), busy)).verdict == "ok"
    sunday = TODAY + timedelta(days=1)
    busy = nights(60, lambda day: figures(day, new=100 if day.weekday() == 5 else 2), until=sunday)
    assert article_count(seen(figures(sunday, new=250), busy)).verdict == "warn"


def test_a_flood_warns() -> None:
    check = article_count(seen(figures(new=500), daily(9)))
    assert check.verdict == "warn" and "anew" in check.sentence


def test_what_was_put_in_late_is_no_flood() -> None:
    assert article_count(seen(figures(new=500, late=495), daily(9))).verdict == "ok"


def test_after_a_pause_there_may_be_more() -> None:
    early = nights(60, lambda day: figures(day, new=9), until=TODAY - timedelta(days=9))
    assert article_count(seen(figures(new=500), early)).verdict == "ok"


def test_what_a_list_names_and_the_run_does_not_bring_home_warns() -> None:
    now = figures(sections={"书记": section(new=8)}, new=2)
    check = article_count(seen(now, daily(9)))
    assert check.verdict == "warn" and "8 articles" in check.sentence and "2 of them" in check.sentence


def test_an_article_that_three_sections_list_is_one() -> None:
    now = figures(sections={name: section(new=6) for name in ("书记", "时政", "要闻")}, new=6)
    assert article_count(seen(now, daily(9))).verdict == "ok"


def silence(days: list[date], watched: date | None = LONG_AGO, listed: date | None = None) -> CheckAnswer:
    now = figures(sections={"书记": section(newest=listed)})
    return section_silence(seen(now, posting_days={"书记": days}, watched_since=watched))


def since(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_on_the_first_run_there_is_no_history() -> None:
    assert silence(days_with_gaps([1] * 40, since(400)), watched=None).verdict == "none"


def test_too_few_gaps_are_no_rhythm() -> None:
    check = silence(days_with_gaps([1] * (THRESHOLDS.silence_gaps - 1), since(300)))
    assert check.verdict == "none" and "no history yet" in check.sentence


@pytest.mark.parametrize(
    ("days", "verdict"), [(0, "ok"), (10, "ok"), (16, "ok"), (17, "warn"), (70, "warn"), (80, "ok")]
)
def test_a_daily_section_may_be_quiet_over_the_holidays_but_not_longer(days: int, verdict: str) -> None:
    check = silence(days_with_gaps([1] * 100, since(days)))
    assert check.verdict == verdict
    assert verdict == "ok" or f"书记 since {since(days)} ({days} days, 16 at most)" in check.sentence


def test_a_section_that_prints_every_other_month_is_left_alone() -> None:
    rare = days_with_gaps([55] * 9, since(150))
    assert silence(rare).verdict == "ok"


@pytest.mark.parametrize("seed", range(5))
def test_irregular_sections_do_not_ring_in_a_year_of_nights(seed: int) -> None:
    rings = 0
    days = irregular(seed, mean=12, last=TODAY, years=3)
    for back in range(365):
        today = since(back)
        now = figures(today, sections={})
        past = [day for day in days if day <= today]
        rings += section_silence(seen(now, posting_days={"乡镇": past}, watched_since=LONG_AGO)).verdict != "ok"
    assert rings == 0


def test_what_was_silent_before_the_first_run_is_history() -> None:
    assert silence(days_with_gaps([1] * 100, since(40)), watched=since(10)).verdict == "ok"


def test_an_article_that_a_list_shows_ends_the_silence_though_it_is_not_stored() -> None:
    days = days_with_gaps([1] * 100, since(40))
    assert silence(days).verdict == "warn"
    assert silence(days, listed=since(2)).verdict == "ok"


def test_an_article_dated_ahead_hides_no_silence() -> None:
    days = [*days_with_gaps([1] * 100, since(40)), TODAY + timedelta(days=300)]
    assert silence(days).verdict == "warn"


def test_a_rhythm_is_of_the_last_two_years() -> None:
    old = days_with_gaps([100] * 20, since(800))
    days = [*old, *days_with_gaps([2] * 30, since(1))]
    assert quiet_limit(recent(days, TODAY, THRESHOLDS), THRESHOLDS) == THRESHOLDS.silence_days
    assert quiet_limit(recent(old, TODAY, THRESHOLDS), THRESHOLDS) is None
