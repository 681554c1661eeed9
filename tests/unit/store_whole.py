"""What must be in the archive after the invented site's two runs, whatever happened to them."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from store_crawl import NEW, crawl
from store_helpers import lines_of, place_of, warcio_check

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.warc_file import read
from panan_spider.core.outcomes import Outcome

#: (id, revision) → the content version that must be stored.
EXPECTED = {("000000001", 1): 1, ("000000002", 1): 1, ("000000002", 2): 2, ("000000003", 1): 1} | {
    ("000000004", 1): 1,
    ("000000005", 1): 1,
}


def check_whole(folder: Path) -> None:
    """Everything the two runs should have kept is there, once, and readable."""
    lines = lines_of(folder / "articles.jsonl")
    kept = {(line["id"], line["revision"]): line for line in lines}
    assert len(lines) == len(kept) and kept.keys() == EXPECTED.keys()
    for key, version in EXPECTED.items():
        assert kept[key]["text"] == f"第{version}版正文"
        assert read(folder, place_of(kept[key])).body == b"version %d" % version
    quarantined = [line["url"][-9 - 6 : -6] for line in lines_of(folder / "quarantine.jsonl")]
    assert sorted(quarantined) == ["000000008", "000000009"]
    warcio_check(folder)


def run_to_the_end(folder: Path) -> None:
    """The next run, not killed, must find and finish everything; the one after it has nothing to do."""
    archive = crawl(folder, "next", NEW)
    assert not [note for note in archive.notes if "set aside" in note or "damaged" in note], archive.notes
    assert sum(archive.memory.counts.values()) == archive.memory.discovered_count == 9
    check_whole(folder)
    ledger = Ledger.read_only(folder / "ledger.sqlite")
    assert ledger.runs.dead() == []
    ledger.close()
    with closing(sqlite3.connect(folder / "ledger.sqlite")) as books:  # an open file would keep a disk mounted
        assert books.execute("SELECT * FROM fates WHERE outcome IS NULL").fetchall() == []
    last = crawl(folder, "last", NEW)
    assert last.notes == [] and last.memory.counts[Outcome.UNCHANGED] == 4
    check_whole(folder)


def copies(original: Path, into: Path) -> Iterator[Path]:
    """Fresh copies of an archive, one after the other."""
    while True:
        shutil.rmtree(into, ignore_errors=True)
        shutil.copytree(original, into)
        yield into
