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


@pytest.mark.parametrize(
    "source", ["人民网评论", "东方收藏", "上游新闻·评论", "样例打印", "样例日报样例记者站", "记者之家", "阅读推荐"]
)
@pytest.mark.parametrize("services", ["", "<a>收藏</a><a>打印</a>", '<a href="#">评论</a>', "<span>【打印】</span>"])
def test_a_word_of_services_in_the_name_of_a_source_belongs_to_the_name(source: str, services: str) -> None:
    got = read(header=f"<span>2021-04-05 08:30</span><span>来源：{source}</span>{services}")
    assert (got.source, got.published, got.authors) == (source, DAY, ())


@pytest.mark.parametrize("tool", ["举报", "订阅", "小字号", "[ 推荐朋友 ] [ 打印本稿 ]"])
def test_a_service_behind_the_source_is_none_of_it(tool: str) -> None:
    got = read(header=f"<span>2021-04-05 08:30</span><span>来源：样例新闻网</span> <span>{tool}</span>")
    assert (got.source, got.published, got.subtitle) == ("样例新闻网", DAY, None)


def test_a_line_of_digits_is_no_kicker() -> None:
    assert read(title="2021 04/05 08:30:00<br>样岭村修好了进村路").kicker is None


def test_the_source_between_headline_and_header_line_is_no_subtitle() -> None:
    got = read(title="样岭村修好了进村路<br>示例新闻网")
    assert (got.title, got.subtitle, got.source) == ("样岭村修好了进村路", None, "示例新闻网")


def test_the_code_of_an_editor_stays_with_the_name() -> None:
    assert read(f"{TEXT}<p>[责任编辑：钱校样 PN001]</p>", tail="").editor == "钱校样 PN001"


def test_labels_that_nobody_listed_behind_an_editor_are_credits() -> None:
    got = read(tail="<p>编辑：钱校样</p><p>图编：孙审签</p><p>校对：周复审</p>")
    assert (got.editor, got.credits) == ("钱校样", {"图编": "孙审签", "校对": "周复审"})


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("记者丨陈测试", ["陈测试"]),
        ("记者 | 陈测试 王示例", ["陈测试", "王示例"]),
        ("图文丨陈测试", ["陈测试"]),
        ("文字丨陈测试 摄影丨王示例", ["陈测试", "王示例"]),
    ],
)
def test_a_bar_for_the_colon_of_a_byline(line: str, names: list[str]) -> None:
    got = read(f"<p>{line}</p>{TEXT}")
    assert [one.name for one in got.authors] == names and got.text == f"{FIRST}\n{SECOND}"


def test_a_bar_for_each_colon_of_a_tail_line() -> None:
    got = read(f"{TEXT}<p>图文 | 陈测试 编辑 | 李编排 审核 | 孙审签</p>", tail="")
    assert (got.editor, got.credits, [one.name for one in got.authors]) == ("李编排", {"审核": "孙审签"}, ["陈测试"])


def test_of_two_lines_with_an_editor_the_last_names_the_sites_own() -> None:
    got = read(f"{TEXT}<p>监制：甲一 责编：李编排 编辑：乙二</p>", tail="编辑：钱校样")
    assert (got.editor, got.credits) == ("钱校样", {"监制": "甲一", "责编": "李编排", "编辑": "乙二"})


@pytest.mark.parametrize(
    "rest", ["", "<span>作者：陈测试</span>", "<span>作者：陈测试</span><span>编辑：钱校样</span>"]
)
def test_a_source_in_the_line_under_its_label(rest: str) -> None:
    got = read(header=f"<span>发布时间：2021-04-05 08:30</span><span>来源：<br>样例新闻网</span>{rest}")
    assert (got.source, got.published, got.editor, got.text) == ("样例新闻网", DAY, "钱校样", f"{FIRST}\n{SECOND}")
    assert [one.name for one in got.authors] == (["陈测试"] if rest else [])


@pytest.mark.parametrize("over", ["磐安新闻网", "示例新闻网", "这条消息说的是别处的事情，与下面的文章无关。"])
def test_the_sites_name_the_source_and_a_sentence_are_no_kicker(over: str) -> None:
    got = read(title=f"{over}<br>样岭村修好了进村路", called="样岭村修好了进村路-要闻-示例新闻网")
    assert (got.title, got.kicker) == ("样岭村修好了进村路", None)


@pytest.mark.parametrize(
    "files",
    [
        '<p>附件：<a href="/att/1.doc">名单.doc</a></p>',
        '<p>附件：</p><p><a href="/att/1.doc">名单.doc</a></p>',
        '<p><a href="/att/1.doc">名单.doc</a></p>',
    ],
)
def test_files_below_the_editors_line_are_the_articles(files: str) -> None:
    got = read(tail=f"<p>编辑：钱校样</p>{files}", side='<div><p><a href="/x/2.doc">别处的文件.doc</a></p></div>')
    assert [link.title for link in got.attachments] == ["名单.doc"]
    assert (got.editor, got.text) == ("钱校样", f"{FIRST}\n{SECOND}")
