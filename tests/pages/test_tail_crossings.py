"""Tail lines at random: labels, listed or not, signs for the colon, separators, boxes, what stands behind; every field exact."""

import random

import pytest
from real_kinds import FIRST, SECOND, TEXT, read

CHUNK = 500
EDITORS = ("编辑", "责任编辑", "责编", "网络编辑", "编 辑", "责 编")
AUTHORS = ("记者", "作者", "通讯员", "文字", "摄影", "文", "图", "撰稿", "图文")
OTHERS = (
    ("审核", "孙审签"),
    ("校对", "周复审"),
    ("二审", "吴假名"),
    ("终审", "郑样板"),
    ("监制", "冯虚构"),
    ("美编", "楚图样"),
    ("审读", "魏审读"),
    ("值班主任", "蒋值班"),
)
COLONS = ("：", ":", " ：", "： ", "丨", " | ", "/")
SEPARATORS = (
    " ",
    "　",
    "&nbsp;&nbsp;",
    "；",
    " / ",
    "】【",
    "<br>",
    "</span><span>",
    "</span> <span>",
    "</p><p>",
    "</td><td>",
    "</div><div>",
)
BOXES = {"】【": "【{}】", "</span><span>": "<span>{}</span>", "</span> <span>": "<span>{}</span>", "</p><p>": "<p>{}</p>",
         "</td><td>": "<table><tr><td>{}</td></tr></table>", "</div><div>": "<div>{}</div>"}  # fmt: skip
BEHIND = (
    "",
    "",
    "<p>扫一扫在手机打开当前页</p>",
    "<p>【打印】【关闭】</p>",
    '<p><a href="/1.html">别处的一条消息</a></p>',
)


def drawn(chance: random.Random) -> tuple[str, dict[str, str], list[str]]:
    """A tail, and the credits and authors that it names besides the editor."""
    colon = chance.choice(COLONS)
    pieces = [(chance.choice(EDITORS), "钱校样"), *chance.sample(OTHERS, chance.randint(0, 3))]
    authors = ["陈测试"] if chance.random() < 0.4 else []
    if authors:
        pieces.insert(0 if chance.random() < 0.7 else len(pieces), (chance.choice(AUTHORS), authors[0]))
    if colon == "/":  # before a label that nobody listed it can be a mark's
        pieces = [piece for piece in pieces if piece[0] != "审读"]
    others = [piece for piece in pieces if piece in OTHERS]
    separator = chance.choice([one for one in SEPARATORS if colon != "/" or one != " / "])
    tail = BOXES.get(separator, "{}").format(separator.join(f"{label}{colon}{name}" for label, name in pieces))
    return tail, dict(others), authors


@pytest.mark.parametrize("chunk", range(4))
def test_every_field_is_exact(chunk: int) -> None:
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        chance = random.Random(seed)
        tail, credits, authors = drawn(chance)
        box = tail if tail.startswith(("<p", "<div", "<table")) else f"<p>{tail}</p>"
        behind = chance.choice(BEHIND)
        inside = chance.random() < 0.5
        got = read(f"{TEXT}{box}{behind}" if inside else TEXT, tail="" if inside else f"{tail}{behind}")
        where = f"seed {seed}: {tail}"
        assert (got.editor, got.credits) == ("钱校样", credits), where
        assert ([one.name for one in got.authors], got.text) == (authors, f"{FIRST}\n{SECOND}"), where
