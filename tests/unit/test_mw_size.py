"""Bodies unpacked, and what is too large to be a page: found out without unpacking it all."""

import gzip
import tracemalloc
import zlib

import brotli
import pytest
from scrapy import Request
from scrapy.exceptions import DownloadCancelledError
from scrapy.http import HtmlResponse, Response
from scrapy.utils.test import get_crawler

from panan_spider.core.outcomes import Outcome
from panan_spider.middlewares.raw_capture import DecompressionMiddleware
from panan_spider.middlewares.retry import OutcomeError
from panan_spider.spiders.county import spider_class

URL = "http://www.panews.cn/system/2020/03/07/000000001.shtml"
MB = 1 << 20
LIMIT = 10 * MB
PAGE = ("<html><body>" + "磐安" * 500 + "</body></html>").encode()


def unpacked(encoding: str, body: bytes) -> Request | Response:
    middleware = DecompressionMiddleware.from_crawler(get_crawler(spider_class("panan"), {"DOWNLOAD_MAXSIZE": LIMIT}))
    headers = {"Content-Encoding": encoding, "Content-Type": "text/html; charset=utf-8"}
    return middleware.process_response(Request(URL), Response(URL, headers=headers, body=body))


def bomb(megabytes: int) -> bytes:
    """That many megabytes of zeros in gzip, packed a megabyte at a time."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(bytes(MB)) for _ in range(megabytes)), packer.flush()])


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0)), ("x-gzip", gzip.compress(PAGE, mtime=0)), ("deflate", zlib.compress(PAGE)),
        ("br", brotli.compress(PAGE)),
    ],
)  # fmt: skip
def test_a_packed_page_is_unpacked(encoding: str, body: bytes) -> None:
    page = unpacked(encoding, body)
    assert isinstance(page, HtmlResponse)
    assert page.body == PAGE


def test_a_bomb_is_too_large_and_never_unpacked_whole() -> None:
    packed = bomb(200)
    assert len(packed) < MB
    tracemalloc.start()
    try:
        with pytest.raises(OutcomeError) as ended:
            unpacked("gzip", packed)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert ended.value.outcome is Outcome.TOO_LARGE
    assert most < 4 * LIMIT


def test_a_bomb_in_a_bomb_is_too_large() -> None:
    with pytest.raises(OutcomeError) as ended:
        unpacked("gzip, gzip", gzip.compress(bomb(100)))
    assert ended.value.outcome is Outcome.TOO_LARGE


def test_a_page_of_just_the_limit_is_a_page() -> None:
    page = unpacked("gzip", gzip.compress(bytes(LIMIT)))
    assert isinstance(page, Response)
    assert len(page.body) == LIMIT


def test_one_byte_more_is_too_large() -> None:
    with pytest.raises(OutcomeError) as ended:
        unpacked("gzip", gzip.compress(bytes(LIMIT + 1)))
    assert ended.value.outcome is Outcome.TOO_LARGE


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_body_that_cannot_be_unpacked_is_lost_data(encoding: str) -> None:
    assert "dataloss" in unpacked(encoding, b"<html> not packed at all " * 20).flags


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(PAGE, mtime=0)), ("deflate", zlib.compress(PAGE)), ("deflate", zlib.compress(PAGE)[2:-4]),
        ("gzip", gzip.compress(b"<html>", mtime=0) + gzip.compress(PAGE, mtime=0)),
    ],
    ids=["gzip", "deflate", "raw deflate", "two members"],
)  # fmt: skip
def test_a_packed_body_cut_short_or_damaged_is_lost_data(encoding: str, packed: bytes) -> None:
    assert unpacked(encoding, packed).flags == []
    for spoilt in (packed[:-3], packed[: len(packed) // 2], packed[:30] + b"\xff" * (len(packed) - 30)):
        assert "dataloss" in unpacked(encoding, spoilt).flags, spoilt


def test_a_wrong_checksum_is_lost_data() -> None:
    packed = gzip.compress(PAGE, mtime=0)
    assert "dataloss" in unpacked("gzip", packed[:-8] + b"\0\0\0\0" + packed[-4:]).flags


def test_bytes_after_the_end_cost_nothing() -> None:
    assert unpacked("gzip", gzip.compress(PAGE, mtime=0) + b"\r\n").flags == []


def test_only_packings_whose_cut_shows_are_asked_for() -> None:
    request = Request(URL)
    DecompressionMiddleware.from_crawler(get_crawler(spider_class("panan"))).process_request(request)
    assert request.headers["Accept-Encoding"] == b"gzip, deflate"


def test_a_download_cancelled_for_its_size_is_too_large() -> None:
    middleware = DecompressionMiddleware.from_crawler(get_crawler(spider_class("panan")))
    with pytest.raises(OutcomeError) as ended:
        middleware.process_exception(Request(URL), DownloadCancelledError("larger than download max size"))
    assert ended.value.outcome is Outcome.TOO_LARGE
    middleware.process_exception(Request(URL), TimeoutError())
