"""The wire: framings that browsers accept, bodies that prove themselves whole, and the reason of those that do not."""

import gzip
import json
import socketserver
import subprocess
import sys
import threading
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import pytest
from harness import ROOT, environment

BODY: Final = "<html><body><p>一段样例文字。</p></body></html>".encode()
PACKED: Final = gzip.compress(BODY)

#: Fetches addresses by the project's download handler and decompression, and prints what came as JSON.
_SCRIPT: Final = """
import json, sys
from scrapy import Request, Spider
from scrapy.crawler import CrawlerProcess
from scrapy.utils.project import get_project_settings

class Fetch(Spider):
    name, found = "fetch", {}
    async def start(self):
        for url in sys.argv[1:]:
            yield Request(url, callback=self.show, errback=self.tell)
    def show(self, response):
        self.found[response.request.url] = [response.status, response.flags, response.text]
    def tell(self, failure):
        self.found[failure.request.url] = str(failure.value)

settings = get_project_settings()
settings.setdict({"LOG_ENABLED": False, "EXTENSIONS": {}, "ITEM_PIPELINES": {}, "DOWNLOAD_DELAY": 0, "AUTOTHROTTLE_ENABLED": False,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8})
settings["DOWNLOADER_MIDDLEWARES"] = {name: place for name, place in settings["DOWNLOADER_MIDDLEWARES"].items()
    if place is None or "Decompression" in name}
process = CrawlerProcess(settings)
process.crawl(Fetch)
process.start()
print(json.dumps(Fetch.found))
"""


def head(*lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", "Content-Type: text/html; charset=utf-8", *lines, "", ""]).encode()


def chunked(size: str, last: str) -> bytes:
    parts = (BODY[:20], BODY[20:])
    return (
        b"".join(size.format(f"{len(part):x}").encode() + b"\r\n" + part + b"\r\n" for part in parts)
        + f"{last}\r\n\r\n".encode()
    )


_CHUNKED: Final = head("Transfer-Encoding: chunked")
_UNPACKED_LENGTH: Final = head("Content-Encoding: gzip", f"Content-Length: {len(PACKED) + 500}")

WHOLE: Final = {
    "plain": head(f"Content-Length: {len(BODY)}") + BODY,
    "chunks": _CHUNKED + chunked("{}", "0"),
    "blanks-behind-chunk-sizes": _CHUNKED + chunked("{}  ", "0  "),
    "blanks-before-chunk-sizes": _CHUNKED + chunked(" {}", " 0"),
    "tabs-and-extensions": _CHUNKED + chunked("{}\t;name=value", "0 "),
    "leading-zeros": _CHUNKED + chunked("0000{}", "0000"),
    "identity": head("Transfer-Encoding: identity", f"Content-Length: {len(BODY)}") + BODY,
    "identity-without-length": head("Transfer-Encoding: Identity", "Connection: close") + BODY,
    "long-header": head(f"Set-Cookie: a={'x' * 20_000}", f"Content-Length: {len(BODY)}") + BODY,
    "length-of-the-unpacked-body": _UNPACKED_LENGTH + PACKED,
    "length-of-the-unpacked-body-deflate": head("Content-Encoding: deflate", "Content-Length: 9000")
    + zlib.compress(BODY),
}
BROKEN: Final = {
    "cut": (head(f"Content-Length: {len(BODY)}") + BODY[:-9], "cut short"),
    "cut-gzip": (_UNPACKED_LENGTH + PACKED[:-9], "cut short"),
    "wrong-checksum": (_UNPACKED_LENGTH + PACKED[:-8] + bytes(8), "cut short"),
    "last-chunk-missing": (_CHUNKED + chunked("{}", "0")[:-5], "cut short"),
    "no-chunk-size": (_CHUNKED + chunked("x{}", "0"), "cut short"),
    "unknown-encoding": (head("Transfer-Encoding: rot13") + BODY, "Transfer-Encoding 'rot13' is not understood"),
    "endless-header": (head(f"Set-Cookie: a={'x' * 100_000}") + BODY, "header line is longer than 65536 bytes"),
}


@contextmanager
def answering(answers: Mapping[str, bytes]) -> Iterator[str]:
    """A server on loopback that answers each path with raw bytes, and closes the connection."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked = b""
            while b"\r\n\r\n" not in asked:
                asked += self.request.recv(65_536)
            self.request.sendall(answers[asked.split(b" ")[1].decode().strip("/")])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


@pytest.fixture(scope="module")
def fetched() -> dict[str, object]:
    """What one process made of every answer, by name."""
    answers = WHOLE | {name: raw for name, (raw, _reason) in BROKEN.items()}
    with answering(answers) as url:
        words = [sys.executable, "-c", _SCRIPT, *(url + name for name in answers)]
        done = subprocess.run(
            words, check=True, cwd=ROOT, env=environment(None), capture_output=True, text=True, timeout=120
        )
    return {address.rsplit("/", 1)[-1]: result for address, result in json.loads(done.stdout).items()}


@pytest.mark.parametrize("name", WHOLE)
def test_a_framing_that_browsers_accept_gives_the_page(fetched: dict[str, object], name: str) -> None:
    result = fetched[name]
    assert isinstance(result, list), result
    status, flags, text = result
    assert (status, text) == (200, BODY.decode())
    assert "dataloss" not in flags


@pytest.mark.parametrize("name", BROKEN)
def test_a_body_that_is_not_whole_says_why(fetched: dict[str, object], name: str) -> None:
    result = fetched[name]
    assert isinstance(result, str), result
    assert BROKEN[name][1] in result
    assert "<twisted" not in result
