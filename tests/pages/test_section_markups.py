"""List pages in the markups of other sites of the two CMSs: what a list prints beside its titles, pagers by script and by number."""

import pytest
from section_pages import URL, article, items, link, page

from panan_spider.extract.document import Page
from panan_spider.extract.results import Pager, SectionPage
from panan_spider.extract.section import read_section

FOLDER = "http://panews.zjol.com.cn/panews/pazf/sj/"
TRS = "http://www.panews.cn/xwzx/sz/index.html"
OLDER = tuple(f"http://www.panews.cn/xwzx/sz/index_{n}.html" for n in range(1, 5))


def alone(html: str, url: str = URL) -> SectionPage:
    return read_section(Page(url, f"<html><body>{html}</body></html>".encode(), "text/html; charset=utf-8"))


@pytest.mark.parametrize(
    "rows",
    [
        f'<a href="{article(1)}"><img src="a.jpg" alt="图片"></a><h3><a href="{article(1)}">标题</a></h3>',
        f'<a href="{article(1)}"></a><p>摘要<a href="{article(1)}">[详细]</a></p><a href="{article(1)}">标题</a>',
        f'<a href="{article(1)}">标题</a><a href="{article(1)}">查看全文&gt;&gt;</a>',
        f'<a href="{article(1)}" title="标题" target="_blank" onclick="hit()">标…</a>',
        f'<a href="javascript:void(0)"><a href="{article(1)}">标题</a></a>',
        f'<a href=" {article(1)}\n"><font color=red>标题</font></a><span>[03-07]</span>',
        f'<map><area href="{article(1)}" alt="标题"></map>',
        f'<!-- <a href="{article(9)}">旧</a> --><a href="{article(1)}?f=1#top">标题</a>',
    ],
)
def test_a_row_bears_the_title_that_says_most(rows: str) -> None:
    assert [(row.url, row.title) for row in alone(f"<div>{rows}</div>").rows] == [
        (f"http://panews.zjol.com.cn{article(1)}", "标题")
    ]


def test_a_picture_alone_names_its_row_by_its_words() -> None:
    assert alone(f'<a href="{article(1)}"><img src="a.jpg" alt="图甲"></a>').rows[0].title == "图甲"


@pytest.mark.parametrize(
    "script",
    [
        "<script>createPageHTML(5, 0, 'index', 'html');</script>",
        '<script><!--\n\tcreatePageHTML( 5,\n 0 , "index",\n"html" , 100 );\n//--></script>',
        "<body onload=\"createPageHTML(5,0,'index','html')\">",
        "<script>function createPageHTML(_nPageCount, _nCurrIndex, _sPageName, _sPageExt){}\n"
        "var countPage = 5;var currentPage = 0;createPageHTML(countPage, currentPage, 'index', 'html');</script>",
        "<script>var currentPage = 0;//所在页从0开始\nvar countPage = 5//共多少页\n"
        "document.write('<a href=index_'+(currentPage+1)+'.html>下一页</a>');</script>",
    ],
)
def test_the_pages_of_a_script(script: str) -> None:
    html = f"<html>{script}<ul>{items(1)}</ul></html>"
    read = read_section(Page(TRS, html.encode(), "text/html; charset=utf-8"))
    assert read.pager == Pager("create_page_html", OLDER, None)


@pytest.mark.parametrize(
    "script",
    [
        "<script>createPageHTML(countPage, currentPage, 'index', 'html');</script>",
        "<script>var countPage = 5;</script>",
    ],
)
def test_a_script_that_names_no_numbers_names_no_pages(script: str) -> None:
    assert alone(f"<ul>{items(1)}</ul>{script}", TRS).pager.kind == "none"


@pytest.mark.parametrize(
    "numbers",
    [
        '<span>1</span> <a href="index_1.shtml">2</a> <a href="index_2.shtml">[3]</a>',
        '<select><option value="index.shtml">1<option value="index_2.shtml">3<option value="index_1.shtml">第2页</select>',
    ],
)
def test_bare_numbers_lead_to_the_pages_behind_this_one(numbers: str) -> None:
    assert page(numbers).url == URL
    pager = read_section(page(f"<ul>{items(1)}</ul>", numbers)).pager
    assert pager == Pager("next_link", (f"{FOLDER}index_1.shtml", f"{FOLDER}index_2.shtml"), None)


def test_numbers_of_pages_before_this_one_and_of_other_lists_lead_nowhere() -> None:
    numbers = '<a href="index_1.shtml">2</a><a href="/panews/xwzx/index_7.shtml">8</a>'
    assert read_section(page(f"<ul>{items(1)}</ul>", numbers, url=f"{FOLDER}index_1.shtml")).pager.kind == "none"


@pytest.mark.parametrize(
    "way",
    [
        '<meta http-equiv="Refresh" content="0; url=/panews/index.shtml">',
        "<script>window.location.href = '/panews/index.shtml';</script>",
        '<script>location.replace("http://panews.zjol.com.cn/panews/index.shtml")</script>',
        '<frameset rows="80,*"><frame src="http://example.com/"><frame src="/panews/index.shtml"></frameset>',
    ],
)
def test_an_entry_page_that_only_leads_on(way: str) -> None:
    assert alone(way, "http://panews.zjol.com.cn/").sections == (("", "http://panews.zjol.com.cn/panews/index.shtml"),)


def test_a_page_with_links_of_its_own_leads_nowhere_else() -> None:
    html = f"<a href='/panews/tpxw/'>图片</a>{link(1)}<script>function go(){{location.href='/panews/index.shtml'}}</script>"
    assert alone(html).sections == (("图片", "http://panews.zjol.com.cn/panews/tpxw/"),)


def dated(*numbers: int) -> str:
    return "".join(f"<li>{link(n)}<span>2020-03-{n % 28 + 1:02d}</span></li>" for n in numbers)


SCRIPT = (
    '<script src="/panews/pazf/sj/system/count/0112003/000000000000/count_page_list_0112003000000000000.js"></script>'
)
PAGERS = (
    f'<div id="pagetemple"></div>{SCRIPT}',
    '<div><a href="index_1.shtml">下一页</a> <a href="index_9.shtml">尾页</a></div>',
    '<div><script>createPageHTML(9, 0, "index", "shtml");</script></div>',
)


@pytest.mark.parametrize("pager", PAGERS)
@pytest.mark.parametrize("side", ["<div><img src='/images/hot.gif'><ul>{}</ul></div>", "<div>精选</div><ul>{}</ul>"])
@pytest.mark.parametrize(
    "frame", ["<div><div><ul>{}</ul>{}</div>{}</div>", "<table><tr><td><ul>{}</ul>{}</td><td>{}</td></tr></table>"]
)
def test_a_dated_block_behind_the_pager_is_no_part_of_the_list(pager: str, side: str, frame: str) -> None:
    block = side.format(dated(91, 92, 93))
    got = read_section(page(frame.format(dated(1, 2, 3, 4), pager, block)))
    assert [int(row.article_id) for row in got.rows] == [1, 2, 3, 4]


@pytest.mark.parametrize("pager", PAGERS)
@pytest.mark.parametrize(
    "frame",
    [
        "<div><ul>{top}</ul></div><div><ul>{rows}</ul>{pager}</div>",  # the headlines of the section over its list
        "<div><div><ul>{top}</ul>{pager}</div><div><ul>{rows}</ul></div></div>",  # a pager of pictures before the list
        "<div>{pager}<ul>{top}</ul><ul>{rows}</ul>{pager}</div>",
        "<div><ul>{top}</ul><ul>{rows}</ul></div><div>{pager}</div>",
    ],
)
def test_rows_in_several_boxes_stay_the_list(pager: str, frame: str) -> None:
    got = read_section(page(frame.format(top=dated(8, 9), rows=dated(1, 2, 3, 4), pager=pager)))
    assert {int(row.article_id) for row in got.rows} == {1, 2, 3, 4, 8, 9}
