"""Faults of pages: hostile, changed, or no longer the page that was asked for."""

import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random

from demo_site import response
from demo_site.fault import ARTICLES, LISTS, PAGES, Fault, Rewriting, Then
from demo_site.prose import paragraph
from demo_site.response import Request, Response

_MB = 1 << 20
_HTML = {"Content-Type": "text/html; charset=utf-8"}
_ROW = re.compile(rb'<li><a href="([^"?]+)(?:\?[^"]*)?" title=.*?</li>', re.DOTALL)
_LIST = re.compile(rb'(<div class="list-text cf">).*?(</div>)', re.DOTALL)


@cache
def _bomb(megabytes: int) -> bytes:
    """That many megabytes of zeros in gzip, made a megabyte at a time."""
    packer, zeros = zlib.compressobj(9, wbits=31), bytes(_MB)
    return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])


class GzipBomb(Fault):
    """Some articles are 400 MB of zeros (or the megabytes given) in gzip."""

    name, share, default = "gzip-bomb", 0.01, "400"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(200, {**_HTML, "Content-Encoding": "gzip"}, _bomb(int(self.arg)))


class HugePage(Fault):
    """Some articles are 50 MB (or the megabytes given) of paragraphs."""

    name, share, default = "huge-page", 0.01, "50"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(200, _HTML, stream=self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        yield b"<html><body>"
        chunk = ("<p>" + "很长" * 50 + "</p>\n").encode()
        for _ in range(int(self.arg) * _MB // len(chunk)):
            yield chunk


class MillionLinks(Fault):
    """A list page holds a million links (or as many as given) to pages that do not exist."""

    name, target, default = "million-links", r"/panews/xz/index\.shtml$", "1000000"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(200, _HTML, stream=self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        yield '<html><body><div class="list-text cf">您当前的位置 : 磐安新闻网 >> 乡镇<ul>'.encode()
        count = int(self.arg)
        for start in range(0, count, 1000):
            yield b"".join(b'<li><a href="/l/%d/">%d</a></li>' % (n, n) for n in range(start, min(count, start + 1000)))
        yield b"</ul></div></body></html>"


class DeepNesting(Rewriting):
    """Some articles stand in ten thousand nested elements (or as many as given)."""

    name, share, default = "deep-nesting", 0.03, "10000"

    def rewritten(self, request: Request, body: bytes) -> bytes:
        return body.replace(b"<body>", b"<body>" + b"<div>" * int(self.arg), 1)


class NulBytes(Rewriting):
    """Some articles hold NUL bytes, between elements and inside paragraphs."""

    name, share = "nul-bytes", 0.1

    def rewritten(self, request: Request, body: bytes) -> bytes:
        return body.replace(b"<p>", b"\0<p>\0").replace(b"</p>", b"\0\0</p>")


class BadDate(Rewriting):
    """Some header lines are dated 2020/13/45; each list's first row names an article under such an address too."""

    name, target, share = "bad-date", f"{ARTICLES}|{LISTS}", 0.1
    _header = re.compile(rb'(detail-date mb20">|article-info">)\d{4}/\d\d/\d\d')

    def touches(self, request: Request) -> bool:
        return "/2020/13/45/" in request.url or re.search(LISTS, request.url) is not None or super().touches(request)

    def spoil(self, request: Request, then: Then) -> Response:
        if "/2020/13/45/" in request.path:
            return response.text(200, "<html><body><div>2020/13/45 来源:磐安新闻网</div><p>正文。</p></body></html>")
        return super().spoil(request, then)

    def rewritten(self, request: Request, body: bytes) -> bytes:
        row = b'<li><a href="http://panews.zjol.com.cn/panews/system/2020/13/45/099000001.shtml" title="13-45">13-45</a></li>'
        if re.search(LISTS, request.url):
            return _LIST.sub(lambda found: found[0].replace(b"<ul>", b"<ul>" + row, 1), body, count=1)
        dated = self._header.sub(rb"\g<1>2020/13/45", body)
        return re.sub(rb"\d{4}-\d\d-\d\d (?=\d\d:\d\d<)", b"2020-13-45 ", dated)


class Scripts(Rewriting):
    """Article bodies hold scripts, event handlers and styles."""

    name = "scripts"

    def rewritten(self, request: Request, body: bytes) -> bytes:
        script = b"</p>\n<script>document.write('stolen');</script><style>p { color: red }</style>"
        marked = body.replace(b"<p>", b'<p onclick="alert(\'stolen\')" onmouseover="steal()">')
        return marked.replace(b"</p>", script, 3).replace(b"<img ", b'<img onerror="alert(1)" ')


class _Instead(Fault):
    """Every page is another one, with status 200."""

    target = PAGES
    title = ""
    text = ""

    def spoil(self, request: Request, then: Then) -> Response:
        head = f'<html><head><meta charset="utf-8"><title>{self.title}</title></head>'
        return response.text(200, f"{head}<body>{self.text}</body></html>")


class Maintenance(_Instead):
    """Every page says that the system is being maintained."""

    name, title = "maintenance", "系统维护"
    text = '<div class="box"><h1>系统维护中</h1><p>网站正在升级维护,请稍后访问。给您带来不便,敬请谅解!</p></div>'


class Login(_Instead):
    """Every page asks to log in."""

    name, title = "login", "用户登录"
    text = (
        '<h2>用户登录</h2><form action="/login" method="post">用户名:<input name="user"> 密码:'
        '<input name="password" type="password"> 验证码:<input name="code"><button>登录</button></form>'
    )


class Challenge(_Instead):
    """Every page is a script that proves a browser."""

    name, title = "challenge", "安全验证"
    text = (
        "<noscript>请开启 JavaScript 并刷新该页</noscript><p>正在检查您的浏览器,请稍候…</p>"
        "<script>var x='demo';document.cookie='__jsl_clearance=1;Max-age=3600';location.reload();</script>"
    )


class ImageTraversal(Rewriting):
    """Pictures' names climb out of their folder."""

    name = "image-traversal"

    def rewritten(self, request: Request, body: bytes) -> bytes:
        return re.sub(rb'<img src="(?:\./|/pic/)', b'<img src="../../../../../../tmp/..%2f..%2f', body)


class EndlessCalendar(Rewriting):
    """The navigation leads to a calendar whose every page leads to more; `rows` makes each page list an article."""

    name, target = "endless-calendar", PAGES
    _page = re.compile(r"/panews/rl/(\d+)/")

    def spoil(self, request: Request, then: Then) -> Response:
        found = self._page.search(request.path)
        if found is None:
            return super().spoil(request, then)
        month = int(found[1])
        links = "".join(f'<a href="/panews/rl/{month * 3 + n}/">{month * 3 + n}月</a> ' for n in range(1, 4))
        row = '<li><a href="/panews/system/2019/02/23/099000002.shtml">日历样文</a></li>' if self.arg == "rows" else ""
        crumb = f"您当前的位置 : 磐安新闻网 >> 日历{month}"
        return response.text(
            200, f'<html><body><div>{crumb}</div><div class="nav">{links}</div><ul>{row}</ul></body></html>'
        )

    def rewritten(self, request: Request, body: bytes) -> bytes:
        return body.replace(b'<div class="nav">', b'<div class="nav"><a href="/panews/rl/0/">2031</a> | ', 1)


class QueryStrings(Rewriting):
    """Each list's first row is repeated a hundred times (or as often as given), each time with another query string."""

    name, target, default = "query-strings", LISTS, "100"

    def rewritten(self, request: Request, body: bytes) -> bytes:
        found = _ROW.search(body)
        if found is None:
            return body
        rows = [found[0].replace(found[1] + b'"', found[1] + b'?s=%d"' % n, 1) for n in range(int(self.arg))]
        return body.replace(found[0], b"\n".join((found[0], *rows)), 1)


class Redesign(Rewriting):
    """Every class and id has another name, and every div is another element: only the words are as they were."""

    name, target = "redesign", PAGES

    def rewritten(self, request: Request, body: bytes) -> bytes:
        named = re.sub(rb' (class|id)="([^"]*)"', lambda m: b' %s="v2-%08x"' % (m[1], zlib.crc32(m[2])), body)
        return named.replace(b"<div", b"<section").replace(b"</div>", b"</section>")


class RelayoutUnreadable(Fault):
    """Articles are pages on which nothing of an article can be recognised."""

    name = "relayout-unreadable"

    def spoil(self, request: Request, then: Then) -> Response:
        rng = Random(request.url)
        prose = "".join(f"<section>{paragraph(rng)}</section>" for _ in range(5))
        return replace(
            response.text(200, f"<html><head><title>app</title></head><body><main>{prose}</main></body></html>")
        )


class EmptyLists(Rewriting):
    """Section pages list nothing."""

    name, target = "empty-lists", LISTS

    def rewritten(self, request: Request, body: bytes) -> bytes:
        return _LIST.sub(rb"\1\2", body)


PAGE_FAULTS: tuple[type[Fault], ...] = (
    GzipBomb, HugePage, MillionLinks, DeepNesting, NulBytes, BadDate, Scripts, Maintenance, Login, Challenge, ImageTraversal,
    EndlessCalendar, QueryStrings, Redesign, RelayoutUnreadable, EmptyLists,
)  # fmt: skip
