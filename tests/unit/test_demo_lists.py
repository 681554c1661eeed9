"""The demo site's lists: what they name, how they are paged, and which ways lead to a section."""

from itertools import chain

import pytest
from demo_client import get, links, page, section, walk

from demo_site.county_panan import PANAN
from demo_site.site import Site

ENDING = [entry.key for entry in PANAN.sections if entry.pager != "endless"]


@pytest.fixture(scope="module")
def site() -> Site:
    return Site.build()


def test_every_article_is_listed_somewhere(site: Site) -> None:
    listed = set(chain.from_iterable(view.article_ids for view in site.sections.values()))
    assert listed == {record.id for record in site.records}
    assert len(listed) == 420


def test_a_large_site_hides_no_article_behind_a_list_without_a_pager() -> None:
    large = Site.build(articles=20_000)
    shown: set[str] = set()
    for entry in PANAN.sections:
        rows = large.listing(entry.key)
        shown |= {slot.id for slot in (rows[: entry.size] if entry.pager == "none" else rows)}
    assert len(large.slots) == 20_000
    assert shown == large.slots.keys()


@pytest.mark.parametrize("key", ENDING)
def test_a_sections_pages_name_exactly_its_articles_newest_first(site: Site, key: str) -> None:
    named = list(dict.fromkeys(chain.from_iterable(walk(site, section(key)))))
    posted = [site.slots[article_id].posted for article_id in named]
    assert named == [slot.id for slot in site.listing(key)]
    assert posted == sorted(posted, reverse=True)


@pytest.mark.parametrize("key", [key for key in ENDING if section(key).pager != "none" and section(key).weight >= 6])
def test_big_sections_have_older_pages(site: Site, key: str) -> None:
    assert len(walk(site, section(key))) > 1


def test_one_sections_newest_numbered_page_repeats_its_index(site: Site) -> None:
    index, repeated, *_ = walk(site, section("sj"))
    assert section("sj").pager == "count_script_overlap"
    assert index == repeated


def test_the_other_scripted_section_repeats_nothing(site: Site) -> None:
    named = list(chain.from_iterable(walk(site, section("ztzl"))))
    assert len(named) == len(set(named))


def test_the_endless_pager_goes_on_for_ever_and_shows_nothing_new(site: Site) -> None:
    pages = walk(site, section("msxw"), most=60)
    assert len(pages) == 60
    assert pages[-1] == pages[2]
    assert set(chain.from_iterable(pages)) == {slot.id for slot in site.listing("msxw")}


def test_list_pages_answer_with_one_slash_or_two(site: Site) -> None:
    url = next(href for href in links(section("paxw").url, page(site, section("paxw").url)) if "/count//" in href)
    assert get(site, url.replace("/count//", "/count/")).status == 200


def test_only_a_breadcrumb_leads_to_one_section(site: Site) -> None:
    hidden = section("fsjdxz").url
    lists = [
        page(site, url)
        for url in (*PANAN.home.values(), *(entry.url for entry in PANAN.sections if entry.key != "fsjdxz"))
    ]
    assert not any("/fsjdxz/" in source for source in lists)
    linking = [slot for slot in site.listing("paxw") if hidden in links(slot.url, page(site, slot.url))]
    assert linking


def test_some_sections_are_named_by_their_parent_alone(site: Site) -> None:
    homes = "".join(page(site, url) for url in PANAN.home.values())
    for child, parent in (("paxw", "xwzx"), ("msxw", "xwzx"), ("ztzl", "zl"), ("pafzdh", "zwzxztxw")):
        assert section(child).path not in homes
        assert section(child).path in page(site, section(parent).url)


def test_a_list_links_an_article_by_https(site: Site) -> None:
    assert any(
        url.startswith("https://panews.zjol.com.cn/panews/system/")
        for url in links("", page(site, section("paxw").url))
    )


def test_one_article_is_linked_with_several_query_strings(site: Site) -> None:
    slot = next(slot for slot in site.slots.values() if len(set(slot.queries.values())) > 2)
    for key, query in slot.queries.items():
        assert get(site, slot.url + query).status == 200
        assert any(slot.id in row for row in walk(site, section(key)))


def test_dates_stand_in_some_lists_and_not_in_others(site: Site) -> None:
    assert 'class="date"' in page(site, section("sz").url)
    assert 'class="date"' in page(site, section("xzh").url)
    assert 'class="date"' not in page(site, section("sj").url)


def test_few_articles_lie_within_the_look_back(site: Site) -> None:
    recent = set()
    for entry in PANAN.sections:
        newest = site.listing(entry.key)[0].posted
        recent |= {slot.id for slot in site.listing(entry.key) if (newest - slot.posted).days <= 30}
    assert len(recent) < 0.1 * len(site.slots)
