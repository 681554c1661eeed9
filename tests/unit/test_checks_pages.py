"""The checks of the article pages: a mass of unknown layout and a lost field fail, chance does not."""

from datetime import date
from math import comb
from random import Random

import pytest
from checks_runs import TODAY, figures, nights, printed, seen

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import Figures
from panan_spider.report.checks.page_checks import field_coverage, odds_against, unknown_layout
from panan_spider.sites.thresholds import Thresholds

THRESHOLDS = Thresholds()


@pytest.mark.parametrize(
    ("unknown", "read", "verdict"), [(0, 40, "ok"), (1, 40, "warn"), (2, 3, "warn"), (3, 40, "fail"), (3, 400, "warn")]
)
def test_a_mass_of_unknown_layout_fails_and_one_page_warns(unknown: int, read: int, verdict: str) -> None:
    outcomes = {Outcome.STORED: read - unknown, Outcome.UNKNOWN_LAYOUT: unknown}
    check = unknown_layout(seen(outcomes=outcomes, fresh_quarantine={Outcome.UNKNOWN_LAYOUT: unknown}))
    assert check.verdict == verdict
    assert str(unknown or "known layout") in check.sentence


def test_pages_known_to_be_unreadable_do_not_ring_again() -> None:
    outcomes = {Outcome.STORED: 5, Outcome.UNKNOWN_LAYOUT: 5}
    assert unknown_layout(seen(outcomes=outcomes)).verdict == "ok"


def test_without_an_article_page_there_is_nothing_to_judge() -> None:
    assert unknown_layout(seen(outcomes={Outcome.LISTED: 5})).verdict == "none"


def with_editor(share: float, articles: int = 3, part: str = "书记") -> list[Figures]:
    """Sixty nights in which that share of the articles has an editor, as chance has it."""
    dice = Random(4)

    def night(day: date) -> Figures:
        had = sum(dice.random() < share for _ in range(articles))
        return figures(day, coverage=printed(articles, {"editor": had}, part))

    return nights(60, night)


def now(articles: int, editors: int, part: str = "书记") -> Figures:
    return figures(coverage=printed(articles, {"editor": editors}, part))


def test_without_history_coverage_is_not_judged() -> None:
    check = field_coverage(seen(now(20, 0)))
    assert check.verdict == "none" and "no history yet" in check.sentence


def test_too_little_history_does_not_accuse() -> None:
    assert field_coverage(seen(now(20, 0), with_editor(1.0)[:9])).verdict == "ok"


def test_a_run_that_stored_nothing_is_not_judged() -> None:
    assert field_coverage(seen(figures(), with_editor(1.0))).verdict == "none"


@pytest.mark.parametrize(("share", "articles"), [(1.0, 3), (0.98, 5), (0.7, 15)])
def test_editors_that_vanish_fail_on_the_same_night(share: float, articles: int) -> None:
    check = field_coverage(seen(now(articles, 0), with_editor(share)))
    assert check.verdict == "fail"
    assert f"enorth_b has editor in 0 of {articles} articles" in check.sentence


def test_a_field_that_thins_out_warns() -> None:
    assert field_coverage(seen(now(60, 42), with_editor(1.0))).verdict == "warn"


@pytest.mark.parametrize(("articles", "editors"), [(1, 0), (2, 1), (5, 3), (10, 7)])
def test_a_few_without_are_chance(articles: int, editors: int) -> None:
    assert field_coverage(seen(now(articles, editors), with_editor(0.8))).verdict == "ok"


def test_a_loss_too_small_for_one_night_is_found_over_several() -> None:
    before = with_editor(0.9, articles=2)
    lost = [now(1, 0)] * 5
    assert field_coverage(seen(now(1, 0), before)).verdict == "ok"
    check = field_coverage(seen(now(1, 0), [*lost, *before]))
    assert check.verdict == "fail"
    assert "in the last" in check.sentence


def test_once_it_is_mended_the_nights_before_do_not_ring() -> None:
    assert field_coverage(seen(now(3, 3), [*[now(3, 0)] * 5, *with_editor(1.0)])).verdict == "ok"


def test_a_batch_of_notices_that_never_had_editors_is_no_loss() -> None:
    history = [
        figures(coverage={"enorth_b": {**one.coverage["enorth_b"], "公告": {"articles": 1}}})
        for one in with_editor(1.0)
    ]
    assert field_coverage(seen(now(40, 0, "公告"), history)).verdict == "ok"


@pytest.mark.parametrize(("seen_before", "articles", "later"), [(0, 10, 70), (5, 10, 70), (4, 40, 30)])
def test_a_small_first_run_raises_no_alarm_on_the_second(seen_before: int, articles: int, later: int) -> None:
    """Ten articles a section, then hundreds: a field that few of the first ten had may be in none of the others."""
    sections = {name: {"articles": articles, "editor": seen_before} for name in ("书记", "时政", "视频", "乡镇")}
    first = figures(TODAY, coverage={"enorth_b": sections})
    second = figures(coverage={"enorth_b": {name: {"articles": later} for name in sections}})
    assert field_coverage(seen(second, [first])).verdict == "ok"


def test_a_section_never_met_is_not_held_against_others() -> None:
    assert field_coverage(seen(now(40, 0, "新栏"), with_editor(1.0))).verdict == "ok"


def test_breadcrumbs_that_vanish_fail_though_no_section_is_left_to_compare() -> None:
    history = nights(40, lambda day: figures(day, coverage=printed(3, {"section": 3})))
    check = field_coverage(seen(figures(coverage=printed(4, {}, "")), history))
    assert check.verdict == "fail" and "enorth_b has section in 0 of 4" in check.sentence


def test_no_false_alarm_in_three_hundred_nights_of_chance() -> None:
    dice = Random(11)
    rings = 0
    runs = with_editor(0.6, articles=4)
    for _ in range(300):
        tonight = now(n := dice.randint(1, 9), sum(dice.random() < 0.6 for _ in range(n)))
        rings += field_coverage(seen(tonight, runs)).verdict != "ok"
        runs = [tonight, *runs[: THRESHOLDS.history_runs - 1]]
    assert rings == 0


@pytest.mark.parametrize(("had", "articles", "expected"), [(0, 3, 2.94), (1, 10, 8.0), (4, 9, 6.3)])
def test_the_odds_are_never_exaggerated(had: int, articles: int, expected: float) -> None:
    p = expected / articles
    exact = sum(comb(articles, k) * p**k * (1 - p) ** (articles - k) for k in range(had + 1))
    assert 1 <= odds_against(had, articles, expected) <= 1.000001 / exact


def test_more_than_expected_is_no_loss() -> None:
    assert odds_against(5, 5, 4.0) == 1.0
    assert TODAY.isoformat() == figures().day
