"""`scrapy crawl` of spiders that have no archive: true exit codes for them too."""

import re
from collections.abc import Callable
from pathlib import Path

import harness
import pytest
from harness import Serve

from demo_site.proxy import ProxyServer

QUICK = {"PANAN_RETRY_BASE": 0.01, "RETRY_TIMES": 1}

SPIDERS = """
import gc

import scrapy
from pydantic import BaseModel

class Fine(scrapy.Spider):
    name = "fine"
    start_urls = ["http://panews.zjol.com.cn/"]

    def parse(self, response):
        yield {"title": response.css("title::text").get()}

class Broken(Fine):
    name = "broken"

    def parse(self, response):
        raise RuntimeError("broken")

class Gone(Fine):
    name = "gone"
    start_urls = ["http://panews.zjol.com.cn/nowhere.html"]

class Picky(Fine):
    name = "picky"

    def __init__(self, **kwargs):
        raise ValueError("never pleased")

class Handling(Fine):
    name = "handling"

    async def start(self):
        yield scrapy.Request(self.start_urls[0], errback=self.note)

    def note(self, failure):
        self.logger.info("noted")

class Stopped(Fine):
    name = "stopped"

    def parse(self, response):
        raise scrapy.exceptions.CloseSpider("enough")

class Loaded(Fine):
    name = "loaded"

    def parse(self, response):
        self.logger.info("spared: %d, looked through: %d", gc.get_freeze_count(), len(gc.get_objects()))

class Given(BaseModel):
    depth: int = 1

class Typed(Fine):
    name = "typed"

    def __init__(self, **kwargs):
        super().__init__()
        self.given = Given.model_validate(kwargs)
"""

Run = Callable[..., harness.Crawl]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`run("fine", proxy, **settings)`: one of the spiders above, to its end."""
    (tmp_path / "others.py").write_text(SPIDERS)

    def run(name: str, proxy: str, *extra: str, **settings: object) -> harness.Crawl:
        given = {**QUICK, "SPIDER_MODULES": "others", **settings}
        words = [word if word != "panan" else name for word in harness.command(tmp_path / "data", None, given, extra)]
        return harness.finish(harness.launch(words, proxy, {"PYTHONPATH": str(tmp_path)}), tmp_path / "data")

    return run


@pytest.mark.parametrize(
    ("name", "code"), [("fine", 0), ("broken", 10), ("gone", 10), ("stopped", 10), ("picky", 1), ("typed", 0)]
)
def test_it_has_a_true_code(demo: ProxyServer, run: Run, name: str, code: int) -> None:
    ended = run(name, demo.url)
    assert ended.code == code, ended.said
    assert not ended.data.exists()


@pytest.mark.parametrize("name", ["fine", "handling"])
@pytest.mark.parametrize("obey", [True, False])
def test_a_refused_connection_is_no_success_and_no_traceback(run: Run, name: str, obey: bool) -> None:
    with harness.refusing_proxy() as proxy:
        ended = run(name, proxy, ROBOTSTXT_OBEY=obey)
    assert ended.code == 10, ended.said
    assert "Traceback" not in ended.stderr
    assert "refused" in ended.stderr or (name == "handling" and not obey)


def test_what_a_retry_heals_is_a_success(serving: Serve, run: Run) -> None:
    ended = run("fine", serving("server-errors:1%100@/$").url)
    assert ended.code == 0, ended.said


def test_what_no_retry_heals_is_none(serving: Serve, run: Run) -> None:
    ended = run("handling", serving("always-5xx%100@/$").url)
    assert ended.code == 10, ended.said


def test_what_a_spider_says_of_its_arguments_is_one_line(demo: ProxyServer, run: Run) -> None:
    ended = run("typed", demo.url, "-a", "depth=deep")
    assert ended.code == 1, ended.said
    (line,) = (line for line in ended.stderr.splitlines() if line.startswith("panan: "))
    assert "depth" in line and ended.stderr.endswith(f"{line}\n") and "Traceback" not in ended.stderr
    assert demo.requests == []


def test_a_pipeline_that_breaks_is_no_success(demo: ProxyServer, run: Run, tmp_path: Path) -> None:
    (tmp_path / "breaking.py").write_text("class Breaking:\n    def process_item(self, item):\n        1 / 0\n")
    ended = run("fine", demo.url, ITEM_PIPELINES='{"breaking.Breaking": 1}')
    assert ended.code == 10, ended.said
    assert "ZeroDivisionError" in ended.stderr


def test_what_is_loaded_when_a_crawl_opens_is_not_looked_through_for_garbage(demo: ProxyServer, run: Run) -> None:
    (found,) = re.findall(r"spared: (\d+), looked through: (\d+)", run("loaded", demo.url).stderr)
    assert int(found[0]) > 10 * int(found[1])
