"""The whole made-up site in one run: every article exactly once, every field as its editors know it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness
import pytest

from demo_site.counties import COUNTIES, PROFILES
from demo_site.proxy import ProxyServer, serve
from demo_site.site import Site
from panan_spider.items import Article

#: Known when the run ends, and to no editor.
ARTICLES = {"panan": 420, "lichuan": 200}
OURS = {"revision", "content_hash", "fetched_at", "warc"}
FIELDS = sorted(set(Article.model_fields) - OURS)


@pytest.fixture(scope="module", params=COUNTIES)
def server(request: pytest.FixtureRequest) -> Iterator[ProxyServer]:
    """One county after the other: its hosts, words and templates are its own."""
    with serve(Site.build(articles=ARTICLES[request.param], county=COUNTIES[request.param])) as running:
        yield running


@pytest.fixture(scope="module")
def run(server: ProxyServer, tmp_path_factory: pytest.TempPathFactory) -> harness.Crawl:
    folder = tmp_path_factory.mktemp("whole")
    words = harness.command(folder / "data", None, None, ("-O", str(folder / "out.jsonl")))
    words = [server.site.county.key if word == "panan" else word for word in words]
    return harness.finish(harness.launch(words, server.url, {"PANAN_SITES_DIR": str(PROFILES)}), folder / "data")


@pytest.fixture(scope="module")
def gold(server: ProxyServer) -> dict[str, dict[str, Any]]:
    return {record.id: server.site.expected(record) for record in server.site.records}


def test_it_ends_well(run: harness.Crawl) -> None:
    assert run.code == 0, run.said


def test_every_article_exactly_once(run: harness.Crawl, server: ProxyServer, gold: dict[str, Any]) -> None:
    assert len(gold) == len(server.site.records) >= 200
    assert Counter(article["id"] for article in run.articles) == Counter(dict.fromkeys(gold, 1))


@pytest.mark.parametrize("field", FIELDS)
def test_field(run: harness.Crawl, gold: dict[str, dict[str, Any]], field: str) -> None:
    assert len(FIELDS) == 23
    wrong = {a["url"]: (a[field], gold[a["id"]][field]) for a in run.articles if a[field] != gold[a["id"]][field]}
    assert wrong == {}


def test_every_section_is_whole(run: harness.Crawl, server: ProxyServer) -> None:
    listed: dict[str, set[str]] = {}
    for article in run.articles:
        for name in article["listed_in"]:
            listed.setdefault(name, set()).add(article["id"])
    views = {name: set(view.article_ids) for name, view in server.site.sections.items() if view.article_ids}
    assert len(views) >= 12
    assert listed == views


def test_no_request_leaves_the_two_hosts(run: harness.Crawl, server: ProxyServer) -> None:
    assert run.code == 0
    assert server.strays == []


def test_the_sums_match(run: harness.Crawl) -> None:
    report = run.report
    assert report["sums_match"] is True
    assert report["outcomes"]["stored"] == len(run.articles)
    assert sum(report["outcomes"].values()) == report["discovered"] > len(run.articles)


def test_the_feed_holds_the_same_lines(run: harness.Crawl) -> None:
    fed = [json.loads(line) for line in (run.data.parent / "out.jsonl").read_text("utf-8").splitlines()]
    assert {a["id"]: a for a in fed} == {a["id"]: a for a in run.articles}


def test_every_warc_place_holds_its_page(run: harness.Crawl) -> None:
    from panan_spider.archive.store.warc_file import read
    from panan_spider.items import WarcLocation

    for article in run.articles[::20]:
        kept = read(run.data, WarcLocation(**article["warc"]))
        assert (kept.url, kept.status) == (article["url"], 200)


def test_log_holds_no_traceback(run: harness.Crawl) -> None:
    assert "Traceback" not in run.stderr


def test_lines_are_whole_and_in_utf8(run: harness.Crawl) -> None:
    data = Path(run.data / "articles.jsonl").read_bytes()
    assert data.endswith(b"\n")
    assert data.count(b"\n") == len(run.articles)
