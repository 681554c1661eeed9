"""The same pages as files."""

import json
import posixpath
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from browse_archive import HOSTILE, KEPT_AT, RUNS, SCRIPT, STORY, Pages, build, pages_of
from lxml import html

from panan_spider.publish.browse.app import ASSETS
from panan_spider.publish.browse.page_render import ExportSource
from panan_spider.publish.browse.static_site import MARK, write
from panan_spider.publish.export.export_files import ForeignFileError


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ExportSource:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def site(source: ExportSource) -> Path:
    out = source.data.parent / "site"
    write(source, out)
    return out


def all_files(site: Path) -> set[str]:
    return {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}


def test_every_link_of_every_page_leads_to_a_file_and_every_file_is_linked(site: Path) -> None:
    there = all_files(site)
    linked = {"index.html"}
    for name in sorted(there):
        if not name.endswith(".html"):
            continue
        page = html.fromstring((site / name).read_bytes().decode())
        for target in page.xpath("//@href | //@src | //@action"):
            parts = urlsplit(str(target))
            if parts.scheme:
                assert parts.scheme in ("http", "https")
                continue
            path = (
                posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path))) if parts.path else name
            )
            assert path in there, f"{name} → {target}"
            linked.add(path)
            if parts.fragment and path == name:
                assert page.get_element_by_id(unquote(parts.fragment)) is not None
    index = {name for name in there if name.startswith("index/")}
    assert there - linked - index == {MARK}


def test_a_file_says_what_the_served_page_says(site: Path, source: ExportSource) -> None:
    pages: Pages = pages_of(source)
    both = {
        "index.html": "/",
        f"article/01/{STORY}.html": f"/article/{STORY}",
        f"article/01/{STORY}-changes-2.html": f"/article/{STORY}/changes/2",
        f"article/01/{STORY}-revision-1.html": f"/article/{STORY}/revision/1",
        f"article/02/{HOSTILE}-raw-1.html": f"/article/{HOSTILE}/raw/1",
        "section/乡镇-3.html": "/section/乡镇?page=3",
        "person/石示例.html": "/person/石示例",
        "calendar.html": "/calendar",
        "calendar/2020-03.html": "/calendar/2020-03",
        f"run/{RUNS[1]}.html": f"/run/{RUNS[1]}",
    }
    for name, path in both.items():
        filed, served = (html.fromstring(text) for text in ((site / name).read_text("utf-8"), pages.text(path)))
        for page in (filed, served):  # a file leaves out what needs a server
            for one in page.xpath(
                "//*[contains(@class, 'forms') or @class='facets' or @class='as-question'"
                " or @class='narrow-timeline' or contains(@href, '.wacz')]"
            ):
                one.drop_tree()
        texts = [" ".join(page.get_element_by_id("content").text_content().split()) for page in (filed, served)]
        assert texts[0] == texts[1], name


def test_every_file_carries_the_policy_and_no_script_of_its_own(site: Path) -> None:
    for name in all_files(site):
        if name.endswith(".html") and not name.startswith("runs/"):
            page = html.fromstring((site / name).read_bytes().decode())
            policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
            assert policy and "default-src 'none'" in policy[0] and "frame-ancestors" not in policy[0]
            scripts = [one for one in page.iter("script") if one.get("type") != "application/ld+json"]
            assert scripts and all(one.get("src") and not one.text for one in scripts)


def test_own_files_pictures_and_reports_are_there(site: Path) -> None:
    there = all_files(site)
    assert {f"static/{name}" for name in ASSETS} | {KEPT_AT, f"runs/{RUNS[1]}.html"} <= there
    assert json.loads((site / MARK).read_text("utf-8"))["files"] == len(there) - 1


def called(site: Path, pattern: str) -> list[list[Any]]:
    """What the scripts of the index call their functions with."""
    found = []
    for path in sorted(site.glob(pattern)):
        text = path.read_text("utf-8")
        assert text.endswith(");\n") and len(text.splitlines()) == 1 and "</" not in text
        found.append(json.loads(f"[{text.partition('(')[2].removesuffix(');')[: len(text)].rstrip()[:-2]}]"))
    return found


def test_the_index_holds_every_article_once(site: Path) -> None:
    rows = [row for _first, of_file in called(site, "index/articles/*.js") for row in of_file]
    by_number = {row[0]: row[1:] for row in rows}
    assert len(by_number) == len(rows) == 70
    assert by_number[STORY][:5] == [
        "2020-03-06", "书记", "郝虚构在样例镇调研时强调", "守好绿水青山 做强春茶产业", "——样例镇春茶生产侧记",
    ]  # fmt: skip
    assert by_number["000000005"][0] is None and by_number["000000004"][1] is None
    ((ids,),) = called(site, "index/ids.js")
    assert sorted(ids) == sorted(by_number) and ids[0] == "000000005"


def test_a_folder_written_before_is_replaced_whole(site: Path, source: ExportSource) -> None:
    (site / "stale.html").write_text("old")
    write(source, site)
    assert not (site / "stale.html").exists() and (site / "index.html").exists()
    assert not [path for path in site.parent.iterdir() if ".part" in path.name or ".old" in path.name]


def test_a_folder_of_anything_else_is_left_alone(tmp_path: Path, source: ExportSource) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(ForeignFileError, match="was not made by"):
        write(source, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_write_that_fails_keeps_the_last_good_one(
    site: Path, source: ExportSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = all_files(site)

    def broken(*given: object) -> str:
        raise RuntimeError("disk on fire")

    monkeypatch.setattr("panan_spider.publish.browse.static_site.index_files", broken)
    with pytest.raises(RuntimeError, match="disk on fire"):
        write(source, site)
    assert all_files(site) == before


def test_hostile_names_become_plain_files(site: Path) -> None:
    authors = html.fromstring((site / "authors.html").read_text("utf-8"))
    (link,) = (one for one in authors.xpath("//tbody//a") if SCRIPT in one.text)
    assert (site / unquote(link.get("href"))).is_file() and link.get("href").startswith("author/x-")
