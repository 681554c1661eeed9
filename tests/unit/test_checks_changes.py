"""The checks of the site itself: each says its word on the day something changes, and is quiet before and after."""

from datetime import date

from checks_runs import figures, nights, seen

from panan_spider.core.run_report import Figures, SectionFigures
from panan_spider.report.checks.page_checks import list_markup
from panan_spider.report.checks.run_checks import moved_hosts, moved_in
from panan_spider.sites.thresholds import Thresholds

MOVED = {"panews.zjol.com.cn": "www.panews.cn"}


def marked(*by_words: bool, front: int | None = 20) -> dict[str, SectionFigures]:
    return {
        f"栏目{at}": SectionFigures(front=front, rows=20, new=0, newest=None, by_words=one)
        for at, one in enumerate(by_words)
    }


def night(day: date, *by_words: bool) -> Figures:
    return figures(day, sections=marked(*by_words))


def test_a_host_that_leads_to_another_is_said_once() -> None:
    moved = figures(moved=MOVED)
    check = moved_hosts(seen(moved, nights(5)))
    assert check.verdict == "warn"
    assert check.sentence.startswith("panews.zjol.com.cn now leads to www.panews.cn: everything is still read")
    assert moved_hosts(seen(moved, [moved, *nights(5)])).verdict == "ok"


def test_hosts_that_lead_nowhere_are_no_news() -> None:
    assert moved_hosts(seen(figures(), nights(5))).verdict == "ok"
    assert moved_hosts(seen(figures(moved=MOVED))).verdict == "none"


def test_a_host_has_moved_when_all_but_a_few_of_its_answers_lead_elsewhere() -> None:
    def stats(answers: int, moved: int) -> dict[str, int]:
        return {
            "panan/answers/panews.zjol.com.cn": answers,
            "panan/moved/panews.zjol.com.cn/www.panews.cn": moved,
            "panan/answers/www.panews.cn": 40,
        }

    assert moved_in(stats(10, 10), Thresholds()) == moved_in(stats(10, 8), Thresholds()) == MOVED
    assert (
        moved_in(stats(10, 7), Thresholds()) == moved_in(stats(2, 2), Thresholds()) == moved_in({}, Thresholds()) == {}
    )


def test_lists_that_lose_their_markup_are_said_on_the_day_they_do() -> None:
    plain = nights(5, lambda day: night(day, False, False, False))
    redesigned = figures(sections=marked(True, True, False))
    check = list_markup(seen(redesigned, plain))
    assert check.verdict == "warn" and check.sentence.startswith("page one of 栏目0, 栏目1 has lost its list block")
    assert list_markup(seen(redesigned, [redesigned, *plain])).verdict == "ok"


def test_one_section_of_three_is_no_redesign() -> None:
    plain = nights(5, lambda day: night(day, False, False, False))
    assert list_markup(seen(figures(sections=marked(True, False, False)), plain)).verdict == "ok"


def test_a_night_that_read_no_list_says_nothing_and_is_passed_over() -> None:
    plain = nights(3, lambda day: night(day, False, False))
    blind = figures(sections=marked(False, False, front=None))
    assert list_markup(seen(blind, plain)).verdict == "none"
    assert list_markup(seen(figures(sections=marked(True, True)), [blind, *plain])).verdict == "warn"
    assert list_markup(seen(figures(sections=marked(True)))).verdict == "none"
