"""Crawls at scale: first crawls of large sites, and many sites together at the settings of a live crawl. Memory, processor, requests.

`python -m benchmarks.scale ARTICLES [FOLDER]` crawls a demo site of that many articles, into FOLDER/data where it is given.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from benchmarks.crawling import FAST, served
from benchmarks.measure import ROOT, Cost, demo_site, run, through

#: Seconds between two looks at a first crawl, and at the memory of many.
_STEP: Final = 0.2
_LOOK: Final = 5.0
#: Looks at a first crawl between two lines of the log.
_LOGGED: Final = 300


@dataclass(frozen=True)
class Look:
    """A crawl at one moment: seconds on the clock and of processor since its start, MB of resident memory, lines stored."""

    wall: float
    cpu: float
    megabytes: float
    lines: int


@dataclass(frozen=True)
class FirstCrawl:
    """One crawl into an empty folder. `begun` is the look at the first stored line, `half` that at half of them, `end` the end."""

    articles: int
    requests: int
    begun: Look
    half: Look
    end: Look  # its memory is the peak

    @property
    def growth(self) -> float:
        """MB a thousand articles from the first line to the peak."""
        return 1000 * (self.end.megabytes - self.begun.megabytes) / self.articles


def first_crawl(articles: int, folder: Path | None = None) -> FirstCrawl:
    """Crawl a demo site of that many articles into `folder`/data, or a temporary folder.

    Raises RuntimeError where it did not get them all.
    """
    with demo_site(articles) as proxy, tempfile.TemporaryDirectory() as name:
        data = (folder or Path(name)) / "data"
        words = [sys.executable, "-m", "scrapy", "crawl", "panan", "-s", f"PANAN_DATA_DIR={data}"]
        words += [word for setting in FAST for word in ("-s", setting)]
        began = time.monotonic()
        process = subprocess.Popen(
            words, cwd=ROOT, env=through(proxy), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        begun, half = _watch(process.pid, began, data / "articles.jsonl", articles)
        _pid, status, usage = os.wait4(process.pid, 0)
        wall, lines = time.monotonic() - began, _LineCount(data / "articles.jsonl").read()
        if status or lines != articles:
            raise RuntimeError(f"status {status}, {lines} of {articles} articles")
        [report] = (json.loads(path.read_text("utf-8")) for path in (data / "runs").glob("2*.json"))
    end = Look(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, lines)
    return FirstCrawl(articles, _requests(report), begun, half, end)


def _watch(pid: int, began: float, path: Path, articles: int) -> tuple[Look, Look]:
    """The looks at the first line and at half of the articles; returns when the process is over."""
    count, looks, found = _LineCount(path), 0, [Look(0.0, 0.0, 0.0, 0)] * 2
    while (here := _usage(pid)) is not None:
        look = Look(time.monotonic() - began, *here, count.read())
        if look.lines and not found[0].lines:
            found[0] = look
        if look.lines >= articles // 2 and not found[1].lines:
            found[1] = look
        if looks % _LOGGED == 0:
            print(look, os.getloadavg(), file=sys.stderr, flush=True)
        looks += 1
        time.sleep(_STEP)
    return found[0], found[1]


def _usage(pid: int) -> tuple[float, float] | None:
    """(seconds of processor, MB of resident memory) of a process; None once it is over."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return None
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]  # a zombie has none
    return (sum(map(int, times)) / os.sysconf("SC_CLK_TCK"), int(found[0]) / 1024) if found else None


class _LineCount:
    """Number of lines of a growing file; each byte is read once."""

    def __init__(self, path: Path) -> None:
        self._path, self._offset, self._lines = path, 0, 0

    def read(self) -> int:
        """The lines so far."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._offset)
                for chunk in iter(lambda: file.read(1 << 20), b""):
                    self._lines += chunk.count(b"\n")
                self._offset = file.tell()
        return self._lines


class FleetLook(NamedTuple):
    """The crawls of a fleet at one moment: how many run, MB of proportional set size, seconds of processor, requests so far."""

    crawls: int
    megabytes: float
    wall: float
    cpu: float
    requests: int


@dataclass(frozen=True)
class ManySites:
    """Crawls of many sites together, on one core. `fullest` is the look at most crawls, `steady` those at all of them, first and last."""

    sites: int
    articles: int
    requests: int
    fullest: FleetLook
    steady: tuple[FleetLook, FleetLook]
    slowest: float  # requests a second of the site that had the fewest
    cost: Cost

    @property
    def rate(self) -> float:
        """Requests a second while all crawls ran."""
        first, last = self.steady
        return (last.requests - first.requests) / max(1.0, last.wall - first.wall)

    @property
    def busy(self) -> float:
        """Share of the core that the crawls used meanwhile."""
        first, last = self.steady
        return (last.cpu - first.cpu) / max(1.0, last.wall - first.wall)


def many_sites(sites: int, articles: int, *settings: str) -> ManySites:
    """`scrapy fleet run` over so many sites of so many articles, all at once, bound to one core; the server has the others.

    Raises RuntimeError where an article is missing.
    """
    core = max(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as name, _served(sites, articles, Path(name) / "sites", core) as proxy:
        root = Path(name) / "archives"
        env = through(proxy) | {"PANAN_SITES_DIR": f"{name}/sites", "PANAN_FLEET_DIR": str(root)}
        env["PANAN_LOOPBACK_ONLY"] = "1"
        words = ["taskset", "-c", str(core), sys.executable, "-m", "scrapy", "fleet", "run", "--sites", "c*"]
        words += ["--jobs", str(sites), *(word for setting in settings for word in ("-s", setting))]
        with _watching(str(root), proxy) as looks:
            cost = run(words, env)
        reports = [json.loads(path.read_text("utf-8")) for path in root.glob("*/runs/*.json")]
        stored = sum(path.read_bytes().count(b"\n") for path in root.glob("*/articles.jsonl"))
    if (cost.code, stored) != (0, sites * articles):
        raise RuntimeError(f"{stored} articles of {sites * articles}: {cost.said[-2000:]}")
    fullest = max(looks)
    steady = [look for look in looks if look.crawls == fullest.crawls]
    requests = sum(map(_requests, reports))
    return ManySites(sites, stored, requests, fullest, (steady[0], steady[-1]), min(map(_rate, reports)), cost)


def _requests(report: dict[str, Any]) -> int:
    return int(report["requests"])


def _rate(report: dict[str, Any]) -> float:
    """Requests a second of one crawl, from the opening of its archive on."""
    begun, ended = (datetime.fromisoformat(report[name]) for name in ("started", "finished"))
    return _requests(report) / max(1.0, (ended - begun).total_seconds())


@contextmanager
def _served(sites: int, articles: int, folder: Path, core: int) -> Iterator[str]:
    """The proxy's address. The server does not run on `core`, where there is another."""
    words = [sys.executable, "-m", "demo_site.many_counties", str(sites), str(articles), str(folder)]
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        os.sched_setaffinity(server.pid, os.sched_getaffinity(0) - {core} or {core})
        try:
            assert server.stdout is not None
            if not (proxy := server.stdout.readline().strip()):
                raise RuntimeError("the made-up sites are not served")
            yield proxy
        finally:
            server.terminate()


@contextmanager
def _watching(root: str, proxy: str) -> Iterator[list[FleetLook]]:
    """Looks at the crawls into folders below `root` while the block runs."""
    looks, stop = [FleetLook(0, 0.0, 0.0, 0.0, 0)], threading.Event()

    def look() -> None:
        while not stop.wait(_LOOK):
            found = [usage for folder in Path("/proc").iterdir() if (usage := _crawl_usage(folder, root)) is not None]
            megabytes, cpu = sum(usage[0] for usage in found), sum(usage[1] for usage in found)
            looks.append(FleetLook(len(found), megabytes, time.monotonic(), cpu, served(proxy)))
            print(looks[-1], os.getloadavg(), file=sys.stderr, flush=True)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield looks
    finally:
        stop.set()
        thread.join()


def _crawl_usage(process: Path, root: str) -> tuple[float, float] | None:
    """(MB of proportional set size, seconds of processor) of a crawl; None where the process is none, or has ended."""
    try:
        if not process.name.isdigit() or f"PANAN_DATA_DIR={root}" not in (process / "cmdline").read_text():
            return None
        lines = (process / "smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    usage = _usage(int(process.name))
    size = next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), None)
    return None if usage is None or size is None else (size, usage[0])


def main() -> None:
    """Print the cost of one first crawl."""
    print(first_crawl(int(sys.argv[1]), *map(Path, sys.argv[2:3])), os.getloadavg(), flush=True)


if __name__ == "__main__":
    main()
