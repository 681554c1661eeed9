"""Evaluation of a run: its figures, its past from the ledger, and the exit code that follows."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from checks_runs import figures, section
from scrapy.utils.test import get_crawler
from store_helpers import an_article, an_exchange, url_of

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import Figures
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.report.builder import report_lines, run_report
from panan_spider.report.evaluation import RunEvaluation, evaluate
from panan_spider.spiders.county import spider_class

WALK = {
    "name": "书记",
    "url": "http://www.panews.cn/shuji/",
    "pages": 1,
    "state": "known",
    "pager": "none",
    "by_words": False,
}
Begin = Callable[..., ArchiveRunExtension]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """`begin(number, since="2020-01-01")`: a run into one archive; runs differ by their number."""
    begun = []

    def run(number: int = 1, **arguments: str) -> ArchiveRunExtension:
        crawler = get_crawler(spider_class("panan"), {"PANAN_DATA_DIR": str(tmp_path / "data")})
        crawler.spider = spider_class("panan").from_crawler(crawler, **arguments)
        crawler.engine = SimpleNamespace(spider=None)  # type: ignore[assignment]
        crawler.spider.session.section_reports = [{**WALK, "front": 20, "rows": 20, "new": 2, "newest": "2026-03-07"}]
        with time_machine.travel(datetime(2026, 3, 6, 18, number, tzinfo=UTC), tick=False):
            extension = ArchiveRunExtension.from_crawler(crawler)
        begun.append(extension)
        return extension

    yield run
    for extension in begun:
        extension.archive.close({})


def evaluated(run: ArchiveRunExtension, reason: str = "finished") -> RunEvaluation:
    return evaluate(run.ended(reason))


def past(run: ArchiveRunExtension, *runs: Figures) -> None:
    """Earlier runs, oldest first, as their reports stand in the ledger."""
    ledger = run.archive.ledger
    for number, one in enumerate(runs):
        entered = ledger.runs.begin(f"past{number}", {}, f"{one.day}T00:00:00Z")
        report = {"figures": one.model_dump(), "exit_code": 0}
        ledger.runs.end(entered, f"{one.day}T00:01:00Z", 0, report)


def test_a_runs_figures_are_its_own(begin: Begin) -> None:
    run = begin()
    run.archive.write_response(an_exchange())
    run.archive.store_all([(an_article(1, posted="2026-03-01", editor="丁改稿"), Outcome.STORED)])
    run.archive.store_all([(an_article(2, posted="2020-01-01"), Outcome.STORED)])
    found = evaluated(run).context.figures
    assert (found.day, found.whole, found.full) == ("2026-03-07", True, False)  # the site is eight hours ahead
    assert found.sections == {"书记": section(20, new=2).model_copy(update={"newest": "2026-03-07"})}
    assert found.addresses == {"书记": [WALK["url"]]}
    assert (found.new, found.late) == (2, 1)
    counts = found.coverage["enorth_b"]["书记"]
    assert (counts["articles"], counts["editor"], counts["text"], counts.get("kicker")) == (2, 1, 2, None)


@pytest.mark.parametrize(
    ("arguments", "reason", "whole"),
    [({}, "finished", True), ({"full": "true"}, "finished", True), ({}, "shutdown", False)]
    + [({name: value}, "finished", False) for name, value in (("sections", "书记"), ("since", "2020-01-01"))],
)
def test_which_runs_are_a_measure_for_others(begin: Begin, arguments: dict[str, str], reason: str, whole: bool) -> None:
    found = evaluated(begin(**arguments), reason).context.figures
    assert (found.whole, found.full) == (whole, "full" in arguments)


def test_two_lists_of_one_name_are_one_section(begin: Begin) -> None:
    run = begin()
    spider: Any = run.crawler.spider
    more = {"rows": 3, "new": 1, "newest": "2026-03-09", "unknown": 2, "off_site": 5}
    spider.session.section_reports.append({**WALK, "front": None, **more})
    assert evaluated(run).context.figures.sections["书记"] == section(20, new=3).model_copy(
        update={"rows": 23, "newest": "2026-03-09", "unknown": 2, "off_site": 5}
    )


def test_earlier_whole_runs_are_its_history_newest_first(begin: Begin) -> None:
    run = begin()
    past(run, figures(new=1), figures(new=2, whole=False), figures(new=3))
    assert [one.new for one in evaluated(run).context.history] == [3, 1]


def test_a_failing_check_of_the_layout_is_code_11_and_the_reason(begin: Begin) -> None:
    run = begin()
    past(run, *[figures(sections={"书记": section(), "时政": section()})] * 4)
    made = evaluated(run)
    assert (made.code, made.state) == (ExitCode.LAYOUT_DRIFT, "broken")
    assert made.reason == "1 of 2 known sections not found: 时政"


def test_a_mass_of_429_is_code_12_though_every_try_after_it_was_well(begin: Begin) -> None:
    run = begin()
    assert run.crawler.stats is not None
    run.crawler.stats.set_value("downloader/response_status_count/200", 60)
    run.crawler.stats.set_value("downloader/response_status_count/429", 40)
    made = evaluated(run)
    assert (made.code, made.reason) == (ExitCode.BLOCKED, "40 of 100 answers were 403 or 429")


def test_no_news_is_code_0_and_says_so(begin: Begin) -> None:
    run = begin()
    past(run, figures(sections={"书记": section()}))
    made = evaluated(run)
    assert (made.code, made.state) == (ExitCode.GOOD, "no_news")
    assert made.reason.startswith(
        "no news today, page one of all 1 sections is well-formed, their newest article is of 2026-03-07"
    )


def test_a_section_that_ended_alerts_for_three_days_and_stays_in_the_report(begin: Begin) -> None:
    line = "section 视频 (http://www.panews.cn/sp/) listed articles in earlier runs, now: HTTP 404"
    codes = []
    for day in range(4):
        run = begin(day)
        run.started += timedelta(days=day)
        run.crawler.spider.session.drift = [line]  # type: ignore[union-attr]
        evaluation = evaluated(run)
        run.archive.record_faults(evaluation.facts.faults.records, evaluation.resolved)
        report = run_report(run.ended("finished"), evaluation)
        assert report.drift == [line] and [fault.days for fault in report.faults] == [day + 1]
        codes.append(evaluation.code)
        run.archive.close(report.model_dump(mode="json"))
    assert codes == [*[ExitCode.LAYOUT_DRIFT] * 3, ExitCode.GOOD]


def test_a_listed_article_that_is_gone_alerts_for_three_days_and_stays_a_gap(begin: Begin) -> None:
    """Until somebody has it: then the fault is resolved."""
    codes, gaps, known = [], [], []
    for day in range(5):
        run = begin(day)
        run.started += timedelta(days=day)
        run.archive.memory.listed("书记", [("000000002", url_of(2), None)])
        run.archive.memory.discovered(url_of(2), "article", "000000002")
        if day < 4:
            run.archive.memory.settle(url_of(2), Outcome.GONE, "HTTP 404")
        else:
            run.archive.write_response(an_exchange())
            run.archive.store_all([(an_article(2), Outcome.STORED)])
        evaluation = evaluated(run)
        run.archive.record_faults(evaluation.facts.faults.records, evaluation.resolved)
        report = run_report(run.ended("finished"), evaluation)
        codes.append(int(evaluation.code))
        gaps.append(report.gaps_count)
        known.append("1 known missing" in report.reason)
        run.archive.close(report.model_dump(mode="json"))
    assert (codes, gaps) == ([10, 10, 10, 0, 0], [1, 1, 1, 1, 0])
    assert known == [False, False, False, True, False]
    ledger = Ledger.read_only(run.archive.folder / "ledger.sqlite")
    assert ledger.faults.known() == {}
    ledger.close()


def test_new_and_corrected_and_gone_are_told_once(begin: Begin) -> None:
    first = begin(1)
    for number in (1, 2, 3):
        first.archive.store_all([(an_article(number), Outcome.STORED)])
    first.archive.close({})
    second = begin(2)
    second.archive.store_all([(an_article(1, revision=2, version=2), Outcome.REVISED)])
    second.archive.store_all([(an_article(4), Outcome.STORED)])
    for number in (2, 3):
        second.archive.memory.discovered(url_of(number), "article", f"{number:09d}")
        second.archive.memory.settle(url_of(number), Outcome.GONE, "HTTP 404")
    past(second, figures(gone=["000000003"]))
    report = run_report(second.ended("finished"), evaluated(second))
    assert [one.id for one in report.new] == ["000000004"]
    assert [one.id for one in report.removals] == ["000000002"]
    (corrected,) = report.corrections
    assert (corrected.id, corrected.revision) == ("000000001", 2)
    assert [(piece.kind, piece.text) for piece in corrected.changes[0].pieces] == [
        ("same", "第"), ("gone", "1"), ("new", "2"), ("same", "版正文"),
    ]  # fmt: skip
    assert (report.new_count, report.corrections_count, report.removals_count) == (1, 1, 1)


def test_what_a_check_warns_of_is_in_the_log(begin: Begin) -> None:
    run = begin()
    past(run, *[figures(sections={"书记": section(), "时政": section()})] * 4)
    lines = report_lines(run_report(run.ended("finished"), evaluated(run)))
    assert "panan: check sections_found: fail: 1 of 2 known sections not found: 时政" in lines
    assert not any(": ok:" in line or ": none:" in line for line in lines)


def test_peak_memory_is_that_of_the_process_not_of_the_one_that_started_it() -> None:
    large = """
import subprocess, sys
ballast = bytearray(400 << 20)
ballast[::4096] = b"x" * len(ballast[::4096])
words = [sys.executable, "-c", "from panan_spider.report.evaluation import peak_mib; print(peak_mib())"]
print(subprocess.check_output(words, text=True))
"""
    out = subprocess.run([sys.executable, "-c", large], capture_output=True, text=True, check=True).stdout
    assert 10 < float(out) < 300
