"""What a line is made of: a field of a form marks the line it stands in, and no other."""

import pytest

from panan_spider.extract.document import Page, parse
from panan_spider.extract.line import Line
from panan_spider.extract.lines import flatten
from panan_spider.extract.words import words_of
from panan_spider.sites.profile import load_site

FORM = '<form><input name="q"><input type="submit" value="搜索"></form>'


def lines(body: str) -> list[Line]:
    page = Page("http://www.panews.cn/system/2016/01/05/020075000.shtml", f"<html><body>{body}</body></html>".encode())
    return flatten(parse(page), words_of(load_site()))


def controls(body: str) -> dict[str, bool]:
    return {line.text: line.controls for line in lines(body)}


def test_a_form_without_words_marks_no_line() -> None:
    assert controls(f"<p>上</p>{FORM}<h2>标题</h2><p>下</p>") == {"上": False, "标题": False, "下": False}


def test_a_field_beside_words_marks_them() -> None:
    assert controls("<p>搜索 <input name='q'></p><p>下</p>") == {"搜索": True, "下": False}


@pytest.mark.parametrize(
    "film", ["<video src='/v/a.mp4'>旧</video>", "<iframe src='/v/a.mp4'></iframe>", "<embed src='/v/a.mp4'>"]
)
def test_text_goes_on_after_a_film_in_the_same_paragraph(film: str) -> None:
    assert [line.src or line.text for line in lines(f"<p>片前{film}片后</p>")] == ["片前", "/v/a.mp4", "片后"]


@pytest.mark.parametrize("style", ["", " style='display:block'"])
def test_a_link_on_a_line_of_its_own_is_a_link(style: str) -> None:
    [line] = lines(f"<a href='/a'{style}>标题</a>")
    assert (line.is_link, line.links) == (True, [("/a", "标题")])


def test_texts_worked_out_together_are_those_of_each_line() -> None:
    for line in lines("<p>\u3000甲\uff1a\xa0乙 </p><p>第二\n行</p><table><tr><td>\uff11</td></tr></table>"):
        alone = Line(line.raw, line.block, line.words)
        assert (line.text, line.folded) == (alone.text, alone.folded)


def test_a_hidden_cell_has_no_lines() -> None:
    root = parse(
        Page("http://www.panews.cn/", "<table><tr><td style='display:none'>甲<b>乙</b></td></tr></table>".encode())
    )
    [cell] = root.iter("td")
    assert flatten(cell, words_of(load_site())) == []
