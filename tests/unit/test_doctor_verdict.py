"""What the site is found to be: one state, one reason, one exit code."""

import pytest
from visits import visit

from panan_spider.core.outcomes import ExitCode
from panan_spider.doctor.doctor_verdict import ADVICE, CODES, DoctorStatus, judge


@pytest.mark.parametrize(
    ("faults", "state", "code", "said"),
    [
        ((), DoctorStatus.GOOD, 0, "read completely"),
        (("redesign",), DoctorStatus.REDESIGNED, 11, "no selector once seen on this site is on the lists"),
        (("relayout-unreadable",), DoctorStatus.UNREADABLE, 11, "articles: no header line"),
        (("empty-lists",), DoctorStatus.UNREADABLE, 11, "lead to no list"),
        (("moved-offsite",), DoctorStatus.MOVED, 10, "lead to new.example.com, which was not requested"),
        (("new-host:other.example.net",), DoctorStatus.MOVED, 10, "other.example.net"),
        (("redirect-offsite%100",), DoctorStatus.MOVED, 10, "lead to elsewhere.example.com"),
        (("moved",), DoctorStatus.GOOD, 0, "read completely"),
        (("down",), DoctorStatus.DOWN, 13, "ConnectionDone"),
        (("robots-5xx",), DoctorStatus.DOWN, 13, "status 503"),
        (("robots-5xx@zjol",), DoctorStatus.HALF_DOWN, 13, "robots.txt of panews.zjol.com.cn unreachable"),
        (("challenge",), DoctorStatus.BLOCKED, 12, "a challenge page"),
        (("login",), DoctorStatus.BLOCKED, 12, "a login page"),
        (("maintenance",), DoctorStatus.BLOCKED, 12, "a maintenance page"),
        (("challenge@/system/",), DoctorStatus.BLOCKED, 12, "a challenge page"),
        (("always-5xx:403%100",), DoctorStatus.BLOCKED, 12, "HTTP 403"),
        (("robots-disallow",), DoctorStatus.FORBIDDEN, 12, "forbids us everything"),
        (("always-5xx%25",), DoctorStatus.INCOMPLETE, 10, "failed, HTTP 503"),
        (("always-5xx%100@/system/count/",), DoctorStatus.INCOMPLETE, 10, "entry and list pages not read, first"),
        (("always-5xx%100@/system/count/", "redesign"), DoctorStatus.INCOMPLETE, 10, "no selector once seen on this site"),
        (("always-5xx:404%100@/system/count/", "redesign"), DoctorStatus.INCOMPLETE, 10, "gone, HTTP 404"),
        (("bad-date%100@/system/",), DoctorStatus.INCOMPLETE, 10, "invalid, no such date"),
    ],
)  # fmt: skip
def test_each_state_has_its_verdict(faults: tuple[str, ...], state: DoctorStatus, code: int, said: str) -> None:
    found = judge(visit(*faults))
    assert (found.state, int(found.code)) == (state, code)
    assert said in found.reason and "\n" not in found.reason


def test_every_state_has_a_code_and_says_what_to_do() -> None:
    assert set(CODES) == set(ADVICE) == set(DoctorStatus)
    assert {state for state, code in CODES.items() if code is ExitCode.GOOD} == {DoctorStatus.GOOD}


def test_the_five_states_of_a_first_day_have_five_codes() -> None:
    five = (DoctorStatus.GOOD, DoctorStatus.REDESIGNED, DoctorStatus.MOVED, DoctorStatus.DOWN, DoctorStatus.BLOCKED)
    assert len({CODES[state] for state in five}) == 5


def test_a_few_articles_that_lead_away_are_no_move() -> None:
    assert judge(visit("redirect-offsite%15")).state is not DoctorStatus.MOVED


def test_lines_of_site_py_are_named_only_where_they_are_wrong() -> None:
    assert judge(visit("moved-offsite")).changes.keys() == {"hosts", "entry_pages", "known_sections"}
    assert not judge(visit()).changes and not judge(visit("down")).changes and not judge(visit("redesign")).changes
