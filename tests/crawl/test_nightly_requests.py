"""A night's requests do not grow: exact counts over made-up sites, under a false clock."""

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

Night = dict[str, Any]

#: Nights behind the first that could see a correction made on the day of its age, None for never: the schedule asks at 2, 4, 8,
#: 16, 30; behind these only the sample does.
DELAYS: Final = {1: 0, 2: 1, 3: 0, 4: 3, 7: 0, 8: 7, 15: 0, 16: 13, 29: 0, 30: None}

pytestmark = pytest.mark.timeout(900)  # the first test waits for all nights


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> list[Night]:
    words = [sys.executable, str(Path(__file__).with_name("nightly.py")), str(tmp_path_factory.mktemp("nights"))]
    done = subprocess.run(words, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def of(nights: list[Night], site: str, what: str) -> list[Night]:
    """The nights of one site and kind, in order."""
    return [night for night in nights if night.get("site") == site and night["night"] == what]


def rechecks(night: Night) -> int:
    return sum(night["look_back"]["asked"].values())


def test_nothing_new_in_eight_busy_sections(nights: list[Night]) -> None:
    night = of(nights, "busy", "nothing new")[0]
    assert (night["new"], night["code"]) == (0, 0)
    assert night["look_back"]["asked"] == {f"age {age}": 10 for age in (2, 4, 8, 16, 30)} | {"sample": 5}
    assert rechecks(night) <= night["look_back"]["recent"] / 4
    assert night["requests"] == 93


def test_twenty_new_in_eight_busy_sections(nights: list[Night]) -> None:
    (night,) = of(nights, "busy", "20 new")
    assert (night["new"], night["code"]) == (20, 0)
    assert night["requests"] - rechecks(night) <= 110 and night["requests"] <= 175
    assert night["requests"] == 100


def test_one_correction_at_each_age_is_seen_on_its_day(nights: list[Night]) -> None:
    corrected = {night["corrected"]: night for night in nights if "corrected" in night}
    assert len(corrected) == len(DELAYS)
    seen = {number: night["day"] for night in of(nights, "busy", "nothing new") for number in night["corrections"]}
    delays = {
        made["age"]: (date.fromisoformat(seen[number]) - date.fromisoformat(made["day"])).days - 1
        for number, made in corrected.items()
        if number in seen
    }
    assert dict.fromkeys(DELAYS) | delays == DELAYS


def test_a_corrected_article_is_asked_again_the_night_after(nights: list[Night]) -> None:
    after = of(nights, "busy", "nothing new")[2:]
    before = of(nights, "busy", "nothing new")[1:]
    for night, following in zip(before, after, strict=False):
        assert following["look_back"]["asked"].get("changed", 0) == len(night["corrections"])


def test_the_report_names_what_was_not_asked_and_when_it_will_be(nights: list[Night]) -> None:
    for night, following in zip(*(of(nights, "busy", "nothing new")[at:] for at in (1, 2)), strict=False):
        planned = night["look_back"]["due"]
        assert min(planned) > night["day"] and sum(planned.values()) == night["look_back"]["not_asked"]
        sampled = following["look_back"]["asked"].get("sample", 0)
        assert planned.get(following["day"], 0) == rechecks(following) - sampled


def test_fifty_nine_sparse_sections_with_nothing_new(nights: list[Night]) -> None:
    found = of(nights, "sparse", "nothing new")
    assert {night["code"] for night in found} == {0}
    assert all(night["pages"] == 59 for night in found), "page one of each section, and of none a second"
    assert max(night["requests"] for night in found) <= 110
    assert [night["requests"] for night in found] == [70, 68, 69]
