"""Many archives as one SQLite or Parquet file: the key is (site, id), and every word is found with its site."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from export_helpers import a_full_article, match_query, put, rows
from made_up import site

from panan_spider.fleet import joined_export
from panan_spider.fleet.fleet_database import FleetError
from panan_spider.fleet.joined_export import JoinedResult, export_sites, part_of
from panan_spider.publish.export.export_files import ForeignFileError

SITES = [site("jia", name="甲山新闻网", region="999901"), site("yi"), site("bing")]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two archives with the same numbers, and a site that was never crawled."""
    put(tmp_path / "jia", a_full_article(1), a_full_article(2), a_full_article(1, 2, text="甲山的新修订。"))
    put(tmp_path / "yi", a_full_article(1, text="乙水的饮水安全。"), a_full_article(3))
    return tmp_path


def test_sqlite(root: Path) -> None:
    out = root / "sites.sqlite"
    assert export_sites("sqlite", SITES, root, out) == JoinedResult(2, 4, 5)
    assert rows(out, "SELECT site, id, revision FROM articles ORDER BY 1, 2") == [
        ("jia", "000000001", 2),
        ("jia", "000000002", 1),
        ("yi", "000000001", 1),
        ("yi", "000000003", 1),
    ]
    assert rows(out, "SELECT count(DISTINCT docid), count(DISTINCT id) FROM articles") == [(4, 3)]
    assert rows(out, "SELECT site, name, region, articles FROM sites ORDER BY site") == [
        ("jia", "甲山新闻网", "999901", 2),
        ("yi", None, None, 2),
    ]
    assert len(rows(out, "SELECT * FROM authors WHERE site = 'jia' AND article_id = '000000001'")) > 0
    found = "SELECT a.site, a.id FROM search s JOIN articles a ON a.docid = s.rowid WHERE search MATCH ?"
    assert rows(out, found, match_query("饮水安全")) == [("yi", "000000001")]
    assert rows(out, found, match_query("新修订")) == [("jia", "000000001")]
    assert export_sites("sqlite", SITES, root, out).articles == 4  # again, over its own file


def test_parquet(root: Path) -> None:
    duckdb: Any = pytest.importorskip("duckdb")
    out = root / "sites.parquet"
    assert export_sites("parquet", SITES, root, out) == JoinedResult(2, 4, 5)
    found = duckdb.sql(f"SELECT site, site_name, region, id, revision FROM '{out}' ORDER BY 1, 4, 5").fetchall()
    assert found[:2] == [
        ("jia", "甲山新闻网", "999901", "000000001", 1),
        ("jia", "甲山新闻网", "999901", "000000001", 2),
    ]
    assert found[3:] == [("yi", None, None, "000000001", 1), ("yi", None, None, "000000003", 1)]


def test_parts_of_many_sites_are_one_table(root: Path) -> None:
    """As readers of the store's dataset/ take them: by one pattern."""
    duckdb: Any = pytest.importorskip("duckdb")
    for found in SITES[:2]:
        folder = root / "dataset" / f"site={found.key}"
        folder.mkdir(parents=True)
        part_of(found, root / found.key, folder / "part-00000001.parquet")
        (folder / "plain.parquet").unlink()
    table = f"read_parquet('{root}/dataset/*/part-*.parquet', hive_partitioning = true)"
    counts = "SELECT count(*), count(DISTINCT id), count(DISTINCT (site, id, revision))"
    assert duckdb.sql(f"{counts} FROM {table}").fetchall() == [(5, 3, 5)]


def test_more_articles_than_one_file_takes_are_refused_with_the_number(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joined_export, "MOST_ARTICLES", 3)
    with pytest.raises(FleetError, match="more than 3 articles"):
        export_sites("sqlite", SITES, root, root / "sites.sqlite")
    assert not (root / "sites.sqlite").exists() and not list(root.glob(".joining*"))


def test_nothing_of_anybody_else_s_is_overwritten(root: Path) -> None:
    other = root / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE precious (x)")
    for form in ("sqlite", "parquet"):
        with pytest.raises(ForeignFileError):
            export_sites(form, SITES, root, other)
    with pytest.raises(FleetError, match="csv"):
        export_sites("csv", SITES, root, root / "x")
    with pytest.raises(FleetError, match="no archive"):
        export_sites("sqlite", SITES[2:], root, root / "x")


def joined_pages(root: Path) -> Any:
    """The pages of both archives."""
    browse_archive: Any = pytest.importorskip("browse_archive")
    from panan_spider.fleet.joined_export import JoinedSource

    source = JoinedSource(root, SITES)
    assert source.is_stale() and not source.is_readable()
    done = source.refresh()
    assert done is not None and (done.articles, done.revisions) == (4, 5)
    assert not source.is_stale() and source.is_readable() and source.refresh() is None
    return browse_archive.pages_of(source)


def test_pages_of_many_sites_have_the_site_as_a_facet(root: Path) -> None:
    pages = joined_pages(root)
    answer = json.loads(pages.text("/search.json"))
    assert answer["total"] == 4
    assert answer["facets"]["site"] == [{"value": "jia", "count": 2}, {"value": "yi", "count": 2}]
    for one in answer["facets"]["site"]:
        found = json.loads(pages.text(f"/search.json?site={one['value']}"))
        assert found["total"] == one["count"] and found["question"]["source"] == f"网站:{one['value']}"
        assert {article["id"].partition("-")[0] for article in found["articles"]} == {one["value"]}
    page = pages.text("/search?q=的|甲")
    assert "甲山新闻网" in page and 'name="site"' in page
    assert json.loads(pages.text("/search.json?q=饮水安全 网站:jia"))["total"] == 0
    described = json.loads(pages.text("/openapi.json"))
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(answer, {"$ref": "#/components/schemas/Answer", "components": described["components"]})


def test_an_address_is_looked_up_in_an_index_of_all_sites(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = joined_pages(root)
    browse_archive: Any = pytest.importorskip("browse_archive")
    plans = browse_archive.plans_of(pages, monkeypatch, "/search?q=http://www.panews.cn/a/b.html")
    assert plans == ["SEARCH main.articles USING INDEX articles_url (url=?)"]


def test_two_articles_of_one_number_have_pages_of_their_own(root: Path) -> None:
    pages = joined_pages(root)
    texts = {key: pages.text(f"/article/{key}-000000001") for key in ("jia", "yi")}
    assert "新修订" in texts["jia"] and "饮水安全" in texts["yi"] and "饮水安全" not in texts["jia"]
    assert json.loads(pages.text("/search.json?q=000000001"))["total"] == 2
    assert pages.get("/article/bing-000000001").status_code == 404 == pages.get("/article/000000001").status_code
    assert "<ins>" in pages.text("/article/jia-000000001/changes/2")
    assert json.loads(pages.text("/changes.json"))["total"] == 1
    assert "[N/OL]. 甲山新闻网" in pages.text("/article/jia-000000001.txt")
    assert pages.get("/runs").status_code == 200 == pages.get("/people").status_code


def test_pages_follow_an_archive_that_has_grown_and_leave_a_foreign_file_alone(root: Path) -> None:
    from panan_spider.fleet.joined_export import JoinedSource

    source = JoinedSource(root, SITES)
    source.refresh()
    put(root / "yi", a_full_article(4))
    assert source.is_stale() and source.is_readable()
    done = source.refresh()
    assert done is not None and done.articles == 5
    (root / "sites.sqlite").write_bytes(b"mine" * 100)
    with pytest.raises(ForeignFileError, match="no sqlite export of many sites"):
        source.is_stale()
