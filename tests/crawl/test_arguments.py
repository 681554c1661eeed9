"""The arguments of `scrapy crawl panan`, as whole runs: what they let through, and the one line about a wrong one."""

from typing import Any

import pytest
from conftest import Crawler, Serve

from demo_site.proxy import ProxyServer


def ids(articles: list[dict[str, Any]]) -> set[str]:
    return {article["id"] for article in articles}


def article_requests(server: ProxyServer) -> list[str]:
    """Paths of the articles asked for."""
    return [r.path for r in server.requests if server.site.article_at(f"http://{r.host}{r.path}") is not None]


@pytest.mark.parametrize("given", ["书记", "/panews/pazf/sj/index.shtml", "pazf/sj"])
def test_one_section_by_name_or_path(demo: ProxyServer, crawl: Crawler, given: str) -> None:
    run = crawl(demo, {"sections": given})
    assert run.code == 0, run.said
    assert ids(run.articles) == {slot.id for slot in demo.site.listing("sj")}


def test_a_name_of_two_lists_means_both(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo, {"sections": "新闻中心"})
    assert ids(run.articles) == demo.site.sections["新闻中心"].article_ids


def test_an_unknown_section_is_one_line_that_names_those_there_are(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo, {"sections": "书记,没有这个"})
    assert run.code == 1, run.said
    lines = [line for line in run.said.splitlines() if "没有这个" in line and "书记" in line and "时政" in line]
    assert lines, run.said
    assert "Traceback" not in run.said
    assert article_requests(demo) == []
    assert run.articles == []


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ({"since": "2020-02-30"}, "since"), ({"until": "yesterday"}, "until"), ({"recheck": "-3"}, "recheck"),
        ({"full": "maybe"}, "full"), ({"section": "书记"}, "section"), ({"urls": "http://example.com/a.html"}, "urls"),
        ({"since": "2020-03-02", "until": "2020-03-01"}, "since"),
    ],
)  # fmt: skip
def test_a_wrong_argument_is_one_line_without_a_request(
    demo: ProxyServer, crawl: Crawler, args: dict[str, str], named: str
) -> None:
    run = crawl(demo, args)
    assert run.code == 1, run.said
    said = [line for line in (run.stdout + run.stderr).splitlines() if line.strip()]
    assert len(said) == 1 and named in said[0], run.said
    assert demo.requests == []


def test_since_and_until_judge_the_date_of_publication(serving: Serve, crawl: Crawler) -> None:
    server = serving(articles=420)
    since, until = "2020-01-01", "2020-03-31"
    run = crawl(server, {"since": since, "until": until})
    assert run.code == 0, run.said
    dates = {record.id: (record.published or record.posted)[:10] for record in server.site.records}
    assert ids(run.articles) == {number for number, day in dates.items() if since <= day <= until}
    assert len(article_requests(server)) < 0.5 * len(dates)


def test_a_run_without_dates_fills_in_what_one_with_dates_left_out(demo: ProxyServer, crawl: Crawler) -> None:
    crawl(demo, {"since": "2020-01-01", "until": "2020-03-31"})
    run = crawl(demo)
    assert ids(run.articles) == {record.id for record in demo.site.records}
    assert len(run.articles) == len(ids(run.articles))


def test_urls_are_just_these_articles(demo: ProxyServer, crawl: Crawler) -> None:
    one, two = demo.site.listing("sj")[0], demo.site.listing("sz")[3]
    run = crawl(demo, {"urls": f"{one.url},{two.url.replace('http:', 'https:')}?x=1"})
    assert run.code == 0, run.said
    assert ids(run.articles) == {one.id, two.id}
    stems = [slot.url.split("/", 3)[3].rsplit(".", 1)[0] for slot in (one, two)]
    others = [
        r.path
        for r in demo.requests
        if r.path != "/robots.txt" and not r.path.startswith(tuple(f"/{s}" for s in stems))
    ]
    assert others == []


def test_recheck_all_asks_for_every_article_again(demo: ProxyServer, crawl: Crawler) -> None:
    crawl(demo, {"sections": "书记"})
    slots = demo.site.listing("sj")
    demo.site.correct(slots[-1].id)
    run = crawl(demo, {"sections": "书记", "recheck": "all"})
    assert run.code == 0, run.said
    revised = [article for article in run.articles if article["revision"] == 2]
    assert ids(revised) == {slots[-1].id}
    assert run.report["outcomes"]["unchanged"] == len(slots) - 1
