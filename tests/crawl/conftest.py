"""What the tests of whole crawls share: a demo site of their own each, and a crawl of it."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import harness
import pytest
from harness import Begun, Crawler, Firsts, Serve

from demo_site.county import County
from demo_site.county_panan import PANAN
from demo_site.faults import Fault, parse
from demo_site.proxy import ProxyServer, serve
from demo_site.site import Site


@pytest.fixture
def serving() -> Iterator[Serve]:
    """`serving("drop%10", articles=200)`: a fresh site with those faults, served until the test ends."""
    with ExitStack() as stack:

        def start(*faults: str | Fault, articles: int = 120, seed: int = 1, county: County = PANAN) -> ProxyServer:
            chain = [parse(fault) if isinstance(fault, str) else fault for fault in faults]
            return stack.enter_context(serve(Site.build(seed, articles, county), chain))

        yield start


@pytest.fixture
def demo(serving: Serve) -> ProxyServer:
    """A fresh site of 120 articles without faults, served. `.site`, `.url`, `.requests`, `.strays`."""
    return serving()


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Firsts:
    """`first(articles=120)`: a first run over a healthy site of seed 1, made once a test process. Look, and change nothing."""
    made: dict[int, harness.First] = {}

    def look(articles: int = 120) -> harness.First:
        if articles not in made:
            data = tmp_path_factory.mktemp(f"first-{articles}") / "data"
            with serve(Site.build(1, articles), []) as server:
                run = harness.crawl(server.url, data)
            assert run.code == 0, run.said
            made[articles] = harness.First(run, server.site, server.requests, server.strays)
        return made[articles]

    return look


@pytest.fixture
def begun(first: Firsts, serving: Serve, tmp_path: Path) -> Begun:
    """`begun("drop%10", articles=120)`: a fresh site, and a copy of what a first run over it left, in `crawl`'s folder."""

    def begin(*faults: str | Fault, articles: int = 120) -> tuple[ProxyServer, harness.Crawl]:
        run = first(articles).run
        shutil.copytree(run.data, tmp_path / "data")
        return serving(*faults, articles=articles), replace(run, data=tmp_path / "data")

    return begin


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
