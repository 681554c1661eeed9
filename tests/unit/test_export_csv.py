"""The CSV export opens right in Excel, and runs nothing there."""

import csv
import io
from pathlib import Path

import pytest
from export_helpers import a_full_article, export, put
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.publish.export.tabular_formats import COLUMNS, MOST_IN_A_CELL, cell


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return put(tmp_path / "data", a_full_article(1), a_full_article(2), a_full_article(2, 2, title="第二版"))


def exported(data: Path, *words: str) -> bytes:
    assert export(data, "--format", "csv", *words) == 0
    return (data / "export/panan.csv").read_bytes()


def table(raw: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_it_begins_with_a_byte_order_mark_and_ends_lines_as_excel_does(data: Path) -> None:
    raw = exported(data)
    assert raw.startswith(b"\xef\xbb\xbfid,revision,")
    assert raw.count(b"\r\n") == 3 and raw.endswith(b"\r\n")


def test_the_newest_revision_of_each_article(data: Path) -> None:
    found = table(exported(data))
    assert [(row["id"], row["revision"], row["title"]) for row in found] == [
        ("000000001", "1", "样例标题1"),
        ("000000002", "2", "第二版"),
    ]
    assert found[0]["authors"] == "王示例、陈测试" and found[0]["listed_in"] == "书记、时政"
    assert found[0]["text"].count("\n") == 1 and found[0]["images"].startswith("http://")


def test_all_revisions_on_demand(data: Path) -> None:
    assert [row["revision"] for row in table(exported(data, "--all-revisions"))] == ["1", "1", "2"]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_nothing_begins_a_formula(data: Path, sign: str) -> None:
    put(data, a_full_article(3, title=f'{sign}HYPERLINK("http://x","y")', kicker=f"{sign}1"))
    row = table(exported(data))[2]
    assert row["title"] == f'\'{sign}HYPERLINK("http://x","y")' and row["kicker"].startswith("'")


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), min_size=1, max_size=5))
def test_any_text_comes_back_from_its_cell(texts: list[str]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file, lineterminator="\r\n").writerow([cell(text) for text in texts])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert [found.removeprefix("'") for found in row] == [text.removeprefix("'") for text in texts]
    assert not any(found.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) for found in row)


@pytest.mark.parametrize("sign", ["字", "\U00020bb7"])
def test_a_cell_holds_no_more_than_excel_takes_and_says_that_it_is_cut(sign: str) -> None:
    whole = sign * (MOST_IN_A_CELL // len(sign.encode("utf-16-le")) * 2)
    assert cell(whole) == whole
    found = cell(sign * MOST_IN_A_CELL + "x")
    assert len(found.encode("utf-16-le")) <= 2 * MOST_IN_A_CELL and found.endswith("… [cut]")


def test_what_is_missing_is_an_empty_cell(data: Path) -> None:
    put(data, a_full_article(3, kicker=None, published=None, posted=None))
    row = table(exported(data))[2]
    assert row["kicker"] == row["published"] == row["day"] == ""
    assert tuple(row) == COLUMNS
