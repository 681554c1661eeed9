"""scrapyd for real, on loopback: the egg deployed as docs/operating.md says, a crawl of the demo site scheduled, its archive read."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import requests

from demo_site.proxy import serve
from demo_site.site import Site
from panan_spider.archive.verify.archive_check import ArchiveCheck
from panan_spider.report.status import read_status
from panan_spider.sites.thresholds import Thresholds

ROOT: Final = Path(__file__).resolve().parents[2]
BIN: Final = Path(sys.executable).parent
#: What an egg is made of.
PARTS: Final = ("panan_spider", "demo_site", "pyproject.toml", "README.md", "LICENSE")
FAST: Final = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS_PER_DOMAIN=16")


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Daemon:
    """A scrapyd of its own, with the configuration of deploy/scrapyd but for the port."""

    def __init__(self, folder: Path, proxy: str) -> None:
        self.folder, port = folder, free_port()
        self.url = f"http://127.0.0.1:{port}/"
        folder.mkdir()
        conf = (ROOT / "deploy/scrapyd/scrapyd.conf").read_text()
        assert "http_port = 6800" in conf and "poll_interval = 5.0" in conf
        conf = conf.replace("http_port = 6800", f"http_port = {port}").replace(
            "poll_interval = 5.0", "poll_interval = 0.2"
        )
        (folder / "scrapyd.conf").write_text(conf)
        env = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        # Nothing of the checkout: the spider that runs is the egg's.
        self.env = env | {"PATH": f"{BIN}{os.pathsep}{env['PATH']}", "http_proxy": proxy, "https_proxy": proxy}
        with (folder / "scrapyd.log").open("wb") as log:
            self.process = subprocess.Popen([BIN / "scrapyd"], cwd=folder, env=self.env, stdout=log, stderr=log)

    def asked(self, name: str, **data: Any) -> dict[str, Any]:
        """One answer of its API: a GET, or with data a POST."""
        session = requests.Session()
        session.trust_env = False  # straight to loopback, past the proxy that only the spider is to use
        url = f"{self.url}{name}.json"
        answer = session.post(url, data=data, timeout=60) if data else session.get(url, timeout=60)
        told: dict[str, Any] = answer.json()
        assert told["status"] == "ok", told
        return told

    def wait(self, what: str, ready: Any, seconds: float = 120) -> Any:
        """What `ready` gives, once it gives anything."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                if found := ready():
                    return found
            except requests.ConnectionError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"{what}: not within {seconds} s\n{(self.folder / 'scrapyd.log').read_text()[-3000:]}")


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    with serve(Site.build(1, 100)) as site:
        running = Daemon(tmp_path / "scrapyd", site.url)
        try:
            running.wait("scrapyd", lambda: running.asked("daemonstatus"))
            yield running
        finally:
            running.process.terminate()
            running.process.wait(30)


def deploy(daemon: Daemon, source: Path) -> None:
    """The egg, made and sent as docs/operating.md says."""
    source.mkdir()
    for part in PARTS:
        whole = ROOT / part
        copy = shutil.copytree if whole.is_dir() else shutil.copy
        copy(whole, source / part)
    (source / "scrapy.cfg").write_text((ROOT / "scrapy.cfg").read_text() + f"url = {daemon.url}\n")
    env = daemon.env | {"no_proxy": "127.0.0.1"}
    words: list[str | Path] = [BIN / "scrapyd-deploy", "--version", "r1"]
    done = subprocess.run(words, cwd=source, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0 and '"status": "ok"' in done.stdout, done.stdout + done.stderr


def test_deployed_scheduled_and_read(daemon: Daemon, tmp_path: Path) -> None:
    deploy(daemon, tmp_path / "source")
    data = tmp_path / "data"
    settings = [*FAST, f"PANAN_DATA_DIR={data}"]
    job = daemon.asked("schedule", project="panan_spider", spider="panan", setting=settings, sections="书记")["jobid"]

    def finished() -> list[dict[str, Any]]:
        return [one for one in daemon.asked("listjobs")["finished"] if one["id"] == job]

    daemon.wait("the crawl", finished)
    log = (daemon.folder / f"logs/panan_spider/panan/{job}.log").read_text("utf-8")
    assert "panan: exit 0 · " in log, log[-3000:]
    status = read_status(data, Thresholds())
    assert status.articles > 5 and set(status.by_section) == {"书记"}
    # scrapyd itself tells no exit code; the verdict stands in the archive.
    assert status.runs[0].exit_code == 0 and "书记" in status.runs[0].arguments["sections"]
    assert [str(one) for one in ArchiveCheck(data).findings()] == []
