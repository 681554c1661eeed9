"""Two hundred nightly runs over a site that lives: each event has its own word on its day, no other night cries, nothing is lost."""

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pytest
from year_site import comparable

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.ledger.url_outcomes import AGES
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.report.status import read_status
from panan_spider.sites.thresholds import Thresholds

SEED: Final = int(os.environ.get("YEAR_SEED", "1"))
NIGHTS: Final = int(os.environ.get("YEAR_NIGHTS", "200"))
#: Nights within which a removal is reported: until the article's turn, those on which the run is stopped or refused, one more.
REMOVAL_NIGHTS: Final = 16

#: By event: exit code, state, checks that speak up, and a part of the line that says why.
WORDS: Final[dict[str, tuple[int, set[str], dict[str, str], str]]] = {
    "one article fails": (10, {"news", "no_news"}, {"failed_addresses": "warn"}, "1 failed"),
    "challenge": (12, {"not_seen"}, {}, "blocked or rate-limited"),
    "outage": (13, {"not_seen"}, {}, "robots.txt unreachable: panews.zjol.com.cn, www.panews.cn"),
    "pages nobody can read": (11, {"broken"}, {"unknown_layout": "fail"}, "pages of an unknown layout"),
    "lists break": (11, {"broken"}, {}, "listed articles in earlier runs, now: lists no article"),
    "redesign": (0, {"news", "no_news"}, {"list_markup": "warn"}, ""),
    "host move": (0, {"news", "no_news"}, {"moved_hosts": "warn"}, ""),
}

Night = dict[str, Any]

pytestmark = pytest.mark.timeout(1_800)  # the first test waits for the year to pass


@dataclass(frozen=True)
class Year:
    """What the simulator left."""

    data: Path

    @cached_property
    def nights(self) -> list[Night]:
        return [json.loads(line) for line in (self.data / "nights.jsonl").read_text("utf-8").splitlines()]

    @cached_property
    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "record.json").read_text("utf-8"))
        return found

    @property
    def ordinary(self) -> list[Night]:
        return [night for night in self.nights if not night["event"]]

    @cached_property
    def stored(self) -> dict[str, list[dict[str, Any]]]:
        """The lines of each article, in order."""
        found: dict[str, list[dict[str, Any]]] = {}
        for line in (self.data / "articles.jsonl").read_text("utf-8").splitlines():
            record = json.loads(line)
            found.setdefault(record["id"], []).append(record)
        return found


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Year:
    data = tmp_path_factory.mktemp("year") / "data"
    words = [sys.executable, str(Path(__file__).with_name("simulator.py")), str(data)]
    words += ["--seed", str(SEED), "--nights", str(NIGHTS)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=1_800, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    return Year(data)


def told(night: Night) -> str:
    return f"night {night['night']}, {night['day']} {night['event']}: exit {night['code']}, {night['reason']}"


def speaking(night: Night) -> dict[str, str]:
    return {name: word for name, (word, _sentence) in night["checks"].items() if word in ("warn", "fail")}


def test_the_year_held_everything_it_should(year: Year) -> None:
    assert len(year.nights) == NIGHTS
    assert {night["event"] for night in year.nights} - {""} == WORDS.keys()
    happened = Counter(name for night in year.nights for name, numbers in night["done"].items() for _ in numbers)
    assert happened["new"] > NIGHTS and happened["corrected"] > NIGHTS / 8, happened
    assert happened["removed"] >= 3 and happened["returned"] >= 1, happened
    assert any(night["hidden"] for night in year.nights), "nothing was dated back behind the first list pages"


def test_each_event_has_its_own_word_on_its_night(year: Year) -> None:
    for night in year.nights:
        if night["event"]:
            code, states, checks, reason = WORDS[night["event"]]
            assert night["code"] == code and night["state"] in states and reason in night["reason"], told(night)
            assert speaking(night) == checks, (told(night), night["checks"])


def test_no_other_night_cries(year: Year) -> None:
    assert len(year.ordinary) > 0.9 * NIGHTS
    for night in year.ordinary:
        assert night["code"] == 0 and speaking(night) == {}, (told(night), speaking(night))


def test_a_night_without_news_is_no_fault_and_says_so(year: Year) -> None:
    quiet = [night for night in year.ordinary if not night["new"]]
    assert len(quiet) > 10
    for night in quiet[1:]:
        assert night["state"] == "no_news" and night["reason"].startswith("no news today, page one of all 5"), told(
            night
        )
    assert {night["state"] for night in year.ordinary if night["new"]} == {"news"}


def test_every_night_brings_what_is_new_and_nothing_else(year: Year) -> None:
    """What was dated back behind the first list pages may come early; the deep walk of Sunday brings it at the latest."""
    early: set[str] = set()
    for night in year.nights:
        brought, expected = set(night["new"]), set(night["expected"]["new"])
        early |= brought & set(night["hidden"])
        assert brought - set(night["hidden"]) == expected - early, told(night)
    assert not {number for night in year.nights[-1:] for number in night["hidden"]}


def test_an_ordinary_night_does_not_find_everything_and_a_deep_walk_does(year: Year) -> None:
    found_deep = [
        number
        for before, night in zip(year.nights, year.nights[1:], strict=False)
        if night["deep"]
        for number in set(before["hidden"]) & set(night["new"])
    ]
    assert found_deep, "each was found by an ordinary night: the weekly walk proves nothing here"


def test_every_correction_is_noticed_by_the_articles_turn(year: Year) -> None:
    """One that was replaced, or whose article was removed, before its turn came may be missed."""
    delays = []
    for at, night in enumerate(year.nights):
        for number in night["expected"]["revised"]:
            by = turn(year, at, number)
            after = year.nights[at : by + 1]
            hits = [nights for nights, later in enumerate(after) if number in later["corrections"]]
            changed = any(number in later["done"]["corrected"] + later["done"]["removed"] for later in after[1:])
            assert hits or changed or by >= len(year.nights), (number, told(night))
            delays += hits[:1]
    assert delays and sum(delays) / len(delays) < 3


def turn(year: Year, at: int, number: str) -> int:
    """The first night from `at` on that sees the site and has the article's turn; the number of nights where there is none."""
    posted = date.fromisoformat(year.stored[number][0]["posted"])
    day = date.fromisoformat(year.nights[at]["day"])
    due = min(posted + timedelta(days=age) for age in AGES if posted + timedelta(days=age) >= day)
    later = enumerate(year.nights[at:], at)
    return next((n for n, night in later if date.fromisoformat(night["day"]) >= due and not night["event"]), NIGHTS)


def test_what_was_corrected_is_nothing_else_and_nothing_twice(year: Year) -> None:
    made = Counter(number for night in year.nights for number in night["expected"]["revised"])
    assert not Counter(number for night in year.nights for number in night["corrections"]) - made


def test_every_removal_is_reported_once(year: Year) -> None:
    """The same night, or, where lists still name the article, on the night that finds it gone for the second time."""
    reported = [(at, number) for at, night in enumerate(year.nights) for number in night["removals"]]
    found = []
    for at, night in enumerate(year.nights):
        for number in night["done"]["removed"]:
            later = year.nights[at + 1 : at + REMOVAL_NIGHTS]
            hits = [hit for hit in reported if hit[1] == number and at <= hit[0] < at + REMOVAL_NIGHTS]
            came_back = any(number in other["done"]["returned"] for other in later)
            assert len(hits) == 1 or (not hits and (came_back or len(later) < REMOVAL_NIGHTS - 1)), (
                number,
                told(night),
            )
            found += hits
    assert sorted(found) == sorted(reported)


def test_the_archive_holds_the_contents_of_every_article_in_order_and_no_other(year: Year) -> None:
    """All but those that were replaced before the article's turn; which those may be is held above."""
    held = {
        number: [json.loads(json.dumps(comparable(line))) for line in lines] for number, lines in year.stored.items()
    }
    contents = year.record["contents"]
    assert held.keys() == contents.keys()
    for number, lines in held.items():
        wanted = iter([content | {"listed_in": lines[0]["listed_in"]} for content in contents[number]])
        assert all(line | {"listed_in": lines[0]["listed_in"]} in wanted for line in lines), number
    assert sum(map(len, held.values())) > len(held)


def test_what_is_off_the_site_is_marked_gone_and_what_came_back_is_not(year: Year) -> None:
    ledger = Ledger.read_only(year.data / "ledger.sqlite")
    gone = {number for number in year.stored if (known := ledger.articles.latest(number)) and known.outcome == "gone"}
    ledger.close()
    late = {
        number
        for night in year.nights[-REMOVAL_NIGHTS:]
        for number in night["done"]["removed"] + night["done"]["returned"]
    }
    assert gone - late == (set(year.record["gone"]) & year.stored.keys()) - late


def test_at_the_end_verify_is_clean(year: Year) -> None:
    check = ArchiveCheck(year.data)
    assert [str(finding) for finding in check.findings()] == []
    assert check.lines.count == sum(map(len, year.stored.values()))


def test_at_the_end_nothing_is_missing_and_no_month_is_suspicious(year: Year) -> None:
    status = read_status(year.data, Thresholds())
    assert (status.gaps.missing, status.gaps.walks, status.gaps.quiet, status.waiting) == ([], [], {}, [])
    assert len(status.by_section) == 5


def test_a_night_costs_the_site_little(year: Year) -> None:
    """Lists, the articles whose turn it is, the robots.txt: not the archive over again."""
    last = [night["requests"] for night in year.ordinary[-20:] if not night["deep"]]
    assert max(last) < 0.2 * len(year.stored)
