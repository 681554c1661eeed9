"""A hostile site: pages too big, too deep, too many, or dangerous. Each ends in its named outcome, within bounds."""

import os
import signal
from pathlib import Path
from urllib.parse import urlsplit

import harness
import pytest
from harness import Crawl, Crawler, Serve

from demo_site.proxy import ProxyServer

QUICK = {"PANAN_RETRY_BASE": 0.01, "RETRY_TIMES": 1}
MOST_MEMORY = 400  # MiB


def _to_its_end(server: ProxyServer, folder: Path) -> Crawl:
    """A crawl to its own end, held to the memory that a run may take.

    No deadline of its own: a busy machine makes a crawl slow, and pytest's timeout ends one that hangs.
    """
    data, out, err = folder / "data", folder / "out", folder / "err"
    words = harness.command(data, None, QUICK)
    with out.open("wb") as to_out, err.open("wb") as to_err:
        actions = [(os.POSIX_SPAWN_DUP2, to_out.fileno(), 1), (os.POSIX_SPAWN_DUP2, to_err.fileno(), 2)]
        pid = os.posix_spawn(words[0], words, harness.environment(server.url), file_actions=actions)
    try:
        _pid, status = os.waitpid(pid, 0)
    except BaseException:  # pytest's timeout
        os.kill(pid, signal.SIGKILL)
        raise
    run = Crawl(
        os.waitstatus_to_exitcode(status),
        out.read_text("utf-8"),
        err.read_text("utf-8"),
        data,
        harness.articles_in(data),
    )
    assert run.report["figures"]["peak_mib"] < MOST_MEMORY
    return run


@pytest.fixture
def crawl(tmp_path: Path) -> Crawler:
    """As `crawl` everywhere, and held to the memory that a run may take."""

    def run(server: ProxyServer, settings: object = QUICK) -> Crawl:
        return _to_its_end(server, tmp_path)

    return run


def _good(run: Crawl, server: ProxyServer) -> None:
    """All articles, their text to the letter, and sums that match."""
    assert run.code == 0, run.said
    gold = {record.id: server.site.expected(record)["text"] for record in server.site.records}
    assert {article["id"]: article["text"] for article in run.articles} == gold
    assert run.report["sums_match"]


@pytest.mark.parametrize("fault", ["gzip-bomb%3", "huge-page%3"])
def test_what_is_larger_than_a_page_is_named(serving: Serve, tmp_path: Path, fault: str) -> None:
    server = serving(fault, articles=100)
    run = _to_its_end(server, tmp_path)
    assert run.code == 10, run.said
    missing = {record.id for record in server.site.records} - {article["id"] for article in run.articles}
    assert 0 < len(missing) < 15
    assert run.report["outcomes"]["too_large"] >= len(missing)
    assert run.report["sums_match"]


@pytest.mark.parametrize(("fault", "outcome"), [("million-links", "too_large"), ("million-links:150000", "invalid")])
def test_a_million_links_cost_neither_memory_nor_requests(
    serving: Serve, tmp_path: Path, fault: str, outcome: str
) -> None:
    server = serving(fault, articles=100)
    run = _to_its_end(server, tmp_path)
    assert run.code == 10, run.said
    assert len(server.requests) < 3_000
    lists = {gap["url"] for gap in run.report["gaps"] if gap["outcome"] == outcome}
    assert {urlsplit(url).netloc for url in lists} == {"www.panews.cn", "panews.zjol.com.cn"}  # two of one name
    assert run.report["outcomes"][outcome] == len(lists) == 2
    assert run.report["failed_sections"]
    assert run.report["sums_match"]


def test_nul_bytes_cost_nothing(serving: Serve, crawl: Crawler) -> None:
    server = serving("nul-bytes%30", articles=100)
    _good(crawl(server, settings=QUICK), server)
    assert server.faults[0].met


def test_pages_nested_too_deep_are_named(serving: Serve, crawl: Crawler) -> None:
    server = serving("deep-nesting%10", articles=100)
    run = crawl(server, settings=QUICK)
    assert run.code == 10, run.said
    missing = {record.id for record in server.site.records} - {article["id"] for article in run.articles}
    assert 0 < len(missing) == run.report["outcomes"]["invalid"]
    assert run.report["sums_match"]


def test_no_script_gets_into_a_text(serving: Serve, crawl: Crawler) -> None:
    server = serving("scripts", articles=100)
    run = crawl(server, settings=QUICK)
    assert len(run.articles) == 100, run.said
    stored = (run.data / "articles.jsonl").read_text("utf-8")
    assert not [word for word in ("stolen", "<script", "onclick", "onerror", "document.write") if word in stored]
    assert run.report["sums_match"]


def test_dates_that_do_not_exist_are_never_stored(serving: Serve, crawl: Crawler) -> None:
    run = crawl(serving("bad-date", articles=100), settings=QUICK)
    assert run.code == 10, run.said
    assert "13-45" not in "".join(str(a["published"]) + str(a["posted"]) for a in run.articles)
    assert run.report["outcomes"]["invalid"] > 0
    assert run.report["sums_match"]


@pytest.mark.parametrize("fault", ["endless-calendar", "endless-calendar:rows"])
def test_an_endless_calendar_ends_and_costs_no_article(serving: Serve, crawl: Crawler, fault: str) -> None:
    server = serving(fault, articles=120)
    run = crawl(server, settings=QUICK)
    assert {article["id"] for article in run.articles} >= {record.id for record in server.site.records}, run.said
    assert sum("/rl/" in request.path for request in server.requests) <= 1_100
    assert run.report["sums_match"]


def test_one_article_under_many_queries_is_asked_for_once(serving: Serve, crawl: Crawler) -> None:
    server = serving("query-strings", articles=100)
    _good(crawl(server, settings=QUICK), server)
    assert [request.path for request in server.requests if "?s=" in request.path] == []
