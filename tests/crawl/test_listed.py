"""One article under many names: listed in several sections, on both hosts, with query strings, through a breadcrumb alone."""

from collections import Counter

from harness import Begun, Crawler, Firsts, Serve


def test_an_article_on_both_hosts_is_stored_once_under_its_own_address(first: Firsts) -> None:
    server = first(420)
    twins = [slot for slot in server.site.slots.values() if slot.alias]
    assert twins
    run = server.run
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


def test_a_section_that_only_articles_lead_to_is_read_and_named(first: Firsts) -> None:
    run = first().run
    hidden = {slot.id for slot in first().site.listing("fsjdxz")}
    assert {article["id"] for article in run.articles if "副书记代县长" in article["listed_in"]} == hidden


def test_parts_are_one_article(first: Firsts) -> None:
    run = first().run
    wanted = {record.id: max(1, len(record.parts)) for record in first().site.records}
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


def test_every_address_met_ends_in_one_outcome(begun: Begun, crawl: Crawler) -> None:
    server, before = begun()
    for report in (before.report, crawl(server).report):
        assert report["sums_match"] is True
        assert "pending" not in report["outcomes"]
