"""One request and its answer, as they went over the wire, and as they are read back from the archive."""

from dataclasses import dataclass
from http import HTTPStatus

#: HTTP header fields in the order they came, as bytes.
Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class HttpExchange:
    """A request and its answer.

    `body` is what came over the wire, only de-chunked: still in its content-encoding. `at` is the time the
    answer was received, UTC, RFC 3339, whole seconds (`fetched_at` of the article).
    """

    url: str
    at: str
    status: int
    headers: Headers
    body: bytes
    request_headers: Headers = ()
    method: str = "GET"
    protocol: str = "HTTP/1.1"

    @property
    def status_line(self) -> str:
        """`200 OK`; the number alone where it is no status of the standard."""
        try:
            return f"{self.status} {HTTPStatus(self.status).phrase}"
        except ValueError:
            return str(self.status)


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """A response record read back. `body` is decoded from its content-encoding; `file` is a path below the data folder."""

    file: str
    offset: int
    url: str
    at: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    content_type: str | None
