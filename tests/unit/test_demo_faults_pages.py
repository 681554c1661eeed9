"""Every fault of pages does what its name says."""

import gzip
import re

import pytest
from demo_client import get, links, rows, section
from demo_faults import LIST, SITE, article, ask, plain, site_alone

from demo_site.county_panan import PANAN
from demo_site.faults import answered, parse
from demo_site.pages.pagers import page_path
from demo_site.response import Request
from panan_spider.settings import DOWNLOAD_MAXSIZE as MAX_PAGE_BYTES
from panan_spider.sites.profile import load_site

understand = load_site().urls.understand


def test_a_gzip_bomb_is_small_on_the_wire() -> None:
    bomb = ask("gzip-bomb:20%100", article())
    assert bomb.headers["Content-Encoding"] == "gzip"
    assert len(bomb.body) < 100_000
    assert gzip.decompress(bomb.body) == bytes(20 << 20)


def test_huge_pages_are_streamed() -> None:
    huge = ask("huge-page:11%100", article())
    assert huge.stream is not None
    assert sum(map(len, huge.stream)) > MAX_PAGE_BYTES


def test_a_million_links() -> None:
    page = ask("million-links:2500", section("xzh").url)
    assert page.stream is not None
    assert b"".join(page.stream).count(b"<a href=") == 2500


def test_changed_pages() -> None:
    assert plain(ask("deep-nesting:5000%100", article())).count("<div>") >= 5000
    assert b"<p>\0" in ask("nul-bytes%100", article()).body
    scripts = plain(ask("scripts", article()))
    assert "stolen" in scripts
    assert re.search(r"<p on\w+=", scripts)


@pytest.mark.parametrize("template", ["enorth_a", "enorth_b", "trs"])
def test_impossible_dates_in_header_lines(template: str) -> None:
    spoilt = plain(ask("bad-date%100", article(template)))
    assert re.search(r">2020/13/45|2020-13-45 \d\d:", spoilt)


def test_impossible_dates_in_addresses() -> None:
    listed = [url for url in links(LIST, plain(ask("bad-date", LIST))) if "/2020/13/45/" in url]
    assert [understand(url).posted for url in listed] == [None]
    assert ask("bad-date", listed[0]).status == 200


@pytest.mark.parametrize(
    ("name", "word"), [("maintenance", "系统维护"), ("login", "密码"), ("challenge", "document.cookie")]
)
def test_other_pages_with_status_200(name: str, word: str) -> None:
    for url in (LIST, article()):
        assert ask(name, url).status == 200
        assert word in plain(ask(name, url))
        assert "您当前的位置" not in plain(ask(name, url))


def test_picture_names_that_climb() -> None:
    url = next(r.url for r in SITE.records if r.template == "enorth_b" and any(b.type == "image" for b in r.blocks))
    assert '<img src="../../../' in plain(ask("image-traversal", url))


def test_a_calendar_without_end() -> None:
    assert "/panews/rl/0/" in plain(ask("endless-calendar", LIST))
    page = plain(ask("endless-calendar", "http://panews.zjol.com.cn/panews/rl/70/"))
    assert links("", page) == ["/panews/rl/211/", "/panews/rl/212/", "/panews/rl/213/"]
    assert "099000002" in plain(ask("endless-calendar:rows", "http://panews.zjol.com.cn/panews/rl/70/"))


def test_one_article_under_a_hundred_query_strings() -> None:
    named = rows(LIST, plain(ask("query-strings", LIST)))
    assert named.count(named[0]) == 101


def test_a_redesign_keeps_the_words_alone() -> None:
    before, after = plain(ask("redesign@nowhere", article())), plain(ask("redesign", article()))
    assert not set(re.findall(r'(?:class|id)="([^"]+)"', before)) & set(re.findall(r'(?:class|id)="([^"]+)"', after))
    assert "<div" not in after
    assert _words(after) == _words(before)


def _words(source: str) -> list[str]:
    return [word for word in re.split(r"<[^>]+>|\s+", source) if word and not re.fullmatch(r"\D*\d{6}", word)][:40]


def test_an_unreadable_layout_keeps_nothing_to_read_by() -> None:
    page = plain(ask("relayout-unreadable", article()))
    assert not re.search("您当前的位置|来源:|编辑:|相关阅读", page)
    assert len(page) > 300


def test_empty_lists_name_nothing() -> None:
    assert rows(LIST, plain(ask("empty-lists", LIST))) == []
    assert "您当前的位置" in plain(ask("empty-lists", LIST))


def test_dead_navigation_links_stand_on_every_page_and_are_dead() -> None:
    for host, dead in PANAN.dead_links.items():
        spoiled = links("", plain(ask("dead-navigation", PANAN.home[host])))
        assert {path for _text, path in dead} <= set(spoiled)
        assert [ask("dead-navigation", f"http://{host}{path}").status for _text, path in dead] == [404] * len(dead)
        assert not {path for _text, path in dead} & set(links("", get(SITE, PANAN.home[host]).body.decode()))


def test_pages_that_are_gone_for_a_night() -> None:
    assert ask("gone%100", article()).status == 404
    assert ask("gone:410%100@/index", LIST).status == 410
    assert "不存在" in plain(ask("soft-404%100", article()))
    home = ask("redirect-home%100", article())
    assert (home.status, home.headers["Location"].count("/")) == (302, 3)


def test_one_article_for_all() -> None:
    fault, first, other = parse("one-article%100"), article(), article("trs")
    pages = []
    for url in (first, other):
        _, _, host, path = url.split("/", 3)
        request = Request("GET", host, f"/{path}", {"if-none-match": '"x"'})
        pages.append(answered([fault], request, site_alone).body)
    title = SITE.title(SITE.article_at(first) or "")
    assert all(title.encode("gb18030") in page or title.encode() in page for page in pages)


@pytest.mark.parametrize("key", ["sj", "xzh", "sz"])
def test_a_list_that_repeats_its_first_page(key: str) -> None:
    entry = PANAN.by_key[key]
    further = f"http://{entry.host}{page_path(entry, 1, SITE.list_pages(key))}"
    assert rows(further, plain(ask("list-repeats%100", further))) == rows(entry.url, plain(ask("gone%0", entry.url)))


@pytest.mark.parametrize("status", [412, 468, 521])
def test_a_firewall(status: int) -> None:
    page = ask(f"firewall:{status}%100", LIST)
    assert page.status == status and b"$_ts" in page.body
