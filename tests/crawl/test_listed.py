"""One article under many names: listed in several sections, on both hosts, with query strings, through a breadcrumb alone."""

from collections import Counter

from conftest import Crawler, Serve

from demo_site.proxy import ProxyServer


def test_an_article_on_both_hosts_is_stored_once_under_its_own_address(serving: Serve, crawl: Crawler) -> None:
    server = serving(articles=420)
    twins = [slot for slot in server.site.slots.values() if slot.alias]
    assert twins
    run = crawl(server)
    stored = Counter(article["id"] for article in run.articles)
    assert {slot.id: stored[slot.id] for slot in twins} == dict.fromkeys((slot.id for slot in twins), 1)
    urls = {article["id"]: article["url"] for article in run.articles}
    assert {slot.id: urls[slot.id] for slot in twins} == {slot.id: slot.url for slot in twins}
    assert run.report["outcomes"]["alias"] == len(twins)


def test_query_strings_make_no_other_article(serving: Serve, crawl: Crawler) -> None:
    server = serving("query-strings:100")
    run = crawl(server)
    assert run.code == 0, run.said
    assert len(run.articles) == len({article["id"] for article in run.articles}) == len(server.site.records)
    assert sum("?" in request.path for request in server.requests) == 0


def test_a_section_that_only_articles_lead_to_is_read_and_named(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo)
    hidden = {slot.id for slot in demo.site.listing("fsjdxz")}
    assert {article["id"] for article in run.articles if "副书记代县长" in article["listed_in"]} == hidden


def test_parts_are_one_article(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo)
    wanted = {record.id: max(1, len(record.parts)) for record in demo.site.records}
    assert max(wanted.values()) > 1
    assert {article["id"]: article["pages"] for article in run.articles} == wanted


def test_an_article_whose_part_fails_is_not_stored_short_and_the_next_run_brings_it(
    serving: Serve, crawl: Crawler
) -> None:
    server = serving(r"always-5xx%100@\d{7}_\d+\.s?html$")
    several = {record.id for record in server.site.records if len(record.parts) > 1}
    first = crawl(server, None, {"RETRY_TIMES": 0})
    assert first.code == 10, first.said
    assert several.isdisjoint(article["id"] for article in first.articles)
    server.faults.clear()
    second = crawl(server)
    assert several <= {article["id"] for article in second.articles}
    assert second.code == 0, second.said


def test_every_address_met_ends_in_one_outcome(demo: ProxyServer, crawl: Crawler) -> None:
    for _ in range(2):
        report = crawl(demo).report
        assert report["sums_match"] is True
        assert "pending" not in report["outcomes"]
