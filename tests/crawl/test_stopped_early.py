"""Stopped in its first second, or among its lists, by SIGTERM or Ctrl-C: exit code 16, nothing harmed, nothing more asked."""

import json
import os
import signal
import time
from pathlib import Path

import harness
import pytest

from demo_site.proxy import ProxyServer
from panan_spider import settings as project

#: Python imports it before all else: it stops the process when the last of the commands is loaded.
SITECUSTOMIZE = """
import os, sys
class Stopping:
    def find_spec(name, path=None, target=None):
        if name == "panan_spider.commands.verify":
            os.kill(os.getpid(), {number})
sys.meta_path.insert(0, Stopping)
"""

#: An extension that is made just before the archive is opened.
STOPPING = """
import os
class Stopping:
    def __init__(self):
        os.kill(os.getpid(), {number})
"""
BOTH = [signal.SIGTERM, signal.SIGINT]


@pytest.mark.parametrize("how", BOTH)
def test_while_it_is_loaded_it_ends_with_one_line_and_touches_nothing(
    demo: ProxyServer, tmp_path: Path, how: signal.Signals
) -> None:
    (tmp_path / "sitecustomize.py").write_text(SITECUSTOMIZE.format(number=int(how)))
    run = harness.crawl(demo.url, tmp_path / "data", env={"PYTHONPATH": str(tmp_path)})
    assert run.code == 16, run.said
    assert run.stderr.splitlines() == ["panan: stopped before it began; the archive was not touched"]
    assert not run.data.exists()
    assert demo.requests == []


def test_while_the_archive_is_opened_it_is_an_interrupted_run(demo: ProxyServer, tmp_path: Path) -> None:
    (tmp_path / "stopping.py").write_text(STOPPING.format(number=int(signal.SIGTERM)))
    row = json.dumps({**project.EXTENSIONS, "stopping.Stopping": 0})
    run = harness.crawl(demo.url, tmp_path / "data", settings={"EXTENSIONS": row}, env={"PYTHONPATH": str(tmp_path)})
    assert run.code == 16, run.said
    assert "Traceback" not in run.said
    assert run.articles == []


def test_a_stopped_run_asks_for_nothing_more(demo: ProxyServer, tmp_path: Path) -> None:
    """Requests that wait for their turn in the downloader are not sent: by the log of the site."""
    manners = {"DOWNLOAD_DELAY": 0.5, "RANDOMIZE_DOWNLOAD_DELAY": False, "CONCURRENT_REQUESTS_PER_DOMAIN": 1}
    process = harness.start(demo.url, tmp_path / "data", settings=manners)
    while process.poll() is None and len(demo.requests) < 8:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGTERM)
    asked = len(demo.requests)
    run = harness.finish(process, tmp_path / "data")
    assert run.code == 16, run.said
    assert len(demo.requests) <= asked + 1, "besides one on its way"
    assert run.report["sums_match"] and run.report["outcomes"]["pending"] > 5
