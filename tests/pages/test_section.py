"""Reading list pages: rows, titles, dates, sections, breadcrumb, whatever the markup."""

from datetime import date

import pytest
from section_pages import CRUMB, NAV, URL, article, items, link, page

from panan_spider.extract.results import SectionPage
from panan_spider.extract.section import read_section

SIDE = f'<div class="s1"><h3>新闻聚焦</h3><ul>{items(91, 92)}</ul></div>'
MAIN = f'<div class="list-text cf"><ul>{items(1, 2, 3)}</ul></div>'


def ids(read: SectionPage) -> list[int]:
    return [int(row.article_id) for row in read.rows]


def test_the_known_list_block_gives_the_rows_alone() -> None:
    assert ids(read_section(page(MAIN, f"<p>{link(50)}</p>", SIDE))) == [1, 2, 3]


def test_a_list_of_one_ul_a_record_is_read_whole() -> None:
    block = "".join(f"<ul><li>{link(n)}</li></ul>" for n in (1, 2, 3))
    assert ids(read_section(page(f'<div class="list-text cf">{block}</div>'))) == [1, 2, 3]


@pytest.mark.parametrize(
    "main",
    [
        f'<div class="zzz"><ul>{items(1, 2, 3)}</ul></div>',
        f"<table><tr><td>{link(1)}</td></tr><tr><td>{link(2)}</td></tr><tr><td>{link(3)}</td></tr></table>",
        f"{link(1)}<br>{link(2)}<br>{link(3)}",
        f"<DIV CLASS=x><UL><LI>{link(1)}<LI>{link(2)}<LI>{link(3)}</DIV></DIV>",
        f'<div class="list-text"></div><p>{link(1)}</p></div></div><p>{link(2)}<p>{link(3)}',
    ],
)
def test_without_the_known_block_every_article_link_is_a_row_but_those_around_the_list(main: str) -> None:
    assert ids(read_section(page(main, SIDE))) == [1, 2, 3]


@pytest.mark.parametrize(
    "side",
    [
        SIDE,
        f'<div><div class="h">新闻聚焦</div><div><a href="/panews/tj/">{link(90)}</a></div><ul>{items(91, 92)}</ul></div>',
        f'<div><h3><span>图片</span><span>新闻</span><a href="/panews/tpxw/">更多>>></a></h3><ul>{items(91, 92)}</ul></div>',
        f"<div><strong>【新闻导读】</strong> 更多>>></div><ul>{items(91, 92)}</ul>",
        f"<dl><dt>相关阅读:</dt><dd>{link(91)}</dd><dd>{link(92)}</dd></dl>",
        f"<table><tr><td>相关新闻</td></tr><tr><td>{link(91)}<br>{link(92)}</td></tr></table>",
        f'<h3>热点</h3>{link(91)}<br>{link(92)}<br><h3>便民</h3><a href="/panews/bus/">公交</a><a href="/panews/w/">天气</a>',
        f'<h3><a href="/panews/tpxw/">图片新闻</a></h3><ul>{items(91, 92)}</ul>',
        f"<p>相关新闻: {link(91)} {link(92)}</p>",
    ],
)  # fmt: skip
def test_side_blocks_are_neither_rows_nor_sections(side: str) -> None:
    for pieces in ((f"<ul>{items(1, 2)}</ul>", side), (side, f"<ul>{items(1, 2)}</ul>")):
        read = read_section(page(*pieces))
        assert ids(read) == [1, 2]
        assert not {"公交", "天气"} & {name for name, _ in read.sections}


def test_a_side_heading_in_the_same_container_as_the_list_takes_only_what_is_under_it() -> None:
    mixed = f"<div><h3>书记</h3><ul>{items(1, 2)}</ul><h3>新闻聚焦</h3><ul>{items(91)}</ul><a href='index_1.shtml'>下一页</a></div>"
    read = read_section(page(mixed))
    assert ids(read) == [1, 2]
    assert read.pager.kind == "next_link"


def test_a_section_that_bears_the_name_of_a_side_block_is_still_read() -> None:
    crumb = "<p>您当前的位置: 磐安新闻网 > 图片新闻</p>"
    assert ids(read_section(page(f"<div><h3>图片新闻</h3><ul>{items(1, 2)}</ul></div>", crumb=crumb))) == [1, 2]


def test_a_navigation_item_that_bears_the_name_of_a_side_block_stays_navigation() -> None:
    assert ("新闻中心", "http://www.panews.cn/xwzx/index.html") in read_section(page(MAIN)).sections


def test_articles_of_navigation_and_footer_are_no_rows() -> None:
    nav = f"{NAV}<div>{link(80)}</div>"
    assert ids(read_section(page(f"<ul>{items(1)}</ul>", nav=nav))) == [1]
    assert ids(read_section(page(f"<nav>{link(81)}</nav><ul>{items(1)}</ul>", crumb=""))) == [1]


def test_words_of_the_footer_above_the_list_end_nothing() -> None:
    assert ids(read_section(page("<p>版权所有 翻印必究</p>", MAIN))) == [1, 2, 3]


def test_a_title_is_the_attribute_else_the_text() -> None:
    rows = (
        f'<ul><li><a href="{article(1)}" title=" 完整的\n 标题 ">完整…</a></li><li><a href="{article(2)}"><b>粗</b>\n 体</a></li>'
        f'<li><a href="{article(3)}"><img src="x.jpg"></a><a href="{article(3)}">图后</a></li>'
        f'<li><a href="{article(4)}">文字<span>2020-01-02</span></a></li></ul>'
    )
    assert [row.title for row in read_section(page(rows)).rows] == ["完整的 标题", "粗 体", "图后", "文字"]


@pytest.mark.parametrize(
    "cell",
    [
        "<li>{a}<span>2020-03-07</span></li>",
        "<li><span>[2020/03/07 08:30]</span>{a}</li>",
        "<li><p>{a}</p><p>2020年3月7日</p></li>",
        "{a}(2020-3-7)<br>",
        "<tr><td>{a}</td><td>2020.03.07</td></tr>",
        '<li><a href="/panews/system/2020/03/08/000000001.shtml">标题<em>2020-03-07</em></a></li>',
    ],
)
def test_a_row_keeps_the_date_the_list_shows(cell: str) -> None:
    a = f'<a href="{article(1, "2020/03/08")}">标题</a>'
    b = f'<a href="{article(2, "2020/03/01")}">别的</a>'
    wrap = "<table>{}</table>" if cell.startswith("<tr") else "<div>{}</div>"
    body = wrap.format(cell.format(a=a) + cell.format(a=b).replace("-07", "-01").replace("000000001", "000000002"))
    row = read_section(page(body)).rows[0]
    assert (row.date, row.posted) == (date(2020, 3, 7), date(2020, 3, 8))


@pytest.mark.parametrize("shown", ["[03-07]", "2020-13-45", "", "12020-03-07", "2020-03-071"])
def test_what_is_no_whole_date_is_none(shown: str) -> None:
    assert read_section(page(f"<ul><li>{link(1)}<span>{shown}</span></li></ul>")).rows[0].date is None


def test_a_date_in_a_headline_is_not_the_date_of_the_row() -> None:
    assert read_section(page(f"<ul><li>{link(1, '2020年1月1日起施行')}</li></ul>")).rows[0].date is None


def test_an_article_is_one_row_whatever_leads_to_it() -> None:
    ways = (
        article(1), f"http://www.panews.cn{article(1).removeprefix('/panews')}", f"https://panews.zjol.com.cn{article(1)}",
        f"{article(1)}?from=list", article(1).replace(".shtml", "_02.shtml"),
    )  # fmt: skip
    read = read_section(page("".join(f'<p><a href="{way}">甲</a></p>' for way in reversed(ways))))
    assert [row.url for row in read.rows] == [f"http://panews.zjol.com.cn{article(1)}"]


def test_sections_are_the_sites_section_pages_outside_side_blocks_and_footer() -> None:
    sub = '<div><a href="paxw/">磐安新闻</a><a href="javascript:void(0)">收藏</a><a href="x.html">别页</a></div>'
    assert read_section(page(sub, MAIN, SIDE)).sections == (
        ("首页", "http://panews.zjol.com.cn/"),
        ("书记", URL),
        ("图片新闻", "http://panews.zjol.com.cn/panews/tpxw/"),
        ("新闻中心", "http://www.panews.cn/xwzx/index.html"),
        ("磐安新闻", "http://panews.zjol.com.cn/panews/pazf/sj/paxw/"),
    )


@pytest.mark.parametrize(
    "crumb",
    [
        CRUMB,
        "<p>您当前的位置\uff1a浙江在线 \uff1e\uff1e 磐安新闻网 \uff1e\uff1e 书记</p>",
        "<p>当前位置: 浙江在线 » 磐安新闻网 » 书记 正文</p>",
        "<ul><li>您的位置:</li><li><a href='/'>浙江在线</a></li><li>&gt;</li><li>磐安新闻网</li><li>&gt;</li><li>书记</li></ul>",
        "<div>所在位置\uff1a<span>浙江在线</span><span>›</span><span>磐安新闻网</span>›<a href='/x/'>书记</a></div>",
    ],
)
def test_the_breadcrumb_names_the_section(crumb: str) -> None:
    read = read_section(page(MAIN, crumb=crumb))
    assert read.breadcrumbs == ("浙江在线", "磐安新闻网", "书记")
    assert read.name == "书记"


def test_a_page_without_a_list_has_no_rows_and_is_no_error() -> None:
    read = read_section(page("<p>本栏目暂无内容</p>", SIDE))
    assert (read.rows, read.name) == ((), "书记")


def test_a_row_whose_headline_begins_like_the_foot_does_not_end_the_list() -> None:
    rows = f"<li>{link(1)}</li><li>{link(2, '版权所有的故事')}</li><li>{link(3)}</li>"
    assert ids(read_section(page(f"<ul>{rows}</ul>", "<p>版权所有 磐安新闻网</p>"))) == [1, 2, 3]


def test_a_definition_list_shows_its_dates_in_the_descriptions() -> None:
    rows = f"<dl><dt>{link(1)}</dt><dd>2020-05-19</dd><dt>{link(2)}</dt><dd>2020-05-18</dd></dl>"
    assert [row.date for row in read_section(page(rows)).rows] == [date(2020, 5, 19), date(2020, 5, 18)]
