"""Page furniture of lists and articles: head, navigation, side blocks, counter, footer."""

from dataclasses import dataclass
from html import escape
from typing import Final

from demo_site.county import County, Links

#: A server-side include that broke and printed the web server's error page into a good one.
BROKEN_INCLUDE: Final = (
    "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n"
    "<hr><center>nginx/1.14.1</center>\r\n</body>\r\n</html>\r\n"
)
_FOOTER: Final = (
    '<div class="footer">\n<p><a href="{prefix}/about/index.shtml">{name}简介</a>|<a href="{prefix}/copyright/index.shtml">版权声明</a>'
    ' | <a href="{prefix}/ad/index.shtml">广告联系</a> | <a href="{prefix}/contact/index.shtml">联系方式</a></p>\n'
    "<p>Copyright? V2 {since}-2017 {name} 版权所有</p>\n<p>主管:样例单位 主办:样例传媒中心</p>\n"
    '<p>网络监督举报中心:<a href="http://www.example.org/report/">浙江省样例监督专区</a></p>\n<p>新闻热线:0579-00000000</p>\n</div>'
)


@dataclass(frozen=True)
class Furniture:
    """One rendering's surroundings. They change from request to request; articles do not."""

    nav: Links
    side: tuple[tuple[str, Links], ...]  # (block heading, links)
    counter: int
    broken_include: bool = False


def link(href: str, text: str) -> str:
    """An anchor."""
    return f'<a href="{escape(href)}">{escape(text)}</a>'


def nav(furniture: Furniture) -> str:
    """The row of section links at the top."""
    return '<div class="nav">\n' + " | ".join(link(url, text) for text, url in furniture.nav) + "\n</div>"


def side(furniture: Furniture) -> str:
    """The column of side blocks, the visit counter in it."""
    blocks = []
    for heading, links in furniture.side:
        items = "\n".join(f"<li>{link(url, text)}</li>" for text, url in links)
        more = '<span class="more">更多>>></span>' if heading in ("图片新闻", "新闻导读") else ""
        blocks.append(f'<div class="side-block">\n<h3>{heading}{more}</h3>\n<ul>\n{items}\n</ul>\n</div>')
    broken = BROKEN_INCLUDE if furniture.broken_include else ""
    counter = f'<div class="counter">今日访问:{furniture.counter}</div>'
    return '<div class="side">\n' + "\n".join(blocks) + f"\n{broken}{counter}\n</div>"


def footer(county: County) -> str:
    """The footer."""
    since = county.eras["enorth_a"][0].year
    return _FOOTER.format(name=county.name, prefix=county.prefix, since=since)


def head(title: str, charset: str, metas: Links = ()) -> str:
    """The document's head; `metas` are (name, content) pairs."""
    extra = "".join(f'<meta name="{name}" content="{escape(content)}">\n' for name, content in metas)
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n'
        f'<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset={charset}">\n'
        f"<title>{escape(title)}</title>\n{extra}"
        "<script>var demo = '您当前的位置 : 首页';</script>\n<style>.side { float: right; }</style>\n</head>\n"
    )
