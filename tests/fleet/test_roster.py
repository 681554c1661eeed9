"""Which sites of a fleet are due, and how a fleet's run ends."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from made_up import run_into, site

from panan_spider.archive.store.archive import Archive
from panan_spider.core.clock import SITE_TIME
from panan_spider.fleet.roster import UnknownSites, chosen_sites, gravest, slots_of, state_of

NOON = datetime(2026, 11, 27, 12, tzinfo=SITE_TIME)  # a Friday; the ticks are a quarter past two
LAST_NIGHT = NOON.replace(hour=3)
THE_DAY_BEFORE = NOON - timedelta(days=1)
SITE = site("jia")


def ran(root: Path, when: datetime, args: dict[str, str] | None = None, code: int | None = 0) -> None:
    run_into(root / "jia", f"{when:%Y%m%dT%H%M%SZ}-1", lambda: when, args, code)


def test_a_site_that_was_never_crawled_is_due(tmp_path: Path) -> None:
    assert state_of(SITE, tmp_path).due(NOON) == {}
    assert not list(tmp_path.iterdir())


def test_a_site_is_due_once_a_tick_has_passed_since_its_run(tmp_path: Path) -> None:
    ran(tmp_path, THE_DAY_BEFORE)
    assert state_of(SITE, tmp_path).due(NOON.replace(hour=2, minute=14)) is None
    assert state_of(SITE, tmp_path).due(NOON.replace(hour=2, minute=15)) == {}
    ran(tmp_path, LAST_NIGHT, code=10)
    assert state_of(SITE, tmp_path).due(NOON) is None
    assert state_of(SITE, tmp_path).due(NOON + timedelta(days=1)) is not None


def test_sunday_s_deep_run_is_made_up_for_when_the_machine_was_off(tmp_path: Path) -> None:
    ran(tmp_path, NOON)
    monday = NOON + timedelta(days=3)
    assert state_of(SITE, tmp_path).due(monday) == {"full": "true"}
    ran(tmp_path, monday, {"full": "true"})
    assert state_of(SITE, tmp_path).due(monday + timedelta(hours=1)) is None
    assert state_of(SITE, tmp_path).due(monday + timedelta(days=1)) == {}


@pytest.mark.parametrize("code", [16, None])
def test_a_run_that_was_stopped_is_due_at_once_and_asked_for_the_same(tmp_path: Path, code: int | None) -> None:
    ran(tmp_path, LAST_NIGHT, {"full": "true"}, code)
    assert state_of(SITE, tmp_path).due(NOON) == {"full": "true"}


@pytest.mark.parametrize("code", [1, 10, 11, 12, 13, 14])
def test_a_run_that_ended_by_itself_waits_for_the_next_tick(tmp_path: Path, code: int) -> None:
    ran(tmp_path, LAST_NIGHT, code=code)
    state = state_of(SITE, tmp_path)
    assert state.due(NOON) is None and state.as_json(NOON)["last_exit_code"] == code
    assert state.next_tick(NOON) == NOON.replace(day=28, hour=2, minute=15)


def test_a_site_that_is_being_crawled_is_not_due_and_names_its_holder(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path / "jia", run_id="20261127T000000Z-1", args={}, clock=lambda: THE_DAY_BEFORE)
    try:
        state = state_of(SITE, tmp_path)
        assert state.due(NOON) is None and "20261127T000000Z-1" in (state.held_by or "")
    finally:
        archive.close({})


def test_an_archive_that_cannot_be_read_is_a_problem_of_its_site_alone(tmp_path: Path) -> None:
    ran(tmp_path, LAST_NIGHT)
    (tmp_path / "jia" / "ledger.sqlite").write_bytes(b"no database, and longer than a head")
    state = state_of(SITE, tmp_path)
    assert state.problem is not None and "ledger.sqlite" in state.problem


def test_sites_are_chosen_by_patterns() -> None:
    assert [found.key for found in chosen_sites("pan*,dqnews")] == ["dqnews", "panan"]
    assert len(chosen_sites()) >= 5
    for patterns in ("nowhere", "panan,zj-*", ",", ""):
        with pytest.raises(UnknownSites):
            chosen_sites(patterns)


def test_a_site_without_a_group_is_a_group_of_its_own() -> None:
    sites = [site("jia"), site("yi", "zjol", group_slots=4), site("bing", "elsewhere")]
    assert slots_of(sites, {}) == {"jia": 1, "zjol": 4, "elsewhere": 1}
    assert slots_of(sites, {"elsewhere": 3, "zjol": 2}) == {"jia": 1, "zjol": 2, "elsewhere": 3}


def test_a_fleet_s_exit_code_is_the_gravest() -> None:
    assert gravest([]) == gravest([0, 0]) == 0
    assert gravest([0, 10, 15]) == 10
    assert gravest([10, 11, 14, 12]) == 14
    assert gravest([99]) == 99
