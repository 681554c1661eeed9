"""Memory of a first crawl: what the run keeps of each article that waits, in bytes, counted by tracemalloc."""

import logging
import tracemalloc
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from panan_spider.archive.store.archive import Archive
from panan_spider.extract.results import ListRow
from panan_spider.sites.profile import load_site
from panan_spider.spiders.arguments import Arguments
from panan_spider.spiders.frontier import Frontier
from panan_spider.spiders.session import CrawlSession

#: Caches of a fixed size are full behind this many articles.
_WARM: Final = 9_000
_MORE: Final = 5_000
_PAGE: Final = 20


def rows(begin: int) -> list[ListRow]:
    """One page of a list, as the extraction reads it: eleven articles a day."""
    found = []
    for number in range(begin, begin + _PAGE):
        day = date(2013, 1, 1) + timedelta(days=number // 11)
        url = f"http://panews.zjol.com.cn/panews/system/{day:%Y/%m/%d}/{number:09d}.shtml"
        address = load_site().urls.understand(url)
        found.append(ListRow(address.url, address.article_id or "", "标题", day, address.posted))
    return found


def test_an_article_that_waits_takes_less_than_520_bytes(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path / "data", run_id="first", args={})
    session = CrawlSession(load_site(), Arguments(), logging.LoggerAdapter(logging.getLogger(), {}))
    session.state = archive.memory
    frontier = Frontier(session)

    def meet(begin: int, end: int) -> None:
        for first in range(begin, end, _PAGE):
            section, page = f"栏目{first // _PAGE % 59}", rows(first)
            frontier.meet_rows(page, section)
            archive.memory.listed(section, [(row.article_id, row.url, row.posted) for row in page])

    tracemalloc.start()
    try:
        meet(0, _WARM)
        before, _peak = tracemalloc.get_traced_memory()
        meet(_WARM, _WARM + _MORE)
        after, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    archive.close({"exit_code": 0})
    assert len(frontier) == _WARM + _MORE
    assert (after - before) / _MORE < 520  # measured: 466, 659 with an address object and a state object an article
