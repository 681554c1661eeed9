"""Download handler and downloader: Scrapy's for HTTP/1.1, with the framings that browsers and curl accept, and an end to sending.

Accepted beside the standard: blanks around chunk sizes, `Transfer-Encoding: identity`, header lines of up to 64 kB.
The downloader sends nothing more once the run is being ended.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from scrapy import Request
from scrapy.core.downloader import Downloader, Slot
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, IgnoreRequest, ResponseDataLossError
from scrapy.http import Response
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError
from twisted.web.http import _ChunkedTransferDecoder

from panan_spider.core.outcomes import Outcome
from panan_spider.middlewares.raw_capture import is_proved_whole
from panan_spider.middlewares.retry import CUT, OutcomeError, is_ending

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


_ENDED = "the run ended before it was asked for"


class StoppingDownloader(Downloader):
    """Ends the requests that still wait for their turn as PENDING when the run is being ended.

    Scrapy sends them all, a delay apart: at real manners 13 requests and more than ten seconds after SIGTERM.
    """

    def _process_queue(self, slot: Slot) -> None:
        if not is_ending(self.crawler):
            super()._process_queue(slot)
            return
        while slot.queue:
            _request, waiting = slot.queue.popleft()
            error: IgnoreRequest = OutcomeError(Outcome.PENDING, _ENDED)
            waiting.errback(Failure(error))  # type: ignore[no-untyped-call]
