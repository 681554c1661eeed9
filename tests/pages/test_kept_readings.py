"""Kept readings of the evaluation: each page whose reading changed is listed with its fields and its judgement."""

from pathlib import Path

import pytest

from evaluation import readings, table
from evaluation.readings import Subject


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Three pages' readings, as an evaluation leaves them."""
    path = tmp_path / "readings.txt"
    readings.keep(readings.read_all(subjects()), path)
    return path


def subjects() -> list[Subject]:
    return readings.subjects()[:3]


def spoil(path: Path, name: str, field: str) -> None:
    """Another hash for one field of one page."""
    head, *lines = path.read_text("utf-8").splitlines()
    column = head.split().index(field)
    rows = [line.split() for line in lines]
    for row in rows:
        row[column] = "000000" if row[0] == name else row[column]
    path.write_text("\n".join([head, *map(" ".join, rows)]) + "\n", "utf-8")


def test_an_unchanged_reading_is_not_listed(kept: Path) -> None:
    assert readings.changed(subjects(), kept) == []


def test_a_changed_reading_is_listed_with_its_fields_and_the_gold_records_judgement(kept: Path) -> None:
    first, second, _third = subjects()
    spoil(kept, first.name, "source")
    spoil(kept, first.name, "title")
    spoil(kept, second.name, "blocks")
    second.gold["blocks"] = []
    assert readings.changed([first, second], kept) == [
        (first.name, "title, source", "as the gold record"),
        (second.name, "blocks", "otherwise than the gold record: blocks"),
    ]


def test_a_field_without_gold_is_left_to_the_changelog(kept: Path) -> None:
    first = subjects()[0]
    spoil(kept, first.name, "editor")
    del first.gold["editor"]
    assert readings.changed([first], kept) == [(first.name, "editor", "no gold for editor: CHANGELOG.md")]


def test_a_new_page_is_listed_as_new(kept: Path) -> None:
    lines = kept.read_text("utf-8").splitlines()
    kept.write_text("\n".join(lines[:-1]) + "\n", "utf-8")
    assert [row[1] for row in readings.changed(subjects(), kept)] == ["new page"]


def test_every_page_with_a_gold_record_has_a_kept_reading() -> None:
    assert {subject.name for subject in readings.subjects()} == readings.kept().keys()
    assert len(readings.kept()) > 400


def test_the_doc_has_a_place_for_the_list() -> None:
    assert "<!-- readings -->" in table.DOC.read_text("utf-8")
