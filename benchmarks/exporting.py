"""Export benchmark: time and memory of each format, made anew and updated after ten more articles.

The lines are those of the demo site's articles, over and over under numbers of their own.
"""

import json
import sys
import tempfile
from collections.abc import Iterable
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Cost, run, through
from demo_site.gold import expected
from demo_site.site import Site

#: Forms of `scrapy export`, in the order of the table.
FORMS: Final = ("sqlite", "csv", "jsonld", "parquet", "atom")
ADDED: Final = 10
_DISTINCT: Final = 420


def records(count: int, first: int = 0) -> Iterable[dict[str, Any]]:
    """Articles of the demo site as stored lines, numbered from `first`."""
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


def exported(articles: int, forms: Iterable[str] = FORMS) -> dict[str, tuple[Cost, Cost]]:
    """Form → what making it anew cost, and what going on with it after ten more articles did.

    Raises RuntimeError where an export fails.
    """
    out = {}
    with tempfile.TemporaryDirectory() as name:
        data = Path(name)
        path = data / "articles.jsonl"
        add(path, articles)
        size = path.stat().st_size
        for form in forms:
            anew = _export(form, data)
            add(path, ADDED, articles)
            out[form] = anew, _export(form, data)
            with path.open("ab") as lines:
                lines.truncate(size)
    return out


def _export(form: str, data: Path) -> Cost:
    words = [
        sys.executable,
        "-m",
        "scrapy",
        "export",
        "--format",
        form,
        "--data-dir",
        str(data),
        "--out",
        f"{data}/out/{form}",
    ]
    cost = run(words, through(""))
    if cost.code:
        raise RuntimeError(f"{form}: {cost.said[-2000:]}")
    return cost
