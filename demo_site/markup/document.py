"""The page: head, furniture and article put together, made untidy, and turned into bytes."""

from dataclasses import dataclass

from demo_site.markup.body import body_pieces
from demo_site.markup.choices import Markup
from demo_site.markup.furniture import (
    BROKEN_INCLUDE,
    below,
    breadcrumb,
    counter,
    footer,
    navigation,
    side_column,
    tools,
    trap,
)
from demo_site.markup.head import document_head, headline
from demo_site.markup.header_line import header_line
from demo_site.markup.paragraphs import row
from demo_site.markup.pen import Pen
from demo_site.markup.soup import untidy
from demo_site.markup.tail import editor_line, editor_words, pager, tail_blocks
from demo_site.markup.wire import content_type, encoded, meta_charset
from demo_site.record import Record


@dataclass(frozen=True)
class Rendered:
    """A page as it goes over the wire, and the header line as a reader sees it (blanks aside, no counter, no tools)."""

    body: bytes
    content_type: str
    header_line: str


def render(record: Record, markup: Markup, *, page_number: int = 1) -> Rendered:
    """Part `page_number`, from 1, of the article `record`. The same call gives the same bytes."""
    pen = Pen(record, markup)
    line, printed = header_line(pen)
    text = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN">\n<html>\n'
        f"{document_head(pen, meta_charset(pen))}<body>\n{_include(pen, 'before')}{navigation(pen)}"
        f"{_side(pen, 'before')}{breadcrumb(pen)}{trap(pen)}"
        f"{_article(pen, line, page_number)}{_side(pen, 'after')}{footer(pen)}</body></html>\n"
    )
    return Rendered(encoded(pen, untidy(pen, text)), content_type(pen), printed)


def _article(pen: Pen, line: str, page_number: int) -> str:
    markup = pen.markup
    over = f"<p>{tools(pen)}</p>\n" if markup.tools_at == "over" and tools(pen) else ""
    under = f"<div>{tools(pen)}</div>\n" if markup.tools_at == "under" and tools(pen) else ""
    under += f"<div>{counter(pen)}</div>\n" if markup.counter == "under" else ""
    after = f"<div>{tools(pen)}</div>\n" if markup.tools_at == "after" and tools(pen) else ""
    editor = "" if markup.editor_at == "last_line" else editor_line(pen)
    blocks = _include(pen, "after") + after + below(pen) + tail_blocks(pen)
    # Blocks stand in the article's box only below its last line: what follows the editor is no longer the article.
    inside = markup.tail_blocks == "inside" and markup.editor_at == "inside"
    container = _container(pen, page_number, editor if markup.editor_at == "inside" else "", blocks if inside else "")
    container += editor if markup.editor_at == "after" else ""
    return (
        _box(pen, [headline(pen), over + line + under + _include(pen, "under_header"), container])
        + (editor if markup.editor_at == "sibling" else "")
        + ("" if inside else blocks)
    )


def _container(pen: Pen, page_number: int, editor: str, blocks: str) -> str:
    pieces = body_pieces(pen, page_number)
    middle = len(pieces) // 2
    pieces.insert(middle, row(pen, trap(pen)) + row(pen, _include(pen, "inside")))
    body = "".join(pieces)
    if pen.markup.body == "td":
        body = f'<table width="100%" border="0"><tbody>{body}</tbody></table>\n'
    body += _last_line(pen)
    turn = pager(pen, page_number)
    inner = body + (turn if pen.markup.pager == "inside" else "") + editor + blocks
    known = pen.named("content")
    boxed = {
        "own": f"<div{known}>\n{inner}</div>\n",
        "none": inner,
        "twice": f'<div{known}><div class="TRS_Editor">\n{inner}</div></div>\n',
    }[pen.markup.container]
    return boxed + (turn if pen.markup.pager == "outside" else "")


def _last_line(pen: Pen) -> str:
    """The editor's line behind a `<br>`, with nothing around it."""
    words = editor_words(pen)
    return f"<br>\n{pen.indent}{words}<br>\n" if pen.markup.editor_at == "last_line" and words else ""


def _side(pen: Pen, where: str) -> str:
    return side_column(pen) if pen.markup.side == where and pen.markup.wrap != "columns" else ""


def _include(pen: Pen, where: str) -> str:
    return BROKEN_INCLUDE if pen.markup.include == where else ""


def _box(pen: Pen, rows: list[str]) -> str:
    known, inner = pen.named(" list-style"), "".join(rows)
    cell = f'<table width="960" border="0"><tr><td valign="top">{inner}</td></tr></table>\n'
    return {
        "flat": inner,
        "box": f"<div{known}>{inner}</div>\n",
        "deep": "<div>" * 6 + f"<div{known}>{inner}</div>" + "</div>" * 6,
        "table": cell,
        "rows": "<table width=96%>" + "".join(f"<tr><td>{one}</td></tr>\n" for one in rows) + "</table>\n",
        "columns": _columns(pen, inner),
        "form": f'<form name="form1" method="post" action=""><div{known}>{inner}</div></form>\n',
        "deep_table": f"<center><table><tr><td><div{known}>{cell}</div></td></tr></table></center>\n",
    }[pen.markup.wrap]


def _columns(pen: Pen, inner: str) -> str:
    """The article and the side column as cells of one row, in the order of the choices."""
    cells = [f'<td width="680" valign="top">{inner}</td>']
    side = f'<td width="280" valign="top">{side_column(pen)}</td>\n'
    cells.insert({"before": 0, "after": 1}.get(pen.markup.side, 1), side if pen.markup.side != "none" else "")
    return f'<table width="960" border="0" cellpadding="0"><tr>{"".join(cells)}</tr></table>\n'
