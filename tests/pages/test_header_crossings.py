"""Header lines at random: parts in any order, spellings of labels, separators, services of the page behind; every field exact, none named."""

import random

import pytest
from real_kinds import FIRST, SECOND, read

CHUNK = 500
DAYS = {
    "2021-04-05 08:30": "2021-04-05T08:30:00+08:00",
    "2021年4月5日 08:30": "2021-04-05T08:30:00+08:00",
    "2021/4/5 8:30": "2021-04-05T08:30:00+08:00",
    "2021.04.05 08:30:00": "2021-04-05T08:30:00+08:00",
    "2021年04月05日 08时30分": "2021-04-05T08:30:00+08:00",
    "2021-04-05": "2021-04-05",
}
DAY_LABELS = (
    "",
    "发布时间：",
    "时间：",
    "日期：",
    "发稿时间：",
    "发布日期:",
    "发布时间 ：",
    "时 间：",
    "发 布 时 间：",
)
SOURCES = (
    "样例新闻网",
    "样例日报",
    "样例发布（微信公众号）",
    "样例县水利局",
    "中国样例网-样例频道",
    "样例评论",
    "《样例日报》",
    "样例日报样例记者站",
)
SOURCE_LABELS = ("来源：", "来源:", "稿源：", "信息来源：", "来 源：", "来源 ：", "新闻来源：")
AUTHORS = (
    "作者：陈测试",
    "作 者：陈测试",
    "记者：陈测试",
    "记者 陈测试",
    "通讯员：陈测试",
    "文/陈测试",
    "本报记者 陈测试",
    "作者 | 陈测试",
)
EDITORS = ("责任编辑：钱校样", "编辑：钱校样", "编辑:钱校样", "责编：钱校样")
SERVICES = (
    "点击：123",
    "阅读：<span>45</span>",
    "字体：大 中 小",
    "【打印】【关闭】",
    "分享到：",
    "评论(0)",
    "点赞(3)",
    "[收藏]",
    "A- A+",
)
SEPARATORS = (
    " ",
    "　",
    "&nbsp;&nbsp;",
    " | ",
    " / ",
    " · ",
    "<br>",
    "</span><span>",
    "</span> <span>",
    "</li><li>",
    "</td><td>",
    "</p><p>",
)
BOXES = {"<br>": "{}", "</span><span>": "<span>{}</span>", "</span> <span>": "<span>{}</span>", "</li><li>": "<ul><li>{}</li></ul>",
         "</td><td>": "<table><tr><td>{}</td></tr></table>", "</p><p>": "<p>{}</p>"}  # fmt: skip


@pytest.mark.parametrize("chunk", range(4))
def test_every_field_is_exact(chunk: int) -> None:
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        chance = random.Random(seed)
        day, source = chance.choice(list(DAYS)), chance.choice(SOURCES)
        parts = [chance.choice(DAY_LABELS) + day, chance.choice(SOURCE_LABELS) + source]
        authors = [chance.choice(AUTHORS)] if chance.random() < 0.5 else []
        editors = [chance.choice(EDITORS)] if chance.random() < 0.3 else []
        parts += authors + editors
        chance.shuffle(parts)
        parts += [chance.choice(SERVICES)] if chance.random() < 0.4 else []
        separator = chance.choice(SEPARATORS)
        header = BOXES.get(separator, "{}").format(separator.join(parts))
        got = read(header=header, tail="" if editors else "编辑：钱校样")
        where = f"seed {seed}: {header}"
        assert (got.published, got.source, got.editor) == (DAYS[day], source, "钱校样"), where
        assert [one.name for one in got.authors] == (["陈测试"] if authors else []), where
        assert (got.text, got.kicker, got.subtitle) == (f"{FIRST}\n{SECOND}", None, None), where
