"""How long the reading room takes for a page, and how much memory: `scrapy browse` on one core, asked by one client and by eight.

The archive holds the demo site's articles over and over under numbers of their own, so a word stands in as many as it does there.
Each question is asked once, so that none is answered from memory.
"""

import http.client
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, urlsplit

from benchmarks.archives import add_lines
from benchmarks.measure import ROOT, run, through

#: Words of the demo site's articles: in all of them, in many, in few, in none; phrases, fields, exclusions.
_FIRST: Final = ("磐安", "饮水安全", "垃圾分类", "石示例", "调研", "的", "香菇 产业", "森林防火", "标题:样例", "水")
_SECOND: Final = (
    "",
    "-公告",
    "样例|工地",
    "2019..2020",
    "人物:石示例",
    "栏目:时政",
    "状态:有图",
    "33μg",
    "全力推",
    '"今年的香菇"',
)
_CLIENTS: Final = (1, 8)


@dataclass(frozen=True)
class Latency:
    """Pages of one kind asked for by `clients` at once: how many, and their seconds at the median, at 95 of 100 and at most.

    `cpu` are the server's seconds of processor at 95 of 100; for one client alone, 0 for more.
    """

    kind: str
    clients: int
    pages: int
    median: float
    p95: float
    longest: float
    cpu: float


@dataclass(frozen=True)
class Page:
    """Seconds on the clock that one page took, and the server's seconds of processor meanwhile."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Reading:
    """What was measured of one archive. `opening` are the seconds to the first page; `megabytes` the most memory the server had."""

    articles: int
    opening: float
    latencies: Sequence[Latency]
    megabytes: float


def read(articles: int) -> Reading:
    """Measure the pages of an archive of that many articles. Raises RuntimeError where it cannot be exported or served."""
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        (data / "site.json").write_text('{"site": "panan"}\n')
        add_lines(data / "articles.jsonl", articles)
        done = run([sys.executable, "-m", "scrapy", "export", "--data-dir", name], through(""))
        if done.code:
            raise RuntimeError(done.said[-2_000:])
        return served(data, articles)


def served(data: Path, articles: int) -> Reading:
    """Measure the pages of the archive in `data`."""
    began = time.monotonic()
    with _server(data) as (address, process):
        _get(address, ["/"], process.pid)
        opening = time.monotonic() - began
        months = [f"/calendar/{year}-{month:02}" for year, month in product(range(2010, 2027), range(1, 13))]
        found = []
        for clients in _CLIENTS:
            found += [
                _asked(address, process.pid, kind, paths, clients) for kind, paths in _pages(months, clients).items()
            ]
        return Reading(articles, opening, found, _most_memory(process.pid))


def _pages(months: Sequence[str], clients: int) -> Mapping[str, Sequence[str]]:
    # A second round asks in another order of hits, so that no answer is in memory.
    order = "" if clients == 1 else "&order=new"
    questions = [f"/search?q={quote(f'{one} {two}'.strip())}{order}" for one, two in product(_FIRST, _SECOND)]
    return {"search, facets included": questions, "month": months}


@contextmanager
def _server(data: Path) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    words = [sys.executable, "-m", "scrapy", "browse", "--port", "0", "--data-dir", str(data)]
    core = {min(os.sched_getaffinity(0))}
    with subprocess.Popen(words, cwd=ROOT, env=through(""), stdout=subprocess.PIPE, text=True) as process:
        os.sched_setaffinity(process.pid, core)
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if "http://" not in line:
                raise RuntimeError(f"scrapy browse: {line}")
            yield line.split()[1], process
        finally:
            process.terminate()


def _asked(address: str, pid: int, kind: str, paths: Sequence[str], clients: int) -> Latency:
    with ThreadPoolExecutor(clients) as pool:
        shares = [paths[number::clients] for number in range(clients)]
        pages = [page for some in pool.map(lambda share: _get(address, share, pid), shares) for page in some]
    taken, cpu = sorted(page.wall for page in pages), sorted(page.cpu for page in pages)
    p95 = int(len(pages) * 0.95)
    return Latency(
        kind, clients, len(pages), taken[len(pages) // 2], taken[p95], taken[-1], cpu[p95] if clients == 1 else 0.0
    )


def _get(address: str, paths: Sequence[str], pid: int) -> list[Page]:
    """What each page that is there took, asked for one after the other."""
    connection, taken = http.client.HTTPConnection(urlsplit(address).netloc), []
    clock = (~pid << 3) | 2  # the kernel's number of another process's CPU clock: clock_getcpuclockid(3)
    for path in paths:
        began, used = time.monotonic(), time.clock_gettime(clock)
        connection.request("GET", path)
        answer = connection.getresponse()
        answer.read()
        if answer.status == http.client.OK:
            taken.append(Page(time.monotonic() - began, time.clock_gettime(clock) - used))
        elif answer.status != http.client.NOT_FOUND:
            raise RuntimeError(f"{path}: {answer.status}")
    connection.close()
    return taken


def _most_memory(pid: int) -> float:
    """The most resident memory that a process had, in MB."""
    status: dict[str, Any] = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) / 1024
