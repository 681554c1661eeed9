"""Memory, or threads, that are used up: the run ends at once with one clear line, or goes on without one page; the next run has all."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import harness
import pytest
from harness import Crawler

from demo_site.proxy import ProxyServer
from panan_spider import settings as project

QUICK = {"DOWNLOAD_TIMEOUT": 5, "RETRY_TIMES": 0, "PANAN_RETRY_BASE": 0.01}

#: Lets the process have `mib` MiB more than it holds when the spider is opened.
LIMIT = """
import resource
from scrapy import signals

class Limit:
    @classmethod
    def from_crawler(cls, crawler):
        limit = cls()
        crawler.signals.connect(limit.opened, signal=signals.spider_opened)
        return limit

    def opened(self):
        pages = int(open("/proc/self/statm").read().split()[0])
        size = pages * resource.getpagesize() + ({mib} << 20)
        resource.setrlimit(resource.RLIMIT_AS, (size, size))

class Tags:
    def process_response(self, request, response):
        if not response.url.endswith("{name}"):
            return response
        return response.replace(body=response.body.replace(b"</body>", b"<i></i>" * 40000 + b"</body>"))
"""

#: Raises MemoryError where the thirtieth body is handed on whole: its download never ends then, not at its timeout either.
PROTOCOL = """
from scrapy.core.downloader.handlers import http11

sound, bodies = http11._ResponseReader._finish_response, []

def finish(self, *args, **kwargs):
    bodies.append(1)
    if len(bodies) == 30:
        self._bodybuf.close()
        raise MemoryError
    sound(self, *args, **kwargs)

http11._ResponseReader._finish_response = finish

class Fault:
    pass
"""

#: Raises MemoryError in a call of the event loop, which cannot report it either.
LOOP = """
import asyncio
from scrapy import signals

def out_of_memory(*context):
    raise MemoryError

class Fault:
    @classmethod
    def from_crawler(cls, crawler):
        fault = cls()
        fault.answers = 0
        crawler.signals.connect(fault.answered, signal=signals.response_downloaded)
        return fault

    def answered(self):
        self.answers += 1
        if self.answers == 30:
            loop = asyncio.get_running_loop()
            loop.call_exception_handler = out_of_memory
            loop.call_soon(out_of_memory)
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a limit of address space acts on Linux alone")


@pytest.fixture
def short(demo: ProxyServer, crawl: Crawler, tmp_path: Path) -> Callable[..., harness.Crawl]:
    """`short(text, extension, **settings)`: a first crawl with an extension of that text."""

    def run(text: str, extension: str, **settings: object) -> harness.Crawl:
        (tmp_path / "short.py").write_text(text)
        row = json.dumps({**project.EXTENSIONS, f"short.{extension}": 900})
        given = {**QUICK, "EXTENSIONS": row, **settings}
        return crawl(demo, settings=given, env={"PYTHONPATH": str(tmp_path)}, timeout=60)

    return run


def _next_run_has_all(demo: ProxyServer, crawl: Crawler) -> None:
    run = crawl(demo)
    assert run.code == 0, run.said
    assert sorted(article["id"] for article in run.articles) == sorted(record.id for record in demo.site.records)


@pytest.mark.parametrize(
    ("text", "extension"),
    [(LIMIT.format(mib=8, name="-"), "Limit"), (PROTOCOL, "Fault"), (LOOP, "Fault")],
    ids=["a limit that leaves nothing", "lost by the protocol", "lost by the event loop"],
)
def test_the_run_ends_at_once_with_one_line(
    demo: ProxyServer, crawl: Crawler, short: Callable[..., harness.Crawl], text: str, extension: str
) -> None:
    run = short(text, extension)
    assert run.code == 10, run.said
    assert "panan: exit 10" in run.stderr and "the run ended early: out of memory" in run.stderr
    assert "Traceback" not in run.stderr
    assert run.report["sums_match"] and len(run.articles) < len(demo.site.records)
    _next_run_has_all(demo, crawl)


def test_a_page_that_memory_does_not_suffice_for_is_a_failure_of_its_own(
    demo: ProxyServer, crawl: Crawler, short: Callable[..., harness.Crawl]
) -> None:
    name = demo.site.listing("sj")[0].url.rsplit("/", 1)[1]
    middlewares = json.dumps({**project.DOWNLOADER_MIDDLEWARES, "short.Tags": 90})
    run = short(LIMIT.format(mib=72, name=name), "Limit", DOWNLOADER_MIDDLEWARES=middlewares)
    assert run.code == 10, run.said
    assert "exit 10 · 1 failed" in run.stderr and "not enough memory" in run.stderr
    assert "Traceback" not in run.stderr
    assert len(run.articles) == len(demo.site.records) - 1
    _next_run_has_all(demo, crawl)


#: Python imports it before all else: no thread can be started.
NO_THREADS = """
import _thread, threading

def start(*args, **kwargs):
    raise RuntimeError("can't start new thread")

_thread.start_new_thread = threading._start_new_thread = start
"""


def test_without_threads_the_run_ends(demo: ProxyServer, crawl: Crawler, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(NO_THREADS)
    run = crawl(demo, settings=QUICK, env={"PYTHONPATH": str(tmp_path)}, timeout=60)
    assert run.code == 13, run.said  # names are looked up in threads
    assert "can't start new thread" in run.stderr and "Traceback" not in run.stderr
    _next_run_has_all(demo, crawl)
