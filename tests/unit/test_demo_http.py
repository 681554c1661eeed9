"""The demo site as a web server: validators, gzip, robots.txt, and its changes between runs."""

import gzip
import re
from datetime import date

import pytest
from demo_client import get, page, rows, section, text

from demo_site.site import Site


@pytest.fixture
def site() -> Site:
    return Site.build(1, 120)


def test_an_unchanged_article_is_304_by_its_etag(site: Site) -> None:
    url = site.records[0].url
    again = get(site, url, If_None_Match=get(site, url).headers["ETag"])
    assert (again.status, again.body) == (304, b"")


def test_an_unchanged_article_is_304_by_its_date(site: Site) -> None:
    url = site.records[0].url
    assert get(site, url, If_Modified_Since=get(site, url).headers["Last-Modified"]).status == 304
    assert get(site, url, If_Modified_Since="Mon, 01 Jan 2001 00:00:00 GMT").status == 200


def test_a_corrected_article_is_200_and_says_something_else(site: Site) -> None:
    record = site.records[7]
    first = get(site, record.url)
    corrected = site.correct(record.id)
    for header, name in (("If_None_Match", "ETag"), ("If_Modified_Since", "Last-Modified")):
        assert get(site, record.url, **{header: first.headers[name]}).status == 200
    assert site.expected(corrected)["text"] != site.expected(record)["text"]
    assert "核正" in text(get(site, record.url))


def test_furniture_changes_with_each_request_and_the_etag_does_not(site: Site) -> None:
    url = site.records[3].url
    first, second = get(site, url), get(site, url)
    for furniture in (r'class="counter">[^<]+', r"<h3>新闻(?:聚焦|导读).*?</ul>"):
        before, after = (re.findall(furniture, text(response), re.DOTALL) for response in (first, second))
        assert before
        assert before != after
    assert first.headers["ETag"] == second.headers["ETag"]


def test_gzip_where_the_client_takes_it(site: Site) -> None:
    packed = get(site, site.records[0].url, Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"<html>" in gzip.decompress(packed.body)
    assert "Content-Encoding" not in get(site, site.records[0].url).headers


def test_one_host_has_no_robots_txt_and_the_other_allows(site: Site) -> None:
    assert get(site, "http://panews.zjol.com.cn/robots.txt").status == 404
    rules = text(get(site, "http://www.panews.cn/robots.txt"))
    assert rules.startswith("User-agent: *")
    assert "elay" not in rules


def test_a_new_article_stands_first_in_its_section(site: Site) -> None:
    record = site.add_article("时政", title="新来的一篇")
    assert rows(section("sz").url, page(site, section("sz").url))[0] == record.id
    assert "新来的一篇" in page(site, record.url)
    assert site.expected(record)["listed_in"] == ["时政"]


def test_a_back_dated_article_stands_where_its_date_puts_it(site: Site) -> None:
    record = site.add_article("书记", posted=date(2019, 6, 1))
    posted = [slot.posted for slot in site.listing("sj")]
    assert record.posted == "2019-06-01"
    assert posted == sorted(posted, reverse=True)


def test_a_removed_article_is_gone_and_unlisted_until_restored(site: Site) -> None:
    record = site.records[5]
    (key,) = site.slots[record.id].listed[:1]
    site.remove(record.id)
    assert get(site, record.url).status == 404
    assert record.id not in {slot.id for slot in site.listing(key)}
    site.restore(record.id)
    assert get(site, record.url).status == 200
    assert record.id in {slot.id for slot in site.listing(key)}


def test_a_removed_article_can_stay_listed(site: Site) -> None:
    record = site.records[5]
    site.remove(record.id, keep_listed=True)
    assert get(site, record.url).status == 404
    assert record.id in {slot.id for slot in site.listing(site.slots[record.id].listed[0])}
