"""Template A, 2013–2016: the old table page of enorth WebPublisher."""

from html import escape

from demo_site.pages import furniture as around
from demo_site.pages.article_body import Look, body, kicker_over_title
from demo_site.pages.article_lines import breadcrumb, hard_blanks, header_line, part_links, related_links, tail_line
from demo_site.pages.furniture import Furniture
from demo_site.record import Record

_TOOLS = (
    '<div class="tools">改变文字大小:[ <a href="#">大</a> <a href="#">中</a> <a href="#">小</a> ]'
    ' [<a href="#">打印</a>] | [<a href="#">关闭</a>]</div>'
)
_INDENT = "\u3000\u3000"


def render(record: Record, furniture: Furniture, page_number: int, *, url: str, relative: bool) -> str:
    """Page `page_number` of the article, as asked for at `url`."""
    look = Look(int(record.id), url, _INDENT if int(record.id) % 2 else "&nbsp; &nbsp; ", relative)
    place = ""
    if record.breadcrumbs:
        place = f'<div class="weizhi">您当前的位置 :{breadcrumb(record.breadcrumbs, record.breadcrumb_urls, " > ")} 正文</div>'
    tail = tail_line(record)
    return "\n".join((
        around.head(f"{record.title}-{record.county.name}", "gb2312"),
        "<body>",
        '<div class="top">浙新办[0000]0号 浙ICP备00000000号 | <a href="#">加入收藏</a> | <a href="#">设为首页</a></div>',
        around.nav(furniture),
        '<table class="main" width="980" align="center"><tr><td class="left" valign="top">',
        place,
        f'<div class="kicker">{escape(record.kicker)}</div>' if record.kicker and kicker_over_title(record) else "",
        f'<h1 class="title">{escape(record.title)}</h1>',
        f'<div class="subtitle">{escape(record.subtitle)}</div>' if record.subtitle else "",
        f'<div class="info">{hard_blanks(header_line(record))}</div>',
        _TOOLS,
        f'<div class="nr" id="zoom">\n{body(record, page_number, look)}\n</div>',
        part_links(record, page_number),
        f'<div class="tail">{hard_blanks(tail)}</div>' if tail else "",
        _related(record, look),
        '</td><td class="right" valign="top">',
        around.side(furniture),
        "</td></tr></table>",
        around.footer(record.county),
        "</body>\n</html>",
    ))  # fmt: skip


def _related(record: Record, look: Look) -> str:
    items = "".join(f"<li>{around.link(look.href(url), text)}</li>\n" for text, url in related_links(record))
    return f'<div class="about"><h3>相关新闻</h3>\n<ul>\n{items}</ul></div>'
