"""Which lines are the page's foot: where it is missed it is stored, where it is seen too soon the rest of an article is lost."""

import pytest

from panan_spider.extract.words import is_footer, words_of
from panan_spider.sites.profile import load_site

PANAN = words_of(load_site())

FEET = (
    "磐安新闻网简介|版权声明|网站地图|联系我们",
    "磐安新闻网 版权所有",
    "磐安新闻网版权所有，未经书面授权不得转载。",
    "本网版权所有 违者必究！",
    "Copyright? 2018-2020 All Rights Reserved",
    "主管：中共县委宣传部 主办：县融媒体中心",
    "新闻道德委员会举报电话：0571-00000000",
)
PROSE = (
    "小姑娘在本子上写下题目：奶奶的版权所有——一双布鞋。",
    "“版权所有”四个字，老样认得。",
    "会议听取了县新闻道德委员会的工作报告。",
    "记者打开网站，版权声明和联系方式一目了然，这是为什么？",
    "他说：“照片的版权所有人是全村的人！”",
)


@pytest.mark.parametrize("line", FEET)
def test_a_foot_is_one(line: str) -> None:
    assert is_footer(line, PANAN)


@pytest.mark.parametrize("line", PROSE)
def test_a_sentence_about_a_copyright_is_none(line: str) -> None:
    assert not is_footer(line, PANAN)
