"""Spellings of header lines, bylines and tail lines: blanks in labels, signs between them, brackets, lines in between."""

import pytest
from real_kinds import FIRST, SECOND, TEXT, read

DAY = "2021-04-05T08:30:00+08:00"


@pytest.mark.parametrize(
    "header",
    [
        "来 源：样例新闻网　发 布 时 间：2021-04-05 08:30",
        "來源：样例新闻网　發佈時間：2021-04-05 08:30",
        "来源：样例新闻网；发布时间：2021-04-05 08:30",
        "来源 : 样例新闻网 ; 2021-04-05 08:30",
        "<span>2021-04-05</span><span>08:30</span><span>来源：样例新闻网</span>",
    ],
)
def test_a_header_line_in_other_spellings(header: str) -> None:
    got = read(header=header)
    assert (got.source, got.published, got.editor, got.authors) == ("样例新闻网", DAY, "钱校样", ())


@pytest.mark.parametrize(
    ("tail", "authors", "credits"),
    [
        ("记者：陈测试 通讯员：王示例 编辑：钱校样 审核：孙审签", ["陈测试", "王示例"], {"审核": "孙审签"}),
        ("（记者 陈测试 编辑 钱校样）", ["陈测试"], {}),
        ("<p>策划：孙审签</p><p>记者：陈测试</p><p>编辑：钱校样</p>", ["陈测试"], {"策划": "孙审签"}),
        ("<p>编辑：钱校样</p><p>文/陈测试</p><p>审核：孙审签</p>", ["陈测试"], {"审核": "孙审签"}),
        ("编辑：钱校样；审核：孙审签", [], {"审核": "孙审签"}),
        ("编辑：钱校样／审核：孙审签", [], {"审核": "孙审签"}),
        ("編輯：钱校样", [], {}),
    ],
)
def test_a_tail_line_in_other_spellings(tail: str, authors: list[str], credits: dict[str, str]) -> None:
    for got in (read(tail=tail), read(f"{TEXT}<p>{tail}</p>", tail="")):
        assert (got.editor, [one.name for one in got.authors], got.credits) == ("钱校样", authors, credits)
        assert got.text == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize("line", ["■本报记者 陈测试", "● 记者 陈测试", "◎记者：陈测试"])
def test_a_bullet_before_a_byline_is_an_ornament(line: str) -> None:
    got = read(f"<p>{line}</p>{TEXT}")
    assert [one.name for one in got.authors] == ["陈测试"] and got.text == f"{FIRST}\n{SECOND}"


def test_a_byline_under_the_headline_that_the_body_repeats() -> None:
    got = read(f"<p align=center>样岭村修好了进村路</p><p align=center>记者 陈测试</p>{TEXT}")
    assert [one.name for one in got.authors] == ["陈测试"] and got.text == f"{FIRST}\n{SECOND}"


def test_a_source_below_the_text_is_no_author() -> None:
    got = read(f"{TEXT}<p>本文来源：示例新闻网　作者：陈测试</p>", tail="")
    assert [one.name for one in got.authors] == ["陈测试"] and got.source == "示例新闻网"


def test_the_telephone_of_the_newsroom_hides_no_editor() -> None:
    got = read(f"{TEXT}<p>新闻热线：0571-12345678　投稿邮箱：name@example.org</p>")
    assert got.editor == "钱校样" and got.text == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize("line", ["[打印] [关闭] [返回顶部]", "【打印】【返回顶部】"])
def test_a_toolbar_behind_the_text(line: str) -> None:
    assert read(f"{TEXT}<p>{line}</p>").text == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize("line", ["附件下载：", "附件：", "下载附件"])
def test_a_line_over_files_is_no_paragraph(line: str) -> None:
    got = read(
        f'{TEXT}<p>{line}</p><ul><li><a href="/att/1.doc">1.名单.doc</a></li><li><a href="/att/2.pdf">2.路线图.pdf</a></li></ul>'
    )
    assert [link.title for link in got.attachments] == ["1.名单.doc", "2.路线图.pdf"] and line not in got.text
