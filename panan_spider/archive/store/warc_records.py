"""Exchanges as WARC 1.1 records, each its own gzip member. Bytes in, bytes out; no file is touched.

The one place that knows how warcio builds records.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from panan_spider.archive.store.http_exchange import Headers, HttpExchange

_NOT_MODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"

#: Fields that are true of the wire and false of the stored bytes: kept under the name the field uses for that.
_WIRE_ONLY: Final = b"X-Archive-Orig-"


class Original(NamedTuple):
    """The response a revisit stands for: its address and its WARC-Date."""

    url: str
    at: str


class _RawHeaders(StatusAndHeaders):  # type: ignore[misc]  # warcio comes untyped
    """HTTP headers byte for byte: warcio by itself percent-encodes what is not ASCII."""

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self.to_str().encode("latin-1") + b"\r\n"


def _text(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def stored_headers(headers: Headers, length: int) -> Headers:
    """`headers` made true of a de-chunked body of `length` bytes; what was changed stays readable beside it."""
    kept, renamed = [], False
    for name, value in headers:
        wire_only = name.lower() == b"transfer-encoding" or (
            name.lower() == b"content-length" and value.strip() != b"%d" % length
        )
        renamed = renamed or wire_only
        kept.append((_WIRE_ONLY + name if wire_only else name, value))
    if renamed and not any(name.lower() == b"content-length" for name, _value in kept):
        kept.append((b"Content-Length", b"%d" % length))
    return tuple(kept)


class RecordMaker:
    """Makes records; one a run."""

    def __init__(self) -> None:
        self._out = BytesIO()
        self._writer = WARCWriter(self._out, gzip=True, warc_version="1.1")

    def warcinfo(self, filename: str, at: str, info: dict[str, str]) -> bytes:
        """The record every file begins with."""
        record = self._writer.create_warcinfo_record(filename, info)
        record.rec_headers.replace_header("WARC-Date", at)
        self._writer.write_record(record)
        return self._taken()

    def pair(self, exchange: HttpExchange) -> bytes:
        """A response record, followed by the record of its request."""
        headers = stored_headers(exchange.headers, len(exchange.body))
        response = self._writer.create_warc_record(
            exchange.url,
            "response",
            payload=BytesIO(exchange.body),
            length=len(exchange.body),
            warc_headers_dict={"WARC-Date": exchange.at},
            http_headers=_RawHeaders(exchange.status_line, _text(headers), protocol=exchange.protocol),
        )
        return self._with_request(response, exchange)

    def revisit(self, exchange: HttpExchange, original: Original | None) -> bytes:
        """A revisit record (the server said 304), followed by the record of its request."""
        named = {"WARC-Date": exchange.at, "WARC-Profile": _NOT_MODIFIED}
        if original is not None:
            named |= {"WARC-Refers-To-Target-URI": original.url, "WARC-Refers-To-Date": original.at}
        revisit = self._writer.create_warc_record(
            exchange.url,
            "revisit",
            warc_headers_dict=named,
            http_headers=_RawHeaders(exchange.status_line, _text(exchange.headers), protocol=exchange.protocol),
        )
        return self._with_request(revisit, exchange)

    def _with_request(self, answer: object, exchange: HttpExchange) -> bytes:
        parts = urlsplit(exchange.url)
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        request = self._writer.create_warc_record(
            exchange.url,
            "request",
            warc_headers_dict={"WARC-Date": exchange.at},
            http_headers=_RawHeaders(
                f"{exchange.method} {target} HTTP/1.1", _text(exchange.request_headers), is_http_request=True
            ),
        )
        self._writer.write_request_response_pair(request, answer)
        return self._taken()

    def _taken(self) -> bytes:
        data = self._out.getvalue()
        self._out.seek(0)
        self._out.truncate()
        return data
