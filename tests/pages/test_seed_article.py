"""The one real article whose full text is known, printed in every markup the evidence leaves open."""

import html
import itertools
import re
from pathlib import Path

import pytest

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage
from panan_spider.items import Author

SEED = Path(__file__).parents[3] / "shared" / "site" / "seed-article.txt"
URL = "http://panews.zjol.com.cn/panews/system/2020/03/07/032299345.shtml"
CAPTION = re.compile(r"^查看.{3,20}地块$")

pytestmark = pytest.mark.skipif(not SEED.exists(), reason="the seed article lies beside the checkout, not in it")

BODIES = ("p", "br", "div", "section", "nested", "fonts")
CAPTIONS = ("own", "own centred", "same paragraph", "marked", "after all")
NAMES = ("known", "renamed", "none")
EDITORS = ("inside", "after", "sibling")
CHARSETS = ("utf-8", "gb18030", "utf-8 declared gbk", "gb18030 declared utf-8")


def parts() -> tuple[list[str], list[str], list[str]]:
    """Head lines, body lines and tail lines of the text."""
    lines = [line for line in SEED.read_text(encoding="utf-8").splitlines() if line.strip()]
    editor = next(index for index, line in enumerate(lines) if line.startswith("编辑"))
    return lines[:3], lines[3:editor], lines[editor:]


def paragraph(text: str, how: str) -> str:
    inner = html.escape(text)
    return {
        "p": f"<p>\u3000\u3000{inner}</p>",
        "br": f"&nbsp;&nbsp;{inner}<br><br>",
        "div": f"<div>{inner}</div>",
        "section": f"<section><section>{inner}</section></section>",
        "nested": f"<div><div><p>{inner}</p></div></div>",
        "fonts": f"<P class=MsoNormal><FONT face=x><SPAN lang=EN-US>{inner[:2]}</SPAN><span>{inner[2:]}<o:p></o:p></span></FONT>",
    }[how]


def picture(number: int, caption: str, captions: str, body: str) -> str:
    img = f'<img src="/pic/0/11/37/82/1137823{number}_992527.jpg">'
    if captions == "own centred":
        return f'<p align="center">{img}</p><p align="center">{caption}</p>'
    if captions == "same paragraph":
        return f'<p style="text-align:center">{img}<br>{caption}</p>'
    if captions == "after all":
        return img
    return f"<p>{img}</p>" + paragraph(("▲" if captions == "marked" else "") + caption, body)


def body_of(lines: list[str], body: str, captions: str) -> str:
    out, number = [], 0
    named = [line for line in lines if CAPTION.match(line)]
    for line in lines:
        if line in named:
            number += 1
            out.append(picture(number, line, captions, body))
            if captions == "after all" and number == len(named):
                out += [paragraph(caption, body) for caption in named]
        else:
            out.append(paragraph(line, body))
    return "".join(out)


def page(body: str, captions: str, names: str, editor: str, charset: str) -> Page:
    (crumb, title, header), lines, tail = parts()
    classes = {"known": (" list-style", "detail-title", "detail-date mb20"), "renamed": ("x1", "x2", "x3")}.get(names)
    box, over, under = (f' class="{name}"' for name in classes) if classes else ("", "", "")
    real, _, declared = charset.partition(" declared ")
    footer = "".join(f"<div>{html.escape(line)}</div>" for line in tail[1:])
    last = f"<p>{tail[0]}</p>"
    inside, sibling = (last if editor == "inside" else ""), (last if editor == "sibling" else "")
    after = last if editor == "after" else ""
    text = (
        f'<html><head><meta charset="{declared or real}"><title>{title}-磐安新闻网</title></head><body>'
        f"<div>{html.escape(crumb)}</div><div{box}><div{over}>{title}</div><div{under}>{header}</div>"
        f"<div>{body_of(lines, body, captions)}{inside}</div>{after}</div><div>{sibling}</div>{footer}</body></html>"
    )
    return Page(URL, text.encode(real), f"text/html; charset={declared}" if declared else "text/html")


COMBINATIONS = list(itertools.product(BODIES, CAPTIONS, NAMES, EDITORS, CHARSETS))


@pytest.fixture(scope="module")
def read() -> dict[tuple[str, ...], ArticlePage]:
    return {choice: read_article(page(*choice)) for choice in COMBINATIONS}


def differing(read: dict[tuple[str, ...], ArticlePage], field: str, expected: object) -> list[object]:
    return [(choice, getattr(got, field)) for choice, got in read.items() if getattr(got, field) != expected]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("kicker", "王志强在新城区调研时强调"),
        ("published", "2020-03-07"),
        ("source", None),
        ("editor", "孔海燕"),
        ("section", "书记"),
        ("breadcrumbs", ("浙江在线", "磐安新闻网", "书记")),
        ("template", "enorth_b"),
        ("subtitle", None),
        ("credits", {}),
        ("related", ()),
    ],
)
def test_field(read: dict[tuple[str, ...], ArticlePage], field: str, expected: object) -> None:
    assert len(read) == 6 * 5 * 3 * 3 * 4
    assert differing(read, field, expected) == []


def test_title(read: dict[tuple[str, ...], ArticlePage]) -> None:
    assert differing(read, "title", parts()[0][1]) == []


def test_three_reporters(read: dict[tuple[str, ...], ArticlePage]) -> None:
    names = parts()[0][2].split("记者")[1].split()
    assert len(names) == 3
    assert differing(read, "authors", tuple(Author(name=name, title="记者", work=None) for name in names)) == []


def test_three_captions_on_three_images(read: dict[tuple[str, ...], ArticlePage]) -> None:
    captions = [line for line in parts()[1] if CAPTION.match(line)]
    assert len(captions) == 3
    wrong = [c for c, got in read.items() if [image.caption for image in got.images] != captions]
    assert wrong == []


def test_seven_paragraphs_exactly(read: dict[tuple[str, ...], ArticlePage]) -> None:
    lines = [line for line in parts()[1] if not CAPTION.match(line)][2:]
    assert len(lines) == 7
    assert [c for c, got in read.items() if got.text.split("\n") != lines] == []
