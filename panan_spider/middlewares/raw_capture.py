"""Raw responses: the download handler that accepts the framings browsers accept, capture into the WARC, decompression.

Accepted beside the standard: blanks around chunk sizes, `Transfer-Encoding: identity`, header lines of up to 64 kB.
"""

import zlib
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    IgnoreRequest,
    NotConfigured,
    ResponseDataLossError,
)
from scrapy.http import Headers, Response, TextResponse
from twisted.web._newclient import ParseError
from twisted.web.http import _ChunkedTransferDecoder

from panan_spider.archive.ledger.stored_articles import KnownPart
from panan_spider.archive.store.files import StoreError
from panan_spider.archive.store.warc_file import HttpExchange
from panan_spider.core.clock import moment, now
from panan_spider.core.outcomes import Outcome
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.items import WarcLocation
from panan_spider.middlewares.retry import CUT, OutcomeError, header_of
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind

#: Bytes of one header line. Firewalls and portals set cookies and policies that are longer than Twisted's 16 kB.
_LONGEST_HEADER: Final = 1 << 16


class _PaddedChunkDecoder(_ChunkedTransferDecoder):
    """Twisted's decoder of chunked bodies; blanks around a chunk's size, as old application servers print, are no error."""

    def _dataReceived_CHUNK_LENGTH(self) -> bool:  # noqa: N802 - Twisted calls it by this name
        end = self._buffer.find(b"\r\n", self._start)
        if end > 0:
            size, semicolon, extension = bytes(self._buffer[:end]).partition(b";")
            self._buffer[:end] = size.strip(b" \t") + semicolon + extension
            self._start = 0
        return super()._dataReceived_CHUNK_LENGTH()


class _TolerantParser(_LenientHTTPClientParser):
    """Scrapy's response parser with longer header lines, padded chunk sizes, and `Transfer-Encoding: identity` ignored."""

    MAX_LENGTH = _LONGEST_HEADER
    _transferDecoders = {b"chunked": _PaddedChunkDecoder}  # noqa: RUF012, N815 - Twisted's own attribute

    def headerReceived(self, name: bytes, value: bytes) -> None:  # noqa: N802 - Twisted calls it by this name
        """Twisted's handler of one header. Raises ParseError for a framing that is not understood."""
        if name.lower() == b"transfer-encoding":
            value = value.strip().lower()
            if value in (b"identity", b""):
                return  # of RFC 2616: the body is as long as Content-Length says, or ends with the connection
            if value not in self._transferDecoders:
                raise ParseError(f"Transfer-Encoding {value.decode('latin-1')!r} is not understood", value)  # type: ignore[no-untyped-call]
        super().headerReceived(name, value)  # type: ignore[no-untyped-call]

    def lineLengthExceeded(self, line: bytes) -> None:  # noqa: N802 - Twisted calls it by this name
        """Raises ParseError."""
        raise ParseError(f"a header line is longer than {_LONGEST_HEADER} bytes", line[:100])  # type: ignore[no-untyped-call]


class _TolerantProtocol(_LenientHTTP11ClientProtocol):
    """Scrapy's client protocol with our parser. `about_to_write` is called before the first byte of each request."""

    about_to_write: Callable[[], None]

    def request(self, request: Any) -> Any:
        self.about_to_write()
        answer = super().request(request)
        # Twisted names the parser's class in the code; Scrapy replaces it in the same way.
        assert self._parser is not None
        self._parser.__class__ = _TolerantParser
        return answer


class _TolerantFactory(_LenientHTTP11ClientFactory):
    """Scrapy's factory of client protocols, for ours."""

    def __init__(self, about_to_write: Callable[[], None], *args: Any) -> None:
        super().__init__(*args)  # type: ignore[no-untyped-call]
        self._about_to_write = about_to_write

    def buildProtocol(self, addr: Any) -> _TolerantProtocol:  # noqa: N802 - Twisted calls it by this name
        protocol = _TolerantProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
        protocol.about_to_write = self._about_to_write
        return protocol


class DownloadHandler(HTTP11DownloadHandler):
    """Scrapy's handler with our parser. A cut body is accepted where its own checksum proves it whole."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = partial(_TolerantFactory, self.about_to_write)  # type: ignore[assignment]  # called as the class is
        self._fail_on_dataloss = False  # judged here

    def about_to_write(self) -> None:
        """Hook: called with the connection there, at once before a request is written."""

    async def download_request(self, request: Request) -> Response:
        """The response. Raises ResponseDataLossError for a cut body, DownloadFailedError with a reason in words."""
        try:
            response = await super().download_request(request)
        except DownloadFailedError as error:
            if (reason := _parse_error(error)) is not None:
                raise DownloadFailedError(reason) from error
            raise
        if "dataloss" in response.flags:
            if not is_proved_whole(response):
                raise ResponseDataLossError(CUT)
            response.flags.remove("dataloss")
        return response


def _parse_error(error: DownloadFailedError) -> str | None:
    """The words of our parser's error, where that was the reason."""
    reasons = [failure.value for failure in getattr(error.__cause__, "reasons", ())]
    return next((str(reason.args[0]) for reason in reasons if isinstance(reason, ParseError)), None)


class RawCaptureMiddleware:
    """Writes request and response; `meta["warc"]` is the record's place, `meta["fetched_at"]` the time of receipt."""

    def __init__(self, crawler: Crawler) -> None:
        extension = crawler.get_extension(ArchiveRunExtension)
        if extension is None:
            raise NotConfigured
        self._extension = extension
        self._site: Site = crawler.spider.site  # type: ignore[union-attr]

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "RawCaptureMiddleware":
        """Scrapy's constructor."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raises OutcomeError(PENDING) once the archive has refused a write: an answer could not be kept."""
        if self._extension.store_error is not None:
            raise OutcomeError(Outcome.PENDING, "the archive can no longer be written")

    def process_response(self, request: Request, response: Response) -> Response:
        """The response, unchanged. Raises OutcomeError(PENDING) where it could not be kept; the run then ends with exit code 14."""
        at = moment(now())
        exchange = HttpExchange(
            url=request.url,
            at=at,
            status=response.status,
            headers=_pairs(response.headers),
            body=response.body,
            request_headers=_pairs(request.headers),
            method=request.method,
        )
        try:
            place = self._write(request, exchange)
        except StoreError as error:
            self._extension.fail(error)
            raise OutcomeError(Outcome.PENDING, "the archive can no longer be written") from error
        self._note(request, response, place, at)
        request.meta["warc"], request.meta["fetched_at"] = place, at
        return response

    def _write(self, request: Request, exchange: HttpExchange) -> WarcLocation:
        archive, address = self._extension.archive, self._site.urls.understand(request.url)
        if exchange.status != 304:
            return archive.write_response(exchange)
        return archive.write_revisit(
            exchange, address.article_id, self._first_asked(request) if address.kind is UrlKind.PART else None
        )

    def _note(self, request: Request, response: Response, place: WarcLocation, at: str) -> None:
        """Keep the response's place and validators for the ledger's mark and for the next run."""
        archive, address, first = (
            self._extension.archive,
            self._site.urls.understand(request.url),
            self._first_asked(request),
        )
        tags = header_of(response, "ETag"), header_of(response, "Last-Modified")
        for url in {address.url, first}:
            archive.places[url] = place
            if response.status == 200 and address.kind is UrlKind.ARTICLE:
                archive.validators[url] = tags
        if response.status == 200 and address.kind is UrlKind.PART:
            archive.parts[place.file, place.offset] = KnownPart(first, *tags, at)

    def _first_asked(self, request: Request) -> str:
        """The canonical URL that redirects began at: a request for it gets the same answer."""
        first: str = request.meta.get("redirect_urls", [request.url])[0]
        return self._site.urls.understand(first).url


def _pairs(headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name, value) for name, values in headers.items() for value in values or ())


#: Encodings that mark their own end, and that every WARC reader can decode.
_ACCEPTED: Final = "gzip, deflate"
#: zlib's `wbits` for each packing: what to try, in order.
_WBITS: Final = {b"gzip": (31,), b"x-gzip": (31,), b"deflate": (15, -15)}
#: … of those with a checksum.
_CHECKED: Final = {b"gzip": (31,), b"x-gzip": (31,), b"deflate": (15,)}
_GZIP_MAGIC: Final = b"\x1f\x8b"
_CHUNK: Final = 1 << 16


class DecompressionMiddleware(HttpCompressionMiddleware):
    """Scrapy's decompression. A body over DOWNLOAD_MAXSIZE, raw or unpacked, ends as `too_large`.

    Scrapy returns the readable part of a damaged body; here such a response is flagged `dataloss`, and retried.
    """

    def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Set Accept-Encoding."""
        request.headers.setdefault("Accept-Encoding", _ACCEPTED)

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """The response, unpacked. Raises OutcomeError(TOO_LARGE) for a decompression bomb."""
        outermost = _outermost_packing(response)
        if outermost and isinstance(response, TextResponse):
            # Copying a response asks for its charset, and Scrapy would guess one, at length, from the packed bytes.
            response._cached_benc = "utf-8"
        try:
            unpacked = super().process_response(request, response)
        except IgnoreRequest as error:
            raise OutcomeError(Outcome.TOO_LARGE, "larger than a page when unpacked") from error
        except Exception:  # every packing has errors of its own: zlib.error, brotli.error, ZstdError, …
            return _damaged(response)
        return unpacked if reaches_end(outermost, response.body) else _damaged(unpacked)

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises OutcomeError(TOO_LARGE) where the download was cancelled for its size."""
        if isinstance(exception, DownloadCancelledError):
            raise OutcomeError(Outcome.TOO_LARGE, "larger than a page") from exception


def _damaged(response: Request | Response) -> Request | Response:
    if isinstance(response, Response):
        response.flags.append("dataloss")
    return response


def reaches_end(packing: bytes, packed: bytes) -> bool:
    """Whether the packed bytes reach their own end undamaged; true for encodings without one, and for no bytes."""
    return not packed or packing not in _WBITS or any(_reaches_end(packed, wbits) for wbits in _WBITS[packing])


def is_proved_whole(response: Response) -> bool:
    """Whether a packed body proves by its own checksum that it is whole, whatever its Content-Length says."""
    checked = _CHECKED.get(_outermost_packing(response), ())
    return bool(response.body) and any(_reaches_end(response.body, wbits) for wbits in checked)


def _outermost_packing(response: Response) -> bytes:
    return b",".join(response.headers.getlist("Content-Encoding")).lower().split(b",")[-1].strip()


def _reaches_end(packed: bytes, wbits: int) -> bool:
    """Unpack member after member, keeping nothing: a few kB held, however much comes out."""
    try:
        while True:
            unpacker = zlib.decompressobj(wbits=wbits)
            unpacker.decompress(packed, _CHUNK)
            while not unpacker.eof and unpacker.unconsumed_tail:
                unpacker.decompress(unpacker.unconsumed_tail, _CHUNK)
            packed = unpacker.unused_data
            if not unpacker.eof or wbits != 31 or not packed.startswith(_GZIP_MAGIC):
                return unpacker.eof
    except zlib.error:
        return False
