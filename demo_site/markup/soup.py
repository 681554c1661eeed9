"""Untidy HTML that browsers show as if it were tidy: letters' case, tags left open, one closing tag too many."""

import re
from collections.abc import Callable
from typing import Final

from demo_site.markup.pen import Pen

# Comments, scripts and styles are no tags: nothing in them is touched.
_TOKEN: Final = re.compile(r"<!--.*?-->|<script.*?</script>|<style.*?</style>|<[^>]+>", re.DOTALL)
_UPPER: Final = frozenset({"div", "p", "span", "td", "tr", "table", "font", "strong", "body", "li", "ul", "h1", "br"})
_AFTER_CELL: Final = re.compile(r"\s*(<td|<tr|</tr|</tbody|</table)", re.IGNORECASE)
_AFTER_ITEM: Final = re.compile(r"\s*(<li|</ul)", re.IGNORECASE)
_AFTER_PARAGRAPH: Final = re.compile(r"\s*(<p[ >]|</div>|</td>)", re.IGNORECASE)
_OPEN_BEFORE: Final = {"</p>": _AFTER_PARAGRAPH, "</li>": _AFTER_ITEM, "</td>": _AFTER_CELL, "</tr>": _AFTER_CELL}


def untidy(pen: Pen, text: str) -> str:
    """The page as the choices leave it."""
    how = pen.markup.soup
    if how in ("unclosed", "all"):
        text = _unclosed(text)
    if how in ("stray", "all"):
        text = _stray(pen, text)
    if how in ("unquoted", "all"):
        text = _tags(text, lambda tag: re.sub(r'=(["\'])([\w./-]+)\1', r"=\2", tag) if not tag.endswith("/>") else tag)
    if how == "closing_br":  # a common slip, which browsers show as a line's end
        text = text.replace("<br>", "</br>")
    if how == "open_spans":
        text = text.replace("</font></p>", "</p>").replace("</span></p>", "</p>")
    if how in ("upper", "all"):
        text = _tags(text, _upper)
    return text


def _tags(text: str, change: Callable[[str], str]) -> str:
    return _TOKEN.sub(lambda m: m[0] if m[0].startswith(("<!", "<script", "<style")) else change(m[0]), text)


def _upper(tag: str) -> str:
    m = re.match(r"</?(\w+)", tag)
    return m[0].upper() + tag[m.end() :] if m and m[1] in _UPPER else tag


def _unclosed(text: str) -> str:
    """Closing tags that HTML lets one leave out."""

    def change(m: re.Match[str]) -> str:
        follows = _OPEN_BEFORE.get(m[0].lower())
        return "" if follows and follows.match(text, m.end()) else m[0]

    return _TOKEN.sub(change, text)


def _stray(pen: Pen, text: str) -> str:
    """One `</div>` too many after a paragraph or a box, which closes a box early and moves nothing a reader sees."""
    spots = [m.end() for m in re.finditer(r"</p>\n|</div>\n", text)]
    # Inside a table's cell browsers ignore it: everywhere else the rest of the page only falls out of its box.
    at = pen.dice.choice(spots)
    return text[:at] + "</div>\n" + text[at:]
