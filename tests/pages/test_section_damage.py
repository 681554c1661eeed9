"""List pages that are damaged, hostile, or no list pages at all."""

import pytest
from section_pages import FOOTER, URL, article, items, link, page

from panan_spider.extract.document import Page
from panan_spider.extract.results import InvalidPage, SectionPage, SoftBlock
from panan_spider.extract.section import MAX_LINKS, read_section

SIDE = f'<div class="s1"><h3>新闻聚焦</h3><ul>{items(91, 92)}</ul></div>'
MAIN = f'<div class="list-text cf"><ul>{items(1, 2, 3)}</ul></div>'


def ids(read: SectionPage) -> list[int]:
    return [int(row.article_id) for row in read.rows]


@pytest.mark.parametrize("text", ["系统维护中,请稍后访问", "请完成安全验证"])
def test_a_page_that_blocks_is_said_to_block(text: str) -> None:
    with pytest.raises(SoftBlock):
        read_section(Page(URL, f"<html><body><p>{text}</p></body></html>".encode()))


def test_what_is_no_page_is_invalid() -> None:
    deep = f"<html><body>{'<div>' * 10_000}{link(1)}</body></html>"
    for body in (b"", b"   ", b"\x00\x00", deep.encode()):
        with pytest.raises(InvalidPage):
            read_section(Page(URL, body))


def test_a_million_links_are_refused_before_they_are_read() -> None:
    with pytest.raises(InvalidPage, match=f"more than {MAX_LINKS} links"):
        read_section(Page(URL, b"<a href=x>" * 900_000))


@pytest.mark.parametrize("stray", ["</html>", "</body></html>", "<html><body><p>头</p></body></html>"])
def test_what_follows_the_end_of_an_included_file_is_read(stray: str) -> None:
    assert ids(read_section(page(stray, MAIN))) == [1, 2, 3]


def test_byte_order_marks_declarations_and_nul_bytes_do_no_harm() -> None:
    body = '\ufeff<?xml version="1.0" encoding="gb2312"?>\n' + page(MAIN).text.replace("标题1", "标\x00题1")
    assert ids(read_section(Page(URL, body.encode()))) == [1, 2, 3]


def test_pages_in_gbk_are_read() -> None:
    body = page(MAIN, SIDE).text.encode("gb18030")
    read = read_section(Page(URL, body, "text/html; charset=gb2312"))
    assert (read.name, read.rows[0].title) == ("书记", "标题1")


def test_relative_addresses_follow_the_base_element() -> None:
    body = page(MAIN.replace('href="/panews/', 'href="'), footer=FOOTER).text
    body = body.replace("<head>", '<head><base href="http://panews.zjol.com.cn/panews/">')
    assert read_section(Page(URL, body.encode())).rows[0].url == f"http://panews.zjol.com.cn{article(1)}"
