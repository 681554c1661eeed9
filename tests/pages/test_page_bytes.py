"""Bytes as servers send them: every charset, every false word about it, and what is cut."""

import codecs

import pytest

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError

URL = "http://panews.zjol.com.cn/panews/system/2019/11/20/031999123.shtml"
WORDS = "张旸例与吴堃示、李喆样走进样岭村，村民们说：“路通了，心也通了。”"
HTML = (
    "<html><head>{meta}<title>样县通了新路</title></head><body><div>您当前的位置 : 浙江在线 &gt;&gt; 磐安新闻网 &gt;&gt; 书记</div>"
    f"<h1>样县通了新路</h1><p>2019/11/19 来源:磐安新闻网</p><p>{WORDS}</p><p>磐安新闻网简介|版权声明</p></body></html>"
)


def read(body: bytes, content_type: str | None = None) -> tuple[str, str]:
    page = read_article(Page(URL, body, content_type))
    return page.title, page.text


@pytest.mark.parametrize("real", ["utf-8", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("said", [None, "utf-8", "gb2312", "big5", "iso-8859-1", "nonsense"])
def test_a_false_word_about_the_charset_does_no_harm(real: str, said: str | None) -> None:
    content_type = f"text/html; charset={said}" if said else None
    assert read(HTML.format(meta="").encode(real), content_type) == ("样县通了新路", WORDS)


@pytest.mark.parametrize(
    "meta",
    [
        "<meta charset='gbk'>",
        "<meta http-equiv='Content-Type' content='text/html; charset=GB2312'/>",
        "<META CONTENT='text/html;charset=gb18030' HTTP-EQUIV=Content-Type>",
        "<!--" + "x" * 1_100 + "--><meta charset=gb2312>",
        "<!--" + "x" * 5_000 + "--><meta charset=gb2312>",
        "<meta charset=utf-8><meta charset=big5>",
    ],
)
def test_wherever_it_is_declared(meta: str) -> None:
    assert read(HTML.format(meta=meta).encode("gbk")) == ("样县通了新路", WORDS)


def test_byte_order_marks() -> None:
    for bom, charset in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        assert read(bom + HTML.format(meta="").encode(charset), "text/html; charset=gbk")[1] == WORDS


def test_half_a_character_at_the_end_costs_only_itself() -> None:
    whole = (HTML.format(meta="<meta charset=gbk>") + "<!-- 完").encode("gbk")
    assert read(whole[:-1]) == ("样县通了新路", WORDS)


def test_characters_of_private_use_are_kept() -> None:
    body = HTML.format(meta="").replace("村民们", "村\ue000民们").encode("gb18030")
    assert read(body)[1] == WORDS.replace("村民们", "村\ue000民们")


def test_bytes_in_no_charset_are_named() -> None:
    noise = HTML.format(meta="").encode().replace("样县通了新路".encode(), b"\xff\xfe\x81\xff" * 5)
    with pytest.raises(PageError):
        read(noise)
