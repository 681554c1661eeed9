"""Checks of the answers together: one answer for all articles, mass changes, teasers, redirects, new prohibitions."""

from datetime import date, timedelta
from typing import Any

import pytest
from checks_runs import TODAY, figures, nights, seen

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import Figures
from panan_spider.report.checks.news_checks import (
    lost_pages,
    mass_changes,
    newly_forbidden,
    redirected_articles,
    same_content,
    shortened_texts,
)
from panan_spider.report.checks.page_checks import unknown_labels
from panan_spider.report.checks.run_checks import ArticleChange


def change(number: int, content: str = "", length: int = 800, before: int | None = 800) -> ArticleChange:
    return ArticleChange(f"{number:09d}", content or f"sha256:{number}", length, before)


@pytest.mark.parametrize(
    ("contents", "verdict"),
    [
        ({}, "none"), ({"a": 1, "b": 2}, "ok"), ({"a": 3}, "fail"), ({"a": 90}, "fail"),
        ({"a": 3} | {str(n): 1 for n in range(900)}, "warn"),
    ],
)  # fmt: skip
def test_one_answer_for_all_addresses_fails_and_a_reprint_does_not(contents: dict[str, int], verdict: str) -> None:
    assert same_content(seen(contents=contents)).verdict == verdict


@pytest.mark.parametrize(
    ("more", "verdict"),
    [
        ({"same_texts": 54}, "fail"), ({"same_texts": 10}, "ok"), ({"same_texts": 11}, "fail"), ({"exchanged": 2}, "ok"),
        ({"exchanged": 2, "mixed_up": 2}, "fail"),
        ({"exchanged": 30}, "fail"), ({"same_titles": 26}, "ok"), ({"same_titles": 27}, "fail"),
    ],
)  # fmt: skip
def test_one_text_under_many_titles_and_titles_of_others_fail(more: dict[str, Any], verdict: str) -> None:
    assert same_content(seen(contents={str(n): 1 for n in range(54)}, **more)).verdict == verdict


@pytest.mark.parametrize(("same", "verdict"), [(4, "ok"), (5, "fail")])
def test_a_few_articles_of_one_text_fail_where_they_are_half_of_the_night(same: int, verdict: str) -> None:
    assert same_content(seen(contents={str(n): 1 for n in range(8)}, same_texts=same)).verdict == verdict


@pytest.mark.parametrize(
    ("count", "requested", "verdict"), [(0, 0, "none"), (9, 9, "ok"), (30, 200, "ok"), (30, 100, "warn")]
)
def test_mass_changes_that_were_stored_warn(count: int, requested: int, verdict: str) -> None:
    check = mass_changes(seen(changes=[change(number) for number in range(count)], requested=requested))
    assert check.verdict == verdict


def test_shortened_texts_that_were_stored_warn() -> None:
    short = [change(number, length=250) for number in range(45)]
    assert shortened_texts(seen(changes=short)).verdict == "warn"
    assert shortened_texts(seen(changes=[change(1, length=10), change(2)])).verdict == "ok"
    assert shortened_texts(seen()).verdict == "none"


def test_a_revision_that_loses_pages_is_named() -> None:
    cut = ArticleChange("000000007", "sha256:7", 500, 800, pages=1, pages_before=3)
    check = lost_pages(seen(changes=[cut, change(1)]))
    assert check.verdict == "warn" and check.sentence == "fewer pages than before: 000000007"
    assert lost_pages(seen(changes=[change(1)])).verdict == "ok"


def asked(count: int) -> dict[str, Any]:
    return {"outcomes": {Outcome.UNCHANGED: count}}


def test_articles_that_all_redirect_fail_for_three_days_and_also_on_a_first_run() -> None:
    assert redirected_articles(seen(figures(redirected=50), **asked(55))).verdict == "fail"
    history = nights(20)
    for _night in range(3):
        assert redirected_articles(seen(figures(redirected=50), history, **asked(55))).verdict == "fail"
        history = [figures(TODAY - timedelta(days=1), redirected=50), *(shifted(run) for run in history)]
    assert redirected_articles(seen(figures(redirected=50), history, **asked(55))).verdict == "ok"


def shifted(run: Figures) -> Figures:
    """The run a day earlier: as the history looks on the night after."""
    return run.model_copy(update={"day": (date.fromisoformat(run.day) - timedelta(days=1)).isoformat()})


def test_a_few_redirects_are_a_sites_habit() -> None:
    usual = nights(20, lambda day: figures(day, redirected=20))
    assert redirected_articles(seen(figures(redirected=25), usual, **asked(100))).verdict == "ok"
    assert redirected_articles(seen(figures(redirected=5), **asked(5))).verdict == "ok"


def test_a_robots_txt_that_newly_forbids_fails_and_one_that_always_did_does_not() -> None:
    assert newly_forbidden(seen(figures(forbidden=50))).verdict == "none"
    assert newly_forbidden(seen(figures(forbidden=50), nights(20))).verdict == "fail"
    always = nights(20, lambda day: figures(day, forbidden=48))
    assert newly_forbidden(seen(figures(forbidden=50), always)).verdict == "ok"
    assert newly_forbidden(seen(figures(forbidden=3), nights(20))).verdict == "ok"


def test_labels_that_no_list_knows_warn() -> None:
    check = unknown_labels(seen(unknown_labels={"审读": 2, "美编": 5}))
    assert (check.verdict, check.value) == ("warn", "7")
    assert check.sentence == "labels of tail lines that no list knows: 美编, 审读"
    assert unknown_labels(seen()).verdict == "ok"
