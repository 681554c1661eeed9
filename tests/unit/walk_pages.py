"""List pages for walks, and a driver that walks them to their end."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.results import InvalidPage, ListRow, Pager, SectionPage
from panan_spider.sites.profile import load_site
from panan_spider.spiders.walk import Walk
from panan_spider.spiders.walk_evidence import WalkLimits

SITE = load_site()
FOLDER = "http://www.panews.cn/xwzx/sz/"
FIRST = f"{FOLDER}index.html"
COUNT = "http://www.panews.cn/system/count//0003001/000000001000/"
SCRIPT = f"{COUNT}count_page_list_0003001000000001000.js"
NEWEST = date(2020, 3, 31)
NOTHING = WalkLimits(settled=lambda number: False)


def row(number: int, day: date | None = None) -> ListRow:
    day = day or NEWEST - timedelta(days=abs(number) % 3000)
    return ListRow(f"http://www.panews.cn/x/{number}", str(100_000 - number), f"标题{number}", None, day)


def page(
    numbers: list[int],
    *following: str,
    kind: str = "next_link",
    script: str | None = None,
    url: str = FIRST,
    total: int | None = None,
    crumb: tuple[str, ...] = ("时政",),
    not_understood: str | None = None,
) -> SectionPage:
    """A list page of these rows, 0 the newest; a higher number is an older article."""
    pager = Pager(kind if following or script else "none", following, script, total, not_understood)
    return SectionPage(url, crumb, tuple(map(row, numbers)), (), pager, is_cut=False)


def count_page(number: int) -> str:
    return f"{COUNT}000/000/c0003001000000001000_{number:09d}.shtml"


def index_page(number: int) -> str:
    return f"{FOLDER}index_{number}.html"


#: An answer: a page, the number of a pager script, None for a failure, or the outcome of a page that is not to be had.
Answer = SectionPage | int | Outcome | None


def drive(walk: Walk, answer: Callable[[str], Answer], first: SectionPage) -> tuple[list[str], list[str]]:
    """Walk to the end as the crawl does; the URLs asked for, and the numbers of the rows met."""
    asked, met = [], list(map(_number, walk.take(first)))
    while (url := walk.next()) is not None:
        asked.append(url)
        assert len(asked) <= 2 * SITE.limits.list_pages
        got = answer(url)
        if got is None or isinstance(got, Outcome):
            walk.lose(url, got or Outcome.FAILED)
        elif isinstance(got, int):
            walk.take_script(url, got)
        else:
            try:
                met += map(_number, walk.take(replace(got, url=url) if got.url == FIRST else got, url))
            except InvalidPage:
                walk.lose(url, Outcome.INVALID)
    return asked, met


def _number(row: ListRow) -> str:
    return str(100_000 - int(row.article_id))
