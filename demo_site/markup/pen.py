"""Page writer: the record, the markup choices and the random numbers of one page, and its words as HTML."""

import html
import re
from dataclasses import dataclass, field
from random import Random
from typing import Final

from demo_site.markup.choices import Markup
from demo_site.record import Record

_RELATIVE: Final = {
    "detail-title": ' class="artTitle"',
    "detail-date mb20": ' class="info"',
    " list-style": ' class="w640 fl"',
    "content": ' class="artCon contTxt"',
    "position": ' class="path"',
}
_NAMED: Final = {"“": "&ldquo;", "”": "&rdquo;", "·": "&middot;", "—": "&mdash;", "…": "&hellip;"}
_INLINE: Final = {
    "strong": ("<strong>", "</strong>"),
    "span": ('<span style="color: #000000">', "</span>"),
    "font": ('<font color="#000000" face="宋体">', "</font>"),
    "a": ('<a href="/system/2015/05/05/019876543.shtml" class="keyword" target="_blank">', "</a>"),
    "word": ('<span lang="EN-US"><o:p></o:p>', "</span>"),
    "smart": ('<st1:chsdate w:st="on" IsROCDate="False" Year="2020">', "</st1:chsdate>"),
    "many": ('<span><font size="3"><span style="font-size: 14pt">', "</span></font></span>"),
}
_GAPS: Final = {"nbsp": "&nbsp;&nbsp; ", "wide": "\u3000", "tab": "\t\t", "newline": "\r\n\t\t   ", "blanks": "   "}
_INDENTS: Final = {"wide": "\u3000\u3000", "nbsp": "&nbsp;&nbsp;&nbsp; ", "blanks": "    ", "css": "", "none": ""}


@dataclass(frozen=True)
class Pen:
    """One record, about to be printed in one markup."""

    record: Record
    markup: Markup
    dice: Random = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "dice", Random(f"{self.markup.seed}/{self.record.id}"))

    def named(self, known: str) -> str:
        """The class attribute, with a blank before it, of what the known markup calls `known`."""
        how = self.markup.names
        if how == "none":
            return ""
        if how == "relative":
            return _RELATIVE.get(known, "")
        if how == "renamed":
            return f' class="m-{sum(map(ord, known)) % 997}"'
        return f' class="{known}"'

    def plain(self, words: str) -> str:
        """The words as HTML, uncut."""
        escaped = html.escape(words, quote=False)
        if self.markup.entities == "named":
            return "".join(_NAMED.get(char, char) for char in escaped)
        if self.markup.entities == "numeric":
            return re.sub(r"[“”·—℃Ⅱ-Ⅻμ]", lambda m: f"&#{ord(m[0])};", escaped)
        return escaped

    def cut(self, words: str) -> str:
        """The words as HTML, one stretch of them in some inline markup that means nothing."""
        how = self.markup.inline
        # A short line that is nearly all bold, or all a link, reads as a subhead or a teaser.
        if how == "none" or len(words) < (24 if how in ("strong", "a") else 6):
            return self.plain(words)
        begin = self._begin(words)
        end = self.dice.randrange(begin + 1, min(begin + 12, len(words)))
        before, after = _INLINE[how]
        return self.plain(words[:begin]) + before + self.plain(words[begin:end]) + after + self.plain(words[end:])

    def _begin(self, words: str) -> int:
        numbers = [m.start() + 1 for m in re.finditer(r"\d\d", words) if 0 < m.start() + 1 < len(words) - 3]
        return self.dice.choice(numbers) if numbers else self.dice.randrange(1, len(words) - 3)

    @property
    def gap(self) -> str:
        """Separator between two words of a line."""
        return _GAPS[self.markup.gap]

    @property
    def indent(self) -> str:
        """Indent before a paragraph's first word."""
        if self.markup.indent == "span":
            return "<span>&nbsp;&nbsp;&nbsp;&nbsp;</span>"
        return _INDENTS[self.markup.indent]

    @property
    def colon(self) -> str:
        """The colon behind a label."""
        return {"plain": ":", "wide": "：", "spaced": ": "}[self.markup.colon]
