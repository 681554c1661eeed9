"""The one real article whose full text is known, printed in the markups of the adversary: what must be shown of it."""

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from markup_pages import Printed, printed, read

from demo_site.markup import Markup
from demo_site.markup.choices import OPTIONS
from demo_site.record import Record
from panan_spider.extract.results import ArticlePage
from panan_spider.items import Author, Block, ImageBlock, Paragraph

SEED = Path(__file__).parents[3] / "shared" / "site" / "seed-article.txt"
URL = "http://panews.zjol.com.cn/panews/system/2020/03/07/032299345.shtml"

pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the seed article lies beside the checkout, not in it")


@cache
def record() -> Record:
    """The article as its text has it; where its three pictures lie is all that is invented."""
    lines = [line.strip() for line in SEED.read_text("utf-8").splitlines() if line.strip()]
    crumb, title, header, kicker, again, *rest = lines
    assert again == title
    end = next(number for number, line in enumerate(rest) if line.startswith("编辑"))
    crumbs = tuple(part.strip() for part in crumb.partition(":")[2].split(">>"))
    return Record(
        url=URL, id="032299345", template="enorth_b", title=title, kicker=kicker, subtitle=None, published="2020-03-07",
        posted="2020-03-07", breadcrumbs=crumbs, breadcrumb_urls=tuple(f"/{n}/index.shtml" for n in range(len(crumbs))), source=None,
        authors=tuple(Author(name=name, title="记者", work=None) for name in header.partition("记者")[2].split()),
        editor=rest[end].partition(":")[2], credits=(), related=(), blocks=tuple(map(block, range(end), rest)),
    )  # fmt: skip


def block(number: int, line: str) -> Block:
    if line.startswith("查看"):
        return ImageBlock(url=f"http://panews.zjol.com.cn/pic/0/11/37/82/1137823{number}_992527.jpg", caption=line)
    return Paragraph(text=line)


@cache
def articles() -> tuple[tuple[Printed, ArticlePage], ...]:
    """Each value of each choice alone on the plainest page, and 400 pages drawn."""
    dice = random.Random("the seed article")
    alone = [
        Markup("enorth_b", 1, **{name: value}) for name, values in OPTIONS.items() for value in dict.fromkeys(values)
    ]
    drawn = [Markup.draw(dice, "enorth_b") for _ in range(400)]
    pages = [printed(record(), markup) for markup in [*alone, *drawn]]
    return tuple((page, read(page)) for page in pages)


def differing(field: str, expected: Any) -> list[str]:
    return [
        f"{page.markup.describe()}: {getattr(got, field)}"
        for page, got in articles()
        if getattr(got, field) != expected
    ]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("kicker", "王志强在新城区调研时强调"),
        ("subtitle", None),
        ("published", "2020-03-07"),
        ("source", None),
        ("editor", "孔海燕"),
        ("section", "书记"),
        ("breadcrumbs", ("浙江在线", "磐安新闻网", "书记")),
        ("template", "enorth_b"),
        ("credits", {}),
        ("related", ()),
        ("attachments", ()),
    ],
)
def test_field(field: str, expected: Any) -> None:
    assert len(articles()) > 400
    assert differing(field, expected) == []


def test_title() -> None:
    assert differing("title", record().title) == []


def test_three_reporters() -> None:
    assert [author.name for author in record().authors] == ["韦莉娜", "黄聪巍", "张若旸"]
    assert differing("authors", record().authors) == []


def test_three_captions_on_three_images() -> None:
    images = [one for one in record().blocks if isinstance(one, ImageBlock)]
    assert len(images) == 3
    assert [
        page.markup.describe()
        for page, got in articles()
        if [(i.url, i.caption) for i in got.images] != [(i.url, i.caption) for i in images]
    ] == []


def test_seven_paragraphs_exactly() -> None:
    lines = [one.text for one in record().blocks if isinstance(one, Paragraph)]
    assert len(lines) == 7
    assert differing("text", "\n".join(lines)) == []
    assert differing("blocks", record().blocks) == []
