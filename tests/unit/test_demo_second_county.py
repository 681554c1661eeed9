"""The demo's second county: other hosts, names and sections, read by a profile of its own, beside the first in one process."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from demo_site.counties import COUNTIES, PROFILES
from demo_site.county_lichuan import LICHUAN
from demo_site.county_panan import PANAN
from demo_site.site import Site as DemoSite
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.section import read_section
from panan_spider.sites.profile import Site, load_site

FIELDS = (
    "template",
    "title",
    "kicker",
    "subtitle",
    "source",
    "header_line",
    "authors",
    "editor",
    "breadcrumbs",
    "credits",
)
PROFILE = PROFILES / "lichuan.toml"


@pytest.fixture(scope="module")
def site() -> Site:
    return Site.from_toml(PROFILE)


@pytest.fixture(scope="module")
def lichuan() -> DemoSite:
    return DemoSite.build(3, 150, LICHUAN)


def page_of(demo: DemoSite, url: str) -> Page:
    parts = urlsplit(url)
    answer = demo.respond("GET", parts.netloc, parts.path, {})
    assert answer.status == 200, url
    return Page(url, answer.body, answer.headers["Content-Type"])


def test_its_profile_is_short_and_says_what_the_county_is(site: Site) -> None:
    assert len(PROFILE.read_text("utf-8").splitlines()) <= 40
    assert (site.key, site.name, site.portal) == (LICHUAN.key, LICHUAN.name, LICHUAN.portal)
    assert site.hosts == (LICHUAN.old, LICHUAN.own) and site.prefix == LICHUAN.prefix
    assert set(COUNTIES) == {"panan", "lichuan"}


def test_the_two_counties_share_no_host_no_name_and_no_section(site: Site) -> None:
    assert not {PANAN.old, PANAN.own} & {LICHUAN.old, LICHUAN.own}
    assert {PANAN.name, PANAN.portal, PANAN.prefix}.isdisjoint({LICHUAN.name, LICHUAN.portal, LICHUAN.prefix})
    shared = {section.name for section in PANAN.sections} & {section.name for section in LICHUAN.sections}
    assert shared <= {"视频"}


def test_no_page_of_it_holds_a_word_of_the_first(lichuan: DemoSite) -> None:
    urls = [section.url for section in LICHUAN.sections] + [slot.url for slot in lichuan.slots.values()]
    for url in urls:
        text = page_of(lichuan, url).text
        assert not [
            word for word in (PANAN.name, "磐安", PANAN.portal, PANAN.prefix, PANAN.old, PANAN.own) if word in text
        ]


def test_every_article_is_read_with_every_field(lichuan: DemoSite, site: Site) -> None:
    for record in lichuan.records:
        gold = lichuan.expected(record)
        if record.parts:
            continue
        read = read_article(page_of(lichuan, record.url), site)
        assert {name: _plain(getattr(read, name)) for name in FIELDS} == {name: gold[name] for name in FIELDS}, (
            record.url
        )
        assert read.text == gold["text"], record.url


def test_every_list_names_its_articles(lichuan: DemoSite, site: Site) -> None:
    for section in LICHUAN.sections:
        read = read_section(page_of(lichuan, section.url), site)
        assert read.name == section.name
        assert [row.article_id for row in read.rows] == [slot.id for slot in lichuan.listing(section.key)][
            : section.size
        ]


def test_both_counties_are_read_in_one_process(lichuan: DemoSite, site: Site) -> None:
    panan, first = DemoSite.build(1, 120), load_site()
    for demo, profile, other in ((panan, first, site), (lichuan, site, first), (panan, first, site)):
        record = next(r for r in demo.records if r.template == "enorth_b" and r.breadcrumbs)
        assert read_article(page_of(demo, record.url), profile).breadcrumbs == record.breadcrumbs
        assert profile.urls.on_site(record.url) and not other.urls.on_site(record.url)


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [item.model_dump() if hasattr(item, "model_dump") else item for item in value]
    return value


def test_its_profile_lies_with_the_demo_site() -> None:
    assert PROFILES.parent == Path(__file__).parents[2] / "demo_site"
