"""HTTP answers: what the site hands the proxy, with validators, gzip and the ways a fault can break one."""

import gzip
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http import HTTPStatus
from typing import Literal

from demo_site.county import County
from demo_site.county_panan import PANAN


@dataclass(frozen=True)
class Request:
    """A GET as the proxy read it. Header names are lower-case; `path` holds the query string too. `county` is that of the site asked."""

    method: str
    host: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    county: County = PANAN

    @property
    def url(self) -> str:
        """The absolute address."""
        return f"http://{self.host}{self.path}"


@dataclass(frozen=True)
class Response:
    """An answer. `stream`, where given, is sent instead of `body`, chunk by chunk; `length` replaces the true length.

    `action`: send it whole · hang (say nothing) · drop (close at once) · cut (close after half of the body).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = b""
    stream: Iterator[bytes] | None = None
    length: int | None = None
    action: Literal["send", "hang", "drop", "cut"] = "send"

    @property
    def reason(self) -> str:
        """The status line's words."""
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return "Unknown"


def text(status: int, body: str, content_type: str = "text/html; charset=utf-8", **headers: str) -> Response:
    """A short UTF-8 answer."""
    return Response(status, {"Content-Type": content_type, **headers}, body.encode())


def not_found() -> Response:
    """The web server's own page."""
    return text(
        404, "<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1><hr>nginx</body></html>"
    )


def redirect(location: str, status: int = 302) -> Response:
    """A redirect."""
    return text(status, "<html><body>moved</body></html>", Location=location)


def validated(request: Request, response: Response, etag: str, modified: datetime) -> Response:
    """`response` with its validators, or 304 where the client's copy is still good."""
    validators = {"ETag": etag, "Last-Modified": format_datetime(modified, usegmt=True)}
    if (asked := request.headers.get("if-none-match")) is not None:
        same = etag in (part.strip().removeprefix("W/") for part in asked.split(","))
    else:
        same = _not_newer(request.headers.get("if-modified-since"), modified)
    if same:
        return Response(304, validators)
    return Response(response.status, {**response.headers, **validators}, response.body)


def _not_newer(since: str | None, modified: datetime) -> bool:
    try:
        return since is not None and modified <= parsedate_to_datetime(since).astimezone(UTC)
    except ValueError:
        return False


def compressed(request: Request, response: Response) -> Response:
    """`response` in gzip where the client accepts it and it is text worth the while."""
    accepts = "gzip" in request.headers.get("accept-encoding", "")
    worth = len(response.body) > 500 and response.headers.get("Content-Type", "").startswith("text/")
    if not (accepts and worth and response.stream is None and "Content-Encoding" not in response.headers):
        return response
    headers = {**response.headers, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(response.status, headers, gzip.compress(response.body, 5, mtime=0))
