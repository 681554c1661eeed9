"""kill -9 at every write boundary and at random moments: run again, and nothing is lost, repeated or torn."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import harness
import killing
import pytest
from harness import Serve

from demo_site.proxy import ProxyServer
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.sites.profile import load_site

on_site = load_site().urls.on_site

KILLING = Path(__file__).with_name("killing.py")
BOUNDARIES = [f"{moment}-{point}" for moment in ("before", "after") for point in killing.POINTS]


def assert_whole(run: harness.Crawl, server: ProxyServer) -> None:
    assert run.code == 0, run.said
    expected = {record.id for record in server.site.records}
    assert len(expected) == 100
    assert Counter(article["id"] for article in run.articles) == Counter(dict.fromkeys(expected, 1))
    assert (run.data / "articles.jsonl").read_bytes().endswith(b"\n")
    warcs = sorted((run.data / "warc").glob("*.warc.gz"))
    checked = subprocess.run([sys.executable, "-m", "warcio.cli", "check", *map(str, warcs)], check=False)
    assert warcs
    assert checked.returncode == 0


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_killed_at_a_write_boundary(serving: Serve, tmp_path: Path, boundary: str) -> None:
    server, data = serving(articles=100), tmp_path / "data"
    later = (
        7 if "walk" in boundary else 3 if "line" in boundary else 37
    )  # a site has fewer sections, a write many lines
    for passage in (1, later):
        kill_at(server, data, boundary, passage)
    assert_whole(harness.crawl(server.url, data), server)


def test_killed_in_the_middle_of_a_write_of_lines(serving: Serve, tmp_path: Path) -> None:
    server, data = serving(articles=100), tmp_path / "data"
    for passage in (1, 2):
        kill_at(server, data, "middle-line", passage)
    assert not (data / "articles.jsonl").read_bytes().endswith(b"\n")
    run = harness.crawl(server.url, data)
    assert_whole(run, server)
    assert "articles.jsonl: a torn end" in run.stderr


@pytest.mark.parametrize(
    ("boundary", "passage"), [("before-part", 2), ("before-parts-mark", 2), ("after-parts-mark", 2)]
)
def test_killed_among_the_parts_of_an_article(serving: Serve, tmp_path: Path, boundary: str, passage: int) -> None:
    """When a part has come, and within the transaction that marks article and parts."""
    server, data = serving(articles=100), tmp_path / "data"
    several = {record.id: len(record.parts) for record in server.site.records if len(record.parts) > 1}
    assert len(several) >= 2
    kill_at(server, data, boundary, passage)
    run = harness.crawl(server.url, data)
    assert_whole(run, server)
    assert {article["id"]: article["pages"] for article in run.articles if article["pages"] > 1} == several
    assert list(ArchiveCheck(data).findings()) == []


def test_killed_at_every_write_of_a_picture(serving: Serve, tmp_path: Path) -> None:
    """One kill after another: each picture is kept once, under the name of its bytes, and the ledger has it."""
    server, data = serving(articles=100), tmp_path / "data"
    wanted = {"images": "true", "sections": "\u4e66\u8bb0"}
    assert harness.crawl(server.url, data, {"sections": wanted["sections"]}).code == 0
    for boundary in ("before-file", "after-file", "middle-index", "after-index", "after-picture-mark"):
        kill_at(server, data, boundary, 1, wanted)
    run = harness.crawl(server.url, data, wanted)
    assert run.code == 0, run.said
    index = [json.loads(line)["url"] for line in (data / "images/index.jsonl").read_text("utf-8").splitlines()]
    assert Counter(index) == Counter(
        {image["url"] for article in run.articles for image in article["images"] if on_site(image["url"])}
    )
    assert list(ArchiveCheck(data).findings()) == []


def kill_at(server: ProxyServer, data: Path, boundary: str, passage: int, args: dict[str, str] | None = None) -> None:
    """A run that dies at the `passage`-th passage of the boundary."""
    words = harness.command(data, args, None)
    words[1:3] = [str(KILLING), boundary, str(passage)]
    died = subprocess.run(
        words, cwd=harness.ROOT, env=harness.environment(server.url), capture_output=True, timeout=120, check=False
    )
    assert died.returncode == -9, died.stderr.decode()[-2000:]


def killed_at_request(server: ProxyServer, data: Path, number: int, later: float) -> bool:
    """Run, and kill -9 `later` seconds after the site was asked for the `number`-th time; False where the run ended before."""
    before = len(server.requests)
    process = harness.start(server.url, data)
    while len(server.requests) < before + number and process.poll() is None:
        time.sleep(0.005)
    time.sleep(later)
    harness.kill(process)
    process.communicate()
    return process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("seed", range(10))
def test_killed_five_times_at_random_moments(serving: Serve, tmp_path: Path, seed: int) -> None:
    """By what the site has seen of a run, for a clock would kill a slow machine's runs before they begin, and a fast one's not at all."""
    server, data, dice = serving(articles=100, seed=seed + 1), tmp_path / "data", random.Random(seed)
    killed = 0
    for _ in range(12):
        # The first run asks some 150 times, the later ones for lists, what is left over and what is recent: some 70 times.
        killed += killed_at_request(server, data, dice.randint(1, 70 if killed else 145), dice.uniform(0, 0.02))
        if killed == 5:
            break
    assert killed == 5
    assert_whole(harness.crawl(server.url, data), server)


def test_the_lock_does_not_outlive_its_process(serving: Serve, tmp_path: Path) -> None:
    server, data = serving(articles=100), tmp_path / "data"
    process = harness.start(server.url, data)
    while not (data / "articles.jsonl").exists():
        time.sleep(0.05)
        assert process.poll() is None
    os.kill(process.pid, 9)
    process.communicate()
    assert harness.crawl(server.url, data).code == 0


def test_killed_when_sections_are_found_and_not_yet_walked(serving: Serve, tmp_path: Path) -> None:
    server, data = serving(articles=100), tmp_path / "data"
    for passage in (9, 2, 1):
        kill_at(server, data, "before-walk", passage)
    assert_whole(harness.crawl(server.url, data), server)
