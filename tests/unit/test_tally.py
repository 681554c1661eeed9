"""How far a run is, and how it ended, in few words."""

from types import SimpleNamespace
from typing import Any

import pytest
from report_examples import a_report
from store_helpers import an_article

from panan_spider.core.run_report import CheckResult
from panan_spider.extensions.progress import SectionTally, Tally, spell
from panan_spider.extensions.terminal import summary_lines


class Articles:
    """A frontier with that many articles met and waiting."""

    def __init__(self, met: int, waiting: int) -> None:
        self.met, self.waiting = met, waiting

    def __len__(self) -> int:
        return self.met


def a_spider(met: int = 120, waiting: int = 80, under_way: int = 10) -> Any:
    walk = SimpleNamespace(name="时政", pages=3, rows=60)
    ended = {"name": "书记", "pages": 2, "rows": 40}
    return SimpleNamespace(
        session=SimpleNamespace(section_reports=[ended, {**ended, "pages": 1, "rows": 5}]),
        lists=SimpleNamespace(walks={"http://www.panews.cn/sz/": walk}),
        articles=SimpleNamespace(frontier=Articles(met, waiting), open=dict.fromkeys(range(under_way))),
    )


def test_sections_are_told_with_what_was_stored_in_each() -> None:
    tally = Tally(a_spider())
    for number in (1, 2):
        tally.note(an_article(number, listed_in=["书记", "时政"]))
    assert tally.sections() == [SectionTally("书记", 3, 45, 2, False), SectionTally("时政", 3, 60, 0, True)]
    assert tally.pages == 6


@pytest.mark.parametrize(("changes", "where"), [({"listed_in": []}, "书记"), ({"listed_in": [], "section": None}, "–")])
def test_an_article_in_no_list_counts_where_its_breadcrumb_says(changes: dict[str, Any], where: str) -> None:
    tally = Tally(a_spider())
    tally.note(an_article(1, **changes))
    assert tally.stored == {where: 1}


def test_the_rate_is_that_of_the_last_minutes() -> None:
    spider = a_spider(met=1_000, waiting=1_000, under_way=0)
    tally = Tally(spider)
    assert tally.rate(0.0) is None
    spider.articles.frontier.waiting = 900
    assert tally.rate(60.0) == pytest.approx(100)
    spider.articles.frontier.waiting = 890
    for minute in (2, 3, 4, 5, 6):
        tally.rate(60.0 * minute)
    spider.articles.frontier.waiting = 860
    assert tally.rate(420.0) == pytest.approx(10)


def test_one_line_says_it_all() -> None:
    spider = a_spider()
    tally = Tally(spider)
    assert tally.line(0.0) == "panan: 6 list pages · 30 of 120 articles · 0 stored"
    spider.articles.frontier.waiting = 50
    assert tally.line(60.0) == "panan: 6 list pages · 60 of 120 articles · 0 stored · 30 a minute · about 2 min left"


def test_before_anything_is_met_there_is_a_line_too() -> None:
    assert Tally(SimpleNamespace()).line(0.0) == "panan: 0 list pages · 0 of 0 articles · 0 stored"


@pytest.mark.parametrize(("seconds", "said"), [(40, "40 s"), (720, "12 min"), (12_000, "3 h 20 min")])
def test_time_is_spelled_for_people(seconds: float, said: str) -> None:
    assert spell(seconds) == said


def test_the_summary_has_ten_lines_the_verdict_first(tmp_path: Any) -> None:
    lines = summary_lines(a_report(exit_code=11, state="broken"), tmp_path)
    assert len(lines) == 10
    assert lines[0] == ("verdict", "The site has changed (exit code 11)")
    told = dict(lines)
    assert told["articles"] == "2 new, 1 corrected, 1 removed"
    assert told["checks"] == "section_silence: warn"
    assert told["report"].endswith("runs/20260307T010000Z-1.html")


def test_many_warnings_do_not_make_an_eleventh_line(tmp_path: Any) -> None:
    many = [CheckResult(name=f"c{n}", verdict="fail", value="", threshold="", sentence="") for n in range(7)]
    told = dict(summary_lines(a_report(checks=many), tmp_path))
    assert told["checks"] == "c0: fail, c1: fail, c2: fail and 4 more"
