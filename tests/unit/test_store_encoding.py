"""Content-encodings undone: each that is asked for, whole or broken, never beyond the limit."""

import gzip
import sys
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest

from panan_spider.archive.store.warc_file import decoded

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

PAGE = "磐安新闻网".encode() * 50_000


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "raw deflate": ("deflate", _raw_deflate),
    "br": ("br", brotli.compress),
    "zstd": ("zstd", zstd.compress),
}


@pytest.mark.parametrize("name", PACKERS)
def test_a_whole_body_is_undone(name: str) -> None:
    header, pack = PACKERS[name]
    assert decoded(pack(PAGE), header, 10_000_000) == PAGE


@pytest.mark.parametrize("name", PACKERS)
def test_no_body_grows_beyond_the_limit(name: str) -> None:
    header, pack = PACKERS[name]
    bomb = pack(b"\x00" * 50_000_000)
    tracemalloc.start()
    assert decoded(bomb, header, 1_000) == b"\x00" * 1_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


@pytest.mark.parametrize("name", PACKERS)
def test_a_body_that_breaks_off_is_read_as_far_as_it_goes(name: str) -> None:
    header, pack = PACKERS[name]
    packed = pack(bytes(range(256)) * 2_000)
    assert (bytes(range(256)) * 2_000).startswith(decoded(packed[: len(packed) // 2], header, 10_000_000))


@pytest.mark.parametrize("name", PACKERS)
def test_a_body_that_is_not_what_its_header_says_stays_as_it_is(name: str) -> None:
    assert decoded(b"<html>plain", PACKERS[name][0], 10_000_000) == b"<html>plain"


def test_several_encodings_are_undone_last_first() -> None:
    assert decoded(brotli.compress(gzip.compress(PAGE)), "gzip, br", 10_000_000) == PAGE


@pytest.mark.parametrize("header", [None, "", "identity", "exi"])
def test_an_unknown_or_absent_encoding_changes_nothing(header: str | None) -> None:
    assert decoded(PAGE, header, 10_000_000) == PAGE


@pytest.mark.parametrize("name", PACKERS)
def test_an_empty_body_is_empty(name: str) -> None:
    assert decoded(b"", PACKERS[name][0], 100) == b""
