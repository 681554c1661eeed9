"""Template B, 2019–2020: enorth WebPublisher's later page, with the classes a public crawler of 2021 names."""

from html import escape

from demo_site.pages import furniture as around
from demo_site.pages.article_body import Look, body, kicker_over_title
from demo_site.pages.article_lines import breadcrumb, hard_blanks, header_line, part_links, related_links
from demo_site.pages.furniture import Furniture
from demo_site.record import Record


def render(record: Record, furniture: Furniture, page_number: int, *, url: str, relative: bool, charset: str) -> str:
    """Page `page_number` of the article, as asked for at `url`."""
    look = Look(int(record.id), url, ("\u3000\u3000", "&nbsp;&nbsp;", "")[int(record.id) % 3], relative)
    return "\n".join((
        around.head(f"{record.title}-{record.county.name}", charset),
        "<body>",
        around.nav(furniture),
        '<div class="main cf">',
        '<div class="main-left">',
        f'<div class="location">您当前的位置 : {breadcrumb(record.breadcrumbs, record.breadcrumb_urls, " &gt;&gt; ")}</div>',
        '<div class=" list-style">',
        f'<div class="detail-kicker">{escape(record.kicker)}</div>' if record.kicker and kicker_over_title(record) else "",
        f'<div class="detail-title">{escape(record.title)}</div>',
        f'<div class="detail-subtitle">{escape(record.subtitle)}</div>' if record.subtitle else "",
        f'<div class="detail-date mb20">{hard_blanks(header_line(record))}</div>',
        f'<div class="detail-content">\n{body(record, page_number, look)}\n</div>',
        part_links(record, page_number),
        f'<div class="editor">编辑\uff1a{escape(record.editor)}</div>' if record.editor else "",
        "</div>",
        _related(record, look),
        "</div>",
        around.side(furniture),
        "</div>",
        around.footer(record.county),
        "</body>\n</html>",
    ))  # fmt: skip


def _related(record: Record, look: Look) -> str:
    items = "".join(f"<li>{around.link(look.href(url), text)}</li>\n" for text, url in related_links(record))
    return f'<div class="related"><h3>相关阅读</h3>\n<ul>\n{items}</ul></div>'
