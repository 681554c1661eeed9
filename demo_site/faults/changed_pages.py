"""Faults of pages: changed, unreadable, or no longer the page that was asked for."""

import re
import zlib
from dataclasses import replace
from datetime import timedelta
from email.utils import parsedate_to_datetime
from random import Random
from urllib.parse import urljoin, urlsplit

from demo_site import response
from demo_site.counties import COUNTIES
from demo_site.faults.fault import ARTICLES, LISTS, PAGES, Fault, Rewriting, Then, uncompressed
from demo_site.prose import paragraph
from demo_site.response import Request, Response

_IMPOSSIBLE = (
    "<html><head><title>13-45</title></head><body><div>您当前的位置 : {portal} &gt;&gt; {name} &gt;&gt; 书记</div>"
    '<div class="list-style"><div class="detail-title">没有这一天的新闻</div><div class="detail-date mb20">2020/13/45 来源:{name}</div>'
    f"<p>{paragraph(Random(0))}</p><p>{paragraph(Random(1))}</p></div></body></html>"
)
_LIST = re.compile(rb'(<div class="list-text cf">).*?(</div>)', re.DOTALL)


class BadDate(Rewriting):
    """Some header lines are dated 2020/13/45; each list's first row names an article under such an address too."""

    name, target, share = "bad-date", f"{ARTICLES}|{LISTS}", 0.1
    _header = re.compile(rb'(detail-date mb20">|article-info">)\d{4}/\d\d/\d\d')

    def touches(self, request: Request) -> bool:
        return "/2020/13/45/" in request.url or re.search(LISTS, request.url) is not None or super().touches(request)

    def spoil(self, request: Request, then: Then) -> Response:
        if "/2020/13/45/" in request.path:
            county = request.county
            return response.text(200, _IMPOSSIBLE.format(portal=county.portal, name=county.name))
        return super().spoil(request, then)

    def rewritten(self, request: Request, body: bytes) -> bytes:
        url = f"http://{request.county.old}{request.county.prefix}/system/2020/13/45/099000001.shtml"
        row = f'<li><a href="{url}" title="13-45">13-45</a></li>'.encode()
        if re.search(LISTS, request.url):
            return _LIST.sub(lambda found: found[0].replace(b"<ul>", b"<ul>" + row, 1), body, count=1)
        dated = self._header.sub(rb"\g<1>2020/13/45", body)
        return re.sub(rb"\d{4}-\d\d-\d\d (?=\d\d:\d\d<)", b"2020-13-45 ", dated)


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
        return response.text(200, f"<html><head><title>app</title></head><body><main>{prose}</main></body></html>")


class EmptyLists(Rewriting):
    """Section pages list nothing."""

    name, target = "empty-lists", LISTS

    def rewritten(self, request: Request, body: bytes) -> bytes:
        return _LIST.sub(rb"\1\2", body)


def _plain(request: Request) -> Request:
    """The same request from a client that takes no gzip and knows no validators."""
    plain = uncompressed(request)
    return replace(plain, headers={name: value for name, value in plain.headers.items() if not name.startswith("if-")})


class SideBlock(Fault):
    """List pages show a block of the newest articles of five sections before the list, without a heading and with days.

    No class tells the block from the list. As given: `undated`, a block without days; `older`, a block on further pages that
    was made earlier: it shows other articles.
    """

    name, target, share = "side-block", LISTS, 1.0
    _row = re.compile(r'<li><a href="([^"?]+)[^"]*" title="([^"]*)"')
    _day = re.compile(r"/t?(\d{4})/?(\d\d)/?(\d\d)[/_]")
    _further = re.compile(r"_\d+\.s?html?$")

    def spoil(self, request: Request, then: Then) -> Response:
        older = self.arg == "older" and self._further.search(request.path) is not None
        sections = [section for section in request.county.sections if section.weight > 0][:5]
        rows = "".join(self._item(section.url, request, then, 1 if older else 0) for section in sections)
        block = f'<div class="b1"><ul>{rows}</ul></div>'.encode("ascii", "xmlcharrefreplace")
        answer = then(_plain(request))
        body = answer.body.replace(b'<div class="list-text cf">', block + b'<div class="b2">')
        if "ETag" not in answer.headers:
            return replace(answer, body=body)
        modified = parsedate_to_datetime(answer.headers["Last-Modified"]) + timedelta(seconds=zlib.crc32(block) % 60)
        return response.validated(
            request, replace(answer, body=body), f'{answer.headers["ETag"][:-1]}-{zlib.crc32(block):08x}"', modified
        )

    def _item(self, url: str, request: Request, then: Then, at: int) -> str:
        """Row number `at` of page one of the section."""
        split = urlsplit(url)
        answer = then(_plain(replace(request, host=split.netloc, path=split.path)))
        rows = self._row.findall(answer.body.decode("utf-8" if b"utf-8" in answer.body[:300] else "gb18030"))
        href, title = rows[min(at, len(rows) - 1)]
        day = self._day.search(href)
        shown = "" if day is None or self.arg == "undated" else f"<span>{'-'.join(day.groups())}</span>"
        return f'<li><a href="{urljoin(url, href)}">{title}</a>{shown}</li>'


_DEAD_LINKS = {host: links for county in COUNTIES.values() for host, links in county.dead_links.items()}


class DeadNavigation(Rewriting):
    """The navigation leads to sections that are gone, too: three dead links."""

    name, target, share = "dead-navigation", PAGES, 1.0
    _nav = re.compile(rb'<div class="nav">\n')

    def rewritten(self, request: Request, body: bytes) -> bytes:
        dead = " | ".join(
            f'<a href="{path}">{"".join(f"&#{ord(sign)};" for sign in text)}</a>'
            for text, path in _DEAD_LINKS[request.host]
        )
        return self._nav.sub(lambda found: found[0] + dead.encode() + b" | ", body, count=1)


CHANGED: tuple[type[Fault], ...] = (
    BadDate, Maintenance, Login, Challenge, Redesign, RelayoutUnreadable, EmptyLists, DeadNavigation, SideBlock,
)  # fmt: skip
