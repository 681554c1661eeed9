"""The checks of the crawl itself, and what all checks together make of a run."""

from typing import Any

import pytest
from checks_runs import figures, nights, section, seen

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import CheckResult, Figures
from panan_spider.report.checks.run_checks import execution_time, failed_addresses, peak_memory, unwanted_http_codes
from panan_spider.report.evaluation import CHECKS, CODES, LASTING, check_results, state_of
from panan_spider.report.faults import check_faults
from panan_spider.report.quiet_periods import quantile


@pytest.mark.parametrize(("failed", "verdict"), [(0, "ok"), (1, "ok"), (2, "warn"), (19, "warn"), (20, "fail")])
def test_the_share_that_failed(failed: int, verdict: str) -> None:
    check = failed_addresses(seen(outcomes={Outcome.STORED: 199 - failed, Outcome.FAILED: failed, Outcome.LISTED: 1}))
    assert (check.verdict, check.sentence) == (verdict, f"{failed} of 200 addresses failed")


def test_what_was_not_asked_for_did_not_succeed() -> None:
    outcomes = {Outcome.KNOWN: 900, Outcome.OUT_OF_RANGE: 50, Outcome.STORED: 8, Outcome.PENDING: 2}
    assert failed_addresses(seen(outcomes=outcomes)).verdict == "fail"


def test_a_handful_of_addresses_is_no_share() -> None:
    assert failed_addresses(seen(outcomes={Outcome.FAILED: 3})).verdict == "none"


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ({200: 100}, "ok"),
        ({200: 97, 429: 2, 403: 1}, "warn"),
        ({200: 38, 429: 2}, "ok"),
        ({200: 75, 429: 25}, "fail"),
        ({429: 9}, "none"),
    ],
)
def test_the_share_of_403_and_429(statuses: dict[int, int], verdict: str) -> None:
    assert unwanted_http_codes(seen(statuses=statuses)).verdict == verdict


@pytest.mark.parametrize(("seconds", "verdict"), [(60, "ok"), (650, "ok"), (670, "warn")])
def test_time_is_held_against_runs_of_its_kind(seconds: float, verdict: str) -> None:
    full = nights(10, lambda day: figures(day, full=True, seconds=9_000))
    assert execution_time(seen(figures(seconds=seconds), [*full, *nights(10)])).verdict == verdict


def test_time_has_no_history_at_first() -> None:
    check = execution_time(seen(figures(full=True), nights(10)))
    assert check.verdict == "none" and "no history yet" in check.sentence


@pytest.mark.parametrize(("peak", "verdict"), [(120, "ok"), (1500, "warn"), (3000, "fail")])
def test_memory(peak: float, verdict: str) -> None:
    assert peak_memory(seen(figures(peak_mib=peak))).verdict == verdict


def test_every_check_says_its_own_name_with_a_threshold_and_a_sentence() -> None:
    for what in (seen(), seen(figures(new=4), nights(60), outcomes={Outcome.STORED: 40}, statuses={200: 60})):
        checks = check_results(what)
        assert [check.name for check in checks] == list(CHECKS)
        assert all(check.sentence and check.threshold and check.verdict in ("ok", "none") for check in checks)


def test_on_the_first_run_history_checks_say_so_and_nothing_alerts() -> None:
    checks = {check.name: check for check in check_results(seen(figures(new=50_000)))}
    silent = {name for name, check in checks.items() if "no history yet" in check.sentence}
    history = {"sections_found", "field_coverage", "article_count", "section_silence", "execution_time"}
    assert silent == history | {"list_markup", "moved_hosts", "newly_forbidden"}
    assert not [check for check in checks.values() if check.verdict in ("warn", "fail")]


def test_only_a_fail_changes_a_code_and_only_its_own() -> None:
    said = [
        CheckResult(name=name, verdict=verdict, value="1", threshold="1", sentence=f"{name} {verdict}")
        for name in CHECKS
        for verdict in ("ok", "warn", "fail")
    ]
    layout = {
        "sections_found",
        "front_page_links",
        "unknown_layout",
        "field_coverage",
        "same_content",
    }
    faults = {fault.detail: fault.code for fault in check_faults(said, CODES, LASTING)}
    assert {name for name, code in faults.items() if code is ExitCode.LAYOUT_DRIFT} == {
        f"{name} fail" for name in layout
    }
    lost = {"redirected_articles", "newly_forbidden"}
    assert {name for name, code in faults.items() if code is ExitCode.INCOMPLETE} == {f"{name} fail" for name in lost}
    assert {name for name, code in faults.items() if code is ExitCode.BLOCKED} == {"unwanted_http_codes fail"}
    assert set(CODES) <= set(CHECKS) and set(LASTING) <= set(CODES)


@pytest.mark.parametrize(
    ("now", "code", "state"),
    [
        (figures(new=3), ExitCode.GOOD, "news"),
        (figures(), ExitCode.GOOD, "no_news"),
        (figures(), ExitCode.LAYOUT_DRIFT, "broken"),
        (figures(new=3), ExitCode.LAYOUT_DRIFT, "broken"),
        (figures(), ExitCode.ROBOTS_UNREACHABLE, "not_seen"),
        (figures(sections={}), ExitCode.GOOD, "not_seen"),
        (figures(sections={"书记": section(None)}), ExitCode.INCOMPLETE, "not_seen"),
    ],
)  # fmt: skip
def test_no_news_and_broken_and_not_seen_are_told_apart(now: Figures, code: ExitCode, state: Any) -> None:
    assert state_of(seen(now), code) == state


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 2), (0.75, 3), (0.95, 4), (1.0, 4)])
def test_a_quantile_is_one_of_the_values(share: float, value: int) -> None:
    assert quantile([4, 1, 3, 2], share) == value
