"""`scrapy doctor`, as a user runs it, in every state a site can be in on the first live day."""

import json
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import harness
import pytest
from doctor_runs import PAGE, ROOT, SHOWN, block, demo, lasting, place, run
from harness import Serve

from demo_site.proxy import ProxyServer
from panan_spider.settings import USER_AGENT

QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "PANAN_RETRY_BASE=0.01")


def through(server: ProxyServer, *options: str, cwd: Path = ROOT) -> "subprocess.CompletedProcess[str]":
    """Doctor through the proxy of a served demo site."""
    env = {name: "" for name in os.environ if name.lower() in ("no_proxy", "all_proxy")}
    return run(*QUICK, *options, cwd=cwd, http_proxy=server.url, https_proxy=server.url, **env)


@pytest.mark.parametrize(
    ("name", "code"),
    [("good", 0), ("redesigned", 11), ("unreadable", 11), ("moved", 10), ("down", 13), ("blocked", 12)],
)
def test_each_state_is_told_apart_as_the_docs_show_it(name: str, code: int) -> None:
    """`make docs` brings the page up to date."""
    done = demo(SHOWN[name])
    assert done.returncode == code, done.stdout + done.stderr
    assert re.findall(r"^verdict: (.+) \(exit code (\d+)\)$", done.stdout, re.MULTILINE) == [(name, str(code))]
    text = PAGE.read_text("utf-8")
    assert lasting(text[slice(*place(text, name))]) == lasting(block(name, done.stdout))
    assert "Traceback" not in done.stderr


def test_it_asks_politely_and_writes_nothing(serving: Serve, tmp_path: Path) -> None:
    agents: list[str] = []
    server = serving(articles=150)
    answer = server._answer

    def spying(method: str, target: str, headers: dict[str, str], body: bytes) -> object:
        agents.append(headers.get("user-agent", ""))
        return answer(method, target, headers, body)

    server._answer = spying  # type: ignore[assignment, method-assign]
    done = through(server, "--json", cwd=tmp_path)
    told = json.loads(done.stdout)
    assert (done.returncode, told["exit_code"], told["verdict"]) == (0, 0, "good"), done.stderr
    assert 25 <= told["requests"] == len(server.requests) <= 50
    assert not server.strays and set(agents) == {USER_AGENT}
    first = {entry.host: entry.path for entry in reversed(server.requests)}
    assert set(first.values()) == {"/robots.txt"}
    assert not list(tmp_path.iterdir())


def test_a_crawl_delay_is_kept_between_its_requests_too(serving: Serve) -> None:
    server = serving("challenge", "crawl-delay:1")
    assert through(server).returncode == 12
    for host in {entry.host for entry in server.requests}:
        times = [entry.at for entry in server.requests if entry.host == host and entry.path != "/robots.txt"]
        assert all(later - earlier >= 0.95 for earlier, later in pairwise(times))
    assert len(server.requests) == 5


def test_a_refused_connection_is_down() -> None:
    with harness.refusing_proxy() as url:
        done = run(*QUICK, "-s", "RETRY_TIMES=1", http_proxy=url, https_proxy=url)
    assert done.returncode == 13, done.stdout + done.stderr
    assert "verdict: down" in done.stdout and "Failure" not in done.stdout and not done.stderr


def test_its_patch_makes_the_crawl_work_on_the_new_host(serving: Serve, tmp_path: Path) -> None:
    server = serving("new-host")
    told = json.loads(through(server, "--json").stdout)
    assert told["verdict"] == "moved" and not [e for e in server.requests if e.host == "new.example.com"]
    for name in ("panan_spider", "demo_site", "scrapy.cfg"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=told["site_py"]["patch"], text=True, check=True)
    words = [sys.executable, "-m", "scrapy", "crawl", "panan", *QUICK, "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=16"]
    env = harness.environment(server.url, {"PYTHONPATH": str(tmp_path)})
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    stored = harness.newest(harness.articles_in(tmp_path / "data"))
    assert stored.keys() == {record.id for record in server.site.records}
    assert all(article["url"].startswith("http://new.example.com/") for article in stored.values())


def test_saved_pages_are_fixtures_and_nothing_is_overwritten(serving: Serve, tmp_path: Path) -> None:
    server, folder = serving(articles=150), tmp_path / "first-day"
    done = through(server, "--save", str(folder))
    assert done.returncode == 0, done.stderr
    saved = sorted(folder.iterdir())
    assert len(saved) >= 20 and all(
        {f.name for f in one.iterdir()} == {"page.html", "page.json", "expected.json"} for one in saved
    )
    assert all(f"saved: {one}" in done.stdout for one in saved)
    asked = len(server.requests)
    again = through(server, "--save", str(folder))
    assert (again.returncode, len(server.requests)) == (1, asked)
    assert again.stderr == f"panan: {folder} is not empty, and nothing is overwritten\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--fault", "down"), "panan: --fault is for --demo\n"),
        (("--demo", "--fault", "nonsense"), "panan: no such fault: nonsense"),
        (
            ("--demo", "-s", 'DOWNLOADER_MIDDLEWARES={"nowhere.Nothing": 1}'),
            "panan: could not start: ModuleNotFoundError: No module named 'nowhere'",
        ),
        (("http://www.panews.cn/",), "panan: scrapy doctor takes options only, not 'http://www.panews.cn/'\n"),
    ],
)
def test_a_wrong_option_is_one_line(options: tuple[str, ...], said: str) -> None:
    done = run(*options)
    assert done.returncode == 1 and done.stderr.startswith(said) and done.stderr.count("\n") == 1
