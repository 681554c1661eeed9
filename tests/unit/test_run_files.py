"""Beside the report: its page, the newest run's, the list of runs, metrics; one that fails is named and harms nothing else."""

import logging
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from report_examples import a_report
from store_helpers import an_archive, an_article

from panan_spider.core.outcomes import Outcome
from panan_spider.report.builder import write_metrics, write_run_files
from panan_spider.report.report_page import read_coverage
from panan_spider.sites.profile import load_site

SITE = load_site()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive of two articles after a run of the example's name."""
    archive = an_archive(tmp_path, "20260307T010000Z-1")
    for number in (1, 2):
        archive.store_all([(an_article(number), Outcome.STORED)])
    archive.close(a_report().model_dump(mode="json"))
    return tmp_path


def published(data: Path) -> list[str]:
    return write_run_files(data / "runs", data / "ledger.sqlite", a_report(), SITE)


def test_all_of_them_are_made(data: Path) -> None:
    assert published(data) == []
    found = {path.name for path in (data / "runs").iterdir()}
    assert found == {
        *("20260307T010000Z-1.json", "20260307T010000Z-1.html", "latest.html", "index.html", "metrics.prom"),
        *("20260307T010000Z-1.zh.html", "latest.zh.html", "index.zh.html"),
    }
    page = (data / "runs/latest.html").read_text("utf-8")
    assert page == (data / "runs/20260307T010000Z-1.html").read_text("utf-8")
    assert "样例标题1" in page
    assert "20260307T010000Z-1.html" in (data / "runs/index.html").read_text("utf-8")


def test_what_the_pages_show_is_asked_of_the_ledger(data: Path) -> None:
    coverage, runs = read_coverage(data / "ledger.sqlite", SITE)
    assert coverage.by_day == {"2020-03-07": 2}
    assert coverage.by_section == {"书记": {"2020-03-07": 2}}
    assert [(run["run"], run["new"], run["state"]) for run in runs] == [("20260307T010000Z-1", 2, "news")]


def test_a_page_that_cannot_be_made_is_named_and_the_others_are_made(
    data: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_given: object) -> str:
        raise KeyError("no such\nword")

    monkeypatch.setattr("panan_spider.report.report_page.report_page", broken)
    assert published(data) == ["20260307T010000Z-1.html"]
    (line,) = [record.getMessage() for record in caplog.records if record.levelno == logging.ERROR]
    assert line == "runs/20260307T010000Z-1.html could not be made: KeyError: 'no such\\nword'"
    assert {path.name for path in (data / "runs").iterdir()} >= {
        "20260307T010000Z-1.json",
        "index.html",
        "metrics.prom",
    }


def test_a_folder_that_takes_nothing_is_three_lines(data: Path, caplog: pytest.LogCaptureFixture) -> None:
    missing = write_run_files(data / "nowhere", data / "ledger.sqlite", a_report(), SITE)
    assert missing == ["20260307T010000Z-1.html", "index.html", "metrics.prom"]
    assert len([record for record in caplog.records if record.levelno == logging.ERROR]) == 3


def test_the_metrics_are_the_reports_figures(data: Path) -> None:
    write_metrics(data, a_report(exit_code=11))
    families = text_string_to_metric_families((data / "metrics.prom").read_text("utf-8"))
    found = {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}
    expected = {
        ("panan_exit_code",): 11, ("panan_finished_timestamp_seconds",): 1772845323, ("panan_duration_seconds",): 123,
        ("panan_requests",): 65, ("panan_received_bytes",): 89_900, ("panan_gaps",): 1, ("panan_new_articles",): 2,
        ("panan_outcomes", "stored"): 2, ("panan_outcomes", "listed"): 3, ("panan_section_articles", "书记"): 20,
        ("panan_section_new_articles", "书记"): 2, ("panan_checks", "ok"): 1, ("panan_checks", "warn"): 1,
        ("panan_checks", "fail"): 0, ("panan_checks", "none"): 1, ("panan_check", "section_silence", "warn"): 1,
    }  # fmt: skip
    assert {key: found.get(key) for key in expected} == expected


def test_whoever_reads_the_metrics_meanwhile_reads_the_old_ones_whole(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_metrics(data, a_report())
    before = (data / "metrics.prom").read_text("utf-8")

    def dies(*_given: object) -> None:
        raise OSError("no space")

    monkeypatch.setattr("os.rename", dies)
    monkeypatch.setattr("os.replace", dies)
    with pytest.raises(OSError, match="no space"):
        write_metrics(data, a_report(exit_code=14))
    assert (data / "metrics.prom").read_text("utf-8") == before
    assert sorted(path.name for path in data.glob("metrics.prom*")) == ["metrics.prom"]
