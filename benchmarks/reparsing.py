"""Articles built again from the raw pages of an archive: by one process, and by one for each core."""

import sys
import tempfile
from pathlib import Path

from benchmarks.crawling import panan
from benchmarks.measure import Cost, demo_site, run, through


def reparsed(articles: int, jobs: tuple[int, ...]) -> dict[int, Cost]:
    """Jobs → what reading a crawled archive of that many articles again costs."""
    with demo_site(articles) as proxy, tempfile.TemporaryDirectory() as name:
        panan(proxy, Path(name))
        words = [sys.executable, "-m", "scrapy", "reparse", "--data-dir", f"{name}/data", "--jobs"]
        return {count: run([*words, str(count)], through(proxy)) for count in jobs}
