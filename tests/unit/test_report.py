"""The report of a run: every figure from where it is kept, every gap with the command that asks again."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.utils.test import get_crawler
from store_helpers import an_article, an_exchange, url_of

from panan_spider.core.outcomes import Outcome
from panan_spider.core.run_report import RunReport
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.report.builder import report_lines, run_report
from panan_spider.report.evaluation import evaluate, facts_of
from panan_spider.spiders.county import spider_class

LIST = "http://www.panews.cn/shuji/"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[ArchiveRunExtension]:
    """A run in which one article was stored, one failed, and a list page was blocked."""
    crawler = get_crawler(spider_class("panan"), {"PANAN_DATA_DIR": str(tmp_path / "data")})
    crawler.spider = spider_class("panan").from_crawler(crawler, since="2020-01-01")
    crawler.engine = SimpleNamespace(spider=None)  # type: ignore[assignment]
    extension = ArchiveRunExtension.from_crawler(crawler)
    archive = extension.archive
    archive.write_response(an_exchange())
    archive.store_all([(an_article(), Outcome.STORED)])
    archive.memory.discovered(url_of(2), "article", "000000002")
    archive.memory.settle(url_of(2), Outcome.FAILED, "no answer")
    archive.memory.discovered(LIST, "section")
    archive.memory.settle(LIST, Outcome.BLOCKED, "HTTP 403")
    yield extension
    archive.close({})


def report_of(run: ArchiveRunExtension, reason: str = "finished") -> RunReport:
    ended = run.ended(reason)
    return run_report(ended, evaluate(ended))


def made(run: ArchiveRunExtension, reason: str = "finished") -> dict[str, Any]:
    return report_of(run, reason).model_dump(mode="json")


def test_the_outcomes_are_counted_and_add_up(run: ArchiveRunExtension) -> None:
    report = made(run)
    assert report["outcomes"] == {"stored": 1, "failed": 1, "blocked": 1}
    assert (report["discovered"], report["sums_match"]) == (3, True)


def test_sums_that_do_not_match_are_said(run: ArchiveRunExtension) -> None:
    run.archive.memory.discovered(url_of(3), "article", "000000003")
    report = made(run)
    assert (report["discovered"], report["sums_match"]) == (4, False)


def test_each_gap_has_its_reason_and_the_command_that_asks_again(run: ArchiveRunExtension) -> None:
    gaps = {gap["url"]: gap for gap in made(run)["gaps"]}
    assert {url: (gap["outcome"], gap["reason"]) for url, gap in gaps.items()} == {
        url_of(2): ("failed", "no answer"),
        LIST: ("blocked", "HTTP 403"),
    }
    assert gaps[url_of(2)]["reproduce"] == f"scrapy crawl panan -a urls={url_of(2)}"
    assert gaps[LIST]["reproduce"] == "scrapy crawl panan"


def test_the_run_says_what_it_was(run: ArchiveRunExtension) -> None:
    report = made(run, "shutdown")
    assert report["arguments"] == {"since": "2020-01-01"}
    assert (report["exit_code"], report["finish_reason"]) == (16, "shutdown")
    assert report["reason"].startswith("interrupted")
    assert report["run"] == run.run_id
    assert report["started"] <= report["finished"]
    assert set(report["versions"]) == {"panan_spider", "scrapy"}


@pytest.mark.parametrize(
    ("statistic", "value", "key", "told"),
    [
        ("downloader/request_count", 7, "requests", 7),
        ("downloader/response_bytes", 9_000, "bytes_received", 9_000),
        ("spider_exceptions/count", 2, "spider_errors", 2),
        ("panan/item_errors", 3, "item_errors", 3),
        ("panan/robots_unreachable", {"www.panews.cn": "status 503"}, "robots_unreachable", {"www.panews.cn": "status 503"}),
    ],
)  # fmt: skip
def test_scrapys_figures_are_taken_over(
    run: ArchiveRunExtension, statistic: str, value: Any, key: str, told: Any
) -> None:
    assert run.crawler.stats is not None
    run.crawler.stats.set_value(statistic, value)
    assert made(run)[key] == told


def test_an_exception_is_one_exception(run: ArchiveRunExtension) -> None:
    assert run.crawler.stats is not None
    for name in ("spider_exceptions/count", "spider_exceptions/KeyError"):
        run.crawler.stats.inc_value(name)
    assert facts_of(run.ended("finished")).spider_errors == 1


def test_navigation_off_the_site_is_told_from_articles(run: ArchiveRunExtension) -> None:
    memory = run.archive.memory
    for url, kind, number in ((url_of(4), "article", "000000004"), ("http://www.panews.cn/app/", "section", None)):
        memory.discovered(url, kind, number)
        memory.settle(url, Outcome.OFF_SITE, "redirected to http://elsewhere.example.com/")
    report = made(run)
    assert report["outcomes"]["off_site"] == 2 and "1 off_site" in report["reason"]
    assert [fault["url"] for fault in report["faults"] if fault["outcome"] == "off_site"] == [url_of(4)]


def test_what_the_spider_says_is_in_it(run: ArchiveRunExtension) -> None:
    spider = run.crawler.spider
    assert isinstance(spider, spider_class("panan"))
    spider.session.drift, spider.session.failed_sections = ["书记 lists nothing"], ["时政"]
    report = made(run)
    assert (report["drift"], report["failed_sections"]) == (["书记 lists nothing"], ["时政"])
    spider.session.refusal = "no such section"
    assert facts_of(run.ended("finished")).refusal == "no such section"


def test_a_person_reads_the_counts_and_where_the_gaps_are(run: ArchiveRunExtension) -> None:
    first, *_checks, second = report_lines(report_of(run))
    assert all(words in first for words in ("3 addresses", "1 stored", "1 failed", "1 blocked"))
    assert "2 gaps" in second and f"runs/{run.run_id}.json" in second
