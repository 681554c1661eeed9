"""What changed between two revisions."""

import json
from pathlib import Path

import pytest
from browse_archive import pages_of
from lxml import html
from store_helpers import an_archive, an_article

from panan_spider.core.outcomes import Outcome
from panan_spider.core.translations import translator
from panan_spider.publish.browse.changes_pages import FIELDS, DiffLine, diff
from panan_spider.publish.browse.page_render import ExportSource
from panan_spider.sites.profile import load_site

Row = dict[str, str | None]


def a_row(**fields: str | None) -> Row:
    row: Row = dict.fromkeys(FIELDS)
    return row | {"title": "标题", "blocks": "[]", "credits": "{}"} | fields


def blocks(*texts: str) -> str:
    return json.dumps([{"type": "paragraph", "text": text} for text in texts])


def shown(line: DiffLine | None) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in line.pieces] if line is not None else []


def test_equal_rows_have_no_changes() -> None:
    assert diff(a_row(blocks=blocks("一")), a_row(blocks=blocks("一"))) == []


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
    (change,) = diff(a_row(**{field: old}), a_row(**{field: new}))
    assert translator("zh")(change.name) == name


def test_every_field_that_is_compared_has_a_case_above() -> None:
    assert {case[0] for case in CASES} == set(FIELDS)


def test_an_inserted_paragraph_leaves_its_neighbours_alone() -> None:
    old, new = blocks("第一段说的是茶", "第三段说的是药"), blocks("第一段说的是茶", "完全新的内容", "第三段说的是草药")
    (change,) = diff(a_row(blocks=old), a_row(blocks=new))
    assert [shown(line) for line in change.lines] == [
        [("same", "第一段说的是茶")],
        [("new", "完全新的内容")],
        [("same", "第三段说的是"), ("new", "草"), ("same", "药")],
    ]
    assert [line is not None and line.context for line in change.lines] == [True, False, False]


def test_a_paragraph_taken_out_is_shown_whole() -> None:
    (change,) = diff(a_row(blocks=blocks("留下", "拿走了")), a_row(blocks=blocks("留下")))
    assert [shown(line) for line in change.lines] == [[("same", "留下")], [("gone", "拿走了")]]


def test_a_change_stands_between_its_neighbours_and_the_rest_is_left_out() -> None:
    old = [f"第{number}段说的是{sign}" for number, sign in enumerate("甲乙丙丁戊己庚")]
    (change,) = diff(a_row(blocks=blocks(*old)), a_row(blocks=blocks(*old[:3], "第3段说的是红", *old[4:])))
    assert change.lines[0] is None and change.lines[-1] is None
    texts = ["".join(text for kind, text in shown(line) if kind != "gone") for line in change.lines[1:-1]]
    assert texts == [old[2], "第3段说的是红", old[4]]


def test_versions_that_are_not_neighbours_are_compared(tmp_path: Path) -> None:
    archive = an_archive(tmp_path, "20200307T010203Z-1")
    for revision, number in enumerate(("3.2", "3.5", "4.1"), 1):
        text = f"全县现有春茶基地{number}万亩。"
        archive.store_all(
            [
                (
                    an_article(1, revision, revision, text=text, blocks=[{"type": "paragraph", "text": text}]),
                    Outcome.STORED,
                )
            ]
        )
    archive.close({"exit_code": 0})
    source = ExportSource(tmp_path, load_site())
    source.refresh()
    pages = pages_of(source)
    path = "/article/000000001/changes/3"
    for query, gone in (("", "3.5"), ("?from=2", "3.5"), ("?from=1", "3.2"), ("?from=1&lang=en", "3.2")):
        page = html.fromstring(pages.text(path + query))
        assert [one.text for one in page.xpath("//section//*[self::del or self::ins]")] == [gone, "4.1"]
        assert page.xpath("//form//select[@name='from']/option/@value") == ["1", "2"]
        assert page.xpath("//form[.//select[@name='from']]/@action") == [path]
        raw = [str(href).partition("?")[0] for href in page.xpath("//dl//a/@href")]
        assert raw == []  # this archive kept no raw pages
    assert {pages.get(f"{path}?from={bad}").status_code for bad in ("0", "3", "4", "x", "-1", "9999999", "٢")} == {404}


def test_pictures_tables_and_files_are_compared_by_what_they_show() -> None:
    old = [{"type": "image", "url": "http://a/1.jpg", "caption": "图一"}, {"type": "table", "rows": [["甲", "1"]]}]
    new = [{"type": "image", "url": "http://a/1.jpg", "caption": "图二"}, {"type": "table", "rows": [["甲", "2"]]}]
    (change,) = diff(a_row(blocks=json.dumps(old)), a_row(blocks=json.dumps(new)))
    text = ["".join(words for kind, words in shown(line) if kind != "gone") for line in change.lines]
    assert text == ["http://a/1.jpg 图二", "甲 | 2"]
