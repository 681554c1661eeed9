"""Errors in our own house: whatever breaks, the rest is stored, the exit code says so, and the next run heals it."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import harness
import pytest
from harness import Crawler, Serve

from demo_site.proxy import ProxyServer
from panan_spider import settings as project

#: Spiders of the project's own name, broken in one place.
BROKEN = """
from panan_spider.spiders.county import CountySpider

class Panan(CountySpider):
    name = "panan"

    def prepare(self):
        super().prepare()
        sound = self.{owner}.read_article

        def read_article(response, *args, **kwargs):
            if response.url.endswith("{name}"):
                raise {error}
            return sound(response, *args, **kwargs)

        self.{owner}.read_article = read_article
"""

BREAKING = """
class Breaking:
    def process_item(self, item):
        if item.id == "{number}":
            raise RuntimeError("broken on purpose")
        return item
"""


def numbers(server: ProxyServer) -> list[str]:
    return sorted(record.id for record in server.site.records)


def stored(run: harness.Crawl) -> list[str]:
    return sorted(article["id"] for article in run.articles)


@pytest.fixture
def broken(demo: ProxyServer, crawl: Crawler, tmp_path: Path) -> Callable[..., harness.Crawl]:
    """`broken(module, text, **settings)`: a crawl with that module on its path."""

    def run(module: str, text: str, **settings: object) -> harness.Crawl:
        (tmp_path / f"{module}.py").write_text(text)
        return crawl(demo, settings=settings, env={"PYTHONPATH": str(tmp_path)})

    return run


PURPOSE = 'RuntimeError("broken on purpose")'


@pytest.mark.parametrize("owner", ["articles", "session"])
def test_an_exception_in_the_spider(
    demo: ProxyServer, crawl: Crawler, broken: Callable[..., harness.Crawl], owner: str
) -> None:
    name = demo.site.listing("sj")[0].url.rsplit("/", 1)[1]
    run = broken("broken_spider", BROKEN.format(owner=owner, name=name, error=PURPOSE), SPIDER_MODULES="broken_spider")
    assert run.code == 10, run.said
    assert len(stored(run)) == len(numbers(demo)) - 1
    assert run.report["sums_match"]
    assert run.report["spider_errors"] == 1
    assert "1 exceptions in the spider" in run.report["reason"]
    assert "broken on purpose" in run.stderr  # this traceback someone needs
    again = crawl(demo)
    assert (again.code, stored(again)) == (0, numbers(demo)), again.said


@pytest.mark.parametrize(
    ("error", "line", "reason"),
    [
        ("OSError(24, 'Too many open files')", "Too many open files", "1 exceptions in the spider"),
        ("MemoryError()", "out of memory", "1 failed"),
    ],
)
def test_a_limit_of_the_machine_is_a_line_without_a_traceback(
    demo: ProxyServer, crawl: Crawler, broken: Callable[..., harness.Crawl], error: str, line: str, reason: str
) -> None:
    name = demo.site.listing("sj")[0].url.rsplit("/", 1)[1]
    text = BROKEN.format(owner="session", name=name, error=error)
    run = broken("broken_spider", text, SPIDER_MODULES="broken_spider")
    assert run.code == 10, run.said
    assert reason in run.report["reason"] and run.report["sums_match"]
    assert line in run.stderr and "Traceback" not in run.stderr
    again = crawl(demo)
    assert (again.code, stored(again)) == (0, numbers(demo)), again.said


@pytest.mark.parametrize("place", [50, 350, 450])
def test_an_exception_in_a_pipeline(
    demo: ProxyServer, crawl: Crawler, broken: Callable[..., harness.Crawl], place: int
) -> None:
    victim = demo.site.listing("sj")[0].id
    row = json.dumps({**project.ITEM_PIPELINES, "breaking.Breaking": place})
    run = broken("breaking", BREAKING.format(number=victim), ITEM_PIPELINES=row)
    assert run.code == 10, run.said
    assert "1 exceptions in a pipeline" in run.report["reason"]
    assert run.report["sums_match"]
    assert len(stored(run)) == len(numbers(demo)) - (place < 400)
    again = crawl(demo)
    assert (again.code, stored(again)) == (0, numbers(demo)), again.said


def test_a_feed_that_cannot_be_written_is_refused_before_any_request(
    demo: ProxyServer, crawl: Crawler, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    run = crawl(demo, extra=("-O", str(tmp_path / "file" / "out.jsonl")))
    assert run.code == 1, run.said
    assert "file is no folder" in run.stderr and run.stderr.count("\n") == 1
    assert demo.requests == [] and not run.data.exists()


def test_stopped_while_the_server_wants_to_be_left_alone(serving: Serve, tmp_path: Path) -> None:
    server = serving("rate-limit-forever:200")
    process = harness.start(server.url, tmp_path / "data")
    while not any(request.status == 429 for request in server.requests):
        assert process.poll() is None
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGTERM)
    told = time.monotonic()
    run = harness.finish(process, tmp_path / "data")
    assert run.code == 16, run.said
    assert time.monotonic() - told < 100  # the server said 200
    assert run.report["sums_match"]


def test_stopped_twice(serving: Serve, crawl: Crawler, tmp_path: Path) -> None:
    server = serving("timeout%100")
    process = harness.start(server.url, tmp_path / "data")
    while not server.faults[0].met and process.poll() is None:
        time.sleep(0.05)
    assert process.stderr is not None
    os.kill(process.pid, signal.SIGTERM)
    while "shutting down gracefully" not in process.stderr.readline():  # two signals at once would be one
        assert process.poll() is None
    os.kill(process.pid, signal.SIGTERM)
    run = harness.finish(process, tmp_path / "data")
    assert run.code == 16, run.said
    assert "stopped by force" in run.stderr
    server.faults.clear()
    again = crawl(server)
    assert (again.code, stored(again)) == (0, numbers(server)), again.said
