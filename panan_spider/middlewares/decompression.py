"""Decompression middleware: unpacks bodies, flags damaged ones, ends those too large to be a page."""

import zlib
from typing import Final

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response, TextResponse

from panan_spider.core.outcomes import Outcome
from panan_spider.middlewares.outcome_errors import OutcomeError

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
        packings = b",".join(response.headers.getlist("Content-Encoding")).lower().split(b",")
        outermost = packings[-1].strip()
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
    outermost = b",".join(response.headers.getlist("Content-Encoding")).lower().split(b",")[-1].strip()
    return bool(response.body) and any(_reaches_end(response.body, wbits) for wbits in _CHECKED.get(outermost, ()))


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
