"""The document's head, and the headline: title, the line over it, the line under it, the title again."""

from typing import Final

from demo_site.markup.pen import Pen

SITE: Final = "磐安新闻网"
_TITLE_LOOKS: Final = 'style="font-size:24px;font-weight:bold;text-align:center"'


def document_head(pen: Pen, meta_charset: str) -> str:
    """`<head>…</head>` with the charset declared in it, if `meta_charset` is one."""
    declared = f'<meta http-equiv="Content-Type" content="text/html; charset={meta_charset}" />' if meta_charset else ""
    style = "<style type='text/css'>\n.date:before{content:'2010/10/10 来源:假网 记者 假名'}\n</style>"
    return f"<head>\n{declared}\n{_document_title(pen)}\n{_meta_tags(pen)}{style}</head>\n"


def _document_title(pen: Pen) -> str:
    record = pen.record
    section = record.breadcrumbs[-1] if record.breadcrumbs else SITE
    title = pen.plain(record.title)
    return {
        "site": f"<title>{title}-{SITE}</title>",
        "section": f"<title>{title}--{section}</title>",
        "chain": f"<title>{title}_{section}_{SITE}</title>",
        "bare": f"<title>\n{title}\n</title>",
        "site_only": f"<title>{SITE}</title>",
        "absent": "",
    }[_title_form(pen)]


def _title_form(pen: Pen) -> str:
    """With more than one line in the headline, or a title in two lines, the document's title says which is which."""
    form = pen.markup.doc_title
    alone = not (pen.record.kicker or pen.record.subtitle) and pen.markup.title_split == "no"
    return form if alone or form not in ("site_only", "absent") else "site"


def _meta_tags(pen: Pen) -> str:
    if pen.markup.meta_tags == "trs":
        # What the CMS files it under: the day it was posted and its own idea of a source, not what the page prints.
        return (
            f'<meta name="ArticleTitle" content="{pen.record.title.replace(chr(34), "")}"/>'
            f'<meta name="PubDate" content="{pen.record.posted} 10:12:33"/><meta name="ContentSource" content=""/>'
        )
    if pen.markup.meta_tags == "description":
        return '<meta name="keywords" content="假词,来源,编辑:假名"/><meta name="description" content="记者 假名"/>'
    return ""


def headline(pen: Pen) -> str:
    """The title as the page's headline, with the lines over and under it that the choices put there."""
    record, markup = pen.record, pen.markup
    over = under = ""
    if record.kicker and markup.kicker_at in ("head", "both"):
        over = _line(pen, "intro", record.kicker)
    if record.subtitle and not subtitle_in_body(pen):
        under = _line(pen, "subtitle", record.subtitle)
    return over + _title(pen) + under


def _line(pen: Pen, known: str, words: str) -> str:
    """A line over or under the title."""
    tag, text = pen.markup.line_tag, pen.plain(words)
    if tag == "span":
        return f"<div align=center><span{pen.named(known)} style='font-size:14px'>{text}</span></div>\n"
    return f"<{tag}{pen.named(known)} align=center>{text}</{tag}>\n"


def _title(pen: Pen) -> str:
    words = pen.plain(pen.record.title)
    if pen.markup.title_split == "br" and words.count(" ") == 1:
        words = words.replace(" ", "<br>")
    known = pen.named("detail-title")
    return {
        "h1": f"<h1{known}>{words}</h1>\n",
        "h2": f"<h2{known}>\n{words}\n</h2>\n",
        "div": f"<div{known} {_TITLE_LOOKS}>{words}</div>\n",
        "td": f'<table width="96%"><tr><td align=center {_TITLE_LOOKS}>{words}</td></tr></table>\n',
        "font": f'<p align="center"><font size="5" color="#cc0000"><b>{words}</b></font></p>\n',
        "strong": f"<div{known}><strong {_TITLE_LOOKS}>{words}</strong></div>\n",
    }[pen.markup.title_tag]


def subtitle_in_body(pen: Pen) -> bool:
    """Whether the line under the title stands in the body, below the title said again. Its dash tells it from text."""
    subtitle = pen.record.subtitle
    return bool(subtitle and subtitle.startswith("——") and pen.markup.subtitle_at == "body")


def opening_lines(pen: Pen) -> list[list[str]]:
    """Paragraphs that repeat headline or byline before the first paragraph, each of one line or more."""
    record, markup = pen.record, pen.markup
    kicker = [[record.kicker]] if record.kicker and markup.kicker_at != "head" else []
    repeat = markup.repeat_title
    if repeat == "no" and (kicker or subtitle_in_body(pen)):
        repeat = "one"
    first, _blank, rest = record.title.partition(" ")
    title: list[list[str]] = {
        "no": [],
        "one": [[record.title]],
        "br": [[first, rest] if rest else [first]],
        "two": [[first], [rest]] if rest else [[first]],
    }[repeat]
    return kicker + title + ([[record.subtitle]] if subtitle_in_body(pen) and record.subtitle else [])
