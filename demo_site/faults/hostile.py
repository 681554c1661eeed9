"""Faults of a hostile site: pages too big, too deep, too many, or dangerous to show."""

import re
import zlib
from collections.abc import Iterator
from functools import cache

from demo_site import response
from demo_site.faults.fault import HTML, LISTS, PAGES, Fault, Rewriting, Then
from demo_site.response import Request, Response

_MB = 1 << 20
_ROW = re.compile(rb'<li><a href="([^"?]+)(?:\?[^"]*)?" title=.*?</li>', re.DOTALL)


@cache
def _bomb(megabytes: int) -> bytes:
    """A gzip body of that many megabytes of zeros, made a megabyte at a time."""
    packer, zeros = zlib.compressobj(9, wbits=31), bytes(_MB)
    return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])


class GzipBomb(Fault):
    """Some articles are 400 MB of zeros (or the megabytes given) in gzip."""

    name, share, default = "gzip-bomb", 0.01, "400"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(200, {**HTML, "Content-Encoding": "gzip"}, _bomb(int(self.arg)))


class HugePage(Fault):
    """Some articles are 50 MB (or the megabytes given) of paragraphs."""

    name, share, default = "huge-page", 0.01, "50"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(200, HTML, stream=self._chunks())

    def _chunks(self) -> Iterator[bytes]:
        yield b"<html><body>"
        chunk = ("<p>" + "很长" * 50 + "</p>\n").encode()
        for _ in range(int(self.arg) * _MB // len(chunk)):
            yield chunk


class MillionLinks(Fault):
    """A list page holds a million links (or as many as given) to pages that do not exist."""

    name, target, default = "million-links", r"/(?:xz|zj)/index\.shtml$", "1000000"

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(200, HTML, stream=self._chunks(request.county.name))

    def _chunks(self, name: str) -> Iterator[bytes]:
        yield f'<html><body><div class="list-text cf">您当前的位置 : {name} >> 乡镇<ul>'.encode()
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


class Scripts(Rewriting):
    """Article bodies hold scripts, event handlers and styles."""

    name = "scripts"

    def rewritten(self, request: Request, body: bytes) -> bytes:
        script = b"</p>\n<script>document.write('stolen');</script><style>p { color: red }</style>"
        marked = body.replace(b"<p>", b'<p onclick="alert(\'stolen\')" onmouseover="steal()">')
        return marked.replace(b"</p>", script, 3).replace(b"<img ", b'<img onerror="alert(1)" ')


class ImageTraversal(Rewriting):
    """Pictures' names climb out of their folder."""

    name = "image-traversal"

    def rewritten(self, request: Request, body: bytes) -> bytes:
        return re.sub(rb'<img src="(?:\./|/pic/)', b'<img src="../../../../../../tmp/..%2f..%2f', body)


class EndlessCalendar(Rewriting):
    """The navigation leads to a calendar whose every page leads to more; `rows` makes each page list an article."""

    name, target = "endless-calendar", PAGES
    _page = re.compile(r"/rl/(\d+)/")

    def spoil(self, request: Request, then: Then) -> Response:
        found = self._page.search(request.path)
        if found is None:
            return super().spoil(request, then)
        month, prefix = int(found[1]), request.county.prefix
        links = "".join(f'<a href="{prefix}/rl/{month * 3 + n}/">{month * 3 + n}月</a> ' for n in range(1, 4))
        row = (
            f'<li><a href="{prefix}/system/2019/02/23/099000002.shtml">日历样文</a></li>' if self.arg == "rows" else ""
        )
        crumb = f"您当前的位置 : {request.county.name} >> 日历{month}"
        return response.text(
            200, f'<html><body><div>{crumb}</div><div class="nav">{links}</div><ul>{row}</ul></body></html>'
        )

    def rewritten(self, request: Request, body: bytes) -> bytes:
        calendar = f'<div class="nav"><a href="{request.county.prefix}/rl/0/">2031</a> | '.encode()
        return body.replace(b'<div class="nav">', calendar, 1)


class QueryStrings(Rewriting):
    """Each list's first row is repeated a hundred times (or as often as given), each time with another query string."""

    name, target, default = "query-strings", LISTS, "100"

    def rewritten(self, request: Request, body: bytes) -> bytes:
        found = _ROW.search(body)
        if found is None:
            return body
        rows = [found[0].replace(found[1] + b'"', found[1] + b'?s=%d"' % n, 1) for n in range(int(self.arg))]
        return body.replace(found[0], b"\n".join((found[0], *rows)), 1)


HOSTILE: tuple[type[Fault], ...] = (
    GzipBomb, HugePage, MillionLinks, DeepNesting, NulBytes, Scripts, ImageTraversal, EndlessCalendar, QueryStrings,
)  # fmt: skip
