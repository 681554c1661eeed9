"""`scrapy export`: its options, what it refuses, where it writes."""

import subprocess
import sys
from pathlib import Path

import pytest
from export_helpers import a_full_article, export, put, rows

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.publish.export import export_files
from panan_spider.publish.export.export_files import built_aside, only_export_to
from panan_spider.publish.export.job import FORMATS

EVERY = sorted(FORMATS)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return put(
        tmp_path / "data",
        a_full_article(1, published="2020-03-01"),
        a_full_article(2, published="2020-03-05", section="乡镇", listed_in=[]),
        a_full_article(3, published="2020-03-09"),
        a_full_article(4, published=None, posted=None),
    )


def ids(path: Path) -> list[str]:
    return [number[-1] for (number,) in rows(path, "SELECT id FROM articles ORDER BY id")]


@pytest.mark.parametrize(
    ("words", "held"),
    [
        ([], ["1", "2", "3", "4"]),
        (["--section", "乡镇"], ["2"]),
        (["--section", "乡镇,时政"], ["1", "2", "3", "4"]),
        (["--since", "2020-03-05"], ["2", "3"]),
        (["--until", "2020-03-05"], ["1", "2"]),
        (["--since", "2020-03-05", "--until", "2020-03-05"], ["2"]),
        (["--section", "书记", "--since", "2020-03-02"], ["3"]),
    ],
)
def test_a_part_of_the_archive(data: Path, words: list[str], held: list[str]) -> None:
    assert export(data, *words) == 0
    assert ids(data / "export/panan.sqlite") == held


@pytest.mark.parametrize("name", ["sqlite", "csv"])
@pytest.mark.parametrize(
    ("words", "days"),
    [
        (["--since", "2030-01-01"], "2020-03-01 to 2020-03-09"),
        (["--until", "2019-12-31"], "2020-03-01 to 2020-03-09"),
        (["--section", "乡镇", "--since", "2020-03-06"], "2020-03-05 to 2020-03-05"),
    ],
)
def test_where_no_article_is_of_the_days_asked_for_the_days_held_are_named(
    data: Path, name: str, words: list[str], days: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(data, "--format", name, *words) == 0
    result, hint = capsys.readouterr().out.splitlines()
    assert ": 0 articles, 0 revisions, " in result
    assert hint == f"panan: no article is of these days: there are articles of {days}"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--format", "xml"],
            "--format: no format is named 'xml'; there is: sqlite, csv, parquet, atom, markdown, jsonld, xlsx, wacz",
        ),
        (["--section", "没有"], "no section is named '没有'; there is: 乡镇, 书记, 时政"),
        (["--section", "书记,没有"], "no section is named '没有'; there is: 乡镇, 书记, 时政"),
        (["--section", " , "], "--section: names no section"),
        (["--since", "2020-3-1"], "--since: '2020-3-1' is no date such as 2020-03-01"),
        (["--until", "2020-02-30"], "--until: '2020-02-30' is no date such as 2020-03-01"),
        (["--since", "2020-03-02", "--until", "2020-03-01"], "--since 2020-03-02 is later than --until 2020-03-01"),
        (
            ["--format", "atom", "--all-revisions"],
            "--all-revisions: atom holds of each article the newest revision alone",
        ),
        (["--out", ""], "--out: '' names no file"),
        (["--data-dir", "/nonexistent"], "there is no archive in /nonexistent"),
    ],
)
def test_a_wrong_option_is_one_line_and_nothing_is_written(
    data: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as refused:
        export(data, *words)
    assert refused.value.code == 1
    assert capsys.readouterr().err == f"panan: {said}\n"
    assert not [
        path
        for path in data.rglob("*")
        if path.name not in ("articles.jsonl", "export") and not path.name.endswith(".lock")
    ]


@pytest.mark.parametrize("what", ["file", "text", "database", "folder"])
@pytest.mark.parametrize("name", EVERY)
def test_what_is_not_ours_is_not_touched(
    data: Path, tmp_path: Path, name: str, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    import sqlite3

    out = tmp_path / "mine"
    if what == "folder":
        out.mkdir()
        (out / "letter.txt").write_text("x")
    elif what == "database":
        with sqlite3.connect(out) as db:
            db.execute("CREATE TABLE mine (x)")
    else:
        out.write_bytes(b"mine\n" if what == "text" else b"PAR1\x00")
    before = out.read_bytes() if out.is_file() else [path.read_text() for path in out.iterdir()]
    with pytest.raises(SystemExit) as refused:
        export(data, "--format", name, "--out", str(out))
    assert refused.value.code == 1 and f"{out} exists and is no " in capsys.readouterr().err
    assert before == (out.read_bytes() if out.is_file() else [path.read_text() for path in out.iterdir()])


@pytest.mark.parametrize("name", EVERY)
def test_the_archive_is_left_as_it_is(data: Path, name: str) -> None:
    def archive() -> dict[str, tuple[bytes, int]]:
        found = (path for path in data.rglob("*") if path.is_file() and "export" not in path.parts)
        return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in found}

    before = archive()
    assert export(data, "--format", name) == 0
    assert archive() == before


def test_a_ledger_that_cannot_be_asked_costs_the_marks_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "ledger.sqlite").write_bytes(b"no database at all")
    assert export(data) == 0
    assert ids(data / "export/panan.sqlite") == ["1", "2", "3", "4"]
    assert "which articles are gone from the site is not known" in capsys.readouterr().err


def test_two_exports_to_one_place_do_not_meet(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with only_export_to(data / "export/panan.sqlite"):
        assert export(data) == 15
        assert export(data, "--format", "csv") == 0
    assert export(data) == 0


def test_an_interrupt_leaves_things_as_they_were(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupt(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(export_files, "_sync", interrupt)
    assert export(data) == 16
    assert "interrupted" in capsys.readouterr().err
    assert not (data / "export").exists()


def a_folder(path: Path, text: str) -> Path:
    path.mkdir(parents=True)
    (path / "a.txt").write_text(text)
    return path


def test_a_folder_takes_the_place_of_another_whole(tmp_path: Path) -> None:
    out = a_folder(tmp_path / "out", "old")
    with built_aside(out) as aside:
        a_folder(aside, "new")
        assert (out / "a.txt").read_text() == "old"
    assert (out / "a.txt").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_kill_between_the_two_renames_is_put_right_by_the_next_export(tmp_path: Path) -> None:
    a_folder(tmp_path / ".out.old", "old")
    a_folder(tmp_path / ".out.part", "half")
    with only_export_to(tmp_path / "out"):
        assert (tmp_path / "out/a.txt").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_the_ledger_says_which_articles_are_gone(data: Path) -> None:
    from panan_spider.archive.store.files import WriteGuard

    ledger = Ledger(data / "ledger.sqlite", WriteGuard())
    assert ledger.articles.removals() == {}
    ledger.close()


def test_loading_the_commands_loads_no_library_of_theirs() -> None:
    """Scrapy loads every command at every start."""
    program = "import sys; import panan_spider.commands.export, panan_spider.commands.people; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = done.stdout.split()
    assert "panan_spider.commands.export" in loaded
    assert not {
        "feedgen",
        "duckdb",
        "sqlite_utils",
        "panan_spider.publish.export.job",
        "panan_spider.publish.people",
    } & set(loaded)
