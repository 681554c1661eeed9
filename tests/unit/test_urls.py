"""Addresses: what each is, told by its letters alone."""

import re
from datetime import date
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.sites.profile import load_site
from panan_spider.sites.urls import UrlKind, absolute, canonical, section_key

MAX_LIST_PAGES = load_site().limits.list_pages
count_pages = load_site().urls.count_pages
first_part = load_site().urls.first_part
older_count_pages = load_site().urls.older_count_pages
on_site = load_site().urls.on_site
understand = load_site().urls.understand

SITE = load_site().urls
ZJOL, OWN = "http://panews.zjol.com.cn", "http://www.panews.cn"
ENORTH = f"{ZJOL}/panews/system/2020/03/07/032299345"
TRS = f"{OWN}/xwzx/zwzxztxw/PAFZDH/202109/t20210930_4830354"
COUNT = f"{ZJOL}/panews/system/count//0003001/000000001000/"


@pytest.mark.parametrize(
    ("url", "number", "posted"),
    [
        (f"{ENORTH}.shtml", "032299345", date(2020, 3, 7)),
        (f"{OWN}/system/2019/02/23/031476174.shtml", "031476174", date(2019, 2, 23)),
        (f"{TRS}.html", "4830354", date(2021, 9, 30)),
        (f"{OWN}/xwzx/sz/202206/t20220619_6326341.shtml", "6326341", date(2022, 6, 19)),
        (f"{ZJOL}/panews/system/2020/13/45/032299345.shtml", "032299345", None),
    ],
)
def test_articles_of_both_cmss_are_recognised(url: str, number: str, posted: date | None) -> None:
    address = understand(url)
    assert (address.kind, address.article_id, address.posted, address.part) == (UrlKind.ARTICLE, number, posted, 1)


@pytest.mark.parametrize(
    "spelling",
    [
        f"{ENORTH}.shtml", f"{ENORTH}.shtml?from=list", f"{ENORTH}.shtml#top", f"{ENORTH.replace('http:', 'https:')}.shtml",
        f"{ENORTH.replace('panews.zjol', 'PANEWS.zjol')}.shtml", f"{ENORTH.replace('.cn/', '.cn:80/')}.shtml", f"{ENORTH}_00.shtml",
    ],
)  # fmt: skip
def test_all_spellings_of_an_article_are_one_address(spelling: str) -> None:
    assert understand(spelling).url == f"{ENORTH}.shtml"


@pytest.mark.parametrize(("stem", "ext"), [(ENORTH, ".shtml"), (TRS, ".html")])
def test_parts_are_counted_from_one_and_lead_back_to_the_first(stem: str, ext: str) -> None:
    address = understand(f"{stem}_01{ext}")
    assert (address.kind, address.part) == (UrlKind.PART, 2)
    assert first_part(address) == understand(f"{stem}{ext}")
    assert first_part(first_part(address)) == first_part(address)


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (f"{ZJOL}/panews/pazf/pazwgg/index.shtml", UrlKind.SECTION),
        (f"{OWN}/xwzx/index.html", UrlKind.SECTION),
        (f"{OWN}/xwzx/", UrlKind.SECTION),
        (OWN, UrlKind.SECTION),
        (f"{OWN}/xwzx/index_3.html", UrlKind.LIST_PAGE),
        (f"{COUNT}000/000/c0003001000000001000_000000027.shtml", UrlKind.LIST_PAGE),
        (f"{COUNT.replace('//0', '/0')}000/000/c0003001000000001000_000000027.shtml", UrlKind.LIST_PAGE),
        (f"{COUNT}count_page_list_0003001000000001000.js", UrlKind.PAGER_SCRIPT),
        (f"{OWN}/pic/0/11/37/82/11378239_992527.jpg", UrlKind.OTHER),
        (f"{OWN}/search?q=1", UrlKind.OTHER),
        (f"{ZJOL}/panews/system/2020/03/07/0322993456.shtml", UrlKind.OTHER),
        ("http://www.zjol.com.cn/system/2020/03/07/032299345.shtml", UrlKind.OFF_SITE),
        ("http://www.panews.cn.example.com/xwzx/", UrlKind.OFF_SITE),
        ("http://www.panews.cn:8080/xwzx/", UrlKind.OFF_SITE),
        ("ftp://www.panews.cn/xwzx/", UrlKind.OFF_SITE),
        ("javascript:void(0)", UrlKind.OFF_SITE),
        ("http://[bad/", UrlKind.OFF_SITE),
        ("http://www.panews.cn:x/", UrlKind.OFF_SITE),
        ("", UrlKind.OFF_SITE),
    ],
)
def test_kinds(url: str, kind: UrlKind) -> None:
    assert understand(url).kind is kind


def test_the_spellings_of_a_section_have_one_key() -> None:
    assert (
        len({section_key(f"{OWN}/xwzx/{end}") for end in ("", "index.html", "index.shtml", "INDEX.HTM", "?a=1")}) == 1
    )
    assert section_key(f"{OWN}/xwzx/") != section_key(f"{OWN}/xwzx/sz/")


def test_numbered_pages_follow_from_the_script_newest_first() -> None:
    pages = count_pages(f"{COUNT}count_page_list_0003001000000001000.js", 1001)
    assert pages[0] == f"{COUNT}000/001/c0003001000000001000_000001001.shtml"
    assert pages[-1] == f"{COUNT}000/000/c0003001000000001000_000000001.shtml"
    assert len(pages) == 1001
    assert all(understand(page).kind is UrlKind.LIST_PAGE for page in pages)


def test_a_script_whose_path_names_no_folder_is_cut_by_its_code() -> None:
    flat = f"{ZJOL}/panews/system/count//count_page_list_0003001000000001000.js"
    assert count_pages(flat, 2) == count_pages(f"{COUNT}count_page_list_0003001000000001000.js", 2)


def test_what_is_no_script_has_no_pages() -> None:
    with pytest.raises(ValueError, match="not a pager script"):
        count_pages(f"{OWN}/x.js", 3)


def test_older_pages_follow_from_a_numbered_one() -> None:
    page = f"{COUNT}000/000/c0003001000000001000_000000003.shtml"
    assert older_count_pages(page) == [page.replace("003.shtml", "002.shtml"), page.replace("003.shtml", "001.shtml")]
    assert older_count_pages(f"{OWN}/xwzx/index_3.html") == []


def test_a_lie_about_the_number_of_pages_costs_little() -> None:
    script = f"{COUNT}count_page_list_0003001000000001000.js"
    assert len(count_pages(script, 10**18)) == MAX_LIST_PAGES
    assert len(older_count_pages(f"{COUNT}999/999/c0003001000000001000_999999999.shtml")) == MAX_LIST_PAGES


def test_relative_addresses_are_resolved_and_nonsense_is_empty() -> None:
    assert absolute(f"{OWN}/a/b.html", " ../c/\n ") == f"{OWN}/c/"
    assert absolute(OWN, "http://[bad") == ""


@pytest.mark.parametrize(
    "base",
    [f"{OWN}/a/b.html?c=1/2#d/e", OWN, f"{OWN}?x=/y/z", "HTTP://www.panews.cn:80/a/", "", "//a/b", "file:///a/b"],
)
@given(
    href=st.tuples(
        st.sampled_from(["", "/", "//", "http:", "http://", "HTTPS://x", "?", "#", "../", "c"]),
        st.text(st.characters(exclude_characters="\\"), max_size=12),
    )
)
def test_an_address_is_resolved_as_the_standard_says(base: str, href: tuple[str, str]) -> None:
    plain = re.sub(r"[\t\r\n]", "", "".join(href)).strip()
    plain = re.sub(r"^(https?):/{3,}", r"\1://", plain, flags=re.IGNORECASE)  # browsers want no empty host
    try:
        assert absolute(base, "".join(href)) == urljoin(base, plain)
    except ValueError:
        assert absolute(base, "".join(href)) == ""


@given(st.text(max_size=80))
def test_no_address_is_too_odd_to_be_understood(text: str) -> None:
    for url in (text, absolute(f"{OWN}/a/", text), f"{OWN}/{text}"):
        address = understand(url)
        assert on_site(url) == (address.kind is not UrlKind.OFF_SITE)
        if address.kind is not UrlKind.OFF_SITE:
            assert canonical(address.url) == address.url
            assert understand(address.url).kind is address.kind


@pytest.mark.parametrize(
    "href",
    [
        r"\panews\system\2020\03\07\032299345.shtml",
        r"http:\\panews.zjol.com.cn\panews\system\2020\03\07\032299345.shtml",
        "http:///panews.zjol.com.cn/panews/system/2020/03/07/032299345.shtml",
        "http://panews.zjol.com.cn./panews/system/2020/03/07/032299345.shtml",
        "/panews/system/2020/03/07/032299345.shtml;jsessionid=0A1B2C.node1",
        "/panews/system/2020/03/07/032299345.shtml%20",
        "/panews/system/2020/03/07/032299345.shtml ",
        "/panews/%73ystem/2020/03/07/%30%332299345.shtml",
        "/panews//system/2020/03//07/032299345.shtml",
        "//panews.zjol.com.cn//panews/system/2020/03/07/032299345.shtml?from=list;x",
    ],
)
def test_an_address_that_browsers_mend_is_mended(href: str) -> None:
    found = SITE.understand(absolute(f"{ZJOL}/panews/sj/index.shtml", href))
    assert (found.kind, found.url) == (UrlKind.ARTICLE, f"{ENORTH}.shtml")


def test_the_slashes_of_numbered_pages_stay_as_printed() -> None:
    for printed in (f"{COUNT}000/000/c0003001000000001000_000000007.shtml", COUNT.replace("//0003", "/0003")):
        assert SITE.understand(printed).url == printed


@pytest.mark.parametrize("token", ["system/count/", "/", "//", ";a=b", "%41", "a/"])
def test_an_endless_address_is_no_known_one_and_costs_nothing(token: str) -> None:
    assert SITE.understand(f"{ZJOL}/" + token * 200_000 + "x").kind is UrlKind.OTHER
