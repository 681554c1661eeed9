"""A page kept by `scrapy savepage` is a fixture like any other: the same files, the same fields, and a mark until somebody has checked it."""

import json
from pathlib import Path

import pytest
from test_fixtures import FIELDS, FOLDERS, pages, plain

from panan_spider.doctor import fixture
from panan_spider.extract.document import Page
from panan_spider.sites.profile import load_site

PANAN = load_site()

each_page = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def page_of(folder: Path) -> Page:
    came = json.loads((folder / "page.json").read_text("utf-8"))
    return Page(came["url"], (folder / "page.html").read_bytes(), came["content_type"])


@each_page
def test_kept_again_it_says_the_same(folder: Path, tmp_path: Path) -> None:
    page = page_of(folder)
    assert fixture.kind_of(page, PANAN) == "article"
    assert fixture.save(tmp_path / "kept", page, "article", PANAN) is None
    kept, drafted = pages(tmp_path / "kept")
    assert page_of(tmp_path / "kept") == page
    assert set(drafted) == set(FIELDS)
    assert all(plain(getattr(kept, name)) == drafted[name] for name in FIELDS)


def test_a_draft_says_so_where_the_fixtures_test_looks(tmp_path: Path) -> None:
    fixture.save(tmp_path / "kept", page_of(FOLDERS[0]), "article", PANAN)
    assert "check every field" in json.loads((tmp_path / "kept/page.json").read_text("utf-8"))["draft"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(fixture.FixtureRefused, match="exists, and nothing is overwritten"):
        fixture.save(tmp_path / "kept", page_of(FOLDERS[0]), "article", PANAN)
    assert not list((tmp_path / "kept").iterdir())


def test_of_a_page_that_cannot_be_read_every_field_is_to_be_filled_in(tmp_path: Path) -> None:
    page = Page("http://www.panews.cn/system/2019/01/02/012345678.shtml", b"<html><body><p>nothing</p></body></html>")
    assert str(fixture.save(tmp_path / "kept", page, "article", PANAN)).startswith("unknown_layout")
    came = json.loads((tmp_path / "kept/page.json").read_text("utf-8"))
    assert came["draft"].startswith("it could not be read (unknown_layout")
    assert json.loads((tmp_path / "kept/expected.json").read_text("utf-8")) == dict.fromkeys(FIELDS)


@pytest.mark.parametrize(
    ("url", "kind", "name"),
    [
        ("http://panews.zjol.com.cn/panews/pazf/sj/index.shtml", "list", "list-panews-pazf-sj-index"),
        ("http://www.panews.cn/", "list", "list-front"),
        ("http://www.panews.cn/system/2019/01/02/012345678_02.shtml", "article", "unread-012345678-3"),
    ],
)
def test_a_folder_is_named_by_its_address(url: str, kind: str, name: str) -> None:
    page = Page(url, b"<p></p>")
    assert (fixture.kind_of(page, PANAN), fixture.default_name(page, kind, PANAN)) == (kind, name)


def test_an_article_s_folder_is_named_by_template_and_number() -> None:
    folder = next(one for one in FOLDERS if one.name == "b-credits")
    assert fixture.default_name(page_of(folder), "article", PANAN) == "b-032299020"


def test_a_page_of_no_known_address_is_what_it_can_be_read_as() -> None:
    article = page_of(next(one for one in FOLDERS if one.name == "b-credits"))
    assert fixture.kind_of(Page("http://www.panews.cn/x", article.body, article.content_type), PANAN) == "article"
    rows = '<div>您当前的位置 : 磐安新闻网 >> 书记</div><a href="/system/2019/01/02/012345678.shtml">样例</a>'
    assert fixture.kind_of(Page("http://www.panews.cn/x", rows.encode()), PANAN) == "list"
