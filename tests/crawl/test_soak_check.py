"""The soak's own check that no run ended with 0 in silence about an article it lacks."""

from typing import Any

from soak_check import repeated, unnamed


def report(hour: int, code: int, *gaps: str, count: int | None = None) -> dict[str, Any]:
    listed = [{"article_id": number} for number in gaps]
    return {
        "run": f"r{hour}", "finished": f"2026-03-07T{hour:02d}:00:00Z", "exit_code": code, "gaps": listed,
        "gaps_count": len(gaps) if count is None else count,
    }  # fmt: skip


def line(number: str, hour: int) -> dict[str, Any]:
    return {"id": number, "fetched_at": f"2026-03-07T{hour:02d}:00:00Z"}


def test_zero_with_all_stored_or_named_is_true() -> None:
    assert list(unnamed({"1", "2"}, [line("1", 1), line("2", 1)], [report(2, 0)])) == []
    assert list(unnamed({"1", "2"}, [line("1", 1)], [report(2, 10, "2"), report(3, 0)])) == []
    assert list(unnamed({"1", "2"}, [line("1", 1)], [report(2, 10)])) == []


def test_zero_with_something_missing_in_silence_is_found_though_a_later_run_brings_it() -> None:
    (found,) = unnamed({"1", "2"}, [line("1", 1), line("2", 5)], [report(2, 0), report(6, 0)])
    assert found == "run r2: 1 articles, 2"


def test_a_report_that_does_not_list_all_its_gaps_is_not_judged() -> None:
    assert list(unnamed({"1", "2"}, [line("1", 1)], [report(2, 0, "3", count=5_000)])) == []


def test_a_revision_stored_twice_or_without_a_change_is_found_and_a_healed_one_is_not() -> None:
    def stored(revision: int, content: str) -> dict[str, Any]:
        return {"id": "1", "revision": revision, "content_hash": content}

    assert list(repeated([stored(1, "a"), stored(2, "b"), stored(3, "a")])) == []
    assert list(repeated([stored(1, "a"), stored(1, "a")])) == ["1, revision 1 after 1"]
    assert list(repeated([stored(1, "a"), stored(2, "a")])) == ["1, revision 2 after 1"]
