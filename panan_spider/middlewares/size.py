"""Bodies unpacked, and the fate of those that are too large to be a page."""

from scrapy import Request
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response

from panan_spider.middlewares.fates import Fate
from panan_spider.outcomes import Outcome


class UnpackMiddleware(HttpCompressionMiddleware):
    """Scrapy's decompression; what exceeds DOWNLOAD_MAXSIZE, raw or unpacked, is `too_large`."""

    def process_response(self, request: Request, response: Response) -> Request | Response:  # type: ignore[override]
        """Raises Fate(TOO_LARGE) for a decompression bomb, Fate(FAILED) for a body that cannot be unpacked."""
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise Fate(Outcome.TOO_LARGE, "larger than a page when unpacked") from error
        except (OSError, EOFError, ValueError) as error:
            raise Fate(Outcome.FAILED, f"its compressed body cannot be read: {error}") from error

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raises Fate(TOO_LARGE) where the download was cancelled for its size."""
        if isinstance(exception, DownloadCancelledError):
            raise Fate(Outcome.TOO_LARGE, "larger than a page") from exception
