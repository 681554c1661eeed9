"""A block that all lists of the site show: it lists nothing, and the nights ask for what they ask for without it."""

from collections import Counter
from pathlib import Path

import pytest
from harness import Begun, Crawl, Crawler, Serve
from test_kill import kill_at

from demo_site.faults.changed_pages import SideBlock
from demo_site.faults.fault import Then
from demo_site.proxy import ProxyServer
from demo_site.response import Request
from demo_site.site import Site
from panan_spider.sites.profile import load_site
from panan_spider.sites.urls import UrlKind

PANAN = load_site()


def listed_in(run: Crawl) -> dict[str, list[str]]:
    return {article["id"]: article["listed_in"] for article in run.articles}


def gold(site: Site) -> dict[str, list[str]]:
    return {record.id: site.expected(record)["listed_in"] for record in site.records}


def requested(server: ProxyServer) -> Counter[str]:
    """Requests by URL, without those for articles: which old articles a night samples follows from the order of answers."""
    urls = (f"http://{request.host}{request.path}" for request in server.requests)
    return Counter(url for url in urls if PANAN.urls.understand(url).kind not in (UrlKind.ARTICLE, UrlKind.PART))


def walks(run: Crawl) -> list[tuple[str, int, int, str]]:
    return sorted((walk["url"], walk["pages"], walk["rows"], walk["state"]) for walk in run.report["sections"])


@pytest.mark.parametrize("fault", ["side-block", "side-block:undated", "side-block:older"])
def test_each_line_names_the_lists_alone_and_the_nights_cost_what_they_cost_without_the_block(
    fault: str, serving: Serve, crawl: Crawler, begun: Begun, tmp_path: Path
) -> None:
    plain, before = begun()
    walks_before = walks(before)
    without = crawl(plain)
    server, data = serving(fault), tmp_path / "with"
    first = crawl(server, data=data)
    assert first.code == 0, first.said
    assert listed_in(first) == gold(server.site)
    assert walks(first) == walks_before
    server.requests.clear()
    second = crawl(server, data=data)
    assert second.code == 0, second.said
    assert requested(server) == requested(plain)
    assert second.report["look_back"]["asked"] == without.report["look_back"]["asked"] == {"sample": 5}
    assert walks(second) == walks(without)


def test_lists_that_have_not_changed_keep_their_blocks(serving: Serve, crawl: Crawler) -> None:
    server = serving("side-block:older")
    server.site.validates_lists = True
    assert crawl(server).code == 0
    added = [server.site.add_article(name) for name in ("tzgg", "whly")]
    second = crawl(server)
    assert second.code == 0, second.said
    assert any(request.status == 304 and "index" in request.path for request in server.requests)
    assert {record.id for record in added} <= {article["id"] for article in second.articles}
    assert listed_in(second) == gold(server.site)


class WithUnlisted(SideBlock):
    """The block shows an article, too, that no list names."""

    name, default = "side-block-with-unlisted", "dated"
    more = ""

    def _item(self, url: str, request: Request, then: Then, at: int) -> str:
        return self.more + super()._item(url, request, then, at)


def test_an_article_that_only_the_block_shows_is_stored_as_one_of_the_front_page(
    serving: Serve, crawl: Crawler
) -> None:
    fault = WithUnlisted()
    server = serving(fault)
    slot = max(server.site.slots.values(), key=lambda slot: slot.posted)
    slot.unlisted = True
    fault.more = f'<li><a href="{slot.url}" title="t">t</a></li>'
    run = crawl(server)
    assert run.code == 0, run.said
    assert listed_in(run) == gold(server.site) | {slot.id: []}


def test_a_run_over_one_section_reads_its_list_alone(serving: Serve, crawl: Crawler) -> None:
    server = serving("side-block")
    run = crawl(server, {"sections": "书记"})
    assert run.code == 0, run.said
    assert {article["id"] for article in run.articles} == server.site.sections["书记"].article_ids


def test_killed_while_lists_are_read_each_line_still_names_the_lists_alone(
    serving: Serve, crawl: Crawler, tmp_path: Path
) -> None:
    server = serving("side-block", articles=100)
    for boundary, passage in (("after-walk", 3), ("before-line", 2)):
        kill_at(server, tmp_path / "data", boundary, passage)
    run = crawl(server)
    assert run.code == 0, run.said
    assert listed_in(run) == gold(server.site)
