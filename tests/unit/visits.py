"""Visits of the demo site without a network: what doctor's probe_site sees through a fault."""

import asyncio
import gzip
from functools import cache
from urllib.parse import urlsplit

from demo_site.faults import answered, parse
from demo_site.response import Request, Response
from demo_site.site import Site
from panan_spider.core.outcomes import Outcome
from panan_spider.doctor.probe import probe_site
from panan_spider.doctor.probe_client import FetchLog, FetchResult, RedirectHop, RobotsResult, SiteProbe
from panan_spider.sites.profile import load_site
from panan_spider.sites.urls import absolute

PANAN = load_site()


class Wire:
    """Asks as the crawl's middlewares would; `asked` are the addresses, redirects included."""

    def __init__(self, *specs: str, articles: int = 150) -> None:
        self.site, self.faults = Site.build(1, articles), [parse(spec) for spec in specs]
        self.asked: list[str] = []
        self.log = FetchLog()
        for host in self.site.county.home:
            answer = self.send(f"http://{host}/robots.txt")
            text = answer.body.decode() if answer.status == 200 else ""
            unreachable = f"status {answer.status}" if answer.status >= 500 else None
            gone = "ConnectionDone: closed" if answer.action == "drop" else unreachable
            self.log.robots[host] = RobotsResult(host, answer.status, text, gone)

    def send(self, url: str) -> Response:
        parts = urlsplit(url)
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        request = Request("GET", parts.netloc, path, {}, self.site.county)
        return answered(self.faults, request, lambda r: self.site.respond(r.method, r.host, r.path, r.headers))

    async def ask(self, url: str) -> FetchResult:
        if (shut := self.log.robots[urlsplit(url).netloc]).unreachable is not None:
            return FetchResult(
                url, url, outcome=Outcome.FAILED, reason=f"robots.txt unreachable: {shut.unreachable}", site=PANAN
            )
        hops: list[RedirectHop] = []
        at = url
        while True:
            self.asked.append(at)
            answer = self.send(at)
            if answer.status not in (301, 302):
                break
            target = absolute(at, answer.headers["Location"])
            hops.append(RedirectHop(answer.status, at, target))
            if not PANAN.urls.on_site(target):
                reason = f"redirected to {target}"
                return FetchResult(
                    url,
                    at,
                    answer.status,
                    hops=tuple(hops),
                    outcome=Outcome.OFF_SITE,
                    reason=reason,
                    leads_to=target,
                    site=PANAN,
                )
            at = target
        if answer.status != 200:
            return FetchResult(
                url,
                at,
                answer.status,
                hops=tuple(hops),
                outcome=_outcome(answer.status),
                reason=f"HTTP {answer.status}",
                site=PANAN,
            )
        body = gzip.decompress(answer.body) if answer.headers.get("Content-Encoding") == "gzip" else answer.body
        return FetchResult(url, at, 200, body, answer.headers.get("Content-Type"), tuple(hops), site=PANAN)


def _outcome(status: int) -> Outcome:
    return {404: Outcome.GONE, 403: Outcome.BLOCKED, 429: Outcome.BLOCKED}.get(status, Outcome.FAILED)


@cache
def seen(*specs: str) -> tuple[SiteProbe, Wire]:
    """The visit of the demo site with these faults, and the wire it went over."""
    wire = Wire(*specs)
    return asyncio.run(probe_site(wire.ask, wire.log, PANAN)), wire


def visit(*specs: str) -> SiteProbe:
    """The visit alone."""
    return seen(*specs)[0]


@cache
def large() -> SiteProbe:
    """The visit of a site whose sections have many list pages."""
    wire = Wire(articles=1500)
    return asyncio.run(probe_site(wire.ask, wire.log, PANAN))
