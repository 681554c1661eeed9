"""`scrapy people`: people.jsonl, made anew or continued, never wrong about what it holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from export_helpers import call, lines, put
from store_helpers import an_article

from panan_spider.commands.people import Command
from panan_spider.publish.people import mentions
from panan_spider.publish.people.mentions import people_rows

TEXTS = ("县长李样例到样例镇调研。", "无人。", "县领导何测、卢模拟参加。何测说。")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return put(tmp_path / "data", *(an_article(number, text=text) for number, text in enumerate(TEXTS, 1)))


def people(data: Path) -> list[dict[str, Any]]:
    assert call(Command(), data) == 0
    return lines(data / "people.jsonl")


def test_every_article_line_has_its_line_in_order(data: Path) -> None:
    put(data, an_article(2, 2, text="县长李样例说。"))
    found = people(data)
    assert [(line["article_id"], line["revision"]) for line in found] == [
        ("000000001", 1),
        ("000000002", 1),
        ("000000003", 1),
        ("000000002", 2),
    ]
    assert [line["people"] for line in found] == [
        people_rows({"text": text, "kicker": None, "title": None, "subtitle": None})
        for text in (*TEXTS, "县长李样例说。")
    ]


def test_a_line_names_its_articles_bytes(data: Path) -> None:
    raw = (data / "articles.jsonl").read_bytes()
    for line in people(data):
        assert json.loads(raw[line["source_start"] : line["source_end"]])["id"] == line["article_id"]


def test_a_second_call_appends_what_is_new_alone(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, inode = people(data), (data / "people.jsonl").stat().st_ino
    put(data, an_article(4, text=TEXTS[0]))
    after = people(data)
    assert after[:3] == before and len(after) == 4
    assert (data / "people.jsonl").stat().st_ino == inode
    assert "brought up to date: 1 article lines read, office-holders named 1 times" in capsys.readouterr().out


def test_the_result_is_the_same_however_it_was_reached(data: Path) -> None:
    people(data)
    put(data, an_article(4, text=TEXTS[2]))
    continued = people(data)
    (data / "people.jsonl").unlink()
    assert people(data) == continued


@pytest.mark.parametrize("lost", [1, 40])
def test_a_torn_end_is_made_whole(data: Path, lost: int) -> None:
    whole = people(data)
    path = data / "people.jsonl"
    path.write_bytes(path.read_bytes()[:-lost])
    assert people(data) == whole


def test_another_grammar_makes_it_anew(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people(data)
    monkeypatch.setattr(mentions, "GRAMMAR", "another")
    found = people(data)
    assert [line["grammar"] for line in found] == ["another"] * 3


def test_other_articles_make_it_anew(data: Path) -> None:
    people(data)
    (data / "articles.jsonl").unlink()
    put(data, an_article(9, text=TEXTS[0]))
    assert [line["article_id"] for line in people(data)] == ["000000009"]


def test_many_missing_lines_make_it_anew(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    people(data)
    monkeypatch.setattr(mentions, "_MOST_APPENDED", 2)
    put(data, an_article(4), an_article(5), an_article(6))
    assert len(people(data)) == 6


def test_a_foreign_file_is_refused(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "people.jsonl").write_text('{"name": "x"}\n')
    with pytest.raises(SystemExit) as refused:
        call(Command(), data)
    assert refused.value.code == 1 and "move it away" in capsys.readouterr().err
    assert (data / "people.jsonl").read_text() == '{"name": "x"}\n'


def test_without_an_archive_it_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        call(Command(), tmp_path / "none")
    assert refused.value.code == 1 and "there is no archive in" in capsys.readouterr().err


def test_the_articles_stay_as_they_are(data: Path) -> None:
    before = (data / "articles.jsonl").read_bytes()
    people(data)
    assert (data / "articles.jsonl").read_bytes() == before
