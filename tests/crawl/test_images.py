"""images=true: every picture of the stored articles in range, once, under safe names; named where it cannot be had."""

import re
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from harness import Crawl, Crawler, Serve, articles_in

from demo_site import drawn_pictures
from demo_site.faults.fault import ARTICLES, Fault, Rewriting, Then
from demo_site.proxy import ProxyServer
from demo_site.response import Request, Response
from panan_spider.archive.store.image_files import kept
from panan_spider.sites.profile import load_site

on_site = load_site().urls.on_site

DRAWN = {
    draw(number) for draw in (drawn_pictures.jpeg, drawn_pictures.png) for number in range(drawn_pictures.PICTURES)
}
SECTION = "\u4e66\u8bb0"
IMAGES = {"images": "true", "sections": SECTION}
QUICK = {"PANAN_RETRY_BASE": 0.01, "RETRY_TIMES": 1}


class Missing(Fault):
    """Pictures below /pic/ are not there any more."""

    name, target = "missing", "/pic/"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(404, {})


class Inlined(Rewriting):
    """Articles hold the bytes of their JPEG pictures."""

    name, target = "inlined", ARTICLES

    def rewritten(self, request: Request, body: bytes) -> bytes:
        picture = b"data:image/jpeg;base64," + b64encode(drawn_pictures.jpeg(0))
        return re.sub(rb'(?<=src=")[^"\s]{1,200}\.jpg(?=")', picture, body)


def pictures(run: Crawl) -> set[str]:
    """The addresses of all pictures of the stored articles that stand on the site."""
    return {image["url"] for article in run.articles for image in article["images"] if on_site(image["url"])}


def files(data: Path) -> set[str]:
    return {str(path.relative_to(data)) for path in (data / "images").rglob("*") if path.is_file()}


def asked(server: ProxyServer) -> list[str]:
    paths = [request.path for request in server.requests]
    return [path for path in paths if path.endswith((".jpg", ".png", ".gif")) and "/system/" not in path]


def missed(run: Crawl) -> dict[str, str]:
    return {image["url"]: image["outcome"] for image in run.report["failed_images"]}


def test_every_picture_is_kept_once(serving: Serve, crawl: Crawler) -> None:
    server = serving(articles=100)
    run = crawl(server, IMAGES, QUICK)
    assert run.code == 0, run.said
    assert kept(run.data).keys() == pictures(run) != set()
    assert files(run.data) == {*kept(run.data).values(), "images/index.jsonl"}
    assert {(run.data / name).read_bytes() for name in kept(run.data).values()} <= DRAWN
    assert run.report["sums_match"]
    assert len(asked(server)) == len(set(asked(server)))


def test_without_images_none_is_asked_for_and_a_later_run_has_those_of_known_articles(
    serving: Serve, crawl: Crawler
) -> None:
    server = serving(articles=100)
    first = crawl(server, {"sections": SECTION}, QUICK)
    assert pictures(first)
    assert asked(server) == []
    assert not (first.data / "images").exists()
    before = len(server.requests)
    second = crawl(server, IMAGES, QUICK)
    assert second.code == 0, second.said
    assert second.articles == first.articles
    assert kept(second.data).keys() == pictures(first)
    assert [
        r.path for r in server.requests[before:] if r.status == 200 and Fault(target=ARTICLES).touches(_request(r))
    ] == []
    third = len(asked(server))
    assert crawl(server, IMAGES, QUICK).code == 0
    assert len(asked(server)) == third


def _request(entry: Any) -> Request:
    return Request("GET", entry.host, entry.path)


def test_only_those_within_the_range_are_asked_for(serving: Serve, crawl: Crawler) -> None:
    server = serving(articles=100)
    first = crawl(server, {"sections": SECTION}, QUICK)
    days = sorted((article["published"] or article["posted"])[:10] for article in first.articles)
    day = days[len(days) // 2]
    run = crawl(server, {**IMAGES, "since": day}, QUICK)
    late = [a for a in articles_in(run.data) if (a["published"] or a["posted"])[:10] >= day]
    assert kept(run.data).keys() == {i["url"] for a in late for i in a["images"] if on_site(i["url"])}
    assert 0 < len(kept(run.data)) < len(pictures(run))


def test_a_name_that_climbs_leads_nowhere(serving: Serve, crawl: Crawler, tmp_path: Path) -> None:
    run = crawl(serving("image-traversal", articles=100), IMAGES, QUICK)
    assert run.code == 0, run.said
    assert any("..%2f" in url for url in kept(run.data))
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    assert files(run.data) == {*kept(run.data).values(), "images/index.jsonl"}
    assert not {path.name for path in run.data.iterdir()} & {"tmp", "pic"}


def test_a_picture_whose_bytes_are_in_the_page_is_named_by_them_and_not_requested(
    serving: Serve, crawl: Crawler
) -> None:
    server = serving(Inlined(), articles=100)
    run = crawl(server, IMAGES, QUICK)
    assert run.code == 0, run.said
    digest = urlsafe_b64encode(sha256(drawn_pictures.jpeg(0)).digest()).decode().rstrip("=")
    inlined = [image for article in run.articles for image in article["images"] if image["url"].startswith("ni:")]
    assert {image["url"] for image in inlined} == {f"ni:///sha-256;{digest}"}
    assert any(image["caption"] for image in inlined)
    assert kept(run.data).keys() == pictures(run)
    assert run.report["failed_images"] == []
    assert not [path for path in asked(server) if path.endswith(".jpg")]


def test_robots_disallow_holds_for_pictures(serving: Serve, crawl: Crawler) -> None:
    server = serving("robots-disallow:/pic/", articles=100)
    run = crawl(server, IMAGES, QUICK)
    assert run.code == 0, run.said
    assert [path for path in asked(server) if path.startswith("/pic/")] == []
    assert missed(run) == {url: "forbidden" for url in pictures(run) if "/pic/" in url} != {}


def test_a_picture_that_fails_is_named_costs_no_article_and_is_had_by_the_next_run(
    serving: Serve, crawl: Crawler
) -> None:
    server = serving("always-5xx%100@/pic/", articles=100)
    run = crawl(server, IMAGES, QUICK)
    assert run.code == 10, run.said
    assert missed(run) == {url: "failed" for url in pictures(run) if "/pic/" in url} != {}
    assert set(run.report["outcomes"]) & {"failed", "pending"} == set()
    assert "images not kept" in run.report["reason"]
    server.faults.clear()
    again = crawl(server, IMAGES, QUICK)
    assert again.code == 0, again.said
    assert kept(again.data).keys() == pictures(again)


@pytest.mark.parametrize(
    ("fault", "outcome", "codes", "asked_again"),
    [(Missing(), "gone", [0, 0], False), ("login%100@/pic/", "invalid", [10, 0], True)],
)
def test_what_is_no_picture_is_named_once_and_alerts_no_second_time(
    serving: Serve, crawl: Crawler, fault: str | Fault, outcome: str, codes: list[int], asked_again: bool
) -> None:
    server = serving(fault, articles=100)
    first = crawl(server, IMAGES, QUICK)
    assert missed(first) == {url: outcome for url in pictures(first) if "/pic/" in url} != {}
    before = len(asked(server))
    second = crawl(server, IMAGES, QUICK)
    assert [first.code, second.code] == codes, second.said
    assert (len(asked(server)) > before) is asked_again
