"""The demo site's articles: every feature of the evidence is there, every address answers, the seed decides all."""

from collections.abc import Callable
from datetime import date

import pytest
from demo_client import get, page, text

from demo_site.county_panan import PANAN
from demo_site.record import Record
from demo_site.site import Site
from panan_spider.items import Article
from panan_spider.sites.profile import load_site
from panan_spider.sites.urls import UrlKind

understand = load_site().urls.understand


@pytest.fixture(scope="module")
def site() -> Site:
    return Site.build()


def _has(kind: str) -> Callable[[Record], bool]:
    return lambda record: any(block.type == kind for block in record.blocks)


def _role(title: str | None) -> Callable[[Record], bool]:
    return lambda record: any(author.title == title for author in record.authors)


def _work(work: str) -> Callable[[Record], bool]:
    return lambda record: any(author.work == work for author in record.authors)


FEATURES: dict[str, Callable[[Record], bool]] = {
    "no source": lambda r: r.source is None,
    "no date": lambda r: r.published is None,
    "a time": lambda r: "T" in (r.published or ""),
    "no byline": lambda r: not r.authors,
    "no breadcrumb": lambda r: not r.breadcrumbs,
    "kicker": lambda r: r.kicker is not None,
    "subtitle": lambda r: r.subtitle is not None,
    "credits": lambda r: {"初审", "终审"} == dict(r.credits).keys(),
    "two editors": lambda r: " " in (r.editor or ""),
    "column label": lambda r: "|" in r.title,
    "minority name": lambda r: any("·" in author.name for author in r.authors),
    "rare character": lambda r: any(set("旸喆堃") & set(author.name) for author in r.authors),
    "parts": lambda r: len(r.parts) > 1,
    "related": lambda r: bool(r.related),
    "pictures alone": lambda r: all(block.type == "image" for block in r.blocks),
    "caption": lambda r: any(b.type == "image" and b.caption for b in r.blocks),
    "no caption": lambda r: any(b.type == "image" and b.caption is None for b in r.blocks),
    "late posting": lambda r: r.published is not None and (date.fromisoformat(r.posted) - date.fromisoformat(r.published[:10])).days == 11,
    **{kind: _has(kind) for kind in ("heading", "table", "video", "attachment")},
    **{str(role): _role(role) for role in ("记者", "特派记者", "实习记者", "见习记者", "通讯员", None)},
    **{work: _work(work) for work in ("text", "photo", "text+photo", "video")},
}  # fmt: skip


@pytest.mark.parametrize("feature", FEATURES)
def test_the_site_has(site: Site, feature: str) -> None:
    assert any(FEATURES[feature](record) for record in site.records)


def test_all_templates_and_both_hosts(site: Site) -> None:
    met = {(slot.template, slot.host) for slot in site.slots.values()}
    assert met == {
        ("enorth_a", "panews.zjol.com.cn"), ("enorth_a", "www.panews.cn"), ("enorth_b", "panews.zjol.com.cn"),
        ("enorth_b", "www.panews.cn"), ("trs", "www.panews.cn"),
    }  # fmt: skip


def test_addresses_are_understood_as_what_they_are(site: Site) -> None:
    for slot in site.slots.values():
        address = understand(slot.url)
        assert (address.kind, address.article_id, address.posted) == (UrlKind.ARTICLE, slot.id, slot.posted)


def test_every_article_every_part_and_every_picture_answers(site: Site) -> None:
    for record in site.records:
        assert record.title.split("&")[0] in page(site, record.url).replace("&amp;", "&")
        for part in range(1, len(record.parts)):
            assert get(site, _part(record, part)).status == 200
        assert get(site, _part(record, max(1, len(record.parts)))).status == 404
        assert all(get(site, b.url).status == 200 for b in record.blocks if b.type in ("image", "video", "attachment"))


def _part(record: Record, number: int) -> str:
    stem, dot, ext = record.url.rpartition(".")
    return f"{stem}_{number if record.template == 'trs' else f'{number:02d}'}{dot}{ext}"


def test_pictures_are_pictures(site: Site) -> None:
    url = next(b.url for r in site.records for b in r.blocks if b.type == "image")
    response = get(site, url)
    assert response.headers["Content-Type"] == "image/jpeg"
    assert response.body.startswith(b"\xff\xd8\xff")


def test_an_alias_is_the_same_article_on_the_other_host(site: Site) -> None:
    aliased = [slot for slot in site.slots.values() if slot.alias]
    assert aliased
    for slot in aliased:
        assert understand(str(slot.alias)).article_id == slot.id
        assert site.title(slot.id) in page(site, str(slot.alias))
        assert {slot.url, slot.alias} == site.addresses(slot.id)


def test_the_gold_is_a_valid_article_in_every_field(site: Site) -> None:
    missing = {"revision": 1, "content_hash": "sha256:" + "0" * 64, "fetched_at": "2026-01-01T00:00:00Z", "warc": None}
    for record in site.records:
        assert (
            Article.model_validate({**site.expected(record), **missing}).model_fields_set == Article.model_fields.keys()
        )


def test_listed_in_names_the_sections_whose_lists_name_it(site: Site) -> None:
    views = site.sections
    for record in site.records:
        assert site.expected(record)["listed_in"] == sorted(
            name for name, view in views.items() if record.id in view.article_ids
        )


def test_some_articles_are_listed_in_several_sections(site: Site) -> None:
    assert sum(len(site.expected(record)["listed_in"]) > 1 for record in site.records) > 30


def test_the_seed_decides_everything() -> None:
    first, second, other = (Site.build(seed, 150) for seed in (4, 4, 5))
    assert first.records == second.records
    assert first.records != other.records


def test_charsets_are_of_each_kind_and_one_declaration_is_false(site: Site) -> None:
    false = 0
    for slot in site.slots.values():
        response = get(site, slot.url)
        declared = "utf-8" in response.headers["Content-Type"]
        try:
            response.body.decode("utf-8")
        except UnicodeDecodeError:
            false += declared
            assert f"charset={'gb2312' if slot.template == 'enorth_a' else 'gbk'}" in text(response)
    assert false >= 1


def test_a_broken_include_stands_in_a_few_good_pages(site: Site) -> None:
    broken = [slot for slot in site.slots.values() if "<title>404 Not Found</title>" in page(site, slot.url)]
    assert 2 <= len(broken) <= 20


def test_twenty_thousand_articles_are_no_matter() -> None:
    site = Site.build(1, 20_000)
    assert len(site.slots) == 20_000
    assert get(site, PANAN.by_key["paxw"].url).status == 200
    assert len(site._records) == 0
