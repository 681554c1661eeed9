"""Raw capture middleware: writes every response to the WARC as received, before any other middleware sees it."""

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.http import Headers, Response

from panan_spider.archive.ledger.stored_articles import KnownPart
from panan_spider.archive.store.files import StoreError
from panan_spider.archive.store.warc_file import HttpExchange
from panan_spider.core.clock import moment, now
from panan_spider.core.outcomes import Outcome
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.items import WarcLocation
from panan_spider.middlewares.outcome_errors import OutcomeError
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind


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
        tags = _text(response, "ETag"), _text(response, "Last-Modified")
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


def _text(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
