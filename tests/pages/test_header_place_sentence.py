"""A sentence of the text that begins as a header line does belongs to the text."""

import pytest

from panan_spider.pages.layout import read_article
from panan_spider.pages.page import Page

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
