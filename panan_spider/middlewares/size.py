"""Bodies unpacked, and the fate of those that are too large to be a page."""

import zlib

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response

from panan_spider import site
from panan_spider.middlewares.fates import Fate
from panan_spider.outcomes import Outcome


class UnpackMiddleware(HttpCompressionMiddleware):
    """Scrapy's decompression; what exceeds DOWNLOAD_MAXSIZE, raw or unpacked, is `too_large`."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Raises Fate(TOO_LARGE) for a decompression bomb, Fate(FAILED) for a body that cannot be unpacked."""
        encoding = response.headers.get("Content-Encoding") or b""  # gone from the headers once it is undone
        try:
            unpacked = super().process_response(request, response)
        except IgnoreRequest as error:
            raise Fate(Outcome.TOO_LARGE, "larger than a page when unpacked") from error
        except Exception as error:  # every packing has errors of its own: zlib.error, brotli.error, ZstdError, …
            raise Fate(Outcome.FAILED, f"its compressed body cannot be read: {error}") from error
        if encoding.lower() == b"gzip" and isinstance(unpacked, Response) and _cut_short(response.body):
            unpacked.flags.append("dataloss")  # Scrapy gives what there is; patience asks for the rest
        return unpacked

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises Fate(TOO_LARGE) where the download was cancelled for its size."""
        if isinstance(exception, DownloadCancelledError):
            raise Fate(Outcome.TOO_LARGE, "larger than a page") from exception


def _cut_short(packed: bytes) -> bool:
    """Whether gzip ends before its end: a Content-Length that is too small shows nowhere else."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacker.decompress(packed, site.MAX_PAGE_BYTES + 1)
    except zlib.error:
        return False
    return bool(packed) and not unpacker.eof
