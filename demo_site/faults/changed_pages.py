"""Faults of pages: changed, unreadable, or no longer the page that was asked for."""

import re
import zlib
from random import Random

from demo_site import response
from demo_site.counties import COUNTIES
from demo_site.faults.fault import ARTICLES, LISTS, PAGES, Fault, Rewriting, Then
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
    BadDate, Maintenance, Login, Challenge, Redesign, RelayoutUnreadable, EmptyLists, DeadNavigation,
)  # fmt: skip
