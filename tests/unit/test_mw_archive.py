"""Every response into the WARC as it came, and what later parts of the run learn of it."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from scrapy import Request
from scrapy.exceptions import NotConfigured
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler
from store_helpers import an_article, url_of

from panan_spider.archive.store.files import StoreError
from panan_spider.archive.store.warc_file import HttpExchange, read
from panan_spider.core.outcomes import Outcome
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.items import WarcLocation
from panan_spider.middlewares.raw_capture import RawCaptureMiddleware
from panan_spider.middlewares.retry import OutcomeError
from panan_spider.spiders.county import spider_class

URL = url_of(1)


@pytest.fixture
def extension(tmp_path: Path) -> Iterator[ArchiveRunExtension]:
    crawler = get_crawler(spider_class("panan"), {"PANAN_DATA_DIR": str(tmp_path / "data")})
    crawler.spider = spider_class("panan").from_crawler(crawler)
    crawler.engine = SimpleNamespace(spider=None)  # type: ignore[assignment]
    made = ArchiveRunExtension.from_crawler(crawler)
    crawler.extensions = SimpleNamespace(middlewares=[made])  # type: ignore[assignment]
    yield made
    made.archive.close({})


@pytest.fixture
def middleware(extension: ArchiveRunExtension) -> RawCaptureMiddleware:
    return RawCaptureMiddleware.from_crawler(extension.crawler)


def test_a_response_is_kept_as_it_came_and_the_request_learns_where(
    extension: ArchiveRunExtension, middleware: RawCaptureMiddleware
) -> None:
    request = Request(URL, headers={"Accept-Language": "zh-CN"})
    response = HtmlResponse(URL, body=b"<html>", headers={"Content-Type": "text/html", "X-A": ["1", "2"]})
    assert middleware.process_response(request, response) is response
    kept = read(extension.archive.folder, request.meta["warc"])
    assert (kept.url, kept.status, kept.body) == (URL, 200, b"<html>")
    assert [value for name, value in kept.headers if name == "X-A"] == ["1", "2"]
    assert kept.at == request.meta["fetched_at"]
    assert extension.archive.places[URL] == request.meta["warc"]


@pytest.mark.parametrize("status", [200, 302, 404, 429, 503])
def test_every_status_is_kept(extension: ArchiveRunExtension, middleware: RawCaptureMiddleware, status: int) -> None:
    request = Request(URL)
    middleware.process_response(request, Response(URL, status=status, body=b"said"))
    assert read(extension.archive.folder, request.meta["warc"]).status == status


def test_304_is_a_revisit_of_what_it_confirms(
    extension: ArchiveRunExtension, middleware: RawCaptureMiddleware, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = Request(URL)
    middleware.process_response(first, Response(URL, body=b"<html>"))
    article = an_article().model_copy(update={"warc": first.meta["warc"], "fetched_at": first.meta["fetched_at"]})
    extension.archive.store_all([(article, Outcome.STORED)])
    told: list[tuple[str | None, str | None]] = []
    revisit = extension.archive.write_revisit

    def noting(exchange: HttpExchange, number: str | None, part: str | None) -> WarcLocation:
        told.append((number, part))
        return revisit(exchange, number, part)

    monkeypatch.setattr(extension.archive, "write_revisit", noting)
    middleware.process_response(Request(URL), Response(URL, status=304))
    assert told == [("000000001", None)]


def test_validators_of_an_article_are_noted_for_its_mark(
    extension: ArchiveRunExtension, middleware: RawCaptureMiddleware
) -> None:
    headers = {"ETag": '"1"', "Last-Modified": "Sat, 07 Mar 2020 00:00:00 GMT"}
    middleware.process_response(Request(URL), Response(URL, headers=headers))
    middleware.process_response(Request("http://www.panews.cn/shuji/"), Response("http://www.panews.cn/shuji/"))
    middleware.process_response(Request(url_of(2)), Response(url_of(2), status=404, headers=headers))
    assert extension.archive.validators == {URL: ('"1"', "Sat, 07 Mar 2020 00:00:00 GMT")}


def test_an_article_reached_by_redirects_is_noted_where_it_was_asked_for(
    extension: ArchiveRunExtension, middleware: RawCaptureMiddleware
) -> None:
    asked = "http://panews.zjol.com.cn/panews/system/2020/03/07/000000001.shtml"
    request = Request(URL, meta={"redirect_urls": [asked, "http://www.panews.cn/x"]})
    middleware.process_response(request, Response(URL, headers={"ETag": '"1"'}))
    assert extension.archive.validators[asked] == ('"1"', None)
    assert extension.archive.places[asked] == extension.archive.places[URL] == request.meta["warc"]


def test_an_archive_that_refuses_ends_the_run_and_every_request_after_it(
    extension: ArchiveRunExtension, middleware: RawCaptureMiddleware, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(exchange: object) -> None:
        raise StoreError("no space left")

    middleware.process_request(Request(URL))
    monkeypatch.setattr(extension.archive, "write_response", refuse)
    with pytest.raises(OutcomeError) as ended:
        middleware.process_response(Request(URL), Response(URL))
    assert ended.value.outcome is Outcome.PENDING
    assert isinstance(extension.store_error, StoreError)
    with pytest.raises(OutcomeError):
        middleware.process_request(Request(url_of(2)))


def test_a_run_without_an_archive_has_no_such_middleware() -> None:
    crawler = get_crawler(spider_class("panan"))
    crawler.extensions = SimpleNamespace(middlewares=[])  # type: ignore[assignment]
    with pytest.raises(NotConfigured):
        RawCaptureMiddleware.from_crawler(crawler)
