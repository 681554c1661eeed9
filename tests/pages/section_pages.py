"""List pages for tests, made by hand: one frame, and pieces to put into it."""

from panan_spider.extract.document import Page

HOME = "http://panews.zjol.com.cn/panews/"
URL = f"{HOME}pazf/sj/index.shtml"
NAV = (
    '<div class="n1"><a href="/">首页</a> <a href="/panews/pazf/sj/index.shtml">书记</a> <a href="/panews/tpxw/">图片新闻</a>'
    ' <a href="http://www.panews.cn/xwzx/index.html">新闻中心</a> <a href="http://www.zjol.com.cn/a/">浙江在线</a></div>'
)
CRUMB = '<div class="w1">您当前的位置 : <a href="http://www.zjol.com.cn/">浙江在线</a> &gt;&gt; <a href="/">磐安新闻网</a> &gt;&gt; 书记</div>'
FOOTER = (
    '<div class="f1"><p><a href="/panews/about/index.shtml">磐安新闻网简介</a>|<a href="/panews/copyright/">版权声明</a></p>'
    f'<p>Copyright? V2 2013-2017 <a href="{HOME}ad/index.shtml">广告</a></p>'
    '<a href="/panews/system/2019/01/01/031000099.shtml">页脚</a></div>'
)


def article(number: int, day: str = "2020/03/07") -> str:
    """Address of an article, relative to the root."""
    return f"/panews/system/{day}/{number:09d}.shtml"


def link(number: int, text: str = "") -> str:
    """A link to an article."""
    return f'<a href="{article(number)}">{text or f"标题{number}"}</a>'


def items(*numbers: int) -> str:
    """List items of articles."""
    return "".join(f"<li>{link(number)}</li>" for number in numbers)


def page(*pieces: str, url: str = URL, nav: str = NAV, crumb: str = CRUMB, footer: str = FOOTER) -> Page:
    """A list page in UTF-8."""
    body = f"<html><head><title>书记</title></head><body>{nav}{crumb}{''.join(pieces)}{footer}</body></html>"
    return Page(url, body.encode(), "text/html; charset=utf-8")
