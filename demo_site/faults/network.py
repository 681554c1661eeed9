"""Faults of servers and networks: errors, limits, silence, broken bodies."""

from dataclasses import replace

from demo_site import response
from demo_site.faults.fault import EVERYTHING, ROBOTS, Fault, Then
from demo_site.response import Request, Response


class RobotsError(Fault):
    """robots.txt answers 503, or the status given."""

    name, target, default = "robots-5xx", ROBOTS, "503"

    def spoil(self, request: Request, then: Then) -> Response:
        return response.text(int(self.arg), "unavailable")


class RobotsHang(Fault):
    """robots.txt is never answered."""

    name, target = "robots-hang", ROBOTS

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(200, {}, action="hang")


class RobotsDisallow(Fault):
    """robots.txt disallows a path: all, or the one given."""

    name, target, default = "robots-disallow", ROBOTS, "/"

    def spoil(self, request: Request, then: Then) -> Response:
        return response.text(200, f"User-agent: *\nDisallow: {self.arg}\n", "text/plain")


class CrawlDelay(Fault):
    """robots.txt asks for a delay, seconds."""

    name, target, default = "crawl-delay", ROBOTS, "2"

    def spoil(self, request: Request, then: Then) -> Response:
        return response.text(200, f"User-agent: *\nCrawl-delay: {self.arg}\nDisallow: /admin/\n", "text/plain")


class ServerErrors(Fault):
    """Some articles answer 500 first (once, or as often as given), then fine."""

    name, share, default = "server-errors", 0.1, "1"

    def spoil(self, request: Request, then: Then) -> Response:
        return then(request) if self.over(request) else response.text(500, "internal server error")


class AlwaysError(Fault):
    """Some articles answer 503, or the status given, every time."""

    name, share, default = "always-5xx", 0.05, "503"

    def spoil(self, request: Request, then: Then) -> Response:
        return response.text(int(self.arg), "unavailable")


class RateLimit(Fault):
    """Some articles answer 429 with Retry-After: 1 first (once, or as often as given), then fine."""

    name, share, default = "rate-limit", 0.05, "1"

    def spoil(self, request: Request, then: Then) -> Response:
        return then(request) if self.over(request) else response.text(429, "slow down", **{"Retry-After": "1"})


class RateLimitForever(Fault):
    """Every article answers 429 with Retry-After (seconds given), always."""

    name, default = "rate-limit-forever", "1"

    def spoil(self, request: Request, then: Then) -> Response:
        return response.text(429, "slow down", **{"Retry-After": self.arg})


class Timeout(Fault):
    """Some articles are never answered: always, or the first times given."""

    name, share, default = "timeout", 0.02, "0"

    def spoil(self, request: Request, then: Then) -> Response:
        return then(request) if self.over(request) else Response(200, {}, action="hang")


class Drop(Fault):
    """Some articles' connections close in the middle of the body: always, or the first times given."""

    name, share, default = "drop", 0.05, "0"

    def spoil(self, request: Request, then: Then) -> Response:
        return then(request) if self.over(request) else replace(then(request), action="cut")


class Truncated(Fault):
    """Some articles lose a third of their body behind the Content-Length of the whole: always, or the first times given."""

    name, share, default = "truncated", 0.05, "0"

    def spoil(self, request: Request, then: Then) -> Response:
        whole = then(request)
        if self.over(request) or whole.status != 200:
            return whole
        return replace(whole, length=len(whole.body), body=whole.body[: len(whole.body) * 2 // 3])


class EmptyBody(Fault):
    """Some articles answer 200 with nothing: always, or the first times given."""

    name, share, default = "empty-body", 0.05, "0"

    def spoil(self, request: Request, then: Then) -> Response:
        return then(request) if self.over(request) else Response(200, {"Content-Type": "text/html"})


class WrongLength(Fault):
    """Some articles come with half the Content-Length of their body: always, or the first times given."""

    name, share, default = "wrong-length", 0.05, "0"

    def spoil(self, request: Request, then: Then) -> Response:
        whole = then(request)
        return whole if self.over(request) or whole.status != 200 else replace(whole, length=len(whole.body) // 2)


class WithoutValidators(Fault):
    """Pages have neither ETag nor Last-Modified, and no request is answered 304."""

    name, target = "no-validators", EVERYTHING

    def spoil(self, request: Request, then: Then) -> Response:
        asked = {name: value for name, value in request.headers.items() if not name.startswith("if-")}
        answer = then(replace(request, headers=asked))
        headers = {name: value for name, value in answer.headers.items() if name not in ("ETag", "Last-Modified")}
        return replace(answer, headers=headers)


class Down(Fault):
    """Every connection closes without an answer."""

    name, target = "down", EVERYTHING

    def spoil(self, request: Request, then: Then) -> Response:
        return Response(200, {}, action="drop")


NETWORK: tuple[type[Fault], ...] = (
    RobotsError, RobotsHang, RobotsDisallow, CrawlDelay, ServerErrors, AlwaysError, RateLimit, RateLimitForever, Timeout,
    Drop, Truncated, EmptyBody, WrongLength, WithoutValidators, Down,
)  # fmt: skip
