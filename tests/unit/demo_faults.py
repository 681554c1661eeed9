"""Asking the demo site through one fault, without a network."""

import gzip

from demo_client import section, text

from demo_site.faults import answered, parse
from demo_site.response import Request, Response
from demo_site.site import Site

SITE = Site.build(1, 200)
ROBOTS = "http://www.panews.cn/robots.txt"
LIST = section("sj").url


def article(template: str = "enorth_b") -> str:
    return next(slot.url for slot in SITE.slots.values() if slot.template == template and slot.rank > 20)


def ask(spec: str, url: str, times: int = 1) -> Response:
    """The answer to the last of `times` requests through that fault."""
    fault = parse(spec)
    _, _, host, path = url.split("/", 3)
    for _ in range(times):
        response = answered([fault], Request("GET", host, f"/{path}", {"accept-encoding": "gzip"}), site_alone)
    return response


def site_alone(request: Request) -> Response:
    return SITE.respond(request.method, request.host, request.path, request.headers)


def plain(response: Response) -> str:
    if response.headers.get("Content-Encoding") == "gzip":
        response = Response(response.status, {}, gzip.decompress(response.body))
    return text(response)
