"""Archives of any size, made without a crawl: through the store (`python -m benchmarks.archives FOLDER ARTICLES`), or as lines alone."""

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from demo_site.gold import expected
from demo_site.site import Site
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.warc_file import HttpExchange
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.article import read_article
from panan_spider.extract.assemble import ArticleBuilder
from panan_spider.extract.document import Page
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import load_site
from tools.docs.example import EXAMPLE

_AT_ONCE: Final = 500
#: Different articles that repeated lines are made of.
_DISTINCT: Final = 420
#: Years before the demo site's first article, so that no list of it names one of these.
_DAY: Final = "2009-05-06"
_ANY_TIME: Final = "2026-03-07T01:02:03Z"


def articles(count: int) -> Iterator[Article]:
    """`count` different articles, none of them the demo site's."""
    for number in range(count):
        name = f"9{number:08d}"
        url = f"http://panews.zjol.com.cn/panews/system/{_DAY.replace('-', '/')}/{name}.shtml"
        # A hash of its own: articles that show the same content are requested again.
        own = {"id": name, "url": url, "content_hash": f"sha256:{number:064x}"}
        yield EXAMPLE.model_copy(update={**own, "posted": _DAY, "published": _DAY, "warc": None})


def fill(data: Path, count: int) -> None:
    """Store that many more articles in the archive `data`, as one run of its own."""
    _store(Archive.open(data, run_id="fill", args={}), articles(count))


def keep_site(data: Path, count: int) -> None:
    """Store a demo site of that many articles, raw pages and all: what a crawl of it leaves, but for the lists."""
    archive = Archive.open(data, run_id="keep", args={})
    site = Site.build(1, count)
    _store(archive, (_kept(archive, site, site.record(number).url) for number in site.slots))


def _store(archive: Archive, made: Iterator[Article]) -> None:
    while some := list(islice(made, _AT_ONCE)):
        archive.store_all([(article, Outcome.STORED) for article in some])
    archive.close({"exit_code": 0})


def _kept(archive: Archive, site: Site, url: str) -> Article:
    """The article at `url`, each part of it answered, kept and read in turn."""
    profile = load_site()
    builder = ArticleBuilder(profile, profile.urls.understand(url))
    due: str | None = url
    while due is not None:
        page, place = _answered(archive, site, due)
        builder.add(read_article(page), place, _ANY_TIME)
        due = builder.next_part()
    return builder.article()


def _answered(archive: Archive, site: Site, url: str) -> tuple[Page, WarcLocation]:
    host, path = urlsplit(url)[1:3]
    answer = site.respond("GET", host, path, {})
    headers = tuple((name.encode(), value.encode()) for name, value in answer.headers.items())
    place = archive.write_response(HttpExchange(url, _ANY_TIME, answer.status, headers, answer.body))
    return Page(url, answer.body, answer.headers.get("Content-Type")), place


def records(count: int, first: int = 0) -> Iterable[dict[str, Any]]:
    """Articles of the demo site as stored lines, numbered from `first`."""
    kept = {"revision": 1, "fetched_at": "2026-03-07T01:02:03Z", "warc": None}
    made = [
        expected(record, [record.breadcrumbs[-1]] if record.breadcrumbs else [])
        for record in Site.build(1, _DISTINCT).records
    ]
    for number, record in enumerate(islice(cycle(made), count), first):
        yield {**record, **kept, "id": f"{number:09d}", "content_hash": f"sha256:{number:064x}"}


def add_lines(path: Path, count: int, first: int = 0) -> None:
    """Append that many lines to `path`."""
    with path.open("a", encoding="utf-8") as file:
        for record in records(count, first):
            file.write(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    keep_site(Path(sys.argv[1]), int(sys.argv[2]))
