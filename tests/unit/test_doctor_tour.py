"""Doctor's way through the site: few questions, spread over sections, lists and years."""

import asyncio
from dataclasses import replace

from visits import PANAN, Wire, large, seen, visit

from panan_spider.core.outcomes import Outcome
from panan_spider.doctor.probe import probe_site, twin
from panan_spider.doctor.probe_client import FetchResult, SectionProbe, SiteProbe
from panan_spider.sites.urls import UrlKind


def test_a_few_dozen_requests_and_none_twice() -> None:
    _, wire = seen()
    assert 25 <= len(wire.asked) <= 48
    assert len(wire.asked) == len(set(wire.asked))


def test_entry_pages_first_then_the_section_the_archive_began_with() -> None:
    found, wire = seen()
    assert tuple(wire.asked[:2]) == PANAN.entry_pages
    assert found.sections[0].name == "书记"


def test_both_hosts_both_kinds_of_cms_and_every_template_are_met() -> None:
    found = visit()
    addresses = [looked.lists[0].url for looked in found.sections]
    assert any("zjol" in url for url in addresses) and any("www.panews.cn" in url for url in addresses)
    assert {sample.article.template for sample in found.samples if sample.article} == {"enorth_a", "enorth_b", "trs"}


def test_each_section_gives_its_newest_a_middle_and_its_oldest_article() -> None:
    found, wire = seen()
    for section in found.sections[:3]:
        newest, middle, oldest = section.samples
        assert (newest.which, middle.which, oldest.which) == ("newest", "middle", "oldest")
        days = [PANAN.urls.understand(sample.row.url).posted for sample in section.samples]
        assert days == sorted(days, key=str, reverse=True) and len(set(days)) == 3
    first = wire.site.listing("sj")
    assert found.sections[0].samples[0].row.article_id == first[0].id
    assert found.sections[0].samples[-1].row.article_id == first[-1].id


def looked(found: SiteProbe, kind: str) -> SectionProbe:
    return next(one for one in found.sections if one.pages[0].pager.kind == kind)


def test_by_a_pager_script_the_first_and_a_middle_and_the_last_list_page_are_read() -> None:
    section = looked(large(), "count_script")
    assert section.script is not None and section.script.outcome is None
    assert len(section.lists) == 3 < (section.length or 0)
    assert section.lists[-1].url.endswith("_000000001.shtml")


def test_by_next_links_a_few_pages_and_the_length_where_the_end_is_reached() -> None:
    section = looked(large(), "next_link")
    assert len(section.lists) == 4
    assert section.length is None


def test_a_script_that_is_lost_leaves_the_first_page() -> None:
    section = looked(visit("always-5xx%100@count_page_list"), "count_script")
    assert len(section.lists) == 1 and len(section.samples) == 3


def test_an_article_is_asked_for_once_however_many_lists_name_it() -> None:
    wire = Wire()
    one = wire.site.listing("sj")[0].url
    body = f'<div>您当前的位置 : 磐安新闻网 >> 样例</div><div class="list-text"><a href="{one}">样例</a></div>'.encode()

    async def same_list(url: str) -> FetchResult:
        answer = await wire.ask(url)
        return (
            replace(answer, body=body)
            if PANAN.urls.understand(url).kind is UrlKind.SECTION and url not in PANAN.entry_pages
            else answer
        )

    found = asyncio.run(probe_site(same_list, wire.log, PANAN))
    assert len(found.sections) >= 3
    assert [sample.row.url for sample in found.samples] == [one] and wire.asked.count(one) == 1


def test_nothing_off_the_site_is_asked_for() -> None:
    for specs in ((), ("new-host",), ("redirect-offsite%100",)):
        assert all(PANAN.urls.understand(url).kind is not UrlKind.OFF_SITE for url in seen(*specs)[1].asked)


def test_a_guest_who_is_turned_away_goes() -> None:
    _, wire = seen("always-5xx:403%100")
    articles = [url for url in wire.asked if PANAN.urls.understand(url).kind is UrlKind.ARTICLE]
    assert len(articles) == 3 and wire.asked[-1] == articles[-1]


def test_a_single_refusal_ends_nothing() -> None:
    wire = Wire()

    async def moody(url: str) -> FetchResult:
        answer = await wire.ask(url)
        return replace(answer, outcome=Outcome.BLOCKED, reason="HTTP 403") if len(wire.asked) % 2 else answer

    found = asyncio.run(probe_site(moody, wire.log, PANAN))
    assert len(found.sections) >= 3


def test_a_list_page_that_is_lost_costs_no_more_than_itself() -> None:
    found = visit("always-5xx%100@count/.*1.shtml")
    assert len(found.sections) >= 3 and all(looked.samples for looked in found.sections)


def test_the_same_number_at_the_other_host() -> None:
    assert twin("http://panews.zjol.com.cn/panews/system/2019/01/02/012345678.shtml", PANAN) == (
        "http://www.panews.cn/system/2019/01/02/012345678.shtml"
    )
    assert twin("http://www.panews.cn/system/2019/01/02/012345678.shtml", PANAN) == (
        "http://panews.zjol.com.cn/panews/system/2019/01/02/012345678.shtml"
    )
    assert twin("http://www.panews.cn/xwzx/sz/202206/t20220617_4054889.html", PANAN) is None
    assert twin("http://www.panews.cn/", PANAN) is None
