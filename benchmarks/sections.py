"""The sections of docs/performance.md: each measured, and told as a table."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from benchmarks import crawling, plot, reparsing, storing
from benchmarks import incremental as nights
from benchmarks.extraction import HEAVY, LIGHT, OURS
from benchmarks.measure import ROOT, run, table, through

#: Articles of the sites that are crawled, the last of them for the table.
CRAWLED: Final = (300, 1_000, 5_000)
_PLOTS: Final = ROOT / "docs" / "images"
_TRAFILATURA: Final = "trafilatura"


def extraction(quick: bool) -> str:
    """Pages a CPU second, ours beside the parser alone and beside other extractors."""
    own = ROOT / ".venv-eval" / "bin" / "python"
    python = str(own) if own.exists() and not quick else sys.executable
    done = run([python, "-m", "benchmarks.extraction", "100" if quick else "400"], through(""))
    found: dict[str, dict[str, float]] = json.loads(done.said.splitlines()[-1])
    light, heavy = found[LIGHT], found[HEAVY]
    rows = [
        (
            name,
            f"{light[name]:,.0f}",
            f"{light[OURS] / light[name]:.2f}",
            f"{heavy[name]:,.0f}",
            f"{heavy[OURS] / heavy[name]:.2f}",
        )
        for name in sorted(light, key=lambda name: -light[name])
    ]
    return table(("", "light pages/s", "ours is × as fast", "heavy pages/s", "ours is × as fast"), rows)


def crawl(quick: bool) -> str:
    """Whole crawls of the demo site."""
    sizes = (200,) if quick else CRAWLED
    found = {size: crawling.compare(size) for size in sizes}
    bare = next(one for one in found[sizes[-1]] if one.name == crawling.BARE)
    rows = [
        (
            one.name, f"{one.articles:,}", f"{one.wall_each:.1f}", f"{one.cpu_each:.1f}",
            f"{one.wall_each / bare.wall_each:.2f}", f"{one.cost.megabytes:.0f}",
        )
        for one in found[sizes[-1]]
    ]  # fmt: skip
    drawn = {
        one.name: [(size, again.cost.cpu) for size in sizes for again in found[size] if again.name == one.name]
        for one in found[sizes[-1]]
    }
    head = ("", "articles", "ms wall each", "ms CPU each", "× the bare spider's wall", "MB")
    return table(head, rows) + _drawn(quick, "crawl", "CPU seconds of a whole crawl", "articles", drawn)


def reparse(quick: bool) -> str:
    """An archive's articles built again."""
    sizes = (200,) if quick else (500, 2_000)
    cores = len(os.sched_getaffinity(0))
    rows, drawn = [], []
    for size in sizes:
        costs = reparsing.reparsed(size, (1, cores))
        drawn.append((size, costs[1].cpu))
        for jobs, cost in costs.items():
            rows.append((
                f"{size:,}", str(jobs), f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{1000 * cost.cpu / size:.2f}", f"{cost.megabytes:.0f}",
            ))  # fmt: skip
    head = ("articles", "jobs", "s wall", "s CPU", "ms CPU each, start-up included", "MB, one process")
    return table(head, rows) + _drawn(quick, "reparse", "CPU seconds of reparse", "articles", {"reparse": drawn})


def incremental(quick: bool) -> str:
    """Runs that find nothing new."""
    found = nights.nightly((1_000,) if quick else (1_000, 10_000, 100_000))
    rows = [
        (
            f"{one.stored:,}", f"{one.requests:,}", f"{one.opening:.3f}", f"{one.crawl.cost.wall:.1f}",
            f"{one.crawl.cost.cpu:.1f}", f"{one.crawl.cost.megabytes:.0f}",
        )
        for one in found
    ]  # fmt: skip
    drawn = {
        "s CPU, whole run": [(one.stored, one.crawl.cost.cpu) for one in found],
        "s CPU, opening the archive": [(one.stored, one.opening) for one in found],
        "MB": [(one.stored, one.crawl.cost.megabytes) for one in found],
    }
    head = ("articles stored", "requests", "s CPU to open", "s wall", "s CPU", "MB")
    return table(head, rows) + _drawn(quick, "incremental", "A run with nothing new", "articles stored", drawn)


def durability(quick: bool) -> str:
    """What syncing costs, and what syncing together saves."""
    found = storing.rates(200 if quick else 1_000)
    return table(("", "a second"), [(name, f"{rate:,.0f}") for name, rate in found.items()])


def _drawn(quick: bool, name: str, title: str, across: str, series: Mapping[str, plot.Points]) -> str:
    """The plot's file, and what shows it; nothing where there is but one size."""
    if quick:
        return ""
    path: Path = _PLOTS / f"growth-{name}.svg"
    path.parent.mkdir(exist_ok=True)
    path.write_text(plot.svg(title, across, series), "utf-8")
    return f"\n\n![{title}, against {across}](images/{path.name})"
