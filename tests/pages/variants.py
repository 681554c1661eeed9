"""One article in many markups: the same words, every choice the evidence leaves open, drawn from a seed.

`python tests/pages/variants.py SEED` prints the page of that seed, to be looked at.
"""

import html
import random
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from demo_site.record import Record
from demo_site.site import Site
from panan_spider.extract.document import Page
from panan_spider.items import Block

_FULL_WIDTH = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in ":,;!?()"})
_SITE = Site.build(seed=7, articles=240)
RECORDS = [record for record in _SITE.records if not record.parts]

_TRAPS = (
    "<!-- 2011/01/01 来源:假网 记者 假 编辑:假 -->",
    "<script>document.write('<p>2010/10/10 来源:假网 记者 假名</p>');</script>",
    "<style>.p:after{content:'编辑:假名'}</style>",
    "<!--[if lt IE 9]><p>您当前的位置 : 假 >> 假</p><![endif]-->",
    '<noscript><p>编辑:假名</p></noscript><div style="display:none">分享:假标题</div>',
)
_NGINX = (
    "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True)
class Variant:
    """A record, the page it was printed as, and the choices made."""

    record: Record
    page: Page
    choices: dict[str, object]


class _Printer:
    def __init__(self, record: Record, dice: random.Random) -> None:
        self.record, self.dice = record, dice
        self.choices: dict[str, object] = {}

    def pick(self, name: str, options: Iterable[object]) -> object:
        if name not in self.choices:
            self.choices[name] = self.dice.choice(list(options))
        return self.choices[name]

    def named(self, known: str) -> str:
        how = self.pick("class names", ("known", "renamed", "none"))
        label = {"known": known, "renamed": f"c{abs(hash(known)) % 97}"}.get(str(how))
        return f' class="{label}"' if label else ""

    def text(self, words: str) -> str:
        """The words as inline markup may cut them."""
        out = html.escape(words, quote=False)
        cut = self.pick("inline", ("none", "span", "font", "word"))
        if cut == "none" or len(words) < 6 or "&" in out:
            return out
        at = self.dice.randrange(1, len(out) - 2)
        end = self.dice.randrange(at + 1, len(out))
        tag = {"span": ("<span style='color:#000'>", "</span>"), "font": ("<font face=宋体>", "</font>")}.get(
            str(cut), ('<span lang="EN-US"><o:p></o:p>', "</span>")
        )
        return out[:at] + tag[0] + out[at:end] + tag[1] + out[end:]

    def paragraph(self, words: str, attributes: str = "") -> str:
        how = self.pick("body", ("p", "br", "div", "section", "nested", "td", "open p"))
        indent = {"wide": "\u3000\u3000", "hard": "&nbsp;&nbsp;&nbsp; ", "none": ""}[
            str(self.pick("indent", ("wide", "hard", "none")))
        ]
        inner = (indent if not attributes else "") + self.text(words)
        if attributes and how in ("br", "td"):
            return f"<div{attributes}>{inner}</div>"
        return {
            "p": f"<p{attributes}>{inner}</p>",
            "br": f"{inner}<br>\n<br>",
            "div": f"<div{attributes}>{inner}</div>",
            "section": f"<section><section{attributes}>{inner}</section></section>",
            "nested": f"<div><div><div{attributes}><p>{inner}</p></div></div></div>",
            "td": f"<table><tr><td>{inner}</td></tr></table>",
            "open p": f"<p{attributes}>{inner}\n",
        }[str(how)]

    def block(self, block: Block) -> str:
        if block.type == "paragraph":
            right = len(block.text) < 30 and not block.text.endswith(("。", "”", "：", ":", "？", "！"))
            return self.paragraph(block.text, ' style="text-align:right"' if right else "")
        if block.type == "heading":
            how = self.pick("heading", ("bold", "h2", "styled"))
            text = html.escape(block.text)
            inner = {"bold": f"<p><strong>{text}</strong></p>", "h2": f"<h2>{text}</h2>"}
            return inner.get(str(how), f'<p style="font-weight:bold">{text}</p>')
        if block.type == "image":
            return self.image(block.url, block.caption)
        if block.type == "table":
            rows = "".join(
                "<tr>" + "".join(f"<td><p>{html.escape(c)}</p></td>" for c in r) + "</tr>" for r in block.rows
            )
            return f'<table border="1"><tbody>{rows}</tbody></table>'
        if block.type == "video":
            return f'<div><video src="{block.url}" controls>您的浏览器不支持视频</video></div>'
        return f'<p><a href="{block.url}">{html.escape(block.title)}</a></p>'

    def image(self, url: str, caption: str | None) -> str:
        lazy = self.pick("image source", ("src", "data-src"))
        img = (
            f'<img src="{url}" alt="图片">'
            if lazy == "src"
            else f'<img data-src="{url}" src="data:image/gif;base64,R0">'
        )
        if caption is None:
            return f'<p align="center">{img}</p>'
        words = html.escape(caption)
        return {
            "centred": f'<p align="center">{img}</p><p align="center">{words}</p>',
            "marked": f"<p>{img}</p>" + self.paragraph("▲" + caption),
            "same": f'<p style="text-align: center">{img}<br>{words}</p>',
            "figure": f"<figure>{img}<figcaption>{words}</figcaption></figure>",
            "table": f'<table align="center"><tr><td>{img}</td></tr><tr><td align="center">{words}</td></tr></table>',
            "centre tag": f"<center>{img}</center><center>{words}</center>",
        }[str(self.pick("captions", ("centred", "marked", "same", "figure", "table", "centre tag")))]

    def header(self) -> str:
        record = self.record
        date = (record.published or "").replace("T", " ").removesuffix(":00+08:00")
        if record.template != "enorth_a":
            date = date.replace("-", "/")
        colon = "\uff1a" if self.pick("colon", ("wide", "plain")) == "wide" else ":"
        pieces = [f"来源{colon}{record.source or ''}", self.byline()]
        pieces = [date, *pieces] if record.template != "enorth_a" else [f"www.panews.cn 磐安新闻网 {pieces[0]}", date]
        pieces = [piece for piece in pieces if piece]
        gap = {"hard": "&nbsp;&nbsp; ", "wide": "\u3000", "tab": "\t\t", "line": "\n   "}[
            str(self.pick("header gaps", ("hard", "wide", "tab", "line")))
        ]
        pieces = [piece.replace("  ", gap) for piece in pieces]
        how = self.pick("header", ("text", "spans", "cells", "items", "divs"))
        if how == "cells":
            return "<table><tr>" + "".join(f"<td>{piece}</td>" for piece in pieces) + "</tr></table>"
        if how == "items":
            return "<ul>" + "".join(f"<li>{piece}</li>" for piece in pieces) + "</ul>"
        if how == "spans":
            return f"<div{self.named('detail-date mb20')}>" + gap.join(f"<span>{p}</span>" for p in pieces) + "</div>"
        if how == "divs":
            return "<div>" + "".join(f"<div>{piece}</div>" for piece in pieces) + "</div>"
        return f"<div{self.named('detail-date mb20')}>{gap.join(pieces)}</div>"

    def byline(self) -> str:
        out, role, run = [], None, [author.work for author in self.record.authors]
        for index, author in enumerate(self.record.authors):
            if author.title != role:
                out.append(author.title or "")
                role = author.title
            last = index + 1 == len(run) or run[index + 1] != author.work
            mark = {"text": "/文", "photo": "/摄", "text+photo": "/文/摄", "video": "/视频"}.get(author.work or "", "")
            out.append(author.name + (mark if last else ""))
        return "  ".join(filter(None, out))

    def tail(self) -> str:
        record = self.record
        editor = f"编辑:{record.editor}" if record.editor else ""
        if record.template == "enorth_a":
            who = "  ".join(f"{n}: {v}" for n, v in record.credits)
            editor = f"作者:&nbsp; {self.tail_authors()}&nbsp;&nbsp; 编辑: {record.editor or ''}  {who}"
            if not (record.authors or record.editor or record.credits):
                editor = ""
        elif self.pick("colon", ("wide", "plain")) == "wide":
            editor = editor.translate(_FULL_WIDTH)
        return f'<p align="right">{editor}</p>' if editor else ""

    def tail_authors(self) -> str:
        works = {"text": " 文", "photo": " 摄", "text+photo": " 文/摄", "video": " 视频"}
        roles = [
            a.title if a.title != b else None for a, b in zip(self.record.authors, self.titles_before(), strict=True)
        ]
        return "  ".join(
            f"{role + ' ' if role else ''}{a.name}{works.get(a.work or '', '')}"
            for role, a in zip(roles, self.record.authors, strict=True)
        )

    def titles_before(self) -> list[str | None]:
        """For each author the title printed last before it."""
        return [None, *(author.title for author in self.record.authors)][: len(self.record.authors)]

    def headline(self) -> str:
        record = self.record
        tag = str(self.pick("title tag", ("h1", "div", "td", "font")))
        title = html.escape(record.title)
        inner = {
            "h1": f"<h1>{title}</h1>",
            "div": f"<div{self.named('detail-title')}>{title}</div>",
            "td": f"<table><tr><td align=center>{title}</td></tr></table>",
            "font": f'<p><font size="5"><b>{title}</b></font></p>',
        }[tag]
        return inner + (f"<p>{html.escape(record.subtitle)}</p>" if record.subtitle else "")

    def document(self) -> str:
        record = self.record
        title = {
            "site": f"<title>{html.escape(record.title)}-磐安新闻网</title>",
            "section": f"<title>{html.escape(record.title)}--{record.breadcrumbs[-1] if record.breadcrumbs else ''}</title>",
            "site alone": "<title>磐安新闻网</title>",
        }
        # With a line above or below the headline only the title, the tag or the look tells which is which.
        forms = ("site", "section") if record.subtitle else tuple(title)
        crumb = " <b>&gt;&gt;</b> ".join(f'<a href="/{n}/">{part}</a>' for n, part in enumerate(record.breadcrumbs))
        where = f"<div{self.named('position')}>您当前的位置 : {crumb}</div>" if record.breadcrumbs else ""
        return (
            f"<head>{self.meta}{title[str(self.pick('document title', forms))]}</head><body>{self.trap()}"
            f'<div><a href="/a/">首页</a> <a href="/b/">书记</a> <a href="/c/">乡镇</a></div>{self.side("before")}{where}'
            f"{self.article()}{self.footer()}</body>"
        )

    def article(self) -> str:
        record = self.record
        opening = [record.kicker, record.title] if record.kicker else []
        body = "".join(self.paragraph(line) for line in opening) + "".join(map(self.block, record.blocks))
        parts = body.split("</p>")
        if len(parts) > 2:
            parts.insert(len(parts) // 2, self.trap())
            body = "</p>".join(p for p in parts if p) if "" not in parts else body
        editor = str(self.pick("editor", ("inside", "after", "sibling")))
        inside = body + (self.tail() if editor == "inside" else "")
        box = f"<div{self.named('content')}>{inside}</div>" + (self.tail() if editor == "after" else "")
        whole = f"<div{self.named(' list-style')}>{self.headline()}{self.header()}{self.tools()}{box}"
        whole = self.deeper(whole + (self.related() if self.pick("related", ("inside", "outside")) == "inside" else ""))
        stray = "</div>" if self.pick("stray", (True, False)) else ""
        end = whole + "</div>" + stray + (self.tail() if editor == "sibling" else "")
        return end + (self.related() if self.choices["related"] == "outside" else "") + self.side("after")

    def deeper(self, inner: str) -> str:
        for _ in range(int(str(self.pick("depth", (0, 1, 6))))):
            inner = f"<div><table width=100%><tr><td>{inner}</td></tr></table></div>"
        return inner

    def tools(self) -> str:
        return {
            "none": "",
            "print": "<p>改变文字大小:[ <a href=#>大</a> <a href=#>中</a> <a href=#>小</a> ] [打印] | [关闭]</p>",
        }[str(self.pick("tools", ("none", "print")))]

    def related(self) -> str:
        links = "".join(f'<li><a href="{link.url}">{html.escape(link.title)}</a></li>' for link in self.record.related)
        name = "相关新闻" if self.record.template == "enorth_a" else "相关阅读"
        return f"<div><h3>{name}</h3><ul>{links}</ul></div>"

    def side(self, where: str) -> str:
        if self.pick("side", ("before", "after")) != where:
            return ""
        link = '<li><a href="http://www.panews.cn/system/2016/09/05/016065591.shtml">别处的新闻标题一则</a></li>'
        return f"<div><h3>新闻聚焦<a href=/m/>更多&gt;&gt;&gt;</a></h3><ul>{link * 3}</ul></div><div><b>便民</b></div>"

    def trap(self) -> str:
        trap = self.dice.choice(_TRAPS)
        return trap + (_NGINX if self.pick("broken include", (True, False, False)) else "")

    def footer(self) -> str:
        return "<div>磐安新闻网简介|版权声明 | 广告联系</div><p>Copyright? V2 2013-2017 磐安新闻网 版权所有</p>"

    meta = ""

    def page(self) -> Page:
        real = str(self.pick("charset", ("utf-8", "gb18030")))
        said = str(self.pick("declared", ("utf-8", "gb2312", "none")))
        where = self.pick("declared in", ("header", "meta"))
        self.meta = f'<META content="text/html; charset={said}">' if where == "meta" and said != "none" else ""
        text = f"<html>{self.document()}</html>"
        if self.pick("case", ("lower", "upper")) == "upper":
            for tag in ("div", "p", "span", "td", "tr", "table", "body"):
                text = text.replace(f"<{tag}>", f"<{tag.upper()}>").replace(f"</{tag}>", f"</{tag.upper()}>")
        body = text.encode(real, "xmlcharrefreplace")
        if real == "utf-8" and self.pick("bom", (True, False)):
            body = b"\xef\xbb\xbf" + body
        header = f"text/html; charset={said}" if where == "header" and said != "none" else "text/html"
        return Page(self.record.url, body, header)


def expected(record: Record) -> dict[str, Any]:
    """What reading any page of the record must give."""
    return _SITE.expected(record)


def variant(seed: int) -> Variant:
    """The page of a seed."""
    dice = random.Random(seed)
    printer = _Printer(dice.choice(RECORDS), dice)
    page = printer.page()
    return Variant(printer.record, page, printer.choices)


if __name__ == "__main__":
    chosen = variant(int(sys.argv[1]))
    print(chosen.choices, chosen.record.url, chosen.page.text, sep="\n")
