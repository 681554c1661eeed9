"""`python killing.py POINT N crawl panan …`: a crawl that kills itself with SIGKILL at the n-th passage of a point.

Points stand before and after each write of the archive: `warc`, `line`, `mark`, `settle`; `before-warc`, `after-warc`, ….
`middle-line` and `middle-index` leave half of a write in the file. Groups of articles stored together are small
here, so that there are many, however fast the machine: else a late passage might not come.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from scrapy.cmdline import execute

from panan_spider import pipelines
from panan_spider.archive.ledger.stored_articles import ArticleTable
from panan_spider.archive.ledger.url_outcomes import ImageTable
from panan_spider.archive.state import CrawlState
from panan_spider.archive.store import image_files, jsonl
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.archive.store.warc_file import WarcWriter
from panan_spider.spiders.article_crawl import ArticleCrawl

POINTS = {
    "warc": (WarcWriter, "response"),
    "line": (LineFile, "append_all"),
    "mark": (ArticleTable, "mark"),
    "settle": (CrawlState, "settle"),
    "walk": (CrawlState, "begin_walk"),
}
#: Of articles in several parts: a part that has come, and the parts' marks inside the ledger's transaction.
PARTS = {"part": (ArticleCrawl, "read_part"), "parts-mark": (ArticleTable, "note_parts")}
#: Of pictures, with images=true: the file, the line of the index, the mark.
PICTURES = {
    "file": (image_files, "write_atomically"),
    "index": (LineFile, "append"),
    "picture-mark": (ImageTable, "mark"),
}


def torn(fd: int, data: bytes, *, sync: bool = True) -> int:
    """Write half of it, and die."""
    os.write(fd, data[: len(data) // 2])
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


def armed(owner: Any, name: str, moment: str, passage: int) -> None:
    """Make the method kill the process at its `passage`-th call, before or after its work."""
    work: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def killing(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == passage and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        if calls == passage and moment == "middle":
            jsonl.append_whole = torn  # type: ignore[attr-defined]
        result = work(*args, **kwargs)
        if calls == passage:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, killing)


if __name__ == "__main__":
    pipelines.MOST_TOGETHER = 4  # type: ignore[misc]
    moment, _, point = sys.argv[1].partition("-")
    armed(*{**POINTS, **PARTS, **PICTURES}[point], moment, int(sys.argv[2]))
    execute(["scrapy", *sys.argv[3:]])
