"""Header lines as real pages print them: labels without a gap, dates in the source, values that end at any label."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from real_kinds import HEADER, TEXT, read

from panan_spider.extract.results import PageError

LABELS = ("发稿", "发布", "见报", "播出", "刊播", "发表", "刊登", "")


@pytest.mark.parametrize("label", LABELS)
def test_a_source_ends_where_the_next_label_begins(label: str) -> None:
    got = read(header=f"<span>来源： 示例新闻网</span><span>{label}时间：2018-09-30 11:34</span>")
    assert (got.source, got.published) == ("示例新闻网", "2018-09-30T11:34:00+08:00")


@pytest.mark.parametrize(
    "source",
    ["样例日报2022年10月9日02版", "样例日报 2022年10月9日 2版", "样例台客户端 | 2022-10-09 20:14", "样例网2022-10-09"],
)
def test_a_date_in_the_source_is_the_sources(source: str) -> None:
    got = read(header=f"<span>来源： {source}</span><span>发稿时间：2022-10-11 21:25</span>")
    assert (got.source, got.published) == (source, "2022-10-11T21:25:00+08:00")


def test_the_day_of_publication_comes_before_that_of_a_change() -> None:
    got = read(header="更新时间：2022-10-12 08:00 发布时间：2022-10-11 21:25 来源：示例网")
    assert (got.source, got.published) == ("示例网", "2022-10-11T21:25:00+08:00")


def test_a_value_may_stand_behind_the_newsrooms_sign() -> None:
    header = '<div>来源：<img src="/skins/sign.png"></div><div><a href="http://www.example.cn/">样例日报网</a></div><div>2023-11-17 15:13</div>'
    got = read(header=header)
    assert (got.source, got.published) == ("样例日报网", "2023-11-17T15:13:00+08:00")


def test_a_gap_before_a_label_is_none_in_the_text() -> None:
    got = read(f"<p>　　他在会上<b>强调：</b>要把路修好，把灯装上，让村里的老人走得放心。</p>{TEXT}")
    assert got.text.startswith("他在会上强调：要把路修好")


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("本报记者 王示例", [("王示例", "本报记者")]),
        ("样例日报记者 王示例 李测试", [("王示例", "样例日报记者"), ("李测试", "样例日报记者")]),
        ("本报记者 裴 文", [("裴文", "本报记者")]),
        ("作者：王示例", [("王示例", None)]),
        ("（作者：王示例、李测试，分别系样例大学教授、院长）", [("王示例", None), ("李测试", None)]),
    ],
)
def test_a_byline_under_the_first_picture_is_no_caption(byline: str, names: list[tuple[str, str | None]]) -> None:
    got = read(
        f'<p align="center"><img src="/pic/0/00/32/38/323808_618784.jpg"></p><p align="center">{byline}</p>{TEXT}'
    )
    assert [(author.name, author.title) for author in got.authors] == names
    assert [image.caption for image in got.images] == [None]
    assert byline not in got.text and got.editor == "钱校样"


def test_who_took_the_picture_is_its_caption() -> None:
    got = read(
        f'<p align="center"><img src="/pic/0/00/32/38/323808_618784.jpg"></p><p align="center">本报记者 王示例 摄</p>{TEXT}'
    )
    assert [image.caption for image in got.images] == ["本报记者 王示例 摄"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("记者 甲文 乙文/文 丙文/摄", [("甲文", "text"), ("乙文", "text"), ("丙文", "photo")]),
        ("记者 李子文 王小文/文 赵大摄/摄", [("李子文", "text"), ("王小文", "text"), ("赵大摄", "photo")]),
        ("文/王某文 图/李某摄", [("王某文", "text"), ("李某摄", "photo")]),
        ("记者 陈测文/摄", [("陈测", "text+photo")]),
    ],
)
def test_a_name_may_end_as_a_mark_does(line: str, says: list[tuple[str, str]]) -> None:
    got = read(header=f"2022/06/17 来源:示例客户端 {line}")
    assert [(author.name, author.work) for author in got.authors] == says


PARTS = {
    "source": ("来源：", ("示例新闻网", "样例日报2022年10月9日02版", "样例县融媒体中心", "")),
    "date": ("发稿时间：", ("2023-05-06 11:34",)),
    "author": ("作者：", ("王示例", "王示例 李测试", "")),
    "editor": ("编辑：", ("孙校样", "")),
}


@settings(max_examples=5_000, deadline=None, derandomize=True)
@given(st.randoms(use_true_random=False))
def test_labels_gaps_and_order_at_random_are_exact_or_named(chance: random.Random) -> None:
    """Labels, separators, inline gaps and the order of a header line's parts: every field is right, or the page is named."""
    names = chance.sample(list(PARTS), chance.randint(2, 4))
    if "date" not in names:
        names.append("date")
    values, cells = {}, []
    for name in names:
        label, spellings = PARTS[name]
        if name == "date":
            label = f"{chance.choice(LABELS)}{chance.choice(('时间', '日期'))}："
        if chance.random() < 0.3:
            label = label.replace("：", ":")
        values[name] = chance.choice(spellings)
        cells.append(f"{label}{chance.choice(('', ' ', '　'))}{values[name]}")
    tag = chance.choice(("span", "b", "em", "font"))
    if chance.random() < 0.5:
        header = "".join(f"<{tag}>{cell}</{tag}>" for cell in cells)
    else:
        header = chance.choice((" ", "　　", "&nbsp;&nbsp;", " | ", "<br>")).join(cells)
    try:
        got = read(header=header)
    except PageError:
        return
    assert got.published == "2023-05-06T11:34:00+08:00", header
    assert got.source == (values.get("source") or None), header
    assert [author.name for author in got.authors] == values.get("author", "").split(), header


def test_the_name_of_a_column_is_no_author() -> None:
    article = read(f"<p>本报记者 下乡手记</p>{TEXT}")
    assert not article.authors and article.text.startswith("本报记者 下乡手记")


@pytest.mark.parametrize(
    ("line", "works"),
    [
        ("摄影/陈测试 王示例", ["photo", "photo"]),
        ("摄影 陈测试 王示例", ["photo", "photo"]),
        ("摄影丨陈测试 王示例", ["photo", "photo"]),
        ("陈测试 王示例/摄", ["photo", "photo"]),
        ("文图/陈测试", ["text+photo"]),
        ("文、图/陈测试", ["text+photo"]),
        ("文丨陈测试 图丨王示例", ["text", "photo"]),
        ("视频/陈测试 王示例", ["video", "video"]),
    ],
)
@pytest.mark.parametrize("place", ["header", "row", "text"])
def test_a_line_of_marks_and_names_under_the_header_line_names_the_authors(
    line: str, works: list[str], place: str
) -> None:
    if place == "text":
        article = read(f"<p>{line}</p>{TEXT}")
    else:
        article = read(header=f"{HEADER}{'<br>' if place == 'header' else '</td></tr><tr><td>'}{line}")
    assert [one.work for one in article.authors] == works
    assert line not in article.text and article.source == "示例新闻网"


def test_under_a_picture_the_same_line_is_its_caption() -> None:
    article = read(
        f'<p align="center"><img src="/pic/0/00/32/38/323808_618784.jpg"></p><p align="center">摄影/陈测试</p>{TEXT}'
    )
    assert not article.authors and article.images[0].caption == "摄影/陈测试"
