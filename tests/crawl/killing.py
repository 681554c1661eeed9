"""`python killing.py POINT N crawl panan …`: a crawl that kills itself with SIGKILL at the n-th passage of a point.

Points stand before and after each write of the archive: `warc`, `line`, `mark`, `settle`; `before-warc`, `after-warc`, ….
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from scrapy.cmdline import execute

from panan_spider.store.jsonl import LineFile
from panan_spider.store.ledger_articles import Articles
from panan_spider.store.memory import LedgerMemory
from panan_spider.store.warc import WarcWriter

POINTS = {
    "warc": (WarcWriter, "response"),
    "line": (LineFile, "append_all"),
    "mark": (Articles, "mark"),
    "settle": (LedgerMemory, "settle"),
    "walk": (LedgerMemory, "begin_walk"),
}


def armed(owner: type, name: str, moment: str, passage: int) -> None:
    """Make the method kill the process at its `passage`-th call, before or after its work."""
    work: Callable[..., Any] = getattr(owner, name)
    calls = 0

    def killing(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == passage and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        result = work(*args, **kwargs)
        if calls == passage:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, killing)


if __name__ == "__main__":
    moment, _, point = sys.argv[1].partition("-")
    armed(*POINTS[point], moment, int(sys.argv[2]))
    execute(["scrapy", *sys.argv[3:]])
