"""Articles built again from the raw pages of an archive: by one process, and by one for each core."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import Cost, run, through


def reparsed(articles: int, jobs: Sequence[int]) -> dict[int, Cost]:
    """Jobs → what reading an archive of that many articles again costs. Raises RuntimeError where any is not the same."""
    out = {}
    with tempfile.TemporaryDirectory() as name:
        data = Path(name) / "data"
        # In a process of its own: the most memory of one that is started is never told below its starter's.
        made = run([sys.executable, "-m", "benchmarks.archives", str(data), str(articles)], through(""))
        if made.code:
            raise RuntimeError(made.said[-2000:])
        words = [sys.executable, "-m", "scrapy", "reparse", "--data-dir", str(data), "--jobs"]
        for count in jobs:
            out[count] = run([*words, str(count)], through(""))
            if f"{articles} stored articles read again: {articles} the same" not in out[count].said:
                raise RuntimeError(out[count].said[-2000:])
    return out
