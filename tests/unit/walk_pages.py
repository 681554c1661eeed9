"""List pages for walks, and a driver that walks them to their end."""

from collections.abc import Callable
from datetime import date, timedelta

from panan_spider.extract.results import ListRow, Pager, SectionPage
from panan_spider.sites.profile import load_site
from panan_spider.spiders.walk import Walk, WalkLimits

SITE = load_site()
FOLDER = "http://www.panews.cn/xwzx/sz/"
FIRST = f"{FOLDER}index.html"
COUNT = "http://www.panews.cn/system/count//0003001/000000001000/"
SCRIPT = f"{COUNT}count_page_list_0003001000000001000.js"
NEWEST = date(2020, 3, 31)
NOTHING = WalkLimits(settled=lambda number: False)


def row(number: int, day: date | None = None) -> ListRow:
    day = day or NEWEST - timedelta(days=number)
    return ListRow(f"http://www.panews.cn/x/{number}", str(number), f"标题{number}", None, day)


def page(
    numbers: list[int], *following: str, kind: str = "next_link", script: str | None = None, url: str = FIRST
) -> SectionPage:
    return SectionPage(url, ("时政",), tuple(map(row, numbers)), (), Pager(kind, following, script))


def count_page(number: int) -> str:
    return f"{COUNT}000/000/c0003001000000001000_{number:09d}.shtml"


def drive(
    walk: Walk, answer: Callable[[str], SectionPage | int | None], first: SectionPage
) -> tuple[list[str], list[str]]:
    """Walk to the end; the addresses asked and the numbers of the rows met. An answer: a page, a maxpage, None for a failure."""
    asked, met = [], [r.article_id for r in walk.take(first)]
    while (url := walk.next()) is not None:
        asked.append(url)
        assert len(asked) <= 2 * SITE.limits.list_pages
        got = answer(url)
        if got is None:
            walk.lose(url)
        elif isinstance(got, int):
            walk.take_script(url, got)
        else:
            met += [r.article_id for r in walk.take(got)]
    return asked, met
