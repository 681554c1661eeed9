"""images=true: the pictures of stored articles, kept under safe names, and named where they cannot be had."""

from pathlib import Path

from harness import Crawl, Crawler, Serve

from demo_site.media_files import JPEG, PNG
from demo_site.proxy import ProxyServer
from panan_spider.pipelines.images import place_of
from panan_spider.urls import on_site

IMAGES = {"images": "true", "sections": "\u4e66\u8bb0"}
QUICK = {"PANAN_RETRY_BASE": 0.01}


def _pictures(run: Crawl) -> set[str]:
    return {image["url"] for article in run.articles for image in article["images"]}


def _kept(data: Path) -> set[str]:
    return {str(path.relative_to(data)) for path in (data / "images").rglob("*") if path.is_file()}


def _asked(server: ProxyServer) -> list[str]:
    return [r.path for r in server.requests if "/system/" not in r.path and r.path.endswith((".jpg", ".png", ".gif"))]


def test_every_picture_is_kept_once(serving: Serve, crawl: Crawler) -> None:
    run = crawl(serving(articles=100), IMAGES, QUICK)
    assert run.code == 0, run.said
    assert _pictures(run)
    assert _kept(run.data) == {place_of(url) for url in _pictures(run) if on_site(url)}
    assert {(run.data / name).read_bytes() for name in _kept(run.data)} <= {JPEG, PNG}
    assert run.report["sums_match"]


def test_without_images_no_picture_is_asked_for(serving: Serve, crawl: Crawler) -> None:
    server = serving(articles=100)
    run = crawl(server, {"sections": IMAGES["sections"]}, QUICK)
    assert run.code == 0, run.said
    assert _pictures(run)
    assert _asked(server) == []
    assert not (run.data / "images").exists()


def test_a_name_that_climbs_leads_nowhere(serving: Serve, crawl: Crawler, tmp_path: Path) -> None:
    run = crawl(serving("image-traversal", articles=100), IMAGES, QUICK)
    assert run.code == 0, run.said
    assert any("..%2f" in url for url in _pictures(run))
    assert _kept(run.data) == {place_of(url) for url in _pictures(run)}
    assert {path.name for path in tmp_path.iterdir()} == {"data"}
    assert not {path.name for path in run.data.iterdir()} & {"tmp", "pic"}


def test_robots_disallow_holds_for_pictures(serving: Serve, crawl: Crawler) -> None:
    server = serving("robots-disallow:/pic/", articles=100)
    run = crawl(server, IMAGES, QUICK)
    assert run.code == 0, run.said
    assert [path for path in _asked(server) if path.startswith("/pic/")] == []
    forbidden = {image["url"] for image in run.report["failed_images"] if image["outcome"] == "forbidden"}
    assert forbidden == {url for url in _pictures(run) if "/pic/" in url} != set()


def test_a_picture_that_fails_is_named_and_costs_no_article(serving: Serve, crawl: Crawler) -> None:
    run = crawl(serving(r"always-5xx%100@/pic/", articles=100), IMAGES, QUICK)
    assert run.code == 10, run.said
    lost = {url for url in _pictures(run) if "/pic/" in url}
    assert {image["url"] for image in run.report["failed_images"]} == lost != set()
    assert set(run.report["outcomes"]) & {"failed", "pending"} == set()
    assert "images not kept" in run.report["reason"]


def test_a_page_in_a_pictures_place_is_no_picture(serving: Serve, crawl: Crawler) -> None:
    run = crawl(serving(r"login%100@/pic/", articles=100), IMAGES, QUICK)
    assert run.code == 10, run.said
    assert {image["reason"] for image in run.report["failed_images"]} == {"no picture"}
