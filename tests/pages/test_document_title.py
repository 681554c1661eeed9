"""What the document is called helps to find the headline, and a name that every page of the site shares costs no article."""

import pytest

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import UnknownLayout

URL = "http://panews.zjol.com.cn/panews/system/2020/03/07/032299999.shtml"
BODY = "<p>例山水库的加固工程昨天开工。</p><p>工期为六个月,完工后可以灌溉两千亩田。</p>"


def page(title: str, headline: str) -> Page:
    head = f"<head><title>{title}</title></head>"
    where = "<div>您当前的位置 : 浙江在线 &gt;&gt; 磐安新闻网 &gt;&gt; 乡镇</div>"
    line = "<div>2020/03/07 来源:磐安新闻网  记者 陈测试</div>"
    foot = "<p>编辑:丁改稿</p><div>磐安新闻网简介|版权声明</div>"
    return Page(URL, f"<html>{head}<body>{where}<h3>{headline}</h3>{line}{BODY}{foot}</body></html>".encode())


@pytest.mark.parametrize(
    "title",
    [
        "", "磐安新闻网", "磐安新闻网--浙江在线县市支站", "浙江省磐安县新闻门户", "Welcome to the county portal", "新闻中心_磐安新闻_乡镇动态",
        "无标题文档无标题文档", "news.shtml template 2013", "磐安县人民政府主办的综合性媒体",
    ],
)  # fmt: skip
def test_a_document_called_as_all_of_the_site_costs_no_article(title: str) -> None:
    assert read_article(page(title, "库区百姓有了盼头")).title == "库区百姓有了盼头"


def test_a_document_called_after_what_the_article_says_and_a_headline_that_says_another_thing_are_named() -> None:
    with pytest.raises(UnknownLayout, match="called otherwise"):
        read_article(page("例山水库加固工程昨天开工建设", "本报讯快递"))


def test_a_line_that_awaits_a_headline_is_none() -> None:
    with pytest.raises(UnknownLayout, match="called otherwise"):
        read_article(page("抓好春耕备耕保障粮食安全", "田样例在乡镇调研"))
