"""Archives as large as one likes, made through the store and not by crawling."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from panan_spider.items import Article
from panan_spider.outcomes import Outcome
from panan_spider.schema.example import EXAMPLE
from panan_spider.store.archive import Archive

_AT_ONCE: Final = 500
#: Years before the demo site's first article, so that no list of it names one of these.
_DAY: Final = "2009-05-06"


def articles(count: int) -> Iterator[Article]:
    """That many articles, all different, none of them the demo site's."""
    for number in range(count):
        name = f"9{number:08d}"
        url = f"http://panews.zjol.com.cn/panews/system/{_DAY.replace('-', '/')}/{name}.shtml"
        yield EXAMPLE.model_copy(update={"id": name, "url": url, "posted": _DAY, "published": _DAY, "warc": None})


def fill(data: Path, count: int) -> None:
    """Store that many more articles in the archive `data`, as one run of its own."""
    archive = Archive.open(data, run_id="fill", args={})
    made = articles(count)
    while some := list(islice(made, _AT_ONCE)):
        archive.store_all([(article, Outcome.STORED) for article in some])
    archive.close({"exit_code": 0})
