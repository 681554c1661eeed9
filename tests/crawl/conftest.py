"""What the tests of whole crawls share: a demo site of their own each, and a crawl of it."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Crawler, Serve

from demo_site.faults import Fault, parse
from demo_site.proxy import ProxyServer, serve
from demo_site.site import Site


@pytest.fixture
def serving() -> Iterator[Serve]:
    """`serving("drop%10", articles=200)`: a fresh site with those faults, served until the test ends."""
    with ExitStack() as stack:

        def start(*faults: str | Fault, articles: int = 120, seed: int = 1) -> ProxyServer:
            chain = [parse(fault) if isinstance(fault, str) else fault for fault in faults]
            return stack.enter_context(serve(Site.build(seed, articles), chain))

        yield start


@pytest.fixture
def demo(serving: Serve) -> ProxyServer:
    """A fresh site of 120 articles without faults, served. `.site`, `.url`, `.requests`, `.strays`."""
    return serving()


@pytest.fixture
def crawl(tmp_path: Path) -> Crawler:
    """`crawl(server, {"sections": "书记"}, {"LOG_LEVEL": "INFO"}, data=…, env=…, extra=…, timeout=…)`; see harness.crawl.

    Without `data` every crawl of a test goes into one folder, so a second call is a second run.
    """

    def run(
        server: ProxyServer, args: dict[str, Any] | None = None, settings: dict[str, Any] | None = None, **more: Any
    ) -> harness.Crawl:
        data = more.pop("data", tmp_path / "data")
        return harness.crawl(server.url, data, args, settings, **more)

    return run
