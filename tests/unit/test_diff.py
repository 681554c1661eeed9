"""What a correction changed, in pieces a reader can follow."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_helpers import an_article

from panan_spider.core.run_report import DiffSpan
from panan_spider.report.diff import changes, pieces, shortened

TEXTS = st.text(alphabet="甲乙丙丁12ab,。 \n", max_size=60)


def told(made: list[DiffSpan]) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in made]


@given(old=TEXTS, new=TEXTS)
def test_the_pieces_are_both_versions_whole(old: str, new: str) -> None:
    made = pieces(old, new)
    assert "".join(piece.text for piece in made if piece.kind != "new") == old
    assert "".join(piece.text for piece in made if piece.kind != "gone") == new
    assert all(piece.text for piece in made)
    assert all(a.kind != b.kind for a, b in pairwise(made))


def test_a_changed_character_is_shown_alone() -> None:
    assert told(pieces("全县共有茶园三万亩。", "全县共有茶园四万亩。")) == [
        ("same", "全县共有茶园"), ("gone", "三"), ("new", "四"), ("same", "万亩。"),
    ]  # fmt: skip


def test_a_number_is_one_word() -> None:
    assert told(pieces("共3515人参加", "共3615人参加")) == [
        ("same", "共"), ("gone", "3515"), ("new", "3615"), ("same", "人参加"),
    ]  # fmt: skip


def test_a_paragraph_put_in_is_one_piece() -> None:
    assert told(pieces("甲甲\n乙乙\n", "甲甲\n丙丙\n乙乙\n")) == [
        ("same", "甲甲\n"),
        ("new", "丙丙\n"),
        ("same", "乙乙\n"),
    ]


def test_a_chance_match_between_two_changes_is_part_of_them() -> None:
    assert told(pieces("一的二", "三的四")) == [("gone", "一的二"), ("new", "三的四")]


def test_of_what_stayed_only_the_surroundings_are_shown() -> None:
    made = shortened(pieces("前" * 500 + "甲" + "后" * 500, "前" * 500 + "乙" + "后" * 500))
    assert [piece.kind for piece in made] == ["cut", "same", "gone", "new", "same", "cut"]
    assert [made[0].text, made[-1].text] == ["476", "476"]
    assert sum(len(piece.text) for piece in made) < 80


def test_a_very_long_change_is_cut_with_what_it_leaves_out() -> None:
    made = shortened(pieces("", "字" * 9_000))
    assert [(piece.kind, len(piece.text)) for piece in made] == [("new", 1_500), ("cut", 4)]
    assert made[1].text == "7500"


def test_a_huge_rewritten_paragraph_costs_no_minutes() -> None:
    old, new = (
        "".join(chr(0x4E00 + n % 5000) for n in range(60_000)),
        "".join(chr(0x5E00 - n % 5000) for n in range(60_000)),
    )
    assert [piece.kind for piece in pieces(old, new)] == ["gone", "new"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": "样例标题二"}, "title"),
        ({"editor": "丁改稿"}, "editor"),
        ({"credits": {"初审": "乙"}}, "credits"),
        ({"authors": [{"name": "陈测试", "title": "记者", "work": None}]}, "authors"),
        ({"images": [{"url": "http://www.panews.cn/a.jpg", "caption": None}]}, "images"),
        ({"attachments": [{"url": "http://www.panews.cn/a.doc", "title": "表"}]}, "attachments"),
        ({"blocks": [{"type": "table", "rows": [["1", "2"]]}]}, "tables"),
    ],
)  # fmt: skip
def test_each_changed_field_is_named_and_no_other(change: dict[str, Any], field: str) -> None:
    old = an_article().model_dump(mode="json")
    (only,) = changes(old, {**old, **change})
    assert only.field == field
    assert {piece.kind for piece in only.pieces} <= {"gone", "new", "same"}
