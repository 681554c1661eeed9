"""Fleet run: many made-up sites crawled together on this machine, each at the settings of a live crawl."""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import ROOT, Cost, run, through

#: Seconds between two looks at the memory of the crawls.
_LOOK: Final = 3.0


@dataclass(frozen=True)
class ManySites:
    """Crawls of many sites together. `megabytes` is the proportional set size of all at its largest, `at_once` their number then."""

    sites: int
    articles: int
    requests: int
    at_once: int
    megabytes: float
    slowest: float  # requests a second of the site that had the fewest
    cost: Cost


def many_sites(sites: int, articles: int, *settings: str) -> ManySites:
    """`scrapy fleet run` over so many sites of so many articles, all at once. Raises RuntimeError where an article is missing."""
    with tempfile.TemporaryDirectory() as name, _served(sites, articles, Path(name) / "sites") as proxy:
        root = Path(name) / "archives"
        env = through(proxy) | {"PANAN_SITES_DIR": f"{name}/sites", "PANAN_FLEET_DIR": str(root)}
        env["PANAN_LOOPBACK_ONLY"] = "1"
        words = [sys.executable, "-m", "scrapy", "fleet", "run", "--sites", "c*", "--jobs", str(sites)]
        with _memory_of(str(root)) as looks:
            cost = run([*words, *(word for setting in settings for word in ("-s", setting))], env)
        reports = [json.loads(path.read_text("utf-8")) for path in root.glob("*/runs/*.json")]
        stored = sum(path.read_bytes().count(b"\n") for path in root.glob("*/articles.jsonl"))
    if (cost.code, stored) != (0, sites * articles):
        raise RuntimeError(f"{stored} articles of {sites * articles}: {cost.said[-2000:]}")
    megabytes, at_once = max(looks)
    return ManySites(
        sites,
        stored,
        sum(map(_requests, reports)),
        at_once,
        megabytes,
        min(map(_rate, reports)),
        cost,
    )


def _requests(report: dict[str, Any]) -> int:
    return int(report["requests"])


def _rate(report: dict[str, Any]) -> float:
    """Requests a second of one crawl, from the opening of its archive on."""
    begun, ended = (datetime.fromisoformat(report[name]) for name in ("started", "finished"))
    return _requests(report) / max(1.0, (ended - begun).total_seconds())


@contextmanager
def _served(sites: int, articles: int, folder: Path) -> Iterator[str]:
    words = [sys.executable, "-m", "demo_site.many_counties", str(sites), str(articles), str(folder)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            if not (proxy := server.stdout.readline().strip()):
                raise RuntimeError("the made-up sites are not served")
            yield proxy
        finally:
            server.terminate()


@contextmanager
def _memory_of(root: str) -> Iterator[list[tuple[float, int]]]:
    """Looks at the crawls into folders below `root` while the block runs: their megabytes together, and their number."""
    looks, stop = [(0.0, 0)], threading.Event()

    def look() -> None:
        while not stop.wait(_LOOK):
            found = [size for folder in Path("/proc").iterdir() if (size := _megabytes(folder, root)) is not None]
            looks.append((sum(found), len(found)))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield looks
    finally:
        stop.set()
        thread.join()


def _megabytes(process: Path, root: str) -> float | None:
    """Proportional set size of a crawl; None where the process is none, or has ended."""
    try:
        if not process.name.isdigit() or f"PANAN_DATA_DIR={root}" not in (process / "cmdline").read_text():
            return None
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), None)
