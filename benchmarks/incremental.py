"""Runs that find nothing new, over archives of very different size: what they ask for and what they cost."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.archives import fill
from benchmarks.crawling import Crawl, panan
from benchmarks.measure import cpu_seconds, demo_site
from panan_spider.archive.store.archive import Archive

#: Articles of the demo site that each archive holds; the rest are older, and no list names them.
SITE: Final = 300


@dataclass(frozen=True)
class Nightly:
    """A run with nothing new over an archive of `stored` articles; `opening` is the CPU seconds of opening it alone."""

    stored: int
    requests: int
    opening: float
    crawl: Crawl


def nightly(sizes: Sequence[int]) -> list[Nightly]:
    """One run for each size, all over the same site and from the same first crawl."""
    out = []
    with demo_site(SITE) as proxy, tempfile.TemporaryDirectory() as name:
        first = Path(name) / "first"
        panan(proxy, Path(name), first)
        for size in sizes:
            data = Path(name) / str(size)
            shutil.copytree(first, data)
            fill(data, size - SITE)
            opening = cpu_seconds(lambda data=data: _open(data))  # type: ignore[misc]
            crawl = panan(proxy, Path(name), data)
            out.append(Nightly(size, _report(data)["requests"], opening, crawl))
            shutil.rmtree(data)
    return out


def _open(data: Path) -> None:
    Archive.open(data, run_id="open", args={}).close({"exit_code": 0})


def _report(data: Path) -> dict[str, Any]:
    newest = max((data / "runs").glob("2*.json"), key=lambda path: path.stat().st_mtime)
    found: dict[str, Any] = json.loads(newest.read_text("utf-8"))
    return found
