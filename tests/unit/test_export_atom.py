"""The Atom export: a feed a section that any reader takes."""

from datetime import datetime
from pathlib import Path

import pytest
from export_helpers import a_full_article, export, put
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from panan_spider.publish.export import atom
from panan_spider.publish.export.atom import FeedEntry, clean, feed, file_name, section_head
from panan_spider.sites.profile import load_site

NS = {"a": "http://www.w3.org/2005/Atom"}


def feeds(data: Path, *words: str) -> dict[str, etree._Element]:
    assert export(data, "--format", "atom", *words) == 0
    return {path.name: etree.parse(str(path)).getroot() for path in (data / "export/atom").glob("*.xml")}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return put(
        tmp_path / "data",
        a_full_article(1, published="2020-03-06T08:23:00+08:00"),
        a_full_article(2, published="2020-03-05", section="乡镇", listed_in=[]),
        a_full_article(3, published="2020-03-07"),
        a_full_article(1, 2, published="2020-03-06T08:23:00+08:00", title="第二版"),
    )


def ids(root: etree._Element) -> list[str]:
    return [str(found.text).rpartition("/")[2] for found in root.iterfind("a:entry/a:id", NS)]


def test_a_feed_for_each_section_with_its_articles_newest_first(data: Path) -> None:
    found = feeds(data)
    assert set(found) == {"书记.xml", "时政.xml", "乡镇.xml"}
    assert ids(found["书记.xml"]) == ["000000003.shtml", "000000001.shtml"]
    assert ids(found["乡镇.xml"]) == ["000000002.shtml"]


def test_the_newest_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atom, "NEWEST", 1)
    assert ids(feeds(data)["书记.xml"]) == ["000000003.shtml"]


def test_one_section_on_demand(data: Path) -> None:
    assert set(feeds(data, "--section", "乡镇")) == {"乡镇.xml"}


def test_it_has_what_rfc_4287_asks_for(data: Path) -> None:
    root = feeds(data)["书记.xml"]
    for element in (root, *root.iterfind("a:entry", NS)):
        for name in ("id", "title", "updated"):
            assert len(element.findall(f"a:{name}", NS)) == 1, name
        for found in (*element.iterfind("a:updated", NS), *element.iterfind("a:published", NS)):
            assert datetime.fromisoformat(str(found.text)).tzinfo is not None
    assert root.find("a:author/a:name", NS) is not None
    entries = [str(found.text) for found in root.iterfind("a:entry/a:id", NS)]
    assert len(set(entries)) == len(entries) and all(one.startswith("http://") for one in entries)
    assert str(root.findtext("a:id", namespaces=NS)).isascii()


def test_an_entry_tells_the_newest_revision(data: Path) -> None:
    entry = feeds(data)["书记.xml"].findall("a:entry", NS)[1]
    assert entry.findtext("a:title", namespaces=NS) == "第二版"
    assert entry.findtext("a:published", namespaces=NS) == "2020-03-06T08:23:00+08:00"
    assert [found.text for found in entry.iterfind("a:author/a:name", NS)] == ["王示例", "陈测试"]


def test_a_body_is_escaped_text(data: Path) -> None:
    blocks = [{"type": "paragraph", "text": "<script>x</script>&"}, {"type": "paragraph", "text": "二"}]
    put(data, a_full_article(4, kicker=None, subtitle=None, blocks=blocks, published="2020-03-09"))
    content = feeds(data)["书记.xml"].find("a:entry/a:content", NS)
    assert content is not None and content.get("type") == "html"
    assert content.text == "<p>&lt;script&gt;x&lt;/script&gt;&amp;</p><p>二</p>"


@given(st.text(max_size=30))
def test_any_text_makes_a_feed_that_is_xml(text: str) -> None:
    record = a_full_article(1).model_dump(mode="json") | {"title": text, "text": text, "section": text}
    root = etree.fromstring(feed(load_site(), section_head(load_site(), text), [FeedEntry(record)]))
    assert root.findtext("a:entry/a:title", namespaces=NS) in (
        clean(text),
        clean(text).replace("\r\n", "\n").replace("\r", "\n"),
        record["url"],
    )


def test_without_a_day_nothing_is_said_of_one(data: Path) -> None:
    put(data, a_full_article(4, published=None, posted=None, section="无日", listed_in=[]))
    assert feeds(data)["无日.xml"].find("a:entry/a:published", NS) is None


@pytest.mark.parametrize("section", ["书记", "a/b", "../x", "a b", "", ".", "甲" * 200, "a\x00b"])
def test_a_feeds_name_is_a_plain_file_and_its_own(section: str) -> None:
    name = file_name(section)
    assert name.endswith(".xml") and len(name.encode()) < 255 and not set(name) & set('/\\\0 :*?"<>|')
    assert name != file_name(section + "?")


def contents(data: Path) -> dict[str, str]:
    """The content of each entry of 书记, by the article's number."""
    entries = feeds(data)["书记.xml"].iterfind("a:entry", NS)
    return {
        str(entry.findtext("a:id", namespaces=NS))[-15:-6]: str(entry.findtext("a:content", namespaces=NS))
        for entry in entries
    }


def test_an_entry_shows_kicker_pictures_captions_tables_and_files(data: Path) -> None:
    content = contents(data)["000000003"]
    assert content.startswith("<p><strong>甲调研时强调</strong></p><p><strong>——药材侧记</strong></p>")
    assert '<img src="http://www.panews.cn/pic/1.jpg" alt="采茶图"><figcaption>采茶图</figcaption>' in content
    assert "<td>白术</td>" in content and '<a href="http://www.panews.cn/pic/2.doc">安排表</a>' in content


def test_an_address_that_could_act_is_shown_and_not_linked(data: Path) -> None:
    blocks = [{"type": "image", "url": "javascript:x", "caption": None}, {"type": "video", "url": 'http://a/"x'}]
    put(data, a_full_article(4, blocks=blocks, published="2020-03-09"))
    content = contents(data)["000000004"]
    assert "<img" not in content and "<a " not in content and "javascript:x" in content


def test_a_correction_is_marked_and_dated_and_a_new_reading_of_the_same_page_is_not(data: Path) -> None:
    place = {"file": "warc/a.warc.gz", "offset": 5, "parts": []}
    put(data, a_full_article(5, warc=place), a_full_article(5, 2, warc=place, title="重读"))
    assert "更正：" in contents(data)["000000001"] and "更正" not in contents(data)["000000005"]
    (entry,) = (e for e in feeds(data)["书记.xml"].iterfind("a:entry", NS) if "更正" in terms(e))
    assert str(entry.findtext("a:updated", namespaces=NS)) > str(entry.findtext("a:published", namespaces=NS))


def terms(entry: etree._Element) -> list[str]:
    return [str(found.get("term")) for found in entry.iterfind("a:category", NS)]


def test_a_feed_names_its_own_address(data: Path) -> None:
    links = feeds(data)["乡镇.xml"].iterfind("a:link", NS)
    assert {link.get("rel"): link.get("href") for link in links}["self"] == "%E4%B9%A1%E9%95%87.xml"
