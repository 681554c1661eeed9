"""The Parquet export: typed columns, by duckdb, where it is installed."""

import sys
from pathlib import Path
from typing import Any

import pytest
from export_helpers import a_full_article, export, put

from panan_spider.publish.export.tabular_formats import PARQUET_COLUMNS

duckdb = pytest.importorskip("duckdb")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return put(
        tmp_path / "data",
        a_full_article(1),
        a_full_article(2, published=None, posted=None),
        a_full_article(1, 2, title="第二版"),
    )


def read(data: Path, *words: str) -> list[dict[str, Any]]:
    assert export(data, "--format", "parquet", *words) == 0
    found = duckdb.read_parquet(str(data / "export/panan.parquet"))
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def test_values_have_types(data: Path) -> None:
    one = next(row for row in read(data) if row["id"] == "000000001")
    assert one["title"] == "第二版" and one["revision"] == 2
    assert one["day"].isoformat() == "2020-03-07"
    assert one["authors"][0] == {"name": "王示例", "title": "记者", "work": "text"}
    assert one["listed_in"] == ["书记", "时政"]
    assert tuple(one) == tuple(PARQUET_COLUMNS)


def test_what_is_not_known_is_null(data: Path) -> None:
    two = next(row for row in read(data) if row["id"] == "000000002")
    assert two["day"] is None and two["published"] is None and two["warc_offset"] is None


def test_all_revisions_on_demand(data: Path) -> None:
    assert len(read(data)) == 2 and len(read(data, "--all-revisions")) == 3


def test_an_archive_of_no_article_of_that_time_is_an_empty_table(data: Path) -> None:
    assert read(data, "--since", "2030-01-01") == []


def test_without_duckdb_the_one_line_names_the_command(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(SystemExit) as refused:
        export(data, "--format", "parquet")
    assert refused.value.code == 1
    assert (
        capsys.readouterr().err
        == "panan: --format parquet needs duckdb, which is not installed: pip install 'duckdb>=1.4'\n"
    )


def test_nothing_is_left_beside_it(data: Path) -> None:
    read(data)
    assert {path.name for path in (data / "export").iterdir()} == {
        "panan.parquet",
        ".panan.parquet.made",
    }
