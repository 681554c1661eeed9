"""One paragraph, in every way that editors and pastes print it."""

from typing import Final

from demo_site.markup.pen import Pen

_WORD: Final = (
    '<P class=MsoNormal style="TEXT-INDENT: 24pt; mso-char-indent-count: 2.0"><FONT face=宋体><SPAN style="FONT-SIZE: 12pt">'
    '<?xml:namespace prefix = o ns = "urn:schemas-microsoft-com:office:office" /><![if !supportEmptyParas]><![endif]>',
    "<o:p></o:p></SPAN></FONT></P>\n",
)
_WECHAT: Final = (
    '<section class="_135editor" data-tools="135编辑器" data-id="86108"><section style="padding: 0 1em"><p style="text-indent: 2em">'
    '<span style="font-size: 15px; letter-spacing: 1px">',
    "</span></p></section></section>\n",
)


def is_flow(pen: Pen) -> bool:
    """Whether the body's lines are parted by `<br>` alone."""
    return pen.markup.body in ("br1", "br2")


def paragraph(pen: Pen, lines: list[str], *, align: str = "", cut: bool = True, lead: str = "") -> str:
    """A paragraph of one line or more, with the lines parted by `<br>`, and behind the HTML `lead`."""
    inner = "<br>".join(pen.cut(line) if cut else pen.plain(line) for line in lines)
    if pen.markup.source_lines == "loose" and not is_flow(pen):
        inner = f"\n\t{lead}{pen.indent}{inner}\n"
    else:
        inner = lead + pen.indent + inner
    if align:
        return f'<p align="{align}">{inner}</p>\n'
    return _wrapped(pen, inner) + _empty(pen)


def _wrapped(pen: Pen, inner: str) -> str:
    style = ' style="text-indent:2em"' if pen.markup.indent == "css" else ""
    mixed = pen.dice.choice(("p", "div"))
    return {
        "p": f"<p{style}>{inner}</p>\n",
        "br1": f"{inner}<br>\n",
        "br2": f"{inner}<br />\n<br />\n",
        "div": f"<div{style}>{inner}</div>\n",
        "section": f"<section{style}>{inner}</section>\n",
        "nested": f"<div><div><div{style}><p>{inner}</p></div></div></div>\n",
        "td": f"<tr><td{style}>{inner}</td></tr>\n",
        "font": f'<p{style}><font size="3"><span><font face="仿宋_GB2312">{inner}</font></span></font></p>\n',
        "word": _WORD[0] + inner + _WORD[1],
        "wechat": _WECHAT[0] + inner + _WECHAT[1],
        "mixed": f"<{mixed}{style}>{inner}</{mixed}>\n",
    }[pen.markup.body]


def _empty(pen: Pen) -> str:
    if pen.markup.empties == "none" or is_flow(pen) or pen.dice.random() < 0.5:
        return ""
    empty = "<p>&nbsp;</p>\n" if pen.markup.empties == "nbsp" else "<p><br></p>\n"
    return row(pen, empty)


def row(pen: Pen, block: str) -> str:
    """A block of its own, inside the table that a body of table rows is."""
    return f"<tr><td>{block}</td></tr>\n" if pen.markup.body == "td" else block


def heading(pen: Pen, words: str, *, plain_allowed: bool) -> str:
    """A subhead. A plain one is told from a caption only where no picture stands before it."""
    how, text = pen.markup.heading, pen.plain(words)
    if how == "plain" and plain_allowed:
        return paragraph(pen, [words], cut=False)
    return row(
        pen,
        {
            "plain": f"<p><b>{text}</b></p>\n",
            "strong": f"<p>{pen.indent}<strong>{text}</strong></p>\n",
            "h2": f"<h2>{text}</h2>\n",
            "centred": f'<p style="text-align:center"><span><strong>{text}</strong></span></p>\n',
            "styled": f'<p style="font-weight: bold; color: #c00">{pen.indent}{text}</p>\n',
        }[how],
    )
