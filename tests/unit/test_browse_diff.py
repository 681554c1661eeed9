"""What changed between two revisions."""

import json

import pytest

from panan_spider.core.run_report import DiffSpan
from panan_spider.publish.browse.revision_diff import changes
from panan_spider.publish.browse.ui_words import FIELDS

Row = dict[str, str | None]


def a_row(**fields: str | None) -> Row:
    row: Row = dict.fromkeys(FIELDS)
    return row | {"title": "标题", "blocks": "[]", "credits": "{}"} | fields


def blocks(*texts: str) -> str:
    return json.dumps([{"type": "paragraph", "text": text} for text in texts])


def shown(pieces: list[DiffSpan]) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces]


def test_equal_rows_have_no_changes() -> None:
    assert changes(a_row(blocks=blocks("一")), a_row(blocks=blocks("一"))) == []


CASES: list[tuple[str, str | None, str | None, str]] = [
    ("title", "旧标题", "新标题", "标题"),
    ("kicker", None, "引题", "引题"),
    ("source", "甲网", None, "来源"),
    ("credits", "{}", '{"初审":"甲"}', "审稿"),
    ("published", "2020-03-06", "2020-03-07", "日期"),
    ("blocks", blocks("一"), blocks("二"), "正文"),
    ("header_line", "甲", "乙", "署名行"),
    ("editor", "甲", "乙", "编辑"),
    ("subtitle", "甲", None, "副题"),
]


@pytest.mark.parametrize(("field", "old", "new", "name"), CASES)
def test_each_field_is_named(field: str, old: str | None, new: str | None, name: str) -> None:
    (change,) = changes(a_row(**{field: old}), a_row(**{field: new}))
    assert change.name == name


def test_every_field_that_is_compared_has_a_case_above() -> None:
    assert {case[0] for case in CASES} == set(FIELDS)


def test_an_inserted_paragraph_leaves_its_neighbours_alone() -> None:
    old, new = blocks("第一段说的是茶", "第三段说的是药"), blocks("第一段说的是茶", "完全新的内容", "第三段说的是草药")
    (change,) = changes(a_row(blocks=old), a_row(blocks=new))
    assert [shown(list(line)) for line in change.lines] == [
        [("new", "完全新的内容")],
        [("same", "第三段说的是"), ("new", "草"), ("same", "药")],
    ]


def test_a_paragraph_taken_out_is_shown_whole() -> None:
    (change,) = changes(a_row(blocks=blocks("留下", "拿走了")), a_row(blocks=blocks("留下")))
    assert [shown(list(line)) for line in change.lines] == [[("gone", "拿走了")]]


def test_pictures_tables_and_files_are_compared_by_what_they_show() -> None:
    old = [{"type": "image", "url": "http://a/1.jpg", "caption": "图一"}, {"type": "table", "rows": [["甲", "1"]]}]
    new = [{"type": "image", "url": "http://a/1.jpg", "caption": "图二"}, {"type": "table", "rows": [["甲", "2"]]}]
    (change,) = changes(a_row(blocks=json.dumps(old)), a_row(blocks=json.dumps(new)))
    text = ["".join(piece.text for piece in line if piece.kind != "gone") for line in change.lines]
    assert text == ["[image] http://a/1.jpg 图二", "甲 | 2"]
