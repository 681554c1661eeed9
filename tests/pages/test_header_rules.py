"""The header line's grammar, one rule a test, on invented lines."""

import pytest

from panan_spider.extract.header_line import read_header_line
from panan_spider.extract.page_head import split_breadcrumb
from panan_spider.extract.results import InvalidPage

Names = list[tuple[str, str | None, str | None]]


def names(line: str) -> Names:
    return [(author.name, author.title, author.work) for author in read_header_line(line).authors]


@pytest.mark.parametrize("date", ["2020/03/07", "2020-03-07", "2020年03月07日", "2020年3月7日", "2020/3/7"])
def test_a_day(date: str) -> None:
    assert read_header_line(f"{date} 来源:磐安新闻网").published == "2020-03-07"


@pytest.mark.parametrize(("time", "read"), [("08:23", "08:23:00"), ("8:23", "08:23:00"), ("22:47:05", "22:47:05")])
def test_a_time_is_the_countys(time: str, read: str) -> None:
    assert read_header_line(f"来源: 磐安新闻网  2016-01-05 {time}").published == f"2016-01-05T{read}+08:00"


@pytest.mark.parametrize(
    "date", ["2020/13/45", "2020/02/30", "2021-02-29", "2020/00/10", "2016-01-05 24:10", "2016-01-05 10:61"]
)
def test_a_date_that_does_not_exist_is_an_error(date: str) -> None:
    with pytest.raises(InvalidPage):
        read_header_line(f"{date} 来源:磐安新闻网")


def test_no_date() -> None:
    assert read_header_line("www.panews.cn 磐安新闻网 来源: 磐安新闻网").published is None


@pytest.mark.parametrize(
    "line",
    ["2020/03/07 来源:", "2020/03/07 来源：  ", "2020/03/07 来源:\u3000记者 甲样", "2020/03/07\xa0来源: 浏览次数:12"],
)
def test_an_empty_source(line: str) -> None:
    assert read_header_line(line).source is None


@pytest.mark.parametrize(
    "source",
    ["磐安新闻网", "融磐安客户端", "浙江在线-样例频道", "浙江在线·样例支站", "“样习”学习平台", "磐安发布(微信公众号)", "样报（数字版）"],
)  # fmt: skip
def test_a_source_is_all_that_stands_there(source: str) -> None:
    header = read_header_line(f"2020/03/07 来源:{source}  记者 甲样例")
    assert (header.source, header.authors[0].name) == (source, "甲样例")


@pytest.mark.parametrize("colon", [":", "：", " : ", ":\u3000", "：\xa0\xa0"])
def test_either_colon(colon: str) -> None:
    assert read_header_line(f"2020/03/07 来源{colon}磐安新闻网").source == "磐安新闻网"


@pytest.mark.parametrize("role", ["记者", "特派记者", "实习记者", "见习记者", "通讯员", "特约记者", "首席记者"])
def test_a_role_and_its_names(role: str) -> None:
    assert names(f"2020/03/07 来源:  {role} 甲样 乙样例") == [("甲样", role, None), ("乙样例", role, None)]


def test_a_role_counts_until_the_next() -> None:
    line = "2020/03/07 来源:  记者 甲样 乙样 通讯员 丙样"
    assert names(line) == [("甲样", "记者", None), ("乙样", "记者", None), ("丙样", "通讯员", None)]


@pytest.mark.parametrize("blank", [" ", "  ", "\u3000", "\xa0\xa0", "\t", "\r\n   ", "、", "，", "\u2003"])
def test_what_parts_two_names(blank: str) -> None:
    assert [name for name, _title, _work in names(f"2020/03/07 来源: 记者 甲样例{blank}乙样例")] == ["甲样例", "乙样例"]


@pytest.mark.parametrize(
    "name", ["甲样", "甲样例", "欧阳样例", "阿里木·样例", "古丽·示例", "阿卜杜热西提·样例", "甲喆", "乙堃", "丙旸"]
)
def test_a_name(name: str) -> None:
    assert names(f"2020/03/07 来源:磐安新闻网 记者 {name}") == [(name, "记者", None)]


def test_a_name_spread_by_a_blank_is_one() -> None:
    assert names("2020/03/07 来源: 记者 李 例 乙样例") == [("李例", "记者", None), ("乙样例", "记者", None)]


@pytest.mark.parametrize(
    ("mark", "work"),
    [("/文", "text"), ("/摄", "photo"), ("/文/摄", "text+photo"), (" 文/摄", "text+photo"), ("/ 摄", "photo")],
)
def test_a_mark(mark: str, work: str) -> None:
    assert names(f"2022/06/17 来源:融磐安客户端   记者 甲样例{mark}") == [("甲样例", "记者", work)]


def test_a_mark_counts_for_all_names_since_the_last() -> None:
    line = "2022/06/17 来源:融磐安客户端   记者 甲样例 乙样/文 丙样例/摄"
    assert names(line) == [("甲样例", "记者", "text"), ("乙样", "记者", "text"), ("丙样例", "记者", "photo")]


def test_marks_of_different_roles() -> None:
    assert names("2022/06/17 来源: 记者 甲样/文 通讯员 乙样/摄") == [
        ("甲样", "记者", "text"),
        ("乙样", "通讯员", "photo"),
    ]


@pytest.mark.parametrize(
    "more",
    ["浏览次数:123", "【字体:大 中 小】", "点击数: 5", "编辑 丙样例", "编辑:丙样例", "责任编辑:丙样例", "分享到:微信 微博", "[打印] [关闭]"],
)  # fmt: skip
def test_labels_and_tools_are_no_names(more: str) -> None:
    assert names(f"2020/03/07 来源:磐安新闻网  记者 甲样例  {more}") == [("甲样例", "记者", None)]


def test_no_byline() -> None:
    assert names("2020/04/21 来源:磐安新闻网") == []


def test_the_sites_own_name_before_the_source_is_no_source() -> None:
    header = read_header_line("www.panews.cn 磐安新闻网 来源:   2016-01-05 08:23")
    assert (header.source, header.authors) == (None, ())


@pytest.mark.parametrize("sep", [" > ", " >> ", ">", ">>", " ＞ ", "\xa0>\xa0", " » ", "&gt;"])
def test_what_parts_a_breadcrumb(sep: str) -> None:
    assert split_breadcrumb(f"您当前的位置 : 磐安新闻网{sep}书记".replace("&gt;", ">")) == ("磐安新闻网", "书记")


@pytest.mark.parametrize("end", [" 正文", ">正文", " > 正文", " >> 正文"])
def test_the_word_for_this_page_is_no_section(end: str) -> None:
    assert split_breadcrumb(f"您当前的位置：磐安新闻网 > 专题专栏{end}") == ("磐安新闻网", "专题专栏")


def test_a_section_that_begins_with_that_word() -> None:
    assert split_breadcrumb("您当前的位置 : 磐安新闻网 >> 正文故事") == ("磐安新闻网", "正文故事")


def test_no_breadcrumb() -> None:
    assert split_breadcrumb("您当前的位置 : ") == ()
