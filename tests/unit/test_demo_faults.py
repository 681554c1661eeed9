"""Every fault does what its name says, to the share of the addresses it is told, and to no others."""

import pytest
from demo_client import links, rows, section, text
from demo_faults import LIST, ROBOTS, SITE, article, ask, plain, site_alone

from demo_site.faults import FAULTS, answered, parse
from demo_site.response import Request
from panan_spider.sites.profile import load_site
from panan_spider.sites.urls import UrlKind

understand = load_site().urls.understand


@pytest.mark.parametrize("name", sorted(FAULTS))
def test_a_fault_spares_what_it_does_not_aim_at(name: str) -> None:
    url = article() if FAULTS[name].target.startswith("/robots") else LIST
    spared = ask(f"{name}@^nowhere$", url)
    assert (spared.status, spared.action, spared.length, spared.stream) == (200, "send", None, None)
    assert "您当前的位置" in plain(spared)


@pytest.mark.parametrize(
    ("spec", "url", "status"),
    [
        ("robots-5xx", ROBOTS, 503), ("robots-5xx:500", ROBOTS, 500), ("server-errors%100", article(), 500),
        ("always-5xx%100", article(), 503), ("always-5xx:403%100", article(), 403), ("rate-limit%100", article(), 429),
        ("rate-limit-forever", article(), 429), ("redirect-offsite%100", article(), 302), ("redirect-loop%100", article(), 302),
        ("moved", LIST, 301), ("moved-offsite", LIST, 301),
    ],
)  # fmt: skip
def test_status(spec: str, url: str, status: int) -> None:
    assert ask(spec, url).status == status


@pytest.mark.parametrize(
    ("spec", "url"), [("robots-hang", ROBOTS), ("timeout%100", article()), ("timeout:2%100", article())]
)
def test_silence(spec: str, url: str) -> None:
    assert ask(spec, url).action == "hang"


def test_down_closes_everything() -> None:
    assert {ask("down", url).action for url in (ROBOTS, LIST, article())} == {"drop"}


@pytest.mark.parametrize("spec", ["server-errors:2%100", "rate-limit:2%100", "timeout:2%100", "drop:2%100", "truncated:2%100",
                                  "empty-body:2%100", "wrong-length:2%100"])  # fmt: skip
def test_a_number_says_how_often_an_address_fails_first(spec: str) -> None:
    good = ask("down@^nowhere$", article())
    second, third = ask(spec, article(), 2), ask(spec, article(), 3)
    assert (second.status, second.action, second.length, bool(second.body)) != (200, "send", None, True)
    assert (third.status, third.action, third.length) == (good.status, "send", None)
    assert third.body


def test_rate_limits_say_when_to_come_back() -> None:
    assert ask("rate-limit%100", article()).headers["Retry-After"] == "1"
    assert ask("rate-limit-forever:30", article(), 9).headers["Retry-After"] == "30"


def test_robots_rules() -> None:
    assert "Disallow: /panews/xwzx/" in text(ask("robots-disallow:/panews/xwzx/", ROBOTS))
    assert "Crawl-delay: 5" in text(ask("crawl-delay:5", ROBOTS))


def test_bodies_shorter_and_longer_than_said() -> None:
    truncated, wrong = ask("truncated%100", article()), ask("wrong-length%100", article())
    assert (truncated.length or 0) > len(truncated.body)
    assert 0 < (wrong.length or 0) < len(wrong.body)
    assert ask("drop%100", article()).action == "cut"
    assert (ask("empty-body%100", article()).status, ask("empty-body%100", article()).body) == (200, b"")


def test_redirects_lead_where_they_say() -> None:
    assert understand(ask("redirect-offsite%100", article()).headers["Location"]).kind is UrlKind.OFF_SITE
    assert understand(ask("moved-offsite", article()).headers["Location"]).kind is UrlKind.OFF_SITE
    first = ask("redirect-loop%100", article()).headers["Location"]
    second = ask("redirect-loop%100", first).headers["Location"]
    assert (first, second) == (article() + "?turn=1", article() + "?turn=2")


def test_a_moved_host_is_served_by_the_other() -> None:
    location = ask("moved", LIST).headers["Location"]
    assert location == "http://www.panews.cn/pazf/sj/index.shtml"
    moved = plain(ask("moved", location))
    assert rows(location, moved) == rows(
        LIST, plain(site_alone(Request("GET", section("sj").host, section("sj").path, {})))
    )
    assert "zjol.com.cn/panews" not in moved
    assert all("/panews/" not in url for url in links(location, moved))


def test_a_share_touches_about_so_many_and_always_the_same() -> None:
    urls = [slot.url for slot in SITE.slots.values()]
    first, second = ([ask("always-5xx%30", url).status for url in urls] for _ in range(2))
    assert first == second
    assert 0.2 < first.count(503) / len(urls) < 0.4


def test_faults_combine() -> None:
    url = article()
    _, _, host, path = url.split("/", 3)
    chain = [parse("drop%100"), parse("redesign")]
    response = answered(chain, Request("GET", host, f"/{path}", {}), site_alone)
    assert response.action == "cut"
    assert b"v2-" in response.body


@pytest.mark.parametrize("spec", ["", "nonsense", "drop%x", "Drop"])
def test_what_is_no_fault_is_named(spec: str) -> None:
    with pytest.raises(ValueError, match="no such fault"):
        parse(spec)
