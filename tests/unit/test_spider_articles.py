"""Articles: each asked for once, under whatever addresses, and each with its named fate."""

from datetime import date

import pytest
from scrapy.http import Response
from spider_pages import HOME, OWN, SECTION, ZJOL, Answer, article, link, listing, site, twins, url_of
from spider_site import Notes, run

from panan_spider.core.outcomes import Outcome
from panan_spider.spiders.session import CrawlSession


def test_every_listed_article_is_asked_for_once_and_handed_on() -> None:
    urls = [url_of(n) for n in range(1, 6)]
    result = run(site(*urls))
    assert sorted(item.url for item in result.items) == urls
    assert len(set(result.asked)) == len(result.asked)
    item = result.items[0]
    assert (item.id, item.listed_in, item.section, item.published, item.pages) == (
        "000000001",
        ["书记"],
        "书记",
        "2020-03-07",
        1,
    )


def test_an_article_on_both_hosts_is_asked_for_at_the_first_and_the_other_is_an_alias() -> None:
    result = run(twins())
    assert [item.url for item in result.items] == [url_of(1)]
    assert result.outcome(url_of(1, host=OWN)) is Outcome.ALIAS
    assert result.items[0].listed_in == ["专栏", "书记"]


def test_the_address_it_is_stored_under_is_asked_before_the_first_host() -> None:
    memory = Notes()
    memory.store(1, url_of(1, host=OWN), date(2020, 3, 7))
    result = run(twins(), memory, recheck="30")
    assert result.asked_articles == [url_of(1, host=OWN)]


def test_an_article_gone_at_one_address_is_read_at_the_other() -> None:
    result = run(twins(first=404))
    assert [item.url for item in result.items] == [url_of(1, host=OWN)]
    assert result.outcome(url_of(1)) is Outcome.ALIAS


def test_an_article_gone_at_every_address_is_gone() -> None:
    result = run(twins(first=404, own=410))
    assert {result.outcome(url_of(1)), result.outcome(url_of(1, host=OWN))} == {Outcome.GONE}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (404, Outcome.GONE), (410, Outcome.GONE), (403, Outcome.BLOCKED), (429, Outcome.BLOCKED), (500, Outcome.FAILED),
        (ConnectionRefusedError("no"), Outcome.FAILED), ("<html><body><p>无</p></body></html>", Outcome.UNKNOWN_LAYOUT),
        ((SECTION, listing("书记", [])), Outcome.INVALID),
    ],
)  # fmt: skip
def test_what_cannot_be_read_has_its_named_fate_and_stops_nothing(answer: Answer, outcome: Outcome) -> None:
    result = run(site(url_of(1), url_of(2)) | {url_of(1): answer})
    assert result.outcome(url_of(1)) is outcome
    assert [item.url for item in result.items] == [url_of(2)]


@pytest.mark.parametrize(
    "answer",
    [
        "<html><head><title>提示</title></head><body><p>对不起，您访问的页面不存在或已被删除。</p></body></html>",
        (f"{ZJOL}/", HOME),
    ],
)
def test_an_article_never_stored_that_the_site_says_is_missing_is_gone_and_no_quarantine_entry(answer: Answer) -> None:
    result = run(site(url_of(1), url_of(2)) | {url_of(1): answer})
    assert result.outcome(url_of(1)) is Outcome.GONE
    assert [item.url for item in result.items] == [url_of(2)]


def test_whoever_fails_a_request_can_say_its_fate() -> None:
    refusal = RuntimeError("x")
    refusal.outcome, refusal.reason = Outcome.FORBIDDEN, "robots.txt says no"  # type: ignore[attr-defined]
    result = run(site(url_of(1)) | {url_of(1): refusal})
    assert result.memory.outcomes[url_of(1)] == (Outcome.FORBIDDEN, "robots.txt says no")


def test_an_address_that_leads_to_an_article_in_hand_is_its_alias() -> None:
    result = run(site(url_of(1), url_of(2)) | {url_of(2): (url_of(1), article())})
    assert [item.url for item in result.items] == [url_of(1)]
    assert result.outcome(url_of(2)) is Outcome.ALIAS


def test_an_address_that_leads_to_an_unmet_article_is_read_as_that() -> None:
    result = run(site(url_of(2)) | {url_of(2): (url_of(9), article())})
    assert [(item.id, item.url) for item in result.items] == [("000000009", url_of(9))]
    assert result.asked_articles == [url_of(2)]
    assert result.outcome(url_of(2)) is Outcome.ALIAS


def test_an_error_in_reading_is_told_counted_and_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = CrawlSession.read_article

    def unsound(session: CrawlSession, response: Response) -> object:
        if response.url == url_of(1):
            raise KeyError("a bug")
        return sound(session, response)

    monkeypatch.setattr(CrawlSession, "read_article", unsound)
    result = run(site(url_of(1), url_of(2)))
    assert result.outcome(url_of(1)) is Outcome.FAILED
    assert [type(error) for error in result.errors] == [KeyError]
    assert [item.url for item in result.items] == [url_of(2)]


def test_a_request_without_any_answer_fails_and_nothing_hangs() -> None:
    result = run(site(url_of(1), url_of(2)) | {url_of(1): None})
    assert result.outcome(url_of(1)) is Outcome.FAILED
    assert [item.url for item in result.items] == [url_of(2)]


def test_urls_are_asked_for_and_nothing_else() -> None:
    memory = Notes()
    memory.store(2, url_of(2, "2000/01/01"), date(2000, 1, 1), etag=None)
    pages = site(url_of(1), url_of(2, "2000/01/01")) | {url_of(1): article(link(SECTION, "没人见过"))}
    result = run(pages, memory, urls=f"{url_of(1)},{url_of(2, '2000/01/01')}")
    assert sorted(result.asked) == sorted([url_of(1), url_of(2, "2000/01/01")])
    assert len(result.items) == 2
