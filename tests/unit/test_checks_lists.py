"""The checks of the lists: missing sections and thin front pages fail, quiet and unread ones do not."""

import pytest
from checks_runs import NAMES, figures, nights, section, seen

from panan_spider.report.checks.page_checks import floor_of, front_page_links, known_sections, sections_found
from panan_spider.sites.thresholds import Thresholds

THRESHOLDS = Thresholds()


def without(name: str) -> dict[str, object]:
    return {other: section() for other in NAMES if other != name}


def test_without_history_nothing_is_missing() -> None:
    check = sections_found(seen())
    assert check.verdict == "none"
    assert "no history yet" in check.sentence and "3 sections" in check.sentence


def test_all_known_sections_are_there() -> None:
    check = sections_found(seen(history=nights(5)))
    assert (check.verdict, check.value) == ("ok", "3 of 3")


@pytest.mark.parametrize("runs", [1, 2, 60])
def test_a_known_section_that_is_not_found_fails_by_name(runs: int) -> None:
    check = sections_found(seen(figures(sections=without("视频")), nights(runs)))
    assert check.verdict == "fail"
    assert check.sentence == "1 of 3 known sections not found: 视频"


@pytest.mark.parametrize(("url", "verdict"), [("http://a.example.com/sp/", "ok"), ("http://a.example.com/tp/", "fail")])
def test_a_section_under_another_name_at_its_address_is_found(url: str, verdict: str) -> None:
    past = [night.model_copy(update={"addresses": {"视频": ["http://a.example.com/sp/"]}}) for night in nights(5)]
    tonight = figures(sections={**without("视频"), "影像": section()}, addresses={"影像": [url]})
    check = sections_found(seen(tonight, past))
    assert (check.verdict, check.value) == (verdict, "3 of 3" if verdict == "ok" else "2 of 3")


def test_a_section_that_lists_nothing_is_not_found() -> None:
    check = sections_found(seen(figures(sections={**without("视频"), "视频": section(0)}), nights(5)))
    assert check.verdict == "fail"


def test_a_section_that_could_not_be_read_is_not_missing() -> None:
    check = sections_found(seen(figures(sections=without("视频")), nights(5), unread=frozenset({"视频"})))
    assert check.verdict == "ok"


def test_a_run_over_some_sections_does_not_miss_the_others() -> None:
    check = sections_found(seen(figures(sections=without("视频"), whole=False), nights(5)))
    assert check.verdict == "none"


def test_a_section_met_by_accident_is_not_known() -> None:
    odd = nights(20)
    odd[3] = figures(sections={**without(""), "偶然": section()})
    assert known_sections(odd, THRESHOLDS) == set(NAMES)


def test_a_section_that_has_ended_is_forgotten_after_some_runs() -> None:
    ended = [figures(sections=without("视频"))] * THRESHOLDS.known_runs
    assert sections_found(seen(figures(sections=without("视频")), [*ended[:5], *nights(20)])).verdict == "fail"
    assert sections_found(seen(figures(sections=without("视频")), [*ended, *nights(20)])).verdict == "ok"


def test_a_new_section_is_named() -> None:
    check = sections_found(seen(figures(sections={**without(""), "新栏": section()}), nights(5)))
    assert check.verdict == "ok" and check.sentence.endswith("and new: 新栏")


@pytest.mark.parametrize(("front", "verdict"), [(20, "ok"), (10, "ok"), (9, "fail"), (0, "fail")])
def test_page_one_must_have_half_of_its_usual_links(front: int, verdict: str) -> None:
    now = figures(sections={**without("时政"), "时政": section(front)})
    check = front_page_links(seen(now, nights(10)))
    assert check.verdict == verdict
    assert verdict == "ok" or f"时政 has {front} of at least 10" in check.sentence


def test_a_small_section_is_held_against_itself() -> None:
    small = nights(10, lambda day: figures(day, sections={"视频": section(3)}))
    assert front_page_links(seen(figures(sections={"视频": section(2)}), small)).verdict == "ok"
    assert front_page_links(seen(figures(sections={"视频": section(1)}), small)).verdict == "fail"


@pytest.mark.parametrize(("front", "verdict"), [(1, "ok"), (0, "fail")])
def test_without_history_the_sites_floor_holds(front: int, verdict: str) -> None:
    assert front_page_links(seen(figures(sections={"书记": section(front)}))).verdict == verdict


def test_a_profile_can_raise_one_sections_floor() -> None:
    limits = Thresholds(floors={"书记": 15})
    assert (floor_of("书记", nights(10), limits), floor_of("时政", nights(10), limits)) == (15, 10)
    now = figures(sections={"书记": section(14), "时政": section(14)})
    assert front_page_links(seen(now, nights(10), thresholds=limits)).sentence.endswith("书记 has 14 of at least 15")


def test_a_page_one_that_could_not_be_read_is_not_judged() -> None:
    assert front_page_links(seen(figures(sections={"书记": section(None)}), nights(10))).verdict == "none"
    mixed = figures(sections={**without("视频"), "视频": section(None)})
    assert front_page_links(seen(mixed, nights(10))).verdict == "ok"


def test_one_odd_night_does_not_move_the_floor() -> None:
    odd = nights(10)
    odd[0] = figures(sections={name: section(200) for name in NAMES})
    assert floor_of("书记", odd, THRESHOLDS) == 10
