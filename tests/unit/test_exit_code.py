"""From the facts of a run to its exit code: every code has its causes, and the worst of several is the one said."""

from typing import Any

import pytest

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.report.exit_code import RunFacts, exit_code_of
from panan_spider.report.faults import Fault, SeenFaults, drift_faults, section_faults


def alerting(*faults: Fault) -> SeenFaults:
    return SeenFaults(alerting=faults)


def address(outcome: Outcome, code: ExitCode = ExitCode.INCOMPLETE, number: int = 1) -> Fault:
    return Fault(code, "address", f"http://www.panews.cn/system/2020/03/07/{number:09d}.shtml", "why", outcome)


#: What leads to each code, gravest first. Locked is told before there are facts.
CAUSES: dict[ExitCode, dict[str, Any]] = {
    ExitCode.NOT_STARTED: {"refusal": "no section is named 没有这个"},
    ExitCode.STORE_ERROR: {"store_error": "articles.jsonl: No space left on device"},
    ExitCode.INTERRUPTED: {"finish_reason": "shutdown"},
    ExitCode.ROBOTS_UNREACHABLE: {"robots_unreachable": ("www.panews.cn",)},
    ExitCode.BLOCKED: {"faults": alerting(address(Outcome.BLOCKED, ExitCode.BLOCKED))},
    ExitCode.LAYOUT_DRIFT: {"faults": alerting(*drift_faults(["书记 lists nothing any more"]))},
    ExitCode.INCOMPLETE: {"faults": alerting(*section_faults(["时政"], []))},
}
ORDER = list(CAUSES)


def met(outcome: Outcome, **more: Any) -> RunFacts:
    """A run that discovered five addresses, all with that outcome, none of them a fault."""
    return RunFacts(outcomes={outcome: 5}, discovered=5, **more)


def both(*causes: dict[str, Any]) -> RunFacts:
    """The facts of several causes together."""
    facts = {name: value for cause in causes for name, value in cause.items()}
    faults = [fault for cause in causes if "faults" in cause for fault in cause["faults"].alerting]
    return RunFacts(**facts | {"faults": alerting(*faults)})


@pytest.mark.parametrize("code", ORDER)
def test_each_cause_has_its_code_and_one_line_about_it(code: ExitCode) -> None:
    found, reason = exit_code_of(RunFacts(**CAUSES[code]))
    assert found is code
    assert reason and "\n" not in reason


def test_an_unreachable_robots_txt_says_why_each_reason_once() -> None:
    facts = RunFacts(
        robots_unreachable=("a.example.com", "b.example.com"),
        robots_reasons=("redirected to http://c.example.com/",) * 2,
    )
    assert exit_code_of(facts)[1] == (
        "robots.txt unreachable: a.example.com, b.example.com (redirected to http://c.example.com/)"
    )


@pytest.mark.parametrize(("worse", "better"), [(a, b) for n, a in enumerate(ORDER) for b in ORDER[n + 1 :]])
def test_of_two_the_worse_is_the_code(worse: ExitCode, better: ExitCode) -> None:
    assert exit_code_of(both(CAUSES[better], CAUSES[worse]))[0] is worse


def test_every_reason_is_named_the_gravest_first() -> None:
    facts = both(*(CAUSES[code] for code in ORDER[3:]), {"spider_errors": 2})
    assert exit_code_of(facts) == (
        ExitCode.ROBOTS_UNREACHABLE,
        "robots.txt unreachable: www.panews.cn; 1 addresses blocked or rate-limited; 书记 lists nothing any more; "
        "sections not read to their end: 时政; 2 exceptions in the spider",
    )


def test_sections_of_one_name_are_named_with_their_addresses() -> None:
    lists = [f"乡镇 (http://www.panews.cn/{key}/)" for key in ("xz", "zj")]
    reason = exit_code_of(RunFacts(faults=alerting(*section_faults(["时政", *lists], []))))[1]
    assert reason == f"sections not read to their end: 时政, {lists[0]}, {lists[1]}"


@pytest.mark.parametrize("code", ORDER[:3])
def test_a_run_that_saw_too_little_names_nothing_else(code: ExitCode) -> None:
    alone = exit_code_of(RunFacts(**CAUSES[code]))
    assert exit_code_of(both(*(CAUSES[other] for other in ORDER[3:]), CAUSES[code])) == alone


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_alone_is_no_fault(outcome: Outcome) -> None:
    """Which outcomes are faults, and which of them still alert, is decided in faults.py."""
    assert exit_code_of(met(outcome)) == (ExitCode.GOOD, f"5 {outcome}")


@pytest.mark.parametrize(
    ("code", "outcome", "reason"),
    [
        (ExitCode.BLOCKED, Outcome.BLOCKED, "2 addresses blocked or rate-limited"),
        (ExitCode.LAYOUT_DRIFT, Outcome.UNKNOWN_LAYOUT, "2 pages of an unknown layout"),
        *((ExitCode.INCOMPLETE, outcome, f"2 {outcome}") for outcome in (
            Outcome.FAILED, Outcome.TOO_LARGE, Outcome.OFF_SITE, Outcome.PENDING, Outcome.INVALID, Outcome.GONE, Outcome.ALIAS
        )),
    ],
)  # fmt: skip
def test_faults_of_addresses_are_counted(code: ExitCode, outcome: Outcome, reason: str) -> None:
    faults = alerting(address(outcome, code), address(outcome, code, 2))
    assert exit_code_of(met(outcome, faults=faults)) == (code, reason)


def test_known_faults_are_counted_and_leave_the_code_alone() -> None:
    known = SeenFaults(known=(address(Outcome.OFF_SITE),))
    missing = {Outcome.UNKNOWN_LAYOUT: 30, Outcome.INVALID: 3, Outcome.OFF_SITE: 1}
    facts = met(Outcome.KNOWN, faults=known, missing=missing, no_news="no news today")
    assert exit_code_of(facts) == (ExitCode.GOOD, "no news today · 5 known · 33 known unread, 1 known missing")
    other = met(Outcome.FAILED, faults=alerting(address(Outcome.FAILED)), missing=missing)
    assert exit_code_of(other) == (ExitCode.INCOMPLETE, "1 failed · 33 known unread, 1 known missing")


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


def test_checks_that_fail_stand_behind_what_the_run_says_itself() -> None:
    def check(code: ExitCode, sentence: str) -> Fault:
        return Fault(code, "check", "a_check", sentence)

    layout = alerting(check(ExitCode.LAYOUT_DRIFT, "2 sections not found"), *drift_faults(["时政 is gone"]))
    assert exit_code_of(RunFacts(faults=layout)) == (ExitCode.LAYOUT_DRIFT, "时政 is gone; 2 sections not found")
    refused = alerting(check(ExitCode.BLOCKED, "30 of 90 answers were 429"))
    assert exit_code_of(RunFacts(faults=refused)) == (ExitCode.BLOCKED, "30 of 90 answers were 429")
    lost = alerting(check(ExitCode.INCOMPLETE, "60 of 90 articles redirect"))
    assert exit_code_of(RunFacts(faults=lost)) == (ExitCode.INCOMPLETE, "60 of 90 articles redirect")


def test_no_news_is_good_and_said_first() -> None:
    assert exit_code_of(met(Outcome.KNOWN, no_news="no news today")) == (ExitCode.GOOD, "no news today · 5 known")


def test_a_redesign_does_not_make_a_reason_of_a_hundred_sections() -> None:
    lines = [f"section {n} listed articles in earlier runs, now: HTTP 404" for n in range(100)]
    _code, reason = exit_code_of(RunFacts(faults=alerting(*drift_faults(lines))))
    assert reason.endswith(f"{lines[2]}; and 97 more like these")
    nothing = exit_code_of(RunFacts(faults=alerting(*drift_faults([*lines[:9], "no section found"]))))[1]
    assert nothing.startswith(f"no section found; {lines[0]}; ")
