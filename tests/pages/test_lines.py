"""What a line is made of: a field of a form marks the line it stands in, and no other."""

from panan_spider.pages.lines import flatten
from panan_spider.pages.page import Page
from panan_spider.pages.tree import parse

FORM = '<form><input name="q"><input type="submit" value="搜索"></form>'


def controls(body: str) -> dict[str, bool]:
    page = Page("http://www.panews.cn/system/2016/01/05/020075000.shtml", f"<html><body>{body}</body></html>".encode())
    return {line.text: line.controls for line in flatten(parse(page))}


def test_a_form_without_words_marks_no_line() -> None:
    assert controls(f"<p>上</p>{FORM}<h2>标题</h2><p>下</p>") == {"上": False, "标题": False, "下": False}


def test_a_field_beside_words_marks_them() -> None:
    assert controls("<p>搜索 <input name='q'></p><p>下</p>") == {"搜索": True, "下": False}
