"""Faults of a run: which outcomes are faults, how long each gives its code, and when it speaks again."""

from datetime import date, timedelta
from typing import Any

import pytest

from panan_spider.archive.ledger.runs_and_walks import DoubtfulUrl, FaultRecord
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.report.faults import (
    Fault,
    SeenFaults,
    address_faults,
    dead_links,
    drift_faults,
    resolved,
    section_faults,
    seen_faults,
)
from panan_spider.sites.thresholds import Thresholds

LIMITS = Thresholds()
FIRST = date(2026, 3, 7)


def url(outcome: Outcome, number: int = 1, **other: Any) -> DoubtfulUrl:
    address = f"http://www.panews.cn/system/2020/03/07/{number:09d}.shtml"
    values: dict[str, Any] = {"kind": "article", "article_id": f"{number:09d}", "reason": "why"}
    return DoubtfulUrl(url=address, outcome=outcome, **(values | {"stored": False, "listed": True} | other))


def faults_of(*urls: DoubtfulUrl, asked: int = 1_000) -> list[Fault]:
    return address_faults(urls, asked, LIMITS)


def codes(*urls: DoubtfulUrl, asked: int = 1_000) -> list[ExitCode]:
    return [fault.code for fault in faults_of(*urls, asked=asked)]


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.FAILED, 10), (Outcome.PENDING, 10), (Outcome.TOO_LARGE, 10), (Outcome.INVALID, 10), (Outcome.OFF_SITE, 10),
        (Outcome.GONE, 10), (Outcome.UNKNOWN_LAYOUT, 11), (Outcome.BLOCKED, 12), (Outcome.FORBIDDEN, None), (Outcome.NO_LIST, None),
    ],
)  # fmt: skip
def test_an_article_that_is_not_had_is_a_fault(outcome: Outcome, code: int | None) -> None:
    assert codes(url(outcome)) == ([] if code is None else [ExitCode(code)])


def test_an_article_that_is_stored_or_in_no_list_is_not_missing_where_it_is_gone() -> None:
    assert codes(url(Outcome.GONE, stored=True), url(Outcome.GONE, 2, listed=False)) == []


def test_an_alias_is_a_fault_where_it_redirects_and_nothing_is_stored() -> None:
    assert codes(url(Outcome.ALIAS, reason="leads to http://www.panews.cn/a.shtml")) == [ExitCode.INCOMPLETE]
    assert codes(url(Outcome.ALIAS, reason="of article 032299999")) == []
    assert codes(url(Outcome.ALIAS, reason="leads to http://www.panews.cn/a.shtml", stored=True)) == []


def test_navigation_that_leads_off_the_site_is_harmless() -> None:
    assert codes(url(Outcome.OFF_SITE, kind="section"), url(Outcome.GONE, 2, kind="list_page")) == []


def nights(*seen: list[Fault] | None, start: date = FIRST) -> list[SeenFaults]:
    """One run a night, each with these faults (None: no run); what an archive would keep is handed on."""
    known: dict[str, FaultRecord] = {}
    runs = []
    for number, faults in enumerate(seen):
        if faults is None:
            continue
        run = seen_faults(faults, known, (start + timedelta(days=number)).isoformat(), LIMITS)
        for key in resolved(known, run):
            del known[key]
        known |= {record.key: record for record in run.records}
        runs.append(run)
    return runs


def alerts(runs: list[SeenFaults]) -> list[bool]:
    return [bool(run.alerting) for run in runs]


def test_a_lasting_fault_alerts_until_it_is_confirmed_on_three_days() -> None:
    fault = faults_of(url(Outcome.OFF_SITE))
    assert alerts(nights(*[fault] * 5)) == [True, True, True, False, False]
    assert [len(run.known) for run in nights(*[fault] * 5)] == [0, 0, 0, 1, 1]


def test_several_runs_of_one_day_are_one_sighting() -> None:
    fault = faults_of(url(Outcome.OFF_SITE))
    known: dict[str, FaultRecord] = {}
    for _run in range(5):
        run = seen_faults(fault, known, "2026-03-07", LIMITS)
        known |= {record.key: record for record in run.records}
        assert run.alerting and [record.days for record in run.records] == [1]


def test_a_clock_that_was_set_back_confirms_nothing() -> None:
    fault = faults_of(url(Outcome.OFF_SITE))
    before = seen_faults(fault, {}, "2026-03-07", LIMITS).records
    after = seen_faults(fault, {record.key: record for record in before}, "1970-01-01", LIMITS).records
    assert [(record.days, record.last_seen) for record in after] == [(1, "2026-03-07")]


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.PENDING])
def test_no_answer_alerts_every_time(outcome: Outcome) -> None:
    assert alerts(nights(*[faults_of(url(outcome))] * 5)) == [True] * 5


def test_a_row_of_an_unknown_form_is_resolved_where_every_list_was_read_and_none_names_it() -> None:
    (seen,) = nights(faults_of(url(Outcome.UNKNOWN_ADDRESS), url(Outcome.OFF_SITE, 2)))
    known = {record.key: record for record in seen.records}
    assert len(known) == 2
    later = SeenFaults()
    assert resolved(known, later) == []
    assert [known[key].outcome for key in resolved(known, later, full=True)] == [Outcome.UNKNOWN_ADDRESS]
    assert resolved(known, seen, full=True) == []


def test_a_fault_that_changes_alerts_again() -> None:
    first, other = faults_of(url(Outcome.INVALID)), faults_of(url(Outcome.INVALID, reason="no headline"))
    assert alerts(nights(first, first, first, first, other)) == [True, True, True, False, True]
    assert alerts(nights(first, first, first, first, faults_of(url(Outcome.TOO_LARGE))))[-1]


def test_the_same_fault_with_other_figures_is_the_same() -> None:
    """A page that is made anew each night is another in its bytes, and unreadable in the same way."""
    sizes = [faults_of(url(Outcome.TOO_LARGE, reason=f"{size} bytes")) for size in (10_400_000, 10_500_000, 11, 12)]
    assert alerts(nights(*sizes)) == [True, True, True, False]


def test_one_known_fault_hides_no_other() -> None:
    old, new = url(Outcome.INVALID), url(Outcome.INVALID, 2)
    runs = nights(*[faults_of(old)] * 4, faults_of(old, new))
    assert [fault.subject for fault in runs[-1].alerting] == [new.url]
    assert [fault.subject for fault in runs[-1].known] == [old.url]


def test_a_section_that_ended_alerts_for_three_days_and_again_where_it_ends_a_second_time() -> None:
    lines = drift_faults(["section 视频 (http://www.panews.cn/sp/) listed articles in earlier runs, now: HTTP 404"])
    assert alerts(nights(*[lines] * 5)) == [True, True, True, False, False]
    assert alerts(nights(*[lines] * 4, [], lines)) == [True, True, True, False, False, True]


def test_that_nothing_is_found_at_all_never_wears_off() -> None:
    assert alerts(nights(*[drift_faults(["no section found from the entry pages on"])] * 9)) == [True] * 9


def test_sections_of_like_names_are_not_one() -> None:
    two = section_faults(["专题1", "专题2"], [])
    assert len({fault.key for fault in two}) == 2
    lines = [
        f"section 专题 (http://www.panews.cn/c{n}/) listed articles in earlier runs, now: HTTP 404" for n in (1, 2)
    ]
    assert len({fault.key for fault in drift_faults(lines)}) == 2


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [(Outcome.GONE, "HTTP 404"), (Outcome.ALIAS, "leads to http://x/"), (Outcome.BLOCKED, "HTTP 403")],
)
def test_many_at_once_are_a_fault_of_the_site_and_alert_every_time(outcome: Outcome, reason: str) -> None:
    many = faults_of(*(url(outcome, number, reason=reason) for number in range(1, 31)), asked=100)
    few = faults_of(*(url(outcome, number, reason=reason) for number in range(1, 6)), asked=100)
    assert alerts(nights(*[many] * 5)) == [True] * 5
    assert len(nights(many)[0].records) == 30, "each of them is a gap of the next run"
    assert alerts(nights(*[few] * 5)) == [True, True, True, False, False]


def test_few_among_thousands_are_no_mass() -> None:
    some = faults_of(*(url(Outcome.GONE, number) for number in range(1, 31)), asked=10_000)
    assert alerts(nights(*[some] * 4))[-1] is False


def test_a_list_that_is_blocked_alerts_every_time() -> None:
    assert alerts(nights(*[faults_of(url(Outcome.BLOCKED, kind="section"))] * 5)) == [True] * 5


def walk(url: str, state: str, name: str = "时政") -> dict[str, str]:
    return {"name": name, "url": f"http://{url}/", "state": state}


def test_two_sections_of_one_name_are_judged_by_address() -> None:
    one = section_faults(["时政"], [walk("a", "failed"), walk("b", "end")])
    both = section_faults(["时政", "时政"], [walk("a", "failed"), walk("b", "failed")])
    assert (len(one), len(both)) == (1, 2)
    assert alerts(nights(*[one] * 4, both)) == [True, True, True, False, True]


def test_every_fault_has_a_line_of_its_own_with_the_address_where_there_is_one() -> None:
    lists = [f"乡镇 (http://www.panews.cn/{key}/index.shtml)" for key in ("xz", "zj")]
    (run,) = nights([*section_faults([*lists, "时政"], [walk("a", "failed"), walk("b", "capped")]),
                     *drift_faults(["section 视频 (http://www.panews.cn/sp/) listed articles in earlier runs, now: HTTP 404"])])  # fmt: skip
    assert [(record.url, record.reason) for record in run.records] == [
        ("http://a/", "section 时政: not read to its end: a list page or its pager could not be read"),
        ("http://b/", "section 时政: not read to its end: more list pages than the limit"),
        ("http://www.panews.cn/xz/index.shtml", "section 乡镇: not read"),
        ("http://www.panews.cn/zj/index.shtml", "section 乡镇: not read"),
        ("http://www.panews.cn/sp/", "section 视频 (http://www.panews.cn/sp/) listed articles in earlier runs, now: HTTP 404"),
    ]  # fmt: skip
    entries = {(record.url, record.reason) for record in run.records}
    assert len(entries) == len(run.records)


def test_a_section_without_a_walk_is_resolved_when_it_is_read() -> None:
    unread = section_faults(["乡镇 (http://www.panews.cn/xz/)"], [])
    assert alerts(nights(*[unread] * 4, [], unread)) == [True, True, True, False, False, True]


def test_a_walk_that_fails_in_another_way_alerts_again() -> None:
    failed, capped = (section_faults(["时政"], [walk("a", state)]) for state in ("failed", "capped"))
    assert alerts(nights(*[failed] * 4, capped)) == [True, True, True, False, True]


def test_rows_with_addresses_of_a_new_form_alert_until_the_profile_knows_them() -> None:
    line = "section 时政 (http://www.panews.cn/sz/): its newest row has an address of no known form: http://www.panews.cn/c/1"
    assert alerts(nights(*[drift_faults([line])] * 9)) == [True] * 9


def test_an_entry_page_without_links_never_wears_off() -> None:
    line = "entry page http://www.panews.cn/ shows neither sections nor articles"
    assert alerts(nights(*[drift_faults([line])] * 9)) == [True] * 9


def test_a_dead_link_of_the_navigation_is_a_fault_of_its_address() -> None:
    dead = dead_links(["时政", "旧栏 (http://www.panews.cn/old/): HTTP 404"])
    assert set(dead) == {"http://www.panews.cn/old/"}
    gone = DoubtfulUrl(
        "http://www.panews.cn/old/", "section", None, Outcome.GONE, "HTTP 404", stored=False, listed=False
    )
    (fault,) = address_faults([gone], 100, LIMITS, dead)
    assert (fault.code, fault.outcome, fault.lasting) == (ExitCode.INCOMPLETE, Outcome.GONE, True)
    assert address_faults([gone], 100, LIMITS) == [], "not every page that is gone was a list"


def test_stored_articles_that_vanish_all_at_once_are_a_fault_and_one_is_a_removal() -> None:
    def vanished(count: int, reason: str = "HTTP 404") -> list[Fault]:
        return faults_of(*(url(Outcome.GONE, n, stored=True, reason=reason) for n in range(1, count + 1)), asked=100)

    assert len(vanished(60)) == 60 and alerts(nights(*[vanished(60)] * 4)) == [True] * 4
    assert vanished(3) == []
    assert vanished(60, "still gone") == [], "known removals that `recheck=all` has requested again"
