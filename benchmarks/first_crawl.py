"""First crawls of large sites: memory when the lists are read, at the end and at the most; time to the first stored line."""

import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.measure import ROOT, demo_site, through

_FAST: Final = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS_PER_DOMAIN=16")
_STEP: Final = 0.2


@dataclass(frozen=True)
class FirstCrawl:
    """One crawl. Memory in MB of resident set; seconds on the clock but for `cpu`."""

    articles: int
    after_lists: float  # when the first line is stored
    at_half: float  # when half of the articles are stored
    peak: float
    first_line: float
    wall: float
    cpu: float

    @property
    def growth(self) -> float:
        """MB a thousand articles from the first line to the most."""
        return 1000 * (self.peak - self.after_lists) / self.articles


def first_crawl(articles: int) -> FirstCrawl:
    """Crawl a demo site of that many articles into an empty folder. Raises RuntimeError where it did not get them all."""
    with demo_site(articles) as proxy, tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        words = [sys.executable, "-m", "scrapy", "crawl", "panan", "-s", f"PANAN_DATA_DIR={data}"]
        words += [word for setting in _FAST for word in ("-s", setting)]
        began = time.monotonic()
        process = subprocess.Popen(
            words, cwd=ROOT, env=through(proxy), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        marks = _watch(process.pid, data / "articles.jsonl", articles)
        _pid, status, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - began
        stored = _lines(data / "articles.jsonl")
        if status or stored != articles:
            raise RuntimeError(f"status {status}, {stored} of {articles} articles")
    first, after_lists, at_half = marks
    return FirstCrawl(
        articles,
        after_lists,
        at_half,
        usage.ru_maxrss / 1024,
        first - began,
        wall,
        usage.ru_utime + usage.ru_stime,
    )


def _watch(pid: int, lines: Path, articles: int) -> tuple[float, float, float]:
    """(time of the first line, memory then, memory at half of the articles), watched until the process is over."""
    first, after_lists, at_half = 0.0, 0.0, 0.0
    while (now := _resident(pid)) is not None:
        if not first and lines.exists() and lines.stat().st_size:
            first, after_lists = time.monotonic(), now
        elif first and not at_half and _lines(lines) >= articles // 2:
            at_half = now
        time.sleep(_STEP if not first or at_half else 2 * _STEP)
    return first, after_lists, at_half


def _resident(pid: int) -> float | None:
    """Resident memory of a process, MB; None once it is over."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return None
    found = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return int(found[0]) / 1024 if found else None  # a zombie has no memory


def _lines(path: Path) -> int:
    if not path.exists():
        return 0
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))


def main() -> None:
    """Print what first crawls of these sizes took: `python -m benchmarks.first_crawl 5000 20000`."""
    for size in map(int, sys.argv[1:]):
        print(first_crawl(size), os.getloadavg(), flush=True)


if __name__ == "__main__":
    main()
