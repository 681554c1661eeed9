"""What a person finds in data/runs/ after real runs: the first, one that doubts, and one with news, a correction and a removal."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import harness
import pytest
from prometheus_client.parser import text_string_to_metric_families

from demo_site.proxy import ProxyServer, serve
from demo_site.site import Site


@dataclass(frozen=True)
class Nights:
    """Runs into one archive, and the numbers of what changed between them."""

    first: harness.Crawl
    first_report: dict[str, object]
    doubted: dict[str, object]  # the report of the night that found an article gone for the first time
    last: harness.Crawl
    added: str
    corrected: str
    removed: str

    @property
    def page(self) -> str:
        return (self.last.data / "runs/latest.html").read_text("utf-8")


@pytest.fixture(scope="module")
def server() -> Iterator[ProxyServer]:
    with serve(Site.build(articles=120)) as running:
        yield running


@pytest.fixture(scope="module")
def nights(server: ProxyServer, tmp_path_factory: pytest.TempPathFactory) -> Nights:
    data, site = tmp_path_factory.mktemp("nights") / "data", server.site
    first = harness.crawl(server.url, data)
    report = first.report
    corrected, removed = (site.listing(key)[0].id for key in ("sj", "sz"))
    site.remove(removed, keep_listed=True)
    again = {"recheck": "30"}  # the made-up articles are older than the schedule's last age
    doubted = harness.crawl(server.url, data, again).report
    site.correct(corrected, title="样例<b>新标题</b>")
    added = site.add_article("书记").id
    return Nights(first, report, doubted, harness.crawl(server.url, data, again), added, corrected, removed)


def test_the_first_run_alerts_nothing_and_says_where_history_is_missing(nights: Nights) -> None:
    assert nights.first.code == 0, nights.first.said
    checks = nights.first_report["checks"]
    assert isinstance(checks, list)
    assert {check["verdict"] for check in checks} == {"ok", "none"}
    assert {check["name"] for check in checks if "no history yet" in check["sentence"]} == {
        "sections_found", "list_markup", "moved_hosts", "field_coverage", "article_count", "section_silence", "execution_time",
        "newly_forbidden",
    }  # fmt: skip


def test_a_listed_article_that_is_gone_once_is_no_removal(nights: Nights) -> None:
    assert (nights.doubted["exit_code"], nights.doubted["removals"]) == (0, [])


def test_the_last_tells_what_is_new_corrected_and_removed(nights: Nights) -> None:
    report = nights.last.report
    assert (nights.last.code, report["state"]) == (0, "news"), nights.last.said
    assert [entry["id"] for entry in report["new"]] == [nights.added]
    assert [entry["id"] for entry in report["corrections"]] == [nights.corrected]
    assert [entry["id"] for entry in report["removals"]] == [nights.removed]
    (change,) = report["corrections"][0]["changes"]
    assert change["field"] == "title"
    assert "".join(piece["text"] for piece in change["pieces"] if piece["kind"] != "gone") == "样例<b>新标题</b>"


def test_its_page_says_the_same_and_shows_markup_as_text(nights: Nights) -> None:
    report = nights.last.report
    assert report["new"][0]["url"] in nights.page
    assert "&lt;b&gt;" in nights.page and "<b>新标题" not in nights.page
    assert nights.page == (nights.last.data / f"runs/{report['run']}.html").read_text("utf-8")


def test_its_requests_over_time_add_up(nights: Nights) -> None:
    report = nights.last.report
    assert sum(report["course"]["requests"]) == report["requests"]
    assert 0 < sum(report["course"]["bytes_received"]) <= report["bytes_received"]


def test_the_metrics_are_of_the_newest_run(nights: Nights) -> None:
    text = (nights.last.data / "runs/metrics.prom").read_text("utf-8")
    found = {family.name: family.samples[0].value for family in text_string_to_metric_families(text)}
    assert (found["panan_exit_code"], found["panan_new_articles"]) == (0, 1)
    assert found["panan_requests"] == nights.last.report["requests"]


def test_the_list_of_runs_has_all(nights: Nights) -> None:
    index = (nights.last.data / "runs/index.html").read_text("utf-8")
    runs = [path.stem for path in (nights.last.data / "runs").glob("2*.json")]
    assert len(runs) == 3
    assert all(f"{run}.html" in index for run in runs)


def test_a_page_that_cannot_be_written_changes_no_code_and_is_named(tmp_path: Path) -> None:
    runs = tmp_path / "data/runs"
    (runs / "latest.html").mkdir(parents=True)  # no file can take its place
    with serve(Site.build(articles=120)) as healthy:
        done = harness.crawl(healthy.url, tmp_path / "data")
    assert done.code == 0, done.said
    assert "could not be made" in done.stderr and "latest.html" in done.stderr
    assert json.loads(next(runs.glob("2*.json")).read_text("utf-8"))["exit_code"] == 0
    assert (runs / "metrics.prom").exists() and (runs / "index.html").exists()
