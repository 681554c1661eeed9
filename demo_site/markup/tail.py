"""Article tail: the editor line, template A's tail line, the pager of parts, the blocks below."""

from demo_site.markup.furniture import teasers
from demo_site.markup.header_line import byline_words
from demo_site.markup.pen import Pen

_TAIL_MARKS: dict[str | None, str] = {"text": " 文", "photo": " 摄", "text+photo": " 文/摄", "video": " 视频", None: ""}


def editor_words(pen: Pen) -> str:
    """The line's HTML: `编辑:甲`, or template A's tail line; empty where the record has nothing to say in it."""
    record = pen.record
    if record.template == "enorth_a":
        return _tail_line(pen)
    credits = pen.gap.join(f"{role}{pen.colon}{name}" for role, name in record.credits)
    if record.editor is None:
        return credits
    form = {"plain": "编辑{}{}", "responsible": "责任编辑{}{}", "brackets": "（编辑{}{}）"}
    # Further roles stand behind the bracket on no page; with them the line is plain.
    words = form["plain" if credits else pen.markup.editor_form].format(pen.colon, record.editor)
    return words + (pen.gap + credits if credits else "")


def _tail_line(pen: Pen) -> str:
    record = pen.record
    if not (record.authors or record.editor or record.credits):
        return ""
    names = pen.gap.join(byline_words(record.authors, _TAIL_MARKS))
    editors = pen.gap.join((record.editor or "").split(" "))
    parts = [f"作者{pen.colon}{pen.gap}{names}", f"编辑{pen.colon}{pen.gap}{editors}"]
    parts += [f"{role}{pen.colon} {name}" for role, name in record.credits]
    how = pen.markup.tail
    if how == "cells":
        return "<table width=96%><tr>" + "".join(f"<td>{part}</td>" for part in parts) + "</tr></table>"
    if how == "spans":
        return (pen.gap * 2).join(f"<span>{part}</span>" for part in parts)
    if how == "divs":
        return "".join(f"<div>{part}</div>" for part in parts)
    return (pen.gap * 2).join(parts)


def editor_line(pen: Pen) -> str:
    """The line as a block of its own."""
    words = editor_words(pen)
    if not words:
        return ""
    align = ' align="right"' if pen.markup.editor_align == "right" else ""
    tag = "div" if "<div" in words or "<table" in words else pen.dice.choice(("p", "div"))
    return f"<{tag}{pen.named('editor')}{align}>{words}</{tag}>\n"


def pager(pen: Pen, page_number: int) -> str:
    """Links between the parts of an article; empty where it is one page."""
    count = len(pen.record.parts)
    if count < 2:
        return ""

    def link(number: int, words: str) -> str:
        if number == page_number:
            return f"<b>{words}</b>"
        return f'<a href="{part_address(pen.record.url, number)}">{words}</a>'

    numbers = " ".join(link(number, f"{number}") for number in range(1, count + 1))
    back = link(page_number - 1, "上一页") if page_number > 1 else "上一页"
    on = link(page_number + 1, "下一页") if page_number < count else "下一页"
    return f'<div align="center"{pen.named("pages")}>{back} {numbers} {on}</div>\n'


def part_address(url: str, number: int) -> str:
    """The address of a part; part one has the article's own."""
    stem, _dot, extension = url.rpartition(".")
    return url if number == 1 else f"{stem}_{number - 1:02d}.{extension}"


def tail_blocks(pen: Pen) -> str:
    """The blocks below the article, the related articles among them."""
    old = pen.record.template == "enorth_a"
    related = _block(pen, "相关新闻" if old else "相关阅读", _related_rows(pen))
    others = ("图片新闻", "新闻导读") if old else ("新闻聚焦", "便民")
    first = _block(pen, f"{others[0]} <a href='/more/'>更多&gt;&gt;&gt;</a>", teasers(pen.dice.randrange(4)))
    return related + first + _block(pen, others[1], "<li><a href='http://www.weather.example/'>天气预报</a></li>")


def _related_rows(pen: Pen) -> str:
    return "".join(f'<li>·<a href="{link.url}">{pen.plain(link.title)}</a></li>\n' for link in pen.record.related)


def _block(pen: Pen, title: str, rows: str) -> str:
    head = {
        "h3": f"<h3>{title}</h3>",
        "div": f"<div{pen.named('tit')}>{title}</div>",
        "td": f"<table width=100%><tr><td bgcolor=#eeeeee>{title}</td></tr></table>",
        "strong": f"<p><strong>{title}</strong></p>",
    }[pen.markup.block_title]
    return f"<div{pen.named('block')}>{head}\n<ul>{rows}</ul></div>\n"
