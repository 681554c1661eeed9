"""Labels make the article: every line has one, with the rule that gave it, and without a rule a page is read otherwise."""

from dataclasses import replace

import pytest
from hand_pages import hand_pages
from real_kinds import FIRST, SECOND, TEXT, page, read

from panan_spider.extract import body_lines, captions, labels
from panan_spider.extract.article import read_article
from panan_spider.extract.labels import Label
from panan_spider.extract.results import ArticlePage, PageError

PICTURE = '<p align="center"><img src="/pic/0/00/32/38/323808_618784.jpg"></p>'
BODY = (
    f"<div>字号: [大] [中] [小] [打印]</div>{PICTURE}<p>图为村民在修路。</p><p>本报记者 王示例</p>{TEXT}"
    '<p><a href="http://www.example.cn/1.html">别处的消息</a></p><p>（责编：李某）</p><h3>为你推荐</h3>'
    '<ul><li><a href="http://www.example.cn/2.html">又一条消息</a></li></ul>'
)


def given(article: ArticlePage) -> dict[str, tuple[str, str]]:
    return {line.text: (line.label, line.rule) for line in article.lines}


def test_every_line_has_a_label_and_the_name_of_a_rule() -> None:
    said = given(read(BODY))
    assert said["字号: [大] [中] [小] [打印]"][0] in (Label.TOOLBAR, Label.LEFTOVER, Label.FURNITURE)
    assert said["图为村民在修路。"] == (Label.CAPTION, "caption: worded 图为")
    assert said[FIRST] == (Label.TEXT, "body: paragraph") == said[SECOND]
    assert said["（责编：李某）"] == (Label.TAIL, "tail: labels and names")
    assert said["为你推荐"] == (Label.SIDE, "side: ranking")
    assert said["样岭村修好了进村路"] == (Label.HEADLINE, "headline: title of the document")
    assert said["样例县新闻中心 版权所有"][0] == Label.FOOTER


def test_no_line_of_any_page_written_by_hand_is_without_a_label() -> None:
    read_pages = 0
    for case in hand_pages():
        try:
            article = read_article(case.page)
        except PageError:
            continue
        read_pages += 1
        assert all(line.label and line.rule for line in article.lines), case.name
        texts = {line.text for line in article.lines if line.label in (Label.TEXT, Label.HEADING)}
        assert texts or not article.text, case.name
    assert read_pages > 100


def without(name: str) -> tuple[labels.Rule, ...]:
    kept = tuple(rule for rule in labels.RULES if rule.name != name)
    assert len(kept) == len(labels.RULES) - 1, name
    return kept


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("furniture: tools", f"<p>{FIRST}</p><p>打印本页 关闭窗口</p><p>{SECOND}</p>"),
        ("furniture: sharing", f"<p>{FIRST}</p><p>扫一扫在手机打开当前页</p><p>{SECOND}</p>"),
        ("leftover of a picture or include", f"<p>{FIRST}</p><p>图片</p><p>{SECOND}</p>"),
        ("tail: labels and names", f"{TEXT}<p>编辑：钱校样</p>"),
        ("header: date, source, byline", TEXT),
        ("byline: role and names", f"{PICTURE}<p>本报记者 王示例</p>{TEXT}"),
        ("toolbar: words", f"<p>微信 新浪微博 我来说两句 3人参与</p>{TEXT}"),
        ("side: block", f"{TEXT}<h3>新闻聚焦</h3><p>别处的一条消息在这里。</p>"),
        ("below: notice", f"{TEXT}<p>免责声明</p><p>别处的一条消息在这里</p>"),
    ],
)
def test_without_a_rule_a_page_is_read_otherwise(name: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tail = "" if name.startswith("tail") else "编辑： 钱校样"
    before = read(body, tail=tail)
    kept = without(name)
    monkeypatch.setattr(labels, "RULES", kept)
    monkeypatch.setattr(labels, "TESTS", labels.tests_by_label(kept))
    try:
        after = read(body, tail=tail)
    except PageError:
        return
    assert after != before


@pytest.mark.parametrize("name", ["left over", "toolbar", "links behind"])
def test_without_a_rule_of_the_body_more_is_text(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    body = f'<p>微信</p>{TEXT}<p>图片</p><p><a href="http://www.example.cn/1.html">别处的消息</a></p>'
    before = read(body)
    rules = tuple(
        replace(rule, find=lambda _state: []) if rule.name == name else rule for rule in body_lines.BODY_RULES
    )
    monkeypatch.setattr(body_lines, "BODY_RULES", rules)
    assert len(read(body).text) > len(before.text)


def test_without_a_rule_of_captions_the_line_is_text(monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"{PICTURE}<p>▲村民在例山茶园采茶，这是今年的第一批。</p>{TEXT}"
    assert "采茶" not in read(body).text
    monkeypatch.setattr(captions, "CAPTION_RULES", captions.CAPTION_RULES[1:])
    assert "采茶" in read(body).text


def test_a_page_that_is_not_read_shows_its_lines_as_far_as_words_say() -> None:
    from panan_spider.doctor.inspection import labelled_lines
    from panan_spider.sites.profile import load_site

    rows = [row for _mark, row in labelled_lines(page(header="", tail=""), load_site(), None)]
    assert ("footer", "footer: rights and licences", "样例县新闻中心 版权所有") in rows
