"""From the facts of a run to its exit code: every code has its causes, and the worst of several is the one said."""

from typing import Any

import pytest

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.report.exit_code import RunFacts, exit_code_of

#: What leads to each code, worst first. Locked is told before there are facts.
CAUSES: dict[ExitCode, dict[str, Any]] = {
    ExitCode.NOT_STARTED: {"refusal": "no section is named 没有这个"},
    ExitCode.STORE_ERROR: {"store_error": "articles.jsonl: No space left on device"},
    ExitCode.INTERRUPTED: {"finish_reason": "shutdown"},
    ExitCode.ROBOTS_UNREACHABLE: {"robots_unreachable": ("www.panews.cn",)},
    ExitCode.BLOCKED: {"outcomes": {Outcome.BLOCKED: 2}, "discovered": 2},
    ExitCode.LAYOUT_DRIFT: {"drift": ("书记 lists nothing any more",)},
    ExitCode.INCOMPLETE: {"failed_sections": ("时政",)},
}
ORDER = list(CAUSES)


def met(outcome: Outcome, **more: Any) -> RunFacts:
    """A run that met five addresses, all of which ended as `outcome`."""
    return RunFacts(outcomes={outcome: 5}, discovered=5, **more)


@pytest.mark.parametrize("code", ORDER)
def test_each_cause_has_its_code_and_one_line_about_it(code: ExitCode) -> None:
    found, reason = exit_code_of(RunFacts(**CAUSES[code]))
    assert found is code
    assert reason and "\n" not in reason


@pytest.mark.parametrize(("worse", "better"), [(a, b) for n, a in enumerate(ORDER) for b in ORDER[n + 1 :]])
def test_of_two_the_worse_is_said(worse: ExitCode, better: ExitCode) -> None:
    assert exit_code_of(RunFacts(**(CAUSES[better] | CAUSES[worse])))[0] is worse


def test_with_everything_wrong_the_first_is_said() -> None:
    everything = {name: value for cause in CAUSES.values() for name, value in cause.items()}
    for code, cause in CAUSES.items():
        assert exit_code_of(RunFacts(**everything))[0] is code
        for name in cause:
            everything.pop(name, None)
    assert exit_code_of(RunFacts(**everything)) == (ExitCode.GOOD, "nothing to do")


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.STORED, Outcome.REVISED, Outcome.UNCHANGED, Outcome.KNOWN, Outcome.ALIAS, Outcome.GONE, Outcome.FORBIDDEN,
        Outcome.OUT_OF_RANGE, Outcome.LISTED, Outcome.NO_LIST, Outcome.READ,
    ],
)  # fmt: skip
def test_outcomes_that_leave_nothing_missing_are_good(outcome: Outcome) -> None:
    assert exit_code_of(met(outcome)) == (ExitCode.GOOD, f"5 {outcome}")


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.TOO_LARGE, Outcome.OFF_SITE, Outcome.PENDING])
def test_outcomes_that_leave_something_missing_are_incomplete_and_counted(outcome: Outcome) -> None:
    assert exit_code_of(met(outcome)) == (ExitCode.INCOMPLETE, f"5 {outcome}")


def test_every_outcome_is_judged_by_a_test_here() -> None:
    codes = {outcome: exit_code_of(met(outcome, fresh_quarantine={outcome: 5}))[0] for outcome in Outcome}
    bad = {outcome: code for outcome, code in codes.items() if code is not ExitCode.GOOD}
    assert bad == {
        Outcome.BLOCKED: ExitCode.BLOCKED,
        Outcome.UNKNOWN_LAYOUT: ExitCode.LAYOUT_DRIFT,
        **dict.fromkeys((Outcome.FAILED, Outcome.TOO_LARGE, Outcome.OFF_SITE, Outcome.PENDING), ExitCode.INCOMPLETE),
        Outcome.INVALID: ExitCode.INCOMPLETE,
    }


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN_LAYOUT, Outcome.INVALID])
def test_a_page_already_in_quarantine_does_not_ring_again(outcome: Outcome) -> None:
    assert exit_code_of(met(outcome))[0] is ExitCode.GOOD


@pytest.mark.parametrize("figure", ["spider_errors", "item_errors", "log_errors", "failed_images"])
def test_an_error_anywhere_is_incomplete_though_every_article_was_stored(figure: str) -> None:
    code, reason = exit_code_of(met(Outcome.STORED, **{figure: 3}))
    assert code is ExitCode.INCOMPLETE
    assert reason.startswith("3 ")


@pytest.mark.parametrize("discovered", [4, 6])
def test_sums_that_do_not_match_are_incomplete(discovered: int) -> None:
    code, reason = exit_code_of(RunFacts(outcomes={Outcome.STORED: 5}, discovered=discovered))
    assert code is ExitCode.INCOMPLETE
    assert reason == f"{discovered} addresses discovered, 5 accounted for"


@pytest.mark.parametrize("why", ["closespider_timeout", "closespider_errorcount", "cancelled"])
def test_a_run_that_ended_early_is_incomplete(why: str) -> None:
    code, reason = exit_code_of(met(Outcome.STORED, finish_reason=why))
    assert code is ExitCode.INCOMPLETE
    assert why in reason


def test_the_reason_names_everything_of_its_kind() -> None:
    hosts = ("panews.zjol.com.cn", "www.panews.cn")
    assert all(host in exit_code_of(RunFacts(robots_unreachable=hosts))[1] for host in hosts)
    drift = RunFacts(drift=("时政 is gone",), fresh_quarantine={Outcome.UNKNOWN_LAYOUT: 4})
    assert exit_code_of(drift)[1] == "4 pages of an unknown layout; 时政 is gone"
    assert "书记, 时政" in exit_code_of(RunFacts(failed_sections=("书记", "时政")))[1]


@pytest.mark.parametrize("outcome", [Outcome.TOO_LARGE, Outcome.OFF_SITE])
def test_a_lasting_fault_rings_once(outcome: Outcome) -> None:
    assert exit_code_of(met(outcome, known_faults={outcome: 5}))[0] is ExitCode.GOOD
    assert exit_code_of(met(outcome, known_faults={outcome: 4})) == (ExitCode.INCOMPLETE, f"1 {outcome}")


def test_navigation_that_leads_off_the_site_is_harmless_and_an_article_that_does_is_not() -> None:
    counts = {Outcome.STORED: 3, Outcome.OFF_SITE: 2}
    assert exit_code_of(RunFacts(outcomes=counts, discovered=5, led_off_site=2))[0] is ExitCode.GOOD
    code, why = exit_code_of(RunFacts(outcomes=counts, discovered=5, led_off_site=1))
    assert code is ExitCode.INCOMPLETE
    assert "1 off_site" in why


def test_checks_that_fail_have_their_codes_and_stand_beside_what_the_run_says_itself() -> None:
    layout = RunFacts(layout_checks=("2 sections not found",), drift=("时政 is gone",))
    assert exit_code_of(layout) == (ExitCode.LAYOUT_DRIFT, "时政 is gone; 2 sections not found")
    assert exit_code_of(RunFacts(blocked_checks=("30 of 90 answers were 429",)))[0] is ExitCode.BLOCKED


def test_no_news_is_good_and_said_first() -> None:
    assert exit_code_of(met(Outcome.KNOWN, no_news="no news today")) == (ExitCode.GOOD, "no news today · 5 known")
    assert exit_code_of(met(Outcome.FAILED, no_news="no news today"))[0] is ExitCode.INCOMPLETE


def test_a_redesign_does_not_make_a_reason_of_a_hundred_sections() -> None:
    _code, reason = exit_code_of(RunFacts(drift=tuple(f"section {n} is gone" for n in range(100))))
    assert reason.endswith("section 2 is gone; and 97 more like these")
    nothing = exit_code_of(RunFacts(drift=(*[f"section {n} is gone" for n in range(9)], "no section found")))[1]
    assert nothing.startswith("no section found; section 0 is gone; ")
