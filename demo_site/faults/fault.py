"""Fault: a layer between client and site that answers in the site's place or spoils its answer."""

import re
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final

from demo_site.response import Request, Response

Then = Callable[[Request], Response]

ARTICLES: Final = r"/system/\d{4}/|/t\d{8}_\d+"
LISTS: Final = r"/index(?:_\d+)?\.s?html|/sp/$|/system/count/"
PAGES: Final = r"^(?!.*/robots\.txt$)"
EVERYTHING: Final = ""
ROBOTS: Final = r"/robots\.txt$"
HTML: Final = {"Content-Type": "text/html; charset=utf-8"}


class Fault:
    """One fault. Subclasses give the defaults and `spoil`.

    `target` is a regular expression over absolute addresses, `share` the part of the addresses it fits that are
    touched: chosen by the address, so the same ones in every run.
    """

    name: ClassVar[str]
    target: ClassVar[str] = ARTICLES
    share: ClassVar[float] = 1.0
    default: ClassVar[str] = ""
    #: Hosts beside the site's own that answer while the fault is there.
    hosts: frozenset[str] = frozenset()

    def __init__(self, arg: str | None = None, target: str | None = None, share: float | None = None) -> None:
        self.arg = self.default if arg is None else arg
        self._target = re.compile(self.target if target is None else target)
        self._share = self.share if share is None else share
        self.met: Counter[str] = Counter()

    def touches(self, request: Request) -> bool:
        """Whether the fault has to do with this address."""
        if not self._target.search(request.url):
            return False
        return zlib.crc32(f"{self.name} {request.url}".encode()) % 10_000 < self._share * 10_000

    def answer(self, request: Request, then: Then) -> Response:
        """The answer to `request`; `then` gives what would be answered without this fault."""
        if not self.touches(request):
            return then(request)
        self.met[request.url] += 1
        return self.spoil(request, then)

    def spoil(self, request: Request, then: Then) -> Response:
        """The answer to a request the fault touches."""
        raise NotImplementedError

    def over(self, request: Request) -> bool:
        """Whether `arg`, a number of bad answers an address gives first (0: for ever), is used up for this address."""
        return 0 < int(self.arg) < self.met[request.url]


class Rewriting(Fault):
    """A fault that changes the text of whole, good pages."""

    def spoil(self, request: Request, then: Then) -> Response:
        """The page with `rewritten` bytes; anything but a page goes through."""
        response = then(uncompressed(request))
        if response.status != 200 or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return replace(response, body=self.rewritten(request, response.body))

    def rewritten(self, request: Request, body: bytes) -> bytes:
        """The page's bytes, changed. They are UTF-8 or GBK: work on ASCII that can be no second byte of GBK."""
        raise NotImplementedError


def uncompressed(request: Request) -> Request:
    """The same request from a client that takes no gzip."""
    headers = {name: value for name, value in request.headers.items() if name != "accept-encoding"}
    return replace(request, headers=headers)
