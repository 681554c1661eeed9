"""A polite guest, seen from the server: when it comes, what it asks for, under what name, and what it leaves alone."""

import re
from collections.abc import Callable
from itertools import pairwise
from statistics import mean

import pytest
from harness import Crawler, Serve

from demo_site.faults.fault import Fault, Then
from demo_site.proxy import Logged, ProxyServer
from demo_site.response import Request, Response
from panan_spider import settings
from panan_spider.sites.profile import load_site

QUICK = {"PANAN_RETRY_BASE": 0.01, "RETRY_TIMES": 1}
OWN = "www.panews.cn"


class Listening(Fault):
    """Notes the headers of every request and spoils nothing."""

    name, target = "listening", ""

    def spoil(self, request: Request, then: Then) -> Response:
        self.heard = [*getattr(self, "heard", []), dict(request.headers)]
        return then(request)


def gaps(requests: list[Logged], host: str) -> list[float]:
    """Seconds between the requests of a host, robots.txt left out."""
    times = [entry.at for entry in requests if entry.host == host and entry.path != "/robots.txt"]
    return [later - earlier for earlier, later in pairwise(times)]


def some_urls(server: ProxyServer, count: int) -> str:
    """Addresses of articles of one part on the own host, as urls= takes them."""
    there = [record.url for record in server.site.records if OWN in record.url and not record.parts]
    return ",".join(there[:count])


def test_a_crawl_delay_is_the_least_there_is_between_requests(serving: Serve, crawl: Crawler) -> None:
    server = serving("crawl-delay:0.5")
    run = crawl(server, {"urls": some_urls(server, 8)})
    assert run.code == 0, run.said
    between = gaps(server.requests, OWN)
    assert len(between) >= 5
    assert mean(between) > 0.45, between  # a busy server notes one request late and the next in time


@pytest.mark.parametrize("throttle", [True, False])
def test_a_shorter_crawl_delay_lowers_nothing(serving: Serve, crawl: Crawler, throttle: bool) -> None:
    server = serving("crawl-delay:0.01")
    settings = {"DOWNLOAD_DELAY": 0.5, "AUTOTHROTTLE_ENABLED": throttle, "AUTOTHROTTLE_START_DELAY": 0.1}
    run = crawl(server, {"urls": some_urls(server, 6)}, settings)
    assert run.code == 0, run.said
    assert mean(gaps(server.requests, OWN)) > 0.45


def test_robots_txt_is_asked_first_and_once_a_host(demo: ProxyServer, crawl: Crawler) -> None:
    crawl(demo)
    for host in load_site().hosts:
        paths = [entry.path for entry in demo.requests if entry.host == host]
        assert paths[0] == "/robots.txt"
        assert paths.count("/robots.txt") == 1


@pytest.mark.parametrize(
    ("path", "chosen"),
    [("/panews/xz/", lambda path: path.startswith("/panews/xz/")), ("/panews/system/2020/", lambda path: "/2020/" in path)],
    ids=["a section", "articles"],
)  # fmt: skip
def test_what_is_disallowed_is_left_alone_and_said(
    serving: Serve, crawl: Crawler, path: str, chosen: Callable[[str], bool]
) -> None:
    server = serving(f"robots-disallow:{path}")
    run = crawl(server)
    assert run.code == 0, run.said
    assert not [entry.path for entry in server.requests if chosen(entry.path) and entry.path.startswith("/panews/")]
    assert run.report["outcomes"]["forbidden"] > 0
    assert run.report["sums_match"]


def test_without_a_robots_txt_all_is_allowed(serving: Serve, crawl: Crawler) -> None:
    server = serving("robots-5xx:404")
    run = crawl(server)
    assert run.code == 0, run.said
    assert len(run.articles) == len(server.site.records)


def test_one_host_without_an_answer_costs_the_other_nothing(serving: Serve, crawl: Crawler) -> None:
    server = serving(f"robots-5xx@{re.escape(OWN)}/robots")
    run = crawl(server, settings=QUICK)
    assert run.code == 13, run.said
    assert {entry.path for entry in server.requests if entry.host == OWN} == {"/robots.txt"}
    assert run.articles
    assert list(run.report["robots_unreachable"]) == [OWN]
    assert "503" in run.report["robots_unreachable"][OWN]
    server.faults.clear()
    again = crawl(server)
    assert again.code == 0, again.said
    assert len(again.articles) == len(server.site.records)


def test_robots_txt_that_never_answers_stops_the_host(serving: Serve, crawl: Crawler) -> None:
    server = serving("robots-hang")
    run = crawl(server, settings={**QUICK, "DOWNLOAD_TIMEOUT": 1})
    assert run.code == 13, run.said
    assert not [entry for entry in server.requests if entry.path != "/robots.txt"]
    assert "Traceback" not in run.stderr


def test_every_request_names_the_project_and_a_contact(serving: Serve, crawl: Crawler) -> None:
    listening = Listening()
    crawl(serving(listening))
    assert {headers.get("user-agent") for headers in listening.heard} == {settings.USER_AGENT}
    assert not [headers for headers in listening.heard if "cookie" in headers or "referer" in headers]


def test_a_host_that_says_when_to_come_back_is_left_alone_as_a_whole(serving: Serve, crawl: Crawler) -> None:
    server = serving("rate-limit:1%30")  # Retry-After: 1
    run = crawl(server, {"urls": some_urls(server, 8)}, {"DOWNLOAD_DELAY": 0.4, "CONCURRENT_REQUESTS_PER_DOMAIN": 1})
    assert run.code == 0, run.said
    log = [entry for entry in server.requests if entry.host == OWN]
    limited = [n for n, entry in enumerate(log[:-1]) if entry.status == 429]
    assert limited
    assert all(log[n + 1].at - log[n].at > 0.9 for n in limited)
