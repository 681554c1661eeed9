"""How long an archive of 100,000 articles takes to become SQLite, and how much memory: `python benchmarks/export_bench.py`.

The lines are those of the demo site's articles, over and over under numbers of their own. Each export runs in a process of its own,
so that its memory is its own too; then ten lines are added, and the same export is brought up to date.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from demo_site.gold import expected
from demo_site.site import Site

ARTICLES: Final = 100_000
ADDED: Final = 10
_DISTINCT: Final = 420


def records(count: int, first: int = 0) -> Iterable[dict[str, Any]]:
    """That many articles of the demo site, numbered from `first`, as lines have them."""
    kept = {"revision": 1, "fetched_at": "2026-03-07T01:02:03Z", "warc": None}
    made = [
        expected(record, [record.breadcrumbs[-1]] if record.breadcrumbs else [])
        for record in Site.build(1, _DISTINCT).records
    ]
    for number, record in enumerate(islice(cycle(made), count), first):
        yield {**record, **kept, "id": f"{number:09d}", "content_hash": f"sha256:{number:064x}"}


def add(path: Path, count: int, first: int = 0) -> None:
    """Append that many lines to `path`."""
    with path.open("a", encoding="utf-8") as file:
        for record in records(count, first):
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


def measured(words: list[str]) -> tuple[float, float, float]:
    """Seconds by the clock, seconds of processor, and MiB at most, of a run of `scrapy` with these words.

    Raises CalledProcessError where it fails.
    """
    began = time.perf_counter()
    env = {**os.environ, "SCRAPY_SETTINGS_MODULE": "panan_spider.settings"}
    process = subprocess.Popen([sys.executable, "-m", "scrapy", *words], env=env, stdout=subprocess.DEVNULL)
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        raise subprocess.CalledProcessError(status, words)
    return time.perf_counter() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=ARTICLES)
    parser.add_argument("--format", default="sqlite")
    parser.add_argument("--folder", type=Path, help="keep the archive and its export here")
    opts = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = opts.folder or Path(folder)
        data.mkdir(parents=True, exist_ok=True)
        path, out = data / "articles.jsonl", data / f"export.{opts.format}"
        if not path.exists():
            add(path, opts.articles)
        size = path.stat().st_size
        words = ["export", "--format", opts.format, "--data-dir", str(data), "--out", str(out)]
        print(f"{'what':<40}{'seconds':>10}{'of CPU':>10}{'MiB':>8}")
        for what, added in (
            (f"{opts.articles} articles ({size >> 20} MiB)", 0),
            (f"{ADDED} more", ADDED),
            ("nothing more", 0),
        ):
            add(path, added, opts.articles)
            seconds, processor, memory = measured(words)
            print(f"{what:<40}{seconds:>10.2f}{processor:>10.2f}{memory:>8.0f}", flush=True)
        os.truncate(path, size)
    print(f"of each, start of the program: {measured(['version'])[1]:.2f} s of CPU")


if __name__ == "__main__":
    main()
