"""From a section's first list page to one in its middle and its last, in as few questions as its pager allows."""

from typing import Final

from panan_spider.doctor.fetch_result import Ask, FetchResult
from panan_spider.doctor.probe_result import SectionProbe
from panan_spider.extract.pager import maxpage
from panan_spider.extract.results import PageError, SectionPage
from panan_spider.sites.urls import count_pages

#: List pages followed by 下一页, which tells of no page but the next.
_MOST_STEPS: Final = 3


async def list_pages(ask: Ask, looked: SectionProbe, page: SectionPage) -> None:
    """Ask for a list page in the middle and the last one; by 下一页 alone, for the next few."""
    following = await _following(ask, looked, page)
    if page.pager.kind == "next_link":
        await _step(ask, looked, page)
    elif following:
        looked.length = len(following) + 1
        wanted = dict.fromkeys((following[(len(following) - 1) // 2], following[-1]))
        for url in wanted:
            await _keep(ask, looked, url)


async def _following(ask: Ask, looked: SectionProbe, page: SectionPage) -> list[str]:
    if page.pager.script is None or page.pager.following:
        return list(page.pager.following)
    looked.script = await ask(page.pager.script)
    if looked.script.outcome is not None:
        return []
    try:
        return count_pages(page.pager.script, maxpage(looked.script.page.text))
    except PageError:
        return []


async def _step(ask: Ask, looked: SectionProbe, page: SectionPage) -> None:
    seen = {row.article_id for row in page.rows}
    for _ in range(_MOST_STEPS):
        answer = await _keep(ask, looked, page.pager.following[0])
        section = answer.section
        if not isinstance(section, SectionPage) or not {row.article_id for row in section.rows} - seen:
            return  # lost, or an endless pager
        seen |= {row.article_id for row in section.rows}
        page = section
        if not page.pager.following:
            looked.length = len(looked.lists)
            return


async def _keep(ask: Ask, looked: SectionProbe, url: str) -> FetchResult:
    answer = await ask(url)
    looked.lists.append(answer)
    return answer
