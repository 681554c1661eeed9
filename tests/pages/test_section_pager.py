"""Reading pagers: every known way in which a list goes on."""

import time

import pytest
from section_pages import URL, items, page

from panan_spider.extract.pager import maxpage
from panan_spider.extract.results import InvalidPage, Pager
from panan_spider.extract.section import read_section
from panan_spider.sites.profile import load_site

MAX_LIST_PAGES = load_site().limits.list_pages

FOLDER = "http://panews.zjol.com.cn/panews/pazf/sj/"
COUNT = "http://panews.zjol.com.cn/panews/system/count//0003001/000000001000/"
TRS = "http://www.panews.cn/xwzx/sz/index.html"


def count_page(number: int) -> str:
    return f"{COUNT}000/000/c0003001000000001000_{number:09d}.shtml"


def pager(html: str, url: str = URL) -> Pager:
    return read_section(page(f"<ul>{items(1, 2)}</ul>", html, url=url)).pager


@pytest.mark.parametrize(
    "anchor",
    [
        '<a href="index_2.shtml">下一页</a>',
        '<A HREF="/panews/pazf/sj/index_2.shtml">[下页]</A>',
        '<a href="index_2.shtml"><span>后页 &gt;&gt;</span></a>',
        '<a href="index_2.shtml">Next</a>',
        '<a href="index_2.shtml"><img src="n.gif" alt="下一页"></a>',
        '<a href="index_2.shtml">&gt;</a>',
        '<a href="index_9.shtml">&gt;</a><a href="index_2.shtml">下一页</a>',
    ],
)
def test_a_next_link_is_followed(anchor: str) -> None:
    assert pager(anchor) == Pager("next_link", (f"{FOLDER}index_2.shtml",), None)


@pytest.mark.parametrize(
    "anchor",
    [
        "下一页",
        '<a href="#">下一页</a>',
        '<a href="javascript:next()">下一页</a>',
        '<a href="http://example.com/index_2.shtml">下一页</a>',
        '<a href="index.shtml">下一页</a>',
        '<a href="/panews/system/2020/03/07/000000009.shtml">下一页</a>',
    ],
)
def test_what_leads_to_no_older_page_is_no_pager(anchor: str) -> None:
    assert pager(anchor) == Pager("none", (), None)


def test_the_last_page_stands_for_all_before_it_where_the_next_is_a_script() -> None:
    links = '<a href="javascript:next()">下一页</a><a href="index_4.shtml">尾页</a>'
    assert pager(links).following == tuple(f"{FOLDER}index_{n}.shtml" for n in (1, 2, 3, 4))
    assert pager(links, url=f"{FOLDER}index_3.shtml").following == (f"{FOLDER}index_4.shtml",)
    assert pager(links, url=f"{FOLDER}index_4.shtml").following == ()


def test_a_last_page_far_away_is_a_bounded_number_of_pages() -> None:
    assert len(pager('<a href="index_999999.shtml">尾页</a>').following) <= MAX_LIST_PAGES + 1


def test_the_query_of_a_next_link_is_kept() -> None:
    assert pager('<a href="index.shtml?page=2">下一页</a>').following == (f"{FOLDER}index.shtml?page=2",)


def test_numbered_pages_go_from_the_newest_linked_down_to_one() -> None:
    links = f'<a href="{count_page(2)}">3</a><a href="{count_page(4)}">下一页</a><a href="{count_page(1)}">尾页</a>'
    assert pager(links) == Pager("count_links", tuple(map(count_page, (4, 3, 2, 1))), None)


def test_a_numbered_page_goes_on_below_itself_and_in_its_own_list() -> None:
    other = count_page(2).replace("0003001", "0003002")
    links = f'<a href="{count_page(4)}">上一页</a><a href="{other}">x</a><a href="{count_page(2)}">下一页</a>'
    assert pager(links, url=count_page(3)).following == (count_page(2), count_page(1))


@pytest.mark.parametrize(
    "script",
    [
        f'<script language="javascript" src="{COUNT}count_page_list_0003001000000001000.js"></script>',
        f"<script>document.write(\"<script src='{COUNT}count_page_list_0003001000000001000.js'>\");</script>",
    ],
)
def test_a_pager_script_is_named(script: str) -> None:
    assert pager(script) == Pager("count_script", (), f"{COUNT}count_page_list_0003001000000001000.js")


@pytest.mark.parametrize(
    "call",
    [
        'createPageHTML(4, 1, "index", "html");',
        "createPageHTML( 4 ,1,'index' ,\n'html' )",
        "createPageHTML('4','1',index,html)",
    ],
)
def test_trs_pages_follow_by_number(call: str) -> None:
    read = pager(f"<script>{call}</script>", url=TRS.replace("index.", "index_1."))
    folder = TRS.removesuffix("index.html")
    assert read == Pager("create_page_html", (f"{folder}index_2.html", f"{folder}index_3.html"), None)


def test_the_last_trs_page_has_nothing_after_it_and_a_comment_calls_nothing() -> None:
    commented = "//createPageHTML(9, 0, 'index', 'html');\n/* createPageHTML(8, 0, 'index', 'html') */"
    text = f"<script>function createPageHTML(count, current, name, ext) {{}}\n{commented}\ncreatePageHTML(3, 2, 'index', 'html')</script>"
    assert pager(text, url=TRS.replace("index.", "index_2.")) == Pager("create_page_html", (), None)


def test_a_script_that_counts_this_page_too_high_passes_no_page_over() -> None:
    read = pager("<script>createPageHTML(4, 2, 'index', 'html')</script>", url=TRS)
    assert [url.rsplit("/", 1)[1] for url in read.following] == ["index_1.html", "index_2.html", "index_3.html"]


@pytest.mark.parametrize(
    "sign",
    [
        *(f'<a href="index_1.html">{words}</a>' for words in ("下 一 页", "»", "&gt;&gt;", "下一頁", "更多", "查看更多", "往后翻", "x", "")),
        '<div class="more" data-url="index_1.html">点击查看</div>',
        '<div data-next="/xwzx/sz/index_1.html"></div>',
        '<a onclick="location.href=\'index_1.html\'">往后</a>',
        "<script>document.write('<a href=\"index_1.html\">更早</a>')</script>",
        '<script>var next = "http://www.panews.cn/xwzx/sz/index_1.html";</script>',
    ],
)  # fmt: skip
def test_a_page_of_the_list_that_anything_names_is_followed_in_whatever_words(sign: str) -> None:
    read = pager(sign, url=TRS)
    assert (read.kind, read.following) == ("next_link", (TRS.replace("index.", "index_1."),))


@pytest.mark.parametrize(
    "name",
    ["list_{}.html", "page{}.html", "{}.html", "p/{}.html", "index-{}.html", "index.html?page={}", "more{}.shtml"],
)
@pytest.mark.parametrize("first", [1, 2])
def test_pages_that_links_name_by_their_numbers_are_followed_whatever_their_files_are_called(
    name: str, first: int
) -> None:
    links = " ".join(f'<a href="{name.format(n)}">[{n + 2 - first}]</a>' for n in range(first, first + 3))
    read = pager(f"<b>1</b> {links}", url=TRS)
    assert [url.rsplit("/sz/", 1)[1] for url in read.following] == [name.format(n) for n in range(first, first + 3)]
    own = TRS.replace("index.html", name.format(first))
    back = f'<a href="/xwzx/sz/index.html">1</a> <a href="/xwzx/sz/{name.format(first + 1)}">3</a>'
    assert [url.rsplit("/sz/", 1)[1] for url in pager(back, url=own).following] == [name.format(first + 1)]
    assert pager('<a href="/xwzx/sz/index.html">1</a>', url=own).following == ()


@pytest.mark.parametrize("words", ["较旧的文章", "次へ", "", "&#10095;"])
def test_a_file_named_as_a_page_is_followed_in_whatever_words(words: str) -> None:
    assert pager(f'<a href="list_2.html">{words}</a>', url=TRS).following == (TRS.replace("index.", "list_2."),)


@pytest.mark.parametrize(
    "links",
    [
        '<a href="2019.html">2019</a> <a href="2020.html">2020</a>',
        '<a href="/xwzx/ly/list_2.html">2</a>',
        '<a href="3.html">专题三</a>',
        '<a href="zt_2.html">2</a>',
        '<a href="list_9.html">尾</a>',
    ],
)
def test_other_numbers_are_no_pages(links: str) -> None:
    assert pager(links, url=TRS).following == ()


def test_a_next_link_that_passes_pages_over_leads_to_them_too() -> None:
    read = pager('<a href="index_4.html">下一页</a>', url=TRS.replace("index.", "index_1."))
    assert [url.rsplit("/", 1)[1] for url in read.following] == ["index_2.html", "index_3.html", "index_4.html"]


@pytest.mark.parametrize(("total", "number"), [("", 37), ("共38页", 37), ("共5页", 4)])
def test_the_second_page_of_a_list_whose_numbers_count_down_passes_none_over(total: str, number: int) -> None:
    """Read from its oldest page up, such a list would end at known articles before its new ones."""
    read = pager(f'<a href="index_{number}.html">下一页</a> {total}', url="http://www.panews.cn/a/index.html")
    assert [url.rsplit("/", 1)[1] for url in read.following] == [f"index_{number}.html"]


@pytest.mark.parametrize(
    ("sign", "word"),
    [
        ('<button onclick="more(2)">加载更多</button>', "加载更多"),
        ('<div onclick="more(2)">点击加载更多</div>', "点击加载更多"),
        ('<a href="javascript:;">下拉加载更多</a>', "下拉加载更多"),
        ('<form action="index.html"><input name="page"><input type="submit" value="跳转"></form>', "跳转"),
        ("<div>1 2 3 4 5 ... 尾页</div>", "尾页"),
        ("<div>共45条 1/5</div>", "共5页"),
        ("<div>共 45 条记录 第 1/5</div>", "共5页"),
        ('<iframe src="pager_1.html"></iframe>', "iframe pager_1.html"),
        ("<span>下 一 页</span>", "下 一 页"),
        ('<script>createPageHTML(${pages}, 0, "index", "html");</script>', "createPageHTML(…)"),
        ('<script>createPageHTML(-1, 0, "index", "html");</script>', "createPageHTML(…)"),
        ('<div class="list-page page"></div><script src="/js/page.js"></script>', "script /js/page.js"),
        (
            '<div id="pagination"></div><script src="/js/jquery.pagination.min.js?v=2"></script>',
            "script /js/jquery.pagination.min.js?v=2",
        ),
    ],
)
def test_a_control_that_only_a_script_or_a_form_works_is_not_understood(sign: str, word: str) -> None:
    assert pager(sign, url=TRS).not_understood == word


@pytest.mark.parametrize(
    "sign",
    ['<a href="/xwzx/"><span>加载更多</span></a>', "<div>共8条 1/1</div>", '<iframe src="/ad/1.html"></iframe>', '<div class="page"></div>', '<script src="/js/page.js"></script>', '<div class="page">正文</div><script src="/js/page.js"></script>',
     '<div class="page"></div><script src="/js/homepage.js"></script>', "<p>03/07</p>"],
)  # fmt: skip
def test_a_link_elsewhere_and_a_list_of_one_page_are_no_pager(sign: str) -> None:
    assert pager(sign, url=TRS) == Pager("none", (), None, 1 if "共" in sign else None)


@pytest.mark.parametrize(
    "text", ["var maxpage = 27;", "maxpage=27", 'var  MaxPage ="27" ;', "x=1;\nvar maxpage\n=\n27"]
)
def test_maxpage_is_read(text: str) -> None:
    assert maxpage(text) == 27


@pytest.mark.parametrize("text", ["", "var maxpages = 3;", "var maxpage = -;", "<html>404</html>"])
def test_a_script_without_maxpage_is_invalid(text: str) -> None:
    with pytest.raises(InvalidPage):
        maxpage(text)


def test_absurd_numbers_cost_nothing() -> None:
    began = time.process_time()
    assert len(pager("<script>createPageHTML(1000000000, 0, 'index', 'html')</script>").following) == MAX_LIST_PAGES - 1
    assert len(pager(f'<a href="{count_page(999_999_999)}">1</a>').following) <= MAX_LIST_PAGES + 1
    assert maxpage("var maxpage = " + "9" * 100_000) > MAX_LIST_PAGES
    assert time.process_time() - began < 2
