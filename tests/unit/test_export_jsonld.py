"""The JSON-LD export: schema.org's NewsArticle."""

from pathlib import Path
from typing import Any

from export_helpers import a_full_article, export, lines, put

from panan_spider.items import Article
from panan_spider.publish.export.text_formats import news_article
from panan_spider.sites.profile import load_site


def made(article: Article) -> dict[str, Any]:
    return news_article(article.model_dump(mode="json"), load_site())


def test_a_line_is_an_article(tmp_path: Path) -> None:
    data = put(tmp_path / "data", a_full_article(1), a_full_article(2))
    assert export(data, "--format", "jsonld") == 0
    found = lines(data / "export/panan.jsonld")
    assert [line["identifier"] for line in found] == ["000000001", "000000002"]
    assert all(line["@context"] == "https://schema.org" and line["@type"] == "NewsArticle" for line in found)


def test_it_says_who_wrote_it_and_where_it_belongs() -> None:
    found = made(a_full_article(1))
    assert found["author"] == [
        {"@type": "Person", "name": "王示例", "jobTitle": "记者"},
        {"@type": "Person", "name": "陈测试"},
    ]
    assert found["editor"] == {"@type": "Person", "name": "钱校样"}
    assert found["articleSection"] == "书记" and found["isPartOf"]["@type"] == "WebSite"
    assert found["alternativeHeadline"] == ["甲调研时强调", "——药材侧记"]
    assert found["sourceOrganization"]["name"] == "磐安新闻网"


def test_pictures_have_their_captions() -> None:
    (image,) = made(a_full_article(1))["image"]
    assert image == {"@type": "ImageObject", "url": "http://www.panews.cn/pic/1.jpg", "caption": "采茶图"}
    assert "caption" not in made(a_full_article(1, images=[{"url": "http://x/1.jpg", "caption": None}]))["image"][0]


def test_a_time_has_its_zone_and_a_day_stays_a_day() -> None:
    assert (
        made(a_full_article(1, published="2020-03-06T08:23:00+08:00"))["datePublished"] == "2020-03-06T08:23:00+08:00"
    )
    assert made(a_full_article(1, published="2020-03-06"))["datePublished"] == "2020-03-06"
    assert made(a_full_article(1, published=None))["datePublished"] == "2020-03-07"
    assert "datePublished" not in made(a_full_article(1, published=None, posted=None))


def test_a_correction_is_told() -> None:
    first, second = made(a_full_article(1)), made(a_full_article(1, 2))
    assert "correction" not in first and "dateModified" not in first
    assert second["dateModified"] == second["correction"]["datePublished"] == "2026-03-07T01:02:03Z"
    assert second["correction"]["@type"] == "CorrectionComment" and second["version"] == 2


def test_what_is_not_known_is_not_there() -> None:
    bare = a_full_article(
        1, kicker=None, subtitle=None, editor=None, source=None, authors=[], images=[], attachments=[]
    )
    assert not {
        "alternativeHeadline",
        "editor",
        "sourceOrganization",
        "author",
        "image",
        "associatedMedia",
        "video",
    } & set(made(bare))
