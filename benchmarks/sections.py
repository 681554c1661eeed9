"""Sections of docs/performance.md: each is measured, and printed as a table and a drawing of its growth."""

import json
import math
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, Final

from benchmarks import archive_commands, crawling, nights, reading, scale, storing
from benchmarks.extraction import HEAVY, LIGHT, OURS
from benchmarks.measure import ROOT, run, table, through

#: Articles of the sites that are crawled, the last of them for the table.
CRAWLED: Final = (300, 1_000, 5_000)
#: … and of the archives that are read again.
REPARSED: Final = (1_000, 10_000, 100_000)
_PLOTS: Final = ROOT / "docs" / "images"

#: Points of one series: (x, y), all positive.
Points = Sequence[tuple[float, float]]

_WIDTH, _HEIGHT, _LEFT, _TOP, _PLOT_WIDTH, _PLOT_HEIGHT = 640, 320, 60, 30, 380, 240
_COLOURS: Final = ("#1b6ca8", "#c0392b", "#2e8b57", "#8e44ad", "#b9770e")


def extraction(quick: bool) -> str:
    """Pages a CPU second, ours beside the parser alone and beside other extractors."""
    own = ROOT / ".venv-eval" / "bin" / "python"
    python = str(own) if own.exists() and not quick else sys.executable
    done = run([python, "-m", "benchmarks.extraction", "100" if quick else "400"], through(""))
    found: dict[str, Any] = json.loads(done.said.splitlines()[-1])
    light, heavy = found["rates"][LIGHT], found["rates"][HEAVY]
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
    told = table(("", "light pages/s", "ours is × as fast", "heavy pages/s", "ours is × as fast"), rows)
    return told + _drawn(quick, "extraction", "CPU milliseconds a page", "kB a page", found["growth"])


def crawl(quick: bool) -> str:
    """Whole crawls of the demo site: all crawlers over the largest, and how ours grows."""
    sizes = (200,) if quick else CRAWLED
    found = {size: crawling.compare(size) for size in sizes[:-1]}
    found[sizes[-1]] = crawling.compare(sizes[-1]) if quick else crawling.among_peers(sizes[-1])
    bare = {size: _named(crawling.BARE, found[size]) for size in sizes}
    rows = [
        (
            one.name, f"{one.articles:,}", f"{one.requests:,}", f"{one.wall_each:.1f}", f"{one.cpu_each:.1f}",
            f"{one.wall_each / bare[sizes[-1]].wall_each:.2f}", f"{one.cost.megabytes:.0f}",
        )
        for one in found[sizes[-1]]
    ]  # fmt: skip
    growth = [
        (
            f"{size:,}", f"{one.wall_each:.1f}", f"{one.cpu_each:.1f}",
            f"{one.wall_each / bare[size].wall_each:.2f}", f"{one.cpu_each / bare[size].cpu_each:.2f}", f"{one.cost.megabytes:.0f}",
        )
        for size in sizes for one in [_named(crawling.OURS, found[size])]
    ]  # fmt: skip
    drawn = {
        name: [(size, _named(name, found[size]).cost.cpu) for size in sizes] for name in (crawling.BARE, crawling.OURS)
    }
    head = ("", "articles", "requests", "ms wall each", "ms CPU each", "× the bare spider's wall", "MB")
    grown = ("panan_spider, articles", "ms wall each", "ms CPU each", "× the bare spider's wall", "× its CPU", "MB")
    told = table(head, rows) + "\n\n" + table(grown, growth)
    return told + _drawn(quick, "crawl", "CPU seconds of a whole crawl", "articles", drawn)


def _named(name: str, found: Sequence[crawling.Crawl]) -> crawling.Crawl:
    return next(one for one in found if one.name == name)


def reparse(quick: bool) -> str:
    """An archive's articles built again."""
    sizes = (200,) if quick else REPARSED
    cores = len(os.sched_getaffinity(0))
    rows, drawn = [], []
    for size in sizes:
        costs = archive_commands.reparsed(size, (1, cores))
        drawn.append((size, costs[1].cpu))
        for jobs, cost in costs.items():
            rows.append((
                f"{size:,}", str(jobs), f"{cost.wall:.1f}", f"{cost.cpu:.1f}", f"{1000 * cost.cpu / size:.2f}",
                f"{size / cost.wall:,.0f}", f"{cost.megabytes:.0f}",
            ))  # fmt: skip
    head = (
        "articles",
        "jobs",
        "s wall",
        "s CPU",
        "ms CPU each, start-up included",
        "articles a second",
        "MB, largest process",
    )
    return table(head, rows) + _drawn(quick, "reparse", "CPU seconds of reparse", "articles", {"reparse": drawn})


def incremental(quick: bool) -> str:
    """Runs that find nothing new."""
    found = nights.quiet_nights((1_000,) if quick else (1_000, 10_000, 100_000))
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


def made_up_nights(quick: bool) -> str:
    """Requests of a night: the two schedules on the same corrections, and made-up sites night by night."""
    schedules = [
        (f"{spread} days", name, f"{one.per_night:.0f}", f"{one.mean_delay:.1f}", f"{one.mean_removal_delay:.1f}")
        for spread in nights.SPREADS
        for name, one in zip(
            ("every night for 30 days", f"at {nights.ages()} days"), nights.compare_schedules(spread), strict=True
        )
    ]
    head = (
        "corrections spread over",
        "asked again",
        "rechecks a night",
        "nights until seen",
        "nights until a removal counts",
    )
    told = table(head, schedules)
    return told if quick else f"{told}\n\n{_made_up_nights()}"


def _made_up_nights() -> str:
    with tempfile.TemporaryDirectory() as folder:
        done = run([sys.executable, str(ROOT / "tests" / "crawl" / "nightly.py"), folder], through(""))
    if done.code:
        raise RuntimeError(done.said[-2000:])
    found = [json.loads(line) for line in done.said.splitlines() if line.startswith('{"site"')]
    rows = [
        (
            f"{one['site']}: {one['night']}", str(one["requests"]), str(sum(one["look_back"]["asked"].values())),
            str(one["look_back"]["recent"]), str(one["pages"]),
        )
        for one in found if one["night"] != "first"
    ]  # fmt: skip
    return table(("night", "requests", "of them rechecks", "articles of 30 days", "list pages"), rows)


def first(quick: bool) -> str:
    """First crawls of large sites: memory, processor, and the time to the first line."""
    found = [scale.first_crawl(size) for size in ((200,) if quick else (5_000, 20_000, 100_000))]
    rows = [
        (
            f"{one.articles:,}", f"{one.requests:,}", f"{one.begun.megabytes:.0f}", f"{one.half.megabytes:.0f}",
            f"{one.end.megabytes:.0f}", f"{one.growth:.2f}", f"{one.begun.wall:.0f}", f"{one.begun.cpu:.0f}",
            f"{one.end.wall:.0f}", f"{one.end.cpu:.0f}", f"{1000 * one.end.cpu / one.requests:.1f}",
        )
        for one in found
    ]  # fmt: skip
    memory = ("MB at the first line", "MB at half", "MB at the most", "MB a thousand articles behind the lists")
    times = ("s to the first line", "s CPU to it", "s wall", "s CPU", "ms CPU a request")
    return table(("articles", "requests", *memory, *times), rows)


def fleet(quick: bool) -> str:
    """`fleet run` over sixty sites at once on one core, at the settings of a live crawl."""
    found = (
        [scale.many_sites(3, 100, "DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False")]
        if quick
        else [scale.many_sites(10, 300), scale.many_sites(60, 300)]
    )
    rows = [
        (
            f"{one.sites}", f"{one.fullest.crawls}", f"{one.articles:,}", f"{one.requests:,}", f"{one.cost.wall:.0f}",
            f"{one.rate:.1f}", f"{100 * one.busy:.0f} %", f"{1000 * one.busy / max(0.1, one.rate):.1f}", f"{one.slowest:.2f}",
            f"{one.cost.cpu:.0f}", f"{one.fullest.megabytes:,.0f}", f"{one.fullest.megabytes / max(1, one.fullest.crawls):.0f}",
        )
        for one in found
    ]  # fmt: skip
    all_at_once = ("requests/s, all at once", "of the core", "ms CPU a request, starts not counted")
    head = (
        "sites",
        "at once",
        "articles",
        "requests",
        "s wall",
        *all_at_once,
        "requests/s of the slowest site",
        "s CPU",
    )
    return table((*head, "MB, all together", "MB a crawl"), rows)


def growing(quick: bool) -> str:
    """Commands over a whole archive, and the power that they grow with."""
    sizes = (200, 400) if quick else (10_000, 100_000)
    rows = [
        (
            one.name,
            *(f"{one.costs[size].cpu:.1f}" for size in sizes),
            f"{one.exponent:.2f}",
            f"{one.costs[sizes[-1]].megabytes:.0f}",
        )
        for one in archive_commands.growth(sizes)
    ]
    return table(("command", *(f"s CPU, {size:,} articles" for size in sizes), "exponent", "MB"), rows)


def durability(quick: bool) -> str:
    """Table of the cost of syncing one by one and in groups."""
    found = storing.rates(200 if quick else 1_000)
    return table(("", "a second"), [(name, f"{rate:,.0f}") for name, rate in found.items()])


def export(quick: bool) -> str:
    """An archive made into other forms, and brought up to date."""
    size = 500 if quick else 100_000
    found = archive_commands.exported(size, archive_commands.FORMS[:2] if quick else archive_commands.FORMS)
    rows = [
        (
            form, f"{anew.cpu:.1f}", f"{anew.wall:.1f}", f"{1000 * anew.cpu / size:.2f}", f"{anew.megabytes:.0f}",
            f"{more.cpu:.1f}",
        )
        for form, (anew, more) in found.items()
    ]  # fmt: skip
    head = (f"{size:,} articles", "s CPU", "s wall", "ms CPU each", "MB", "s CPU, ten more")
    return table(head, rows)


def browse(quick: bool) -> str:
    """Pages of the reading room."""
    found = reading.read(1_000 if quick else 100_000)
    rows = [
        (
            f"{one.kind}; {one.clients} at once", str(one.pages), f"{1000 * one.median:.0f}", f"{1000 * one.p95:.0f}",
            f"{1000 * one.longest:.0f}", f"{1000 * one.cpu:.0f}" if one.cpu else "",
        )
        for one in found.latencies
    ]  # fmt: skip
    head = (f"{found.articles:,} articles, one core", "pages", "ms, median", "ms, p95", "ms, longest", "ms CPU, p95")
    return f"{table(head, rows)}\n\nFirst page after {found.opening:.1f} s, start-up included; {found.megabytes:.0f} MB at most."


def _drawn(quick: bool, name: str, title: str, across: str, series: Mapping[str, Points]) -> str:
    """The plot's file, and what shows it; nothing where there is but one size."""
    if quick:
        return ""
    path: Path = _PLOTS / f"growth-{name}.svg"
    path.parent.mkdir(exist_ok=True)
    path.write_text(svg(title, across, series), "utf-8")
    return f"\n\n![{title}, against {across}](images/{path.name})"


def svg(title: str, across: str, series: Mapping[str, Points]) -> str:
    """The drawing. All values are positive."""
    xs = _decades([x for points in series.values() for x, _y in points])
    ys = _decades([y for points in series.values() for _x, y in points])
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        _text(_LEFT, 18, title, weight="bold"),
        _text(_LEFT + _PLOT_WIDTH / 2, _HEIGHT - 6, across, anchor="middle"),
    ]
    for power in range(xs[0], xs[1] + 1):
        at = _place(10.0**power, xs, _LEFT, _PLOT_WIDTH)
        parts += [
            _rule(at, _TOP, at, _TOP + _PLOT_HEIGHT),
            _text(at, _TOP + _PLOT_HEIGHT + 16, _tick(power), anchor="middle"),
        ]
    for power in range(ys[0], ys[1] + 1):
        at = _place(10.0**power, ys, _TOP + _PLOT_HEIGHT, -_PLOT_HEIGHT)
        parts += [_rule(_LEFT, at, _LEFT + _PLOT_WIDTH, at), _text(_LEFT - 6, at + 4, _tick(power), anchor="end")]
    for number, (name, points) in enumerate(series.items()):
        colour = _COLOURS[number % len(_COLOURS)]
        places = [
            (_place(x, xs, _LEFT, _PLOT_WIDTH), _place(y, ys, _TOP + _PLOT_HEIGHT, -_PLOT_HEIGHT)) for x, y in points
        ]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        parts.append(_text(_LEFT + _PLOT_WIDTH + 12, _TOP + 14 + 18 * number, name, colour=colour))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _place(value: float, decades: tuple[int, int], start: float, room: float) -> float:
    return start + room * (math.log10(value) - decades[0]) / (decades[1] - decades[0])


def _tick(power: int) -> str:
    return f"{10.0**power:,.0f}" if power >= 0 else f"{10.0**power:.{-power}f}"


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def _text(x: float, y: float, said: str, *, anchor: str = "start", colour: str = "#222", weight: str = "normal") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" font-weight="{weight}">{escape(said)}</text>'
