"""Faults of addresses: redirects, to elsewhere, in circles, to a new host."""

import re
from dataclasses import replace
from urllib.parse import urlsplit

from demo_site import response
from demo_site.faults.fault import EVERYTHING, PAGES, Fault, Then, uncompressed
from demo_site.response import Request, Response


class RedirectOffSite(Fault):
    """Some articles redirect to another site."""

    name, share = "redirect-offsite", 0.05

    def spoil(self, request: Request, then: Then) -> Response:
        return response.redirect(f"http://elsewhere.example.com{request.path}")


class RedirectLoop(Fault):
    """Some articles redirect to themselves under ever new query strings."""

    name, share = "redirect-loop", 0.05

    def touches(self, request: Request) -> bool:
        return super().touches(replace(request, path=request.path.split("?")[0]))

    def spoil(self, request: Request, then: Then) -> Response:
        path, _, query = request.path.partition("?")
        turn = int(query.removeprefix("turn=")) + 1 if query.startswith("turn=") else 1
        return response.redirect(f"http://{request.host}{path}?turn={turn}")


class Moved(Fault):
    """The old host redirects everything to the own host, which now serves it without the prefix folder."""

    name, target = "moved", EVERYTHING

    def spoil(self, request: Request, then: Then) -> Response:
        old, own, prefix = request.county.old, request.county.own, request.county.prefix
        if request.host == old:
            return response.redirect(f"http://{own}{request.path.replace(f'{prefix}/', '/', 1)}", 301)
        answer = then(uncompressed(request))
        if answer.status == 404 and request.path != "/robots.txt":
            answer = then(replace(uncompressed(request), host=old, path=f"{prefix}{request.path}"))
        body = answer.body.replace(old.encode(), own.encode()).replace(f"{prefix}/".encode(), b"/")
        return replace(answer, body=body)


class MovedOffSite(Fault):
    """Every page redirects to another site."""

    name, target = "moved-offsite", PAGES

    def spoil(self, request: Request, then: Then) -> Response:
        return response.redirect(f"http://new.example.com{urlsplit(request.url).path}", 301)


class NewHost(Fault):
    """Both hosts redirect every page to a third one, new.example.com or the one given, which serves the whole site."""

    name, target, default = "new-host", EVERYTHING, "new.example.com"

    def __init__(self, arg: str | None = None, target: str | None = None, share: float | None = None) -> None:
        super().__init__(arg, target, share)
        self.hosts = frozenset({self.arg})

    def spoil(self, request: Request, then: Then) -> Response:
        old, own, prefix = request.county.old, request.county.own, request.county.prefix
        if request.path == "/robots.txt":
            return then(replace(request, host=own))
        if request.host != self.arg:
            path = f"{prefix}/" if (request.host, request.path) == (old, "/") else request.path
            return response.redirect(f"http://{self.arg}{path}", 301)
        answer = then(replace(uncompressed(request), host=own))
        if answer.status == 404:
            answer = then(replace(uncompressed(request), host=old))
        body = answer.body.replace(f'//{old}/"'.encode(), f'//{self.arg}{prefix}/"'.encode())
        for host in (old, own):
            body = body.replace(f"//{host}/".encode(), f"//{self.arg}/".encode())
        return replace(answer, body=body)


class Readdressed(Fault):
    """Articles of the old CMS stand under addresses of another shape: /art/YYYY/M/D/art_N_N.html."""

    name, target = "readdressed", PAGES
    _old = re.compile(rb"/system/(\d{4})/0?(\d+)/0?(\d+)/(\d{9})\.shtml")

    def spoil(self, request: Request, then: Then) -> Response:
        if self._old.search(request.path.encode()):
            return response.not_found()
        if found := re.search(r"/art/(\d+)/(\d+)/(\d+)/art_1_(\d+)\.html", request.path):
            year, month, day, number = found.groups()
            old = f"/system/{year}/{int(month):02d}/{int(day):02d}/{number}.shtml"
            request = replace(request, path=request.path.replace(found[0], old))
        answer = then(uncompressed(request))
        return replace(answer, body=self._old.sub(rb"/art/\1/\2/\3/art_1_\4.html", answer.body))


MOVED: tuple[type[Fault], ...] = (RedirectOffSite, RedirectLoop, Moved, MovedOffSite, NewHost, Readdressed)
