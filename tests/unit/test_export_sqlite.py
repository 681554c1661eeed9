"""The SQLite export: what its tables hold."""

import json
import re
import sqlite3
from pathlib import Path

import pytest
from export_helpers import AN_IMAGE, a_full_article, export, match_query, put, rows, table

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.files import WriteGuard
from panan_spider.core.outcomes import Outcome
from panan_spider.publish.export.sqlite_schema import SEARCHED, TABLES
from tools.docs.data_format import PATH


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An archive of three articles, the second of them corrected."""
    return put(
        tmp_path / "data",
        a_full_article(1, published="2020-03-06T08:23:00+08:00"),
        a_full_article(2, title="第一版", authors=[{"name": "李样例", "title": None, "work": None}], section="乡镇"),
        a_full_article(3, published=None, posted=None, section=None, listed_in=[]),
        a_full_article(2, 2, title="第二版", text="更正的白芍", section="时政"),
    )


def exported(data: Path, *words: str) -> Path:
    assert export(data, *words) == 0
    return data / "export/panan.sqlite"


def test_articles_hold_the_newest_revision_and_revisions_all(data: Path) -> None:
    out = exported(data)
    assert rows(out, "SELECT id, revision, title FROM articles ORDER BY id") == [
        ("000000001", 1, "样例标题1"),
        ("000000002", 2, "第二版"),
        ("000000003", 1, "样例标题3"),
    ]
    assert rows(out, "SELECT revision, title FROM revisions WHERE article_id = '000000002' ORDER BY revision") == [
        (1, "第一版"),
        (2, "第二版"),
    ]


def test_every_field_of_a_line_is_there(data: Path) -> None:
    (row,) = (row for row in table(exported(data), "articles") if row["id"] == "000000001")
    line = json.loads((data / "articles.jsonl").read_text("utf-8").splitlines()[0])
    for name, value in line.items():
        if name in row:
            assert (json.loads(row[name]) if isinstance(value, list | dict) else row[name]) == value, name
    elsewhere = {"listed_in", "authors", "images", "attachments", "related", "warc", "schema_version"}
    assert set(line) - set(row) == elsewhere


def test_a_revision_has_all_columns_of_content(data: Path) -> None:
    out = exported(data)
    article, revision = table(out, "articles")[0], table(out, "revisions")[0]
    assert set(article) - set(revision) == {"id", "gone", "docid"}
    assert {name: article[name] for name in revision if name != "article_id"} == {
        name: value for name, value in revision.items() if name != "article_id"
    }


def test_the_day_is_that_of_publication_else_of_the_address(data: Path) -> None:
    put(data, a_full_article(4, published=None, posted="2020-03-09"))
    assert rows(exported(data), "SELECT day FROM articles ORDER BY id") == [
        ("2020-03-06",),
        ("2020-03-07",),
        (None,),
        ("2020-03-09",),
    ]


def test_the_place_in_the_warc(data: Path) -> None:
    put(data, a_full_article(4, warc={"file": "warc/a.warc.gz", "offset": 17, "parts": []}))
    out = exported(data)
    assert rows(out, "SELECT warc_file, warc_offset FROM articles WHERE id = '000000004'") == [("warc/a.warc.gz", 17)]
    assert rows(out, "SELECT warc_file, warc_offset FROM articles WHERE id = '000000001'") == [(None, None)]


@pytest.mark.parametrize("name", ["authors", "images", "attachments", "related"])
def test_parts_stand_in_page_order_and_are_the_newest_revisions(data: Path, name: str) -> None:
    out = exported(data)
    lines = [json.loads(line) for line in (data / "articles.jsonl").read_text("utf-8").splitlines()]
    newest = {line["id"]: line for line in lines}
    columns = [column for column in TABLES[name] if column not in ("article_id", "position", "file")]
    for number, line in newest.items():
        of_it = rows(out, f"SELECT {', '.join(columns)} FROM {name} WHERE article_id = ? ORDER BY position", number)
        assert of_it == [tuple(part[column] for column in columns) for part in line[name]]


def test_sections_count_an_article_in_its_own_and_where_it_is_listed(data: Path) -> None:
    assert table(exported(data), "sections") == [
        {"name": "书记", "articles": 2, "first": "2020-03-06", "last": "2020-03-07"},
        {"name": "时政", "articles": 2, "first": "2020-03-06", "last": "2020-03-07"},
    ]
    assert rows(data / "export/panan.sqlite", "SELECT * FROM listed_in ORDER BY 1, 2")[:2] == [
        ("000000001", "书记"),
        ("000000001", "时政"),
    ]


def test_a_picture_names_its_local_copy(data: Path) -> None:
    kept = data / "images/ab/abc.jpg"
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"")
    index = {"url": AN_IMAGE["url"], "path": "images/ab/abc.jpg", "at": "2026-03-07T01:02:03Z"}
    (data / "images/index.jsonl").write_text(json.dumps(index) + "\n", "utf-8")
    put(data, a_full_article(4, images=[{"url": "http://www.panews.cn/pic/9.jpg", "caption": None}]))
    files = dict(rows(exported(data), "SELECT article_id, file FROM images"))
    assert files["000000001"] == str(kept.relative_to(data)) and files["000000004"] is None


def test_an_article_that_is_gone_from_the_site_is_marked(data: Path) -> None:
    ledger = Ledger(data / "ledger.sqlite", WriteGuard())
    line = json.loads((data / "articles.jsonl").read_text("utf-8").splitlines()[0])
    with ledger.write():
        ledger.articles.mark(line, 0, None, None)
        ledger.articles.seen(line["id"], line["url"], Outcome.GONE)
    out = exported(data)
    assert rows(out, "SELECT id FROM articles WHERE gone = 1") == [(line["id"],)]
    with ledger.write():
        ledger.articles.seen(line["id"], line["url"], Outcome.UNCHANGED)
    ledger.close()
    exported(data)
    assert rows(out, "SELECT count(*) FROM articles WHERE gone = 1") == [(0,)]


def found(out: Path, query: str) -> list[str]:
    sql = "SELECT id FROM search JOIN articles ON docid = search.rowid WHERE search MATCH ? ORDER BY rank"
    return [row[0] for row in rows(out, sql, match_query(query))]


def test_search_finds_two_characters_and_ranks_titles_higher(data: Path) -> None:
    put(data, a_full_article(4, title="磐安药材丰收", text="另一段文字"))
    out = exported(data)
    assert found(out, "磐安")[0] == "000000004"
    assert set(found(out, "磐安")) == {"000000001", "000000003", "000000004"}


@pytest.mark.parametrize(
    "query", ["药材侧记", "甲调研", "王示例", "钱校样", "蒋初例", "采茶图", "白术", "安排表", "药"]
)
def test_search_looks_at_every_word_of_an_article(data: Path, query: str) -> None:
    assert "000000001" in found(exported(data), query)


def test_search_finds_the_newest_revision_alone(data: Path) -> None:
    out = exported(data)
    assert found(out, "白芍") == ["000000002"]
    assert found(out, "第一版") == [] and "000000002" not in found(out, "长势喜人")


def test_people_are_those_of_the_newest_revision(data: Path) -> None:
    put(
        data,
        a_full_article(4, text="县长李样例调研。"),
        a_full_article(4, 2, text="昨日，县长李样例在样例镇调研并讲话。"),
    )
    sql = "SELECT position, name, office, action, place, start FROM people WHERE article_id = '000000004'"
    assert rows(exported(data), sql) == [
        (1, "李样例", "县长", "调研", "样例镇", 5),
        (2, "李样例", "县长", "讲话", "样例镇", 5),
    ]


def test_meta_says_what_the_export_is(data: Path) -> None:
    meta = {row["key"]: row["value"] for row in table(exported(data), "meta")}
    assert meta["made_by"] == "panan_spider" and meta["schema_version"] == "1"
    assert (meta["articles"], meta["revisions"]) == ("3", "4")
    assert int(meta["source_bytes"]) == (data / "articles.jsonl").stat().st_size
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", meta["made_at"])


def test_latest_only_holds_no_older_revision(data: Path) -> None:
    out = exported(data, "--latest-only")
    assert rows(out, "SELECT article_id, revision FROM revisions WHERE article_id = '000000002'") == [("000000002", 2)]


def test_the_data_format_names_every_table_and_column() -> None:
    section = PATH.read_text("utf-8").split("## export/panan.sqlite", 1)[1].split("\n## ", 1)[0]
    documented = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", section, re.MULTILINE))
    assert set(documented) == {*TABLES, "search"}
    for name, columns in {**{name: set(columns) for name, columns in TABLES.items()}, "search": set(SEARCHED)}.items():
        assert set(re.findall(r"`(\w+)`", documented[name])) == columns, name


def test_changes_tell_corrections_from_new_readings(data: Path) -> None:
    place = {"file": "warc/a.warc.gz", "offset": 5, "parts": []}
    put(data, a_full_article(7, warc=place), a_full_article(7, 2, warc=place, title="重读"))
    found = rows(exported(data), "SELECT article_id, revision, kind FROM changes ORDER BY 1")
    assert found == [("000000002", 2, "correction"), ("000000007", 2, "rereading")]


def test_an_export_of_an_older_layout_is_made_anew(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = exported(data)
    db = sqlite3.connect(out)
    db.execute("UPDATE meta SET value = '1' WHERE key = 'layout'")
    db.execute("DROP VIEW changes")
    db.commit()
    db.close()
    capsys.readouterr()
    exported(data)
    assert "made anew" in capsys.readouterr().out and rows(out, "SELECT count(*) FROM changes") == [(1,)]


def test_metadata_for_datasette_names_what_there_is_and_finds_words_of_any_length(data: Path) -> None:
    out = exported(data)
    (database,) = json.loads((data / "export/metadata.json").read_text("utf-8"))["databases"].items()
    name, described = database
    assert name == out.stem
    for table_name, about in described["tables"].items():
        columns = {row[0] for row in rows(out, "SELECT name FROM pragma_table_info(?)", table_name)}
        assert {*about.get("facets", ()), about.get("label_column", "rowid"), about.get("sort_desc", "rowid")} <= {
            *columns,
            "rowid",
        }, table_name
    articles = described["tables"]["articles"]
    assert (articles["fts_table"], articles["fts_pk"]) == ("search", "docid")
    with sqlite3.connect(out) as db:
        for words in ("药", "药材", "药材侧记", "白术", '"药材"', "没有的词", '"', ""):
            hits = {row[0] for row in db.execute(described["queries"]["find"]["sql"], {"words": words})}
            plain = words.replace('"', "")
            assert hits == (set(found(out, plain)) if plain else set()), words
        assert [row[1:3] for row in db.execute(described["queries"]["corrections"]["sql"])] == [("correction", 2)]


def test_metadata_for_datasette_is_written_into_the_archives_own_folder_alone(data: Path, tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_text("mine")
    assert export(data, "--out", str(tmp_path / "other.sqlite")) == 0
    assert (tmp_path / "metadata.json").read_text() == "mine" and not (data / "export").exists()
