"""Section pages: their rows, sub-section links and the pagers of both CMSs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from demo_site.county import County, Section
from demo_site.pages import furniture as around
from demo_site.pages.article_lines import breadcrumb
from demo_site.pages.furniture import Furniture
from demo_site.pages.pagers import is_trs, pager


@dataclass(frozen=True)
class ListRow:
    """One row: the address as the list links it, which can be relative, https or carry a query."""

    href: str
    title: str
    day: date | None


def chunks(section: Section, count: int) -> int:
    """Number of list pages for `count` rows, the index page included; 1 for an empty list."""
    return 1 if section.pager == "none" else max(1, -(-count // section.size))


def render(
    section: Section,
    rows: Sequence[ListRow],
    at: int,
    pages: int,
    *,
    county: County,
    furniture: Furniture,
    charset: str,
) -> str:
    """List page `at` (0 is the index) of `pages`."""
    names, urls = trail(county, section)
    separator = " &gt; " if is_trs(section) else " &gt;&gt; "
    return "\n".join((
        around.head(f"{section.name}-{county.name}", charset),
        "<body>",
        around.nav(furniture),
        '<div class="main cf">',
        f'<div class="location">您当前的位置 : {breadcrumb(names, urls, separator)}</div>',
        _children(county, section),
        f'<div class="list-text cf">\n{_rows(section, rows)}\n</div>',
        f'<div class="page">{pager(section, at, pages)}</div>',
        "</div>",
        around.side(furniture),
        around.footer(county),
        "</body>\n</html>",
    ))  # fmt: skip


def trail(county: County, section: Section) -> tuple[tuple[str, ...], tuple[str | None, ...]]:
    """The section page's own breadcrumb; its last part is no link."""
    above = [county.by_key[key] for key in section.trail]
    names = [county.name, *(s.name for s in above), section.name]
    urls = [county.home[section.host], *(s.url for s in above), None]
    if not is_trs(section):
        names, urls = [county.portal, *names], [county.portal_url, *urls]
    return tuple(names), tuple(urls)


def _children(county: County, section: Section) -> str:
    links = " ".join(around.link(child.path, child.name) for child in county.children(section.key))
    return f'<div class="sub-nav">{links}</div>' if links else ""


def _rows(section: Section, rows: Sequence[ListRow]) -> str:
    items = []
    for row in rows:
        shown = row.title if len(row.title) <= 24 else f"{row.title[:23]}…"
        day = (
            ""
            if row.day is None
            else f'<span class="date">{row.day:{"%Y-%m-%d" if is_trs(section) else "%Y/%m/%d"}}</span>'
        )
        items.append(
            f'<li><a href="{escape(row.href)}" title="{escape(row.title)}" target="_blank">{escape(shown)}</a>{day}</li>'
        )
    if section.ul_per_row:  # one ul a record, as one crawler of the site met it
        return "\n".join(f"<ul>{item}</ul>" for item in items)
    return "<ul>\n" + "\n".join(items) + "\n</ul>"
