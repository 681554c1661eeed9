"""A sentence of the text that begins as a header line does belongs to the text."""

import pytest

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page

URL = "http://panews.zjol.com.cn/panews/system/2020/03/07/032299999.shtml"


@pytest.mark.parametrize("sentence", ["来源:样溪后山的泉水。", "记者手记:山里的春天来得晚。", "来源:例山村的老井!"])
def test_it_is_the_first_paragraph_and_names_nobody(sentence: str) -> None:
    wide = sentence.replace(":", "\uff1a").replace("!", "\uff01")
    page = (
        "<html><head><title>一眼好泉</title></head><body><div>您当前的位置 : 浙江在线 &gt;&gt; 磐安新闻网 &gt;&gt; 乡镇</div>"
        "<h2>一眼好泉</h2><div>2020/03/07 来源:磐安新闻网  记者 陈测试</div>"
        f"<p>{wide}</p><p>村民们说,这水一年到头不断流。</p><p>编辑:丁改稿</p><div>磐安新闻网简介|版权声明</div></body></html>"
    )
    read = read_article(Page(URL, page.encode()))
    assert read.text.split("\n")[0] == wide
    assert [author.name for author in read.authors] == ["陈测试"]
    assert read.source == "磐安新闻网"


def test_a_header_line_without_a_date_is_not_given_up_for_the_date_that_ends_the_text() -> None:
    page = (
        "<html><head><title>磐安新闻网</title></head><body><div>您当前的位置 :磐安新闻网 &gt; 文化旅游 正文</div>"
        "<h1>例山乡的春天</h1><div>www.panews.cn 磐安新闻网</div><div>改变文字大小:[ 大 中 小 ] [打印] | [关闭]</div>"
        "<p>例山乡的油菜花昨天开了。</p><p><img src='/pic/0/1.jpg'></p><p>查看例山花田</p><p>例山乡测试办</p><p>2014年6月30日</p>"
        "<div>作者:  记者 陈测试   编辑: 丁改稿   初审: 乙   终审: 丙</div><div>磐安新闻网简介|版权声明</div></body></html>"
    )
    read = read_article(Page("http://www.panews.cn/system/2014/06/30/017229999.shtml", page.encode()))
    assert read.title == "例山乡的春天"
    assert read.published is None
    assert read.text.split("\n") == ["例山乡的油菜花昨天开了。", "例山乡测试办", "2014年6月30日"]
    assert [image.caption for image in read.images] == ["查看例山花田"]
    assert (read.editor, read.credits) == ("丁改稿", {"初审": "乙", "终审": "丙"})
