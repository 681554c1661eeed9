"""The line under the headline: date, source, byline, in one text or in many elements."""

import html
import re
from itertools import groupby

from demo_site.markup.furniture import counter, tools
from demo_site.markup.pen import Pen
from panan_spider.items import Author

_WORK = {"text": "/文", "photo": "/摄", "text+photo": "/文/摄", "video": "/视频", None: ""}


def printed_date(pen: Pen) -> str:
    """The publication date in the form of the choices; empty where the record has none."""
    published = pen.record.published
    if published is None:
        return ""
    day, _t, time = published.removesuffix("+08:00").partition("T")
    style = pen.markup.date_style
    if style == "seen":
        style = "hyphen" if pen.record.template == "enorth_a" else "slash"
    year, month, rest = day.split("-")
    day = {"slash": day.replace("-", "/"), "hyphen": day, "han": f"{year}年{month}月{rest}日"}[style]
    return f"{day} {time.removesuffix(':00')}" if time else day


def byline_words(authors: tuple[Author, ...], marks: dict[str | None, str] | None = None) -> list[str]:
    """Roles and names in page order; the mark of a work stands behind the last of those who share it."""
    marks = marks or _WORK
    out: list[str] = []
    said: str | None = None
    for (title, work), group in groupby(authors, key=lambda author: (author.title, author.work)):
        if title and title != said:
            out.append(title)
        said = title
        names = [author.name for author in group]
        out += [*names[:-1], names[-1] + marks[work]]
    return out


def pieces(pen: Pen) -> list[tuple[str, str]]:
    """(what it is, its HTML) of the line's pieces in page order."""
    record = pen.record
    date, source = printed_date(pen), record.source or ""
    if pen.markup.source_link == "yes" and source:
        source = f'<a href="http://www.panews.cn/" target="_blank">{source}</a>'
    named = f"来源{pen.colon}{source}"
    byline = _byline(pen)
    if record.template == "enorth_a":
        # One page of 2013 prints neither 来源 nor date.
        bare = record.published is None and record.source is None
        return [("site", "www.panews.cn 磐安新闻网"), ("source", "" if bare else named), ("date", date)]
    return [("date", date), ("source", named), ("byline", byline)]


def _byline(pen: Pen) -> str:
    words = byline_words(pen.record.authors)
    how = pen.markup.byline
    if how == "names":
        words = [f"<span>{word}</span>" for word in words]
    if how == "apart" and len(words) > 1:
        return f"<em>{words[0]}</em>{pen.gap}<i>{pen.gap.join(words[1:])}</i>"
    return pen.gap.join(words)


def header_line(pen: Pen) -> tuple[str, str]:
    """(the line's HTML, the line as a reader sees it, blanks aside)."""
    shown = [(what, piece) for what, piece in pieces(pen) if piece]
    printed = html.unescape(re.sub(r"<[^>]+>", "", "".join(piece for _what, piece in shown)))
    if pen.markup.counter == "inline":
        shown.append(("counter", counter(pen)))
    if pen.markup.tools_at == "inline" and pen.markup.tools in ("fonts", "print"):
        shown.append(("tools", tools(pen)))
    return _laid_out(pen, shown), printed


def _laid_out(pen: Pen, shown: list[tuple[str, str]]) -> str:
    texts = [piece for _what, piece in shown]
    known = pen.named("detail-date mb20")
    how = pen.markup.header
    if how == "cells":
        return "<table width=100%><tr>" + "".join(f"<td>{text}</td>" for text in texts) + "</tr></table>\n"
    if how == "items":
        return f"<ul{known}>\n" + "\n".join(f"<li>{text}</li>" for text in texts) + "\n</ul>\n"
    if how == "divs":
        return f"<div{known}>" + "".join(f"<div style='float:left'>{text}</div>" for text in texts) + "</div>\n"
    if how == "definition":
        return f"<dl{known}>" + "".join(f"<dd>{text}</dd>" for text in texts) + "</dl>\n"
    if how == "spans":
        return f"<div{known}>" + pen.gap.join(f"<span>{text}</span>" for text in texts) + "</div>\n"
    if how == "baidu":
        ids = {"date": "pubtime_baidu", "source": "source_baidu", "byline": "author_baidu"}
        spans = (f'<span id="{ids.get(what, what)}">{text}</span>' for what, text in shown)
        return f"<p{known}>" + pen.gap.join(spans) + "</p>\n"
    return f"<div{known}>\n{pen.gap.join(texts)}\n</div>\n"
