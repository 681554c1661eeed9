"""A page that takes more processor time than the profile allows is invalid, and names the limit; one that grows grows the time in proportion."""

import threading
import time
from contextlib import suppress

import pytest
from real_kinds import FIRST, TEXT, page

from panan_spider.core.clock import ProcessorLimitError, processor_limit
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import InvalidPage, PageError
from panan_spider.extract.section import read_section
from panan_spider.sites.profile import Site, load_site, site_keys

LIST = "http://panews.zjol.com.cn/panews/sj/index.shtml"


def hurried() -> Site:
    site = load_site()
    return site.model_copy(update={"limits": site.limits.model_copy(update={"page_seconds": 0.02})})


def test_a_page_over_the_limit_is_invalid() -> None:
    long = page(f"<p>{FIRST}</p>" * 20_000)
    with pytest.raises(InvalidPage, match=r"took longer than 0\.02 s"):
        read_article(long, hurried())
    with pytest.raises(InvalidPage, match=r"took longer than 0\.02 s"):
        read_section(Page(LIST, long.body, long.content_type), hurried())
    assert read_article(page(TEXT), load_site()).text


def test_the_limit_ends_with_its_block() -> None:
    with processor_limit(0.05):
        pass
    spent = time.process_time() + 0.1
    while time.process_time() < spent:
        pass
    with pytest.raises(ProcessorLimitError), processor_limit(0.02), processor_limit(60):
        while True:
            pass


def test_a_thread_reads_without_a_limit() -> None:
    read: list[str] = []
    thread = threading.Thread(target=lambda: read.append(read_article(page(TEXT)).title))
    thread.start()
    thread.join()
    assert read == [read_article(page(TEXT)).title]


def seconds(text: str) -> float:
    whole = page(f"<p>{text}</p>{TEXT}", header=f"2020-03-07 来源：{text[:4000]}", tail=f"编辑：{text[:4000]}")
    started = time.process_time()
    with suppress(PageError):
        read_article(whole)
    return time.process_time() - started


@pytest.mark.parametrize(
    "token",
    [
        "作者:",
        "来源：",
        "县长王示例指出",
        "font-size:",
        "　",
        "记者 甲 ",
        "审读：甲 ",
        "2020-03-07 ",
        "<b>x</b>",
        "<br>",
        "[中]",
        "版权所有",
    ],
)
def test_time_grows_with_the_page(token: str) -> None:
    seconds(token)
    short = min(seconds(token * (20_000 // len(token))) for _ in range(2))
    long = seconds(token * (80_000 // len(token)))
    assert long < 8 * max(short, 0.02)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("2020-03-07 ", ""),
        ("甲 | ", ""),
        ("", "<td>甲"),
        ("", "<table><tr><td>甲</td></tr></table>"),
        ("", "<p>编辑：陈测试</p>"),
    ],
)
def test_time_grows_with_the_lines_and_with_the_title(title: str, body: str) -> None:
    def spent(size: int) -> float:
        lines = f"{TEXT}{body * (size // len(body))}{TEXT}" if body else TEXT
        whole = page(lines, title=title * (size // len(title)) if title else "样例稿件")
        started = time.process_time()
        with suppress(PageError):
            read_article(whole)
        return time.process_time() - started

    spent(1_000)
    short = min(spent(10_000) for _ in range(3))
    # Short enough for a steep page to stay below the limit of time a page, which would hide it.
    assert min(spent(60_000) for _ in range(2)) < 10 * max(short, 0.02)


@pytest.mark.parametrize("token", ["作者:", "作者:甲 "])
def test_a_mark_of_a_template_is_looked_for_quickly(token: str) -> None:
    """The window behind a label is searched once, not once for each of its characters."""
    for site in (load_site(key) for key in site_keys()):
        for pattern in (mark.pattern for template in site.templates for mark in template.marks):
            started = time.process_time()
            pattern.search(token * (30_000 // len(token)))
            assert time.process_time() - started < 0.4, pattern.pattern


def test_time_grows_with_the_links_of_a_list() -> None:
    """Links to one article, all in one box: each is read with its card, not with the whole list."""

    def spent(links: int) -> float:
        rows = "<a href='/panews/system/2020/03/07/032299346.shtml'>样例</a>" * links
        listing = Page(LIST, f"<html><body><div>{rows}</div></body></html>".encode(), "text/html; charset=utf-8")
        started = time.process_time()
        with suppress(PageError):
            read_section(listing)
        return time.process_time() - started

    spent(10)
    assert spent(2400) < 10 * max(min(spent(400) for _ in range(2)), 0.02)
