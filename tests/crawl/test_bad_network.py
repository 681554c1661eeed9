"""A bad network: what fails is named, asked for again by the next run, and never stored short."""

import sqlite3
from contextlib import closing

import pytest
from harness import Crawl, Crawler, Serve

from demo_site.proxy import ProxyServer

QUICK = {"PANAN_RETRY_BASE": 0.01, "RETRY_TIMES": 2}


def _sums(run: Crawl) -> None:
    assert run.report["sums_match"], run.said


def _ids(server: ProxyServer) -> set[str]:
    return {record.id for record in server.site.records}


def _stored(run: Crawl) -> set[str]:
    return {article["id"] for article in run.articles}


def _whole(run: Crawl, server: ProxyServer) -> None:
    gold = {record.id: server.site.expected(record)["text"] for record in server.site.records}
    assert {a["id"]: a["text"] for a in run.articles if a["text"] != gold[a["id"]]} == {}
    assert len(run.articles) == len(_stored(run))


def _named(run: Crawl, server: ProxyServer, outcome: str) -> None:
    """Whatever is not stored is among the run's gaps."""
    met = {server.site.article_at(url) for url in server.faults[0].met} - {None}
    missing = {number for number in met if number is not None} - _stored(run)
    assert missing, "the fault touched nothing"
    told = {server.site.article_at(gap["url"]) for gap in run.report["gaps"] if gap["outcome"] == outcome}
    assert told >= missing, run.said


def test_one_failing_article_stops_nothing_and_the_next_run_has_it(serving: Serve, crawl: Crawler) -> None:
    server = serving(articles=100)
    bad = server.site.records[50]
    from demo_site.faults import parse

    server.faults.append(parse(f"always-5xx%100@{bad.id}"))
    run = crawl(server, settings=QUICK)
    assert run.code == 10, run.said
    assert _stored(run) == _ids(server) - {bad.id}
    _sums(run)
    server.faults.clear()
    again = crawl(server, settings=QUICK)
    assert again.code == 0, again.said
    assert _stored(again) == _ids(server)
    _whole(again, server)
    _sums(again)


@pytest.mark.parametrize(
    "fault", ["server-errors:2", "drop:1", "truncated:1", "empty-body:1", "wrong-length:1", "rate-limit:1%3"]
)
def test_what_gets_well_is_stored(serving: Serve, crawl: Crawler, fault: str) -> None:
    server = serving(fault, articles=100)
    run = crawl(server, settings=QUICK)
    assert run.code == 0, run.said
    assert sum(server.faults[0].met.values()) > 0
    assert _stored(run) == _ids(server)
    _whole(run, server)
    _sums(run)


@pytest.mark.parametrize("fault", ["drop%10", "truncated%10", "empty-body%10", "wrong-length%10", "redirect-loop%10"])
def test_what_never_comes_whole_is_named_and_not_stored(serving: Serve, crawl: Crawler, fault: str) -> None:
    server = serving(fault, articles=100)
    run = crawl(server, settings=QUICK)
    assert run.code == 10, run.said
    _named(run, server, "failed")
    _whole(run, server)
    _sums(run)
    if fault.startswith("drop"):  # one stands for all: the next run has what this one failed
        server.faults.clear()
        assert _stored(crawl(server, settings=QUICK)) == _ids(server)


def test_an_article_that_never_answers_is_named(serving: Serve, crawl: Crawler) -> None:
    server = serving("timeout%3", articles=100)
    run = crawl(server, settings={**QUICK, "DOWNLOAD_TIMEOUT": 1, "RETRY_TIMES": 1})
    assert run.code == 10, run.said
    _named(run, server, "failed")
    _whole(run, server)
    _sums(run)


def test_redirects_off_the_site_are_named_and_not_followed(serving: Serve, crawl: Crawler) -> None:
    server = serving("redirect-offsite%10", articles=100)
    run = crawl(server, settings=QUICK)
    assert run.code == 10, run.said
    _named(run, server, "off_site")
    assert server.strays == []
    _sums(run)
    with closing(sqlite3.connect(run.data / "ledger.sqlite")) as ledger, ledger:
        ledger.execute("UPDATE faults SET days = 3, last_seen = '2026-01-03'")
    known = crawl(server, settings=QUICK)
    assert known.code == 0, known.said
    _named(known, server, "off_site")
    server.faults.clear()  # before the third try: from then on such an address is asked for once a week
    assert _stored(crawl(server, settings=QUICK)) == _ids(server)


def test_a_redirect_loop_ends(serving: Serve, crawl: Crawler) -> None:
    server = serving("redirect-loop%10", articles=100)
    run = crawl(server, settings=QUICK)
    turns = [request for request in server.requests if "?turn=" in request.path]
    missing = _ids(server) - _stored(run)
    assert 0 < len(turns) <= 8 * max(1, len(missing))


@pytest.mark.parametrize("fault", ["maintenance", "login", "challenge"])
def test_a_site_that_turns_away_is_blocked(serving: Serve, crawl: Crawler, fault: str) -> None:
    run = crawl(serving(fault, articles=100), settings=QUICK)
    assert run.code == 12, run.said
    assert run.articles == []
    _sums(run)
