"""Lines of the frame that other news systems print: leads, claims, closing sources, ornaments, names under the headline."""

import pytest
from real_kinds import FIRST, HEADER, SECOND, TEXT, URL, read

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage

TITLE = "样岭村修好了进村路"
WHOLE = f"{FIRST}\n{SECOND}"
PICTURE = '<img src="/pic/0/00/32/38/323808_618784.jpg">'


def framed(
    headline: str = f"<h1>{TITLE}</h1>", *, header: str = HEADER, body: str = TEXT, tail: str = ""
) -> ArticlePage:
    """A page in boxes without a class, its headline and header line in one, its text in another."""
    html = (
        f'<html><head><meta charset="utf-8"><title>{TITLE}-示例新闻网</title></head><body><div>{headline}<div>{header}</div></div>'
        f"<div>{body}</div>{tail}<div>样例县新闻中心 版权所有</div></body></html>"
    )
    return read_article(Page(URL, html.encode(), "text/html; charset=utf-8"))


@pytest.mark.parametrize("sign", ["/", "；", "，", "、", " / ", "/ "])
def test_a_sign_before_a_label_nobody_listed_ends_the_source(sign: str) -> None:
    got = framed(header=f"2018-09-30 11:34 来源：示例新闻网{sign}审读：乙某")
    assert (got.source, got.published) == ("示例新闻网", "2018-09-30T11:34:00+08:00")


def test_a_slash_between_two_marks_stays_one_mark() -> None:
    got = framed(header="2018-09-30 11:34 来源：示例新闻网 文字/摄影：王示例")
    assert [(author.name, author.work) for author in got.authors] == [("王示例", "text+photo")]


@pytest.mark.parametrize("lead", ["导语：上周修好的路通车了", "核心提示：路通车了，村民都说好。", "【摘要】路通车了"])
def test_a_lead_over_the_header_line_is_the_first_line_of_the_text(lead: str) -> None:
    got = framed(f"<h1>{TITLE}</h1><div>{lead}</div>")
    assert (got.title, got.subtitle, got.text) == (TITLE, None, f"{lead}\n{WHOLE}")


@pytest.mark.parametrize("claim", ["本网独家", "独家", "原创", "本报讯", "独家报道", "头条"])
def test_a_claim_over_the_headline_is_no_kicker(claim: str) -> None:
    assert framed(f"<h3>{claim}</h3><h1>{TITLE}</h1>").kicker is None


def test_another_line_over_the_headline_is_a_kicker() -> None:
    assert framed(f"<h3>例山镇修路见闻</h3><h1>{TITLE}</h1>").kicker == "例山镇修路见闻"


@pytest.mark.parametrize("line", ["（来源：样例晚报）", "来源：样例晚报", "稿源：样例晚报"])
def test_a_source_below_the_text_is_a_field_and_no_text(line: str) -> None:
    got = read(f"{TEXT}<p>{line}</p>")
    assert (got.source, got.credits, got.text) == ("示例新闻网", {"来源": "样例晚报"}, WHOLE)
    alone = read(f"{TEXT}<p>{line}</p>", header="发稿时间：2018-09-30 11:34")
    assert (alone.source, alone.credits, alone.text) == ("样例晚报", {}, WHOLE)


def test_a_sentence_that_begins_with_the_word_is_text() -> None:
    line = "来源：都是村里的真事，一件件记在本子上，谁家出了多少工一查便知。"
    assert read(f"{TEXT}<p>{line}</p>").text == f"{WHOLE}\n{line}"


def test_an_editor_within_the_text_is_another_papers_where_the_sites_own_stands_outside() -> None:
    got = framed(body=f"<p>（责任编辑：李校样）</p>{TEXT}", tail="<div>编辑：钱校样</div>")
    assert (got.editor, got.credits, got.text) == ("钱校样", {"责任编辑": "李校样"}, WHOLE)


def test_the_editor_of_the_header_line_is_the_sites_and_the_other_is_kept_under_its_label() -> None:
    got = framed(header="2018-09-30 11:34 来源：示例新闻网 责任编辑：李校样", tail="<div>编辑：钱校样</div>")
    assert (got.editor, got.credits) == ("李校样", {"编辑": "钱校样"})


def test_the_only_heading_at_the_texts_head_is_a_subtitle() -> None:
    got = framed(body=f"<h2>一条水泥路通到田头</h2>{TEXT}")
    assert (got.subtitle, got.text) == ("一条水泥路通到田头", WHOLE)
    several = framed(body=f"<h2>上周通车</h2><p>{FIRST}</p><h2>去年动工</h2><p>{SECOND}</p>")
    assert (several.subtitle, several.text) == (None, f"上周通车\n{FIRST}\n去年动工\n{SECOND}")


@pytest.mark.parametrize("names", ["王示例 陈校样", "张校样", "王示例、李某"])
def test_names_alone_under_the_headline_are_the_authors(names: str) -> None:
    got = framed(f"<h1>{TITLE}</h1><p>{names}</p>")
    assert got.subtitle is None
    assert [author.name for author in got.authors] == names.replace("、", " ").split()


@pytest.mark.parametrize("subtitle", ["高效 便民", "三公里路通到田头", "金秋时节"])
def test_words_that_are_no_names_stay_the_subtitle(subtitle: str) -> None:
    got = framed(f"<h1>{TITLE}</h1><p>{subtitle}</p>")
    assert (got.subtitle, got.authors) == (subtitle, ())


@pytest.mark.parametrize(
    "ornament",
    [
        '<img src="/images/line.gif">', '<img src="/img/hr_1.png">', '<img src="/images/icon_arrow.gif">', '<img src="/images/fgx.jpg">',
        '<img src="/upload/2018/a.png" width="600" height="1">', '<img src="/upload/2018/a.png" style="width: 600px; height: 2px">',
    ],
)  # fmt: skip
def test_an_ornament_is_no_picture(ornament: str) -> None:
    got = read(f"<p>{FIRST}</p><p>{ornament}</p><p>{SECOND}</p>")
    assert (got.images, got.text) == ((), WHOLE)


@pytest.mark.parametrize(
    "picture",
    [
        PICTURE, '<img src="/upload/2018/line.jpg">', '<img src="/upload/2018/a.png" style="max-height:10px;width:600px">',
        '<img src="/images/skyline.jpg">',
    ],
)  # fmt: skip
def test_a_picture_is_no_ornament(picture: str) -> None:
    assert len(read(f"<p>{FIRST}</p><p>{picture}</p><p>{SECOND}</p>").images) == 1


@pytest.mark.parametrize("edge", ["<br>", "<br/><br/>"])
def test_a_centred_line_alone_with_the_picture_under_it_is_its_caption(edge: str) -> None:
    got = read(f'<p>{FIRST}</p><p align="center">通车的一天{edge}{PICTURE}</p><p>{SECOND}</p>')
    assert ([image.caption for image in got.images], got.text) == (["通车的一天"], WHOLE)


@pytest.mark.parametrize(
    "body", [f"<p>{FIRST}<br>{PICTURE}</p>", f'<p align="center"><b>上周通车</b><br>{PICTURE}</p>']
)
def test_a_paragraph_or_a_bold_line_over_a_picture_is_none(body: str) -> None:
    assert read(f"{body}<p>{SECOND}</p>").images[0].caption is None


def test_a_service_glued_to_the_source_is_none_of_it() -> None:
    assert framed(header='2018-09-30 11:34 来源：示例新闻网<a href="#">参与互动</a>').source == "示例新闻网"


def test_an_icon_in_the_headline_hides_none() -> None:
    assert framed(f'<h1>{TITLE} <img src="/images/tu.gif"></h1>').title == TITLE


def test_a_poll_of_feelings_ends_the_text() -> None:
    poll = "<div>您看到此篇文章时的感受是：</div><ul><li>愤怒</li><li>感动</li></ul>"
    assert framed(tail=poll).text == WHOLE
