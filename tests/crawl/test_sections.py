"""Whole runs: every section found and walked to its end, whatever its pager, and nothing asked twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from harness import Begun, Crawler, Firsts, Serve

from demo_site.counties import with_sections
from demo_site.county_panan import PANAN
from demo_site.proxy import ProxyServer
from panan_spider.sites.profile import load_site

MAX_STALE_PAGES = load_site().limits.stale_pages

#: Enough articles for every section to have several list pages.
MANY = 420
#: Sections of a large site.
SIXTY = 60


def walks(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The run's walks by the address of their first page."""
    return {walk["url"]: walk for walk in report["sections"]}


def test_every_section_is_found_and_walked_to_its_end(first: Firsts) -> None:
    server = first(MANY)
    run = server.run
    found = walks(run.report)
    assert {url: walk["name"] for url, walk in found.items()} == {
        section.url: section.name for section in PANAN.sections
    }
    assert {walk["state"] for walk in found.values()} == {"end"}
    # The ledger counts rows by name: the two sections of one name are counted together.
    names = Counter(section.name for section in PANAN.sections)
    single = [section for section in PANAN.sections if names[section.name] == 1]
    assert {s.name: found[s.url]["rows"] for s in single} == {s.name: len(server.site.listing(s.key)) for s in single}
    assert server.strays == []


def test_every_list_that_names_an_article_is_kept_with_it(first: Firsts) -> None:
    server = first(MANY)
    run = server.run
    wanted = {record.id: server.site.expected(record)["listed_in"] for record in server.site.records}
    assert {article["id"]: article["listed_in"] for article in run.articles} == wanted


def test_no_address_is_asked_for_twice(first: Firsts) -> None:
    asked = Counter((request.host, request.path) for request in first().requests)
    assert len(asked) > 120
    assert [address for address, count in asked.items() if count > 1] == []


def test_an_endless_pager_costs_a_handful_of_requests(demo: ProxyServer, crawl: Crawler) -> None:
    endless = next(section for section in PANAN.sections if section.pager == "endless")
    run = crawl(demo, {"sections": endless.name})
    assert run.code == 0, run.said
    pages = [r for r in demo.requests if r.path.startswith(f"{endless.folder}index_")]
    assert len(pages) <= demo.site.list_pages(endless.key) + MAX_STALE_PAGES


@pytest.mark.parametrize("fault", ["endless-calendar", "endless-calendar:rows"])
def test_a_calendar_of_endless_pages_costs_a_handful_of_requests(serving: Serve, crawl: Crawler, fault: str) -> None:
    server = serving(fault)
    run = crawl(server, {"sections": "书记"})
    assert run.code == 0, run.said
    assert sum("/rl/" in request.path for request in server.requests) <= 60


def test_a_list_page_that_fails_is_named_and_the_next_run_finishes_the_walk(serving: Serve, crawl: Crawler) -> None:
    section = next(section for section in PANAN.sections if section.key == "sz")
    server = serving(f"always-5xx%100@{section.folder}index_1", articles=MANY)
    fast = {"RETRY_TIMES": 0}
    first = crawl(server, {"sections": section.name}, fast)
    assert first.code == 10, first.said
    assert walks(first.report)[section.url]["state"] == "failed"
    assert first.report["failed_sections"] == [section.name]
    server.faults.clear()
    second = crawl(server, {"sections": section.name}, fast)
    assert second.code == 0, second.said
    assert walks(second.report)[section.url]["state"] == "end"
    assert {article["id"] for article in second.articles} == {slot.id for slot in server.site.listing(section.key)}


def test_a_second_run_reads_little_more_than_the_first_pages(first: Firsts, begun: Begun, crawl: Crawler) -> None:
    server, _before = begun(articles=MANY)
    run = crawl(server)
    assert run.code == 0, run.said
    assert {walk["state"] for walk in run.report["sections"]} <= {"known", "end"}
    assert len(server.requests) < 0.15 * len(first(MANY).requests)
    assert len(run.articles) == MANY


def test_three_nights_over_sixty_sections_end_well(serving: Serve, crawl: Crawler) -> None:
    """Many walks under way together, and a navigation of sixty links: a healthy site is no fault on any night."""
    county = with_sections(PANAN, SIXTY)
    server = serving(articles=MANY, county=county)
    runs = [crawl(server) for _night in range(3)]
    for run in runs:
        assert run.code == 0, run.said
        found = walks(run.report)
        assert found.keys() == {section.url for section in county.sections}
        assert {walk["state"] for walk in found.values()} <= {"end", "known"}
    assert {article["id"] for article in runs[0].articles} == {record.id for record in server.site.records}
    assert len(runs[2].articles) == len(runs[0].articles) == MANY


def test_full_walks_every_section_to_its_end_again(begun: Begun, crawl: Crawler) -> None:
    server, _first = begun(articles=MANY)
    run = crawl(server, {"sections": "磐安新闻", "full": "true"})
    (walk,) = run.report["sections"]
    assert (walk["state"], walk["rows"], walk["new"]) == ("end", len(server.site.listing("paxw")), 0)


def test_a_back_dated_article_deep_in_a_list_is_found_by_a_full_run(begun: Begun, crawl: Crawler) -> None:
    server, _first = begun(articles=MANY)
    oldest = server.site.listing("paxw")[-1].posted
    late = server.site.add_article("磐安新闻", posted=oldest + timedelta(days=1))
    run = crawl(server, {"sections": "磐安新闻", "full": "true"})
    assert late.id in {article["id"] for article in run.articles}


def test_lists_gone_empty_are_drift(begun: Begun, crawl: Crawler) -> None:
    server, _first = begun("empty-lists")
    run = crawl(server)
    assert run.code == 11, run.said
    assert run.report["drift"]
