"""Store benchmark: articles synced one by one and in groups, beside plain files and a plain database."""

import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks.archives import articles
from panan_spider.archive.store.archive import Archive
from panan_spider.core.outcomes import Outcome
from panan_spider.items import Article

_ROUNDS: Final = 3

#: One round, in an empty folder.
Work = Callable[[Path], object]


def seconds(work: Work) -> float:
    """The least time on the clock of several rounds, each in a folder of its own: syncing is waiting."""
    taken = []
    for _round in range(_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            work(Path(folder))
            taken.append(time.perf_counter() - began)
    return min(taken)


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


def store(rows: list[Article], folder: Path, *, together: int) -> None:
    """Articles stored whole, so many to a sync: their lines, durable, and their marks."""
    archive = Archive.open(folder / "data", run_id="bench", args={})
    for first in range(0, len(rows), together):
        archive.store_all([(row, Outcome.STORED) for row in rows[first : first + together]])
    archive.close({})


def rates(count: int) -> dict[str, float]:
    """Rate of each operation, per second, by its name."""
    rows = list(articles(count))
    lines = [row.model_dump_json() for row in rows]
    works: dict[str, Work] = {
        "lines appended, no sync": partial(append, lines, sync=False),
        "lines appended, a sync for each": partial(append, lines, sync=True),
        "articles stored, a sync for each": partial(store, rows, together=1),
        "articles stored, 16 to a sync": partial(store, rows, together=16),
        "articles stored, 64 to a sync": partial(store, rows, together=64),
        "addresses met and settled, plain sqlite3": partial(insert, rows),
        "addresses met and settled, the ledger": partial(settle, rows),
    }
    return {name: count / seconds(work) for name, work in works.items()}
