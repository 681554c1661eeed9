"""Pages of our own in the manner of real ones: a frame as the CMS prints it, around the part that a test is about."""

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage

URL = "http://panews.zjol.com.cn/panews/system/2019/05/06/012345678.shtml"
FIRST = "样岭村的进村路上周修好了，村民老例说，以后下雨天再也不怕滑了，孩子们上学也近多了。"
SECOND = "这条路长三公里，去年十月动工，铺了水泥，装了护栏，村里的拖拉机和三轮车都能开到田头。"
TEXT = f"<p>　　{FIRST}</p><p>　　{SECOND}</p>"
HEADER = '<span style="margin-right:10px;">来源： 示例新闻网</span><span>发稿时间：2018-09-30 11:34</span>'


def page(
    body: str = TEXT,
    *,
    title: str = "样岭村修好了进村路",
    called: str | None = None,
    header: str = HEADER,
    tail: str = "编辑： 钱校样",
    side: str = "",
    foot: str = "样例县新闻中心 版权所有",
) -> Page:
    """A page in tables without a class, as the older CMS prints it; `called` is the document's title."""
    text = f"""<html><head><meta charset="utf-8"><title>{called or f"{title}-要闻-示例新闻网"}</title></head><body>
<table><tr><td><span>您当前的位置 ：<a href=http://www.panews.cn/>样例网</a> >> <a href=http://www.panews.cn/yw/>要闻</a></span></td></tr></table>
<table><tr><td style="font-size:30px" align="center">{title}</td></tr><tr><td align="center">{header}</td></tr>
<tr><td>{body}</td></tr><tr><td align="right">{tail}</td></tr></table>
{side}<table><tr><td>{foot}</td></tr></table></body></html>"""
    return Page(URL, text.encode(), "text/html; charset=utf-8")


def read(body: str = TEXT, **pieces: str) -> ArticlePage:
    """The page of these pieces, read as an article."""
    return read_article(page(body, **pieces))
