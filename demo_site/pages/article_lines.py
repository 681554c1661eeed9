"""The lines around an article's body as printed: header line, byline, tail line, breadcrumb, part links."""

from html import escape

from demo_site.county import Links
from demo_site.pages.furniture import link
from demo_site.record import Record
from panan_spider.items import Author

_MARKS = {"text": "/文", "photo": "/摄", "text+photo": " 文/摄", "video": "/视频"}


def header_line(record: Record) -> str:
    """The line under the headline."""
    source = record.source or ""
    if record.template == "enorth_a":
        line = f"{record.county.own} {record.county.name}"
        if record.published is None and record.source is None:
            return line
        moment = (record.published or "").replace("T", " ")[:16]
        return f"{line} 来源: {source}  {moment}".rstrip()
    blanks = "   " if record.template == "trs" else "  "
    colon = "\uff1a" if record.template == "trs" else ":"
    day = (record.published or "").replace("-", "/")
    return f"{day} 来源{colon}{source}{blanks}{byline(record.authors)}".strip()


def hard_blanks(text: str) -> str:
    """`text` as HTML in which a run of blanks stays one on the screen."""
    return escape(text).replace("   ", "&nbsp;&nbsp; ").replace("  ", "&nbsp; ")


def byline(authors: tuple[Author, ...]) -> str:
    """`记者 甲 乙/文 丙/摄`: a role once for the names that share it, a mark after the last name it speaks of."""
    words: list[str] = []
    role: str | None = None
    for place, author in enumerate(authors):
        if author.title is not None and author.title != role:
            words.append(author.title)
            role = author.title
        following = authors[place + 1] if place + 1 < len(authors) else None
        shared = following is not None and (following.title, following.work) == (author.title, author.work)
        words.append(author.name + ("" if author.work is None or shared else _MARKS[author.work]))
    return " ".join(words)


def tail_line(record: Record) -> str | None:
    """Template A's line after the body; None where it has none."""
    if not (record.authors or record.editor or record.credits):
        return None
    editor = "   ".join((record.editor or "").split())
    parts = [
        f"作者:  {byline(record.authors)}",
        f"编辑: {editor}",
        *(f"{role}: {name}" for role, name in record.credits),
    ]
    return "   ".join(parts)


def breadcrumb(names: tuple[str, ...], urls: tuple[str | None, ...], separator: str) -> str:
    """The breadcrumb's parts, those with an address as links."""
    parts = [link(url, name) if url else escape(name) for name, url in zip(names, urls, strict=True)]
    return separator.join(parts)


def part_links(record: Record, page_number: int) -> str:
    """Links to the article's parts; `""` for an article of one page."""
    if not record.parts:
        return ""
    stem, dot, ext = record.url.rpartition(".")
    name = stem.rsplit("/", 1)[-1]
    hrefs = [f"{name}{dot}{ext}", *(f"{name}_{number(record, n)}{dot}{ext}" for n in range(1, len(record.parts)))]
    words = [f"<b>{n}</b>" if n == page_number else link(href, str(n)) for n, href in enumerate(hrefs, 1)]
    if page_number < len(hrefs):
        words.append(link(hrefs[page_number], "下一页"))
    return f'<div class="page-list">{" ".join(words)}</div>'


def number(record: Record, part: int) -> str:
    """Number in the address of the part after page `part`: two digits at enorth, plain at TRS."""
    return str(part) if record.template == "trs" else f"{part:02d}"


def related_links(record: Record) -> Links:
    """The related articles as (text, address)."""
    return tuple((entry.title, entry.url) for entry in record.related)
