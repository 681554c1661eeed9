"""How fast the project is, as ratios to a baseline measured in the same run: machines differ, ratios stay.

Each row runs the baseline and the project's code in turn, several times, and takes the best of each.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from lxml import html

from demo_site.site import Site
from panan_spider.items import Article
from panan_spider.outcomes import Outcome
from panan_spider.pages.layout import read_article
from panan_spider.pages.page import Page
from panan_spider.schema.example import EXAMPLE
from panan_spider.store.archive import Archive

ROUNDS: Final = 3
PAGES: Final = 200
ROWS: Final = 1_000

#: One round, in an empty folder.
Work = Callable[[Path], object]


def pages(count: int) -> list[Page]:
    """Page one of that many articles of the demo site, all templates, as received."""
    site = Site.build(seed=1, articles=count)
    found = []
    for record in site.records:
        host, _slash, path = record.url.removeprefix("http://").partition("/")
        answer = site.respond("GET", host, f"/{path}", {})
        found.append(Page(record.url, answer.body, answer.headers.get("Content-Type")))
    return found


def articles(count: int) -> list[Article]:
    """That many articles, all different."""
    return [
        EXAMPLE.model_copy(update={"id": f"{number:09d}", "url": EXAMPLE.url.replace("032299999", f"{number:09d}")})
        for number in range(count)
    ]


def seconds(work: Work) -> float:
    """How long one round takes, in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        work(Path(folder))
        return time.perf_counter() - began


def append(lines: list[str], folder: Path, *, sync: bool) -> None:
    """Append lines one by one, as plain Python would."""
    with (folder / "lines.jsonl").open("a", encoding="utf-8") as file:
        for line in lines:
            file.write(line + "\n")
            file.flush()
            if sync:
                os.fsync(file.fileno())


def insert(rows: list[Article], folder: Path) -> None:
    """Two rows and two commits an address, as plain sqlite3 in WAL mode would."""
    db = sqlite3.connect(folder / "raw.sqlite", isolation_level=None)
    db.execute("PRAGMA journal_mode=WAL")
    db.execute("PRAGMA synchronous=NORMAL")
    db.execute("CREATE TABLE met (url TEXT PRIMARY KEY)")
    db.execute("CREATE TABLE fates (url TEXT PRIMARY KEY, outcome TEXT)")
    for row in rows:
        db.execute("INSERT INTO met VALUES (?)", (row.url,))
        db.execute("INSERT INTO fates VALUES (?, 'listed')", (row.url,))
    db.close()


def settle(rows: list[Article], folder: Path) -> None:
    """The same through the ledger: each address met and settled."""
    archive = Archive.open(folder / "data", run_id="bench", args={})
    for row in rows:
        archive.memory.discovered(row.url, "section")
        archive.memory.settle(row.url, Outcome.LISTED)
    archive.close({})


def store(rows: list[Article], folder: Path) -> None:
    """Each article stored whole: its line, durable, and its mark."""
    archive = Archive.open(folder / "data", run_id="bench", args={})
    for row in rows:
        archive.store(row, Outcome.STORED)
    archive.close({})


def report(name: str, count: int, baseline: Work, ours: Work) -> None:
    """Print one row: baseline and ours per second, and how many times as long ours takes."""
    plain, took = [], []
    for _round in range(ROUNDS):
        plain.append(seconds(baseline))
        took.append(seconds(ours))
    best, own = min(plain), min(took)
    print(f"{name:<58}{count / best:>12,.0f}{count / own:>12,.0f}{own / best:>9.1f}", flush=True)


def main() -> None:
    """Print the table."""
    read, rows = pages(PAGES), articles(ROWS)
    lines = [row.model_dump_json() for row in rows]
    print(f"{'ours against its baseline':<58}{'baseline/s':>12}{'ours/s':>12}{'times':>9}")
    report(
        "pages: read_article / lxml parse alone",
        len(read),
        lambda _folder: [html.document_fromstring(page.text) for page in read],
        lambda _folder: [read_article(page) for page in read],
    )
    report("addresses: met and settled / plain sqlite3", ROWS, partial(insert, rows), partial(settle, rows))
    report(
        "lines: append with fsync / without",
        ROWS,
        partial(append, lines, sync=False),
        partial(append, lines, sync=True),
    )
    report(
        "articles: line, fsync and mark / line and fsync alone",
        ROWS,
        partial(append, lines, sync=True),
        partial(store, rows),
    )


if __name__ == "__main__":
    main()
