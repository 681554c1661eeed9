"""Template C, 2021–2022: TRS WCM."""

from html import escape

from demo_site.pages import furniture as around
from demo_site.pages.article_body import Look, body, kicker_over_title
from demo_site.pages.article_lines import breadcrumb, hard_blanks, header_line, part_links
from demo_site.pages.furniture import Furniture
from demo_site.record import Record


def render(record: Record, furniture: Furniture, page_number: int, *, url: str) -> str:
    """Page `page_number` of the article, as asked for at `url`."""
    look = Look(int(record.id), url, "")
    metas = (
        ("ArticleTitle", record.title),
        ("PubDate", record.published or ""),
        ("ContentSource", record.source or ""),
    )
    first, *rest = breadcrumb(record.breadcrumbs, record.breadcrumb_urls, "\0").split("\0")
    return "\n".join((
        around.head(record.title, "utf-8", metas),
        "<body>",
        around.nav(furniture),
        '<div class="wrap">',
        # No blank before the later >, as seen.
        f'<div class="position">您当前的位置 : {" &gt; ".join((first, "&gt;".join(rest)))}</div>',
        '<div class="article">',
        f'<p class="introtitle">{escape(record.kicker)}</p>' if record.kicker and kicker_over_title(record) else "",
        f'<h1 class="article-title">{escape(record.title)}</h1>',
        f'<p class="article-subtitle">{escape(record.subtitle)}</p>' if record.subtitle else "",
        f'<div class="article-info">{hard_blanks(header_line(record))}</div>',
        f'<div class="TRS_Editor trs_editor_view">\n{body(record, page_number, look)}\n</div>',
        part_links(record, page_number),
        "</div>",
        "</div>",
        around.side(furniture),
        around.footer(record.county),
        "</body>\n</html>",
    ))  # fmt: skip
