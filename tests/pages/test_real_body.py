"""Bodies as real pages print them: tail lines with prose behind them, links as text, toolbars, pictures, sound."""

from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256

import pytest
from real_kinds import FIRST, HEADER, SECOND, TEXT, read

from panan_spider.extract.results import UnknownLayout

PICTURE = '<p align="center"><img src="/pic/0/00/32/38/323808_618784.jpg"></p>'
HOST = "http://panews.zjol.com.cn"


def test_a_tail_line_with_prose_behind_it_is_none() -> None:
    got = read(f"{PICTURE}<p align='center'>作者：王示例</p><p>【样例论坛】</p>{TEXT}")
    assert got.text.splitlines()[1:] == [FIRST, SECOND] and len(got.images) == 1
    assert [author.name for author in got.authors] == ["王示例"] and got.editor == "钱校样"


def test_another_papers_editor_is_a_credit_and_no_end_of_the_text() -> None:
    links = "<p>原文链接：<a href='http://www.example.cn/1.html'>http://www.example.cn/1.html</a></p>"
    got = read(f"{TEXT}<p>（责编：李某、王某）</p>{links}<p align='right'>审核：孙样</p>")
    assert (got.editor, got.credits) == ("钱校样", {"责编": "李某、王某", "审核": "孙样"})


def test_a_picture_between_two_tail_lines_is_the_texts() -> None:
    got = read(f"{TEXT}<p>责任编辑：样例网</p><div>{PICTURE}</div><p align='right'>审核：孙样</p>")
    assert (len(got.images), got.editor) == (1, "钱校样")


@pytest.mark.parametrize(
    "line", ["编辑：丁改稿 审读：乙", "编辑：丁改稿 审读：乙 美编：丙 丁", "(编辑：丁改稿 二读：乙)"]
)
def test_a_label_nobody_listed_is_a_credit_as_printed(line: str) -> None:
    got = read(tail=line)
    assert got.editor == "丁改稿" and next(iter(got.credits.values())) == "乙"
    assert got.text == f"{FIRST}\n{SECOND}" and got.unknown_labels


def test_a_closing_line_of_labels_nobody_listed_is_no_text() -> None:
    got = read(f"{TEXT}<p>声播：甲 美排：乙</p>", tail="")
    assert (got.text, got.credits) == (f"{FIRST}\n{SECOND}", {"声播": "甲", "美排": "乙"})


@pytest.mark.parametrize("line", ["时间：三月", "联系人：王示例", "地点：样岭村"])
def test_a_closing_line_of_places_and_times_is_text(line: str) -> None:
    assert read(f"{TEXT}<p>{line}</p>", tail="").text.splitlines()[-1] == line


def test_a_last_paragraph_that_is_a_link_is_text() -> None:
    last = "昨天，样岭村又启动了一项为老人送饭的活动，四小时内就有六十名志愿者报名。"
    got = read(f'{TEXT}<p><a href="http://www.example.cn/2.html">{last}</a></p>')
    assert got.text.splitlines()[-1] == last


def test_a_topic_page_is_the_list_that_it_is() -> None:
    rows = [f"★第{number}批志愿者走进样岭村" for number in range(12)]
    body = "".join(
        f'<p><a href="/yw/system/2019/05/06/0123456{n:02}.shtml">{row}</a></p>' for n, row in enumerate(rows)
    )
    assert read(PICTURE + body).text.splitlines() == rows


@pytest.mark.parametrize(
    "bar",
    [
        "字号: [大] [中] [小] [打印]",
        "<span>打印</span> <span>字体： 放大 正常 缩小</span> <span>分享</span>",
        "<div>我来说两句(0)</div><div>复制链接</div><div>大中小</div>",
        "<div>57人参与11评论</div>",
        "<div>微信</div><div>微博</div><div>Qzone</div>",
        "<div>易信</div><div>T + -</div>",
    ],
)
def test_a_toolbar_is_no_text(bar: str) -> None:
    assert read(f"<div>{bar}</div>{TEXT}<div>{bar}</div>").text == f"{FIRST}\n{SECOND}"


def test_a_linked_number_under_the_header_line_ends_nothing() -> None:
    assert read(f'<div><a href="/bbs/1.html">326</a></div>{TEXT}').text == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize(
    "heading", ["为你推荐", "为您推荐", "猜你喜欢", "热门推荐", "延伸阅读", "推荐阅读", "阅读下一篇："]
)
def test_what_is_recommended_is_no_text(heading: str) -> None:
    rows = "".join(f'<li><a href="http://www.example.cn/{n}.html">别处的第{n}条消息</a></li>' for n in range(4))
    assert read(f"{TEXT}<h3>{heading}</h3><ul>{rows}</ul>", tail="").text == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize(
    "tag",
    [
        '<img srcset="/pic/0/1.jpg 1x, /pic/0/2.jpg 2x">',
        '<picture><source srcset="/pic/0/1.jpg"><img src="data:image/gif;base64,R0"></picture>',
        '<img src="/images/blank.gif" data-echo="/pic/0/1.jpg">',
        '<img class="lazy" src="/images/blank.gif"><noscript><img src="/pic/0/1.jpg"></noscript>',
        '<img lay-src="/pic/0/1.jpg">',
        '<image src="/pic/0/1.jpg">',
        '<input type="image" src="/pic/0/1.jpg">',
    ],
)
def test_a_picture_is_seen_as_browsers_see_it(tag: str) -> None:
    got = read(f'{TEXT}<p align="center">{tag}</p><p align="center">村民在采茶</p><p>{FIRST}</p>')
    assert [(image.url, image.caption) for image in got.images] == [(f"{HOST}/pic/0/1.jpg", "村民在采茶")]


JPEG = b"\xff\xd8\xff\xe0" + bytes(4_000) + b"\xff\xd9"
SMALL_PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4) + (400).to_bytes(4)
SPACER = b"GIF89a\x01\0\x01\0" + bytes(30)


def inline(data: bytes, kind: str = "jpeg") -> str:
    return f"data:image/{kind};base64,{b64encode(data).decode()}"


def name_of(data: bytes) -> str:
    return "ni:///sha-256;" + urlsafe_b64encode(sha256(data).digest()).decode().rstrip("=")


@pytest.mark.parametrize(("data", "kind"), [(JPEG, "jpeg"), (JPEG[:4] + JPEG[-2:], "jpg"), (SMALL_PNG, "png")])
def test_a_picture_in_the_page_itself_keeps_its_place_and_its_caption(data: bytes, kind: str) -> None:
    tag = f'<img src="{inline(data, kind)}">'
    got = read(f'{TEXT}<p align="center">{tag}</p><p align="center">村民在采茶</p><p>{FIRST}</p>')
    assert [block.type for block in got.blocks] == ["paragraph", "paragraph", "image", "paragraph"]
    assert [(image.url, image.caption) for image in got.images] == [(name_of(data), "村民在采茶")]
    assert "村民在采茶" not in got.text


@pytest.mark.parametrize("data", [JPEG, SPACER])
@pytest.mark.parametrize(
    "tag",
    [
        '<img src="{}" data-original="/pic/0/1.jpg">',
        '<img src="{}" data-actualsrc="/pic/0/1.jpg">',
        '<img src="{}" srcset="/pic/0/1.jpg 1x, /pic/0/2.jpg 2x">',
        '<picture><source data-srcset="/pic/0/1.jpg"><img src="{}"></picture>',
        '<img class="lazy" src="{}"><noscript><img src="/pic/0/1.jpg"></noscript>',
    ],
)
def test_the_address_a_placeholder_stands_for_is_the_pictures(tag: str, data: bytes) -> None:
    shown = tag.format(inline(data))
    got = read(f'{TEXT}<p align="center">{shown}</p><p align="center">村民在采茶</p><p>{FIRST}</p>')
    assert [(image.url, image.caption) for image in got.images] == [(f"{HOST}/pic/0/1.jpg", "村民在采茶")]


@pytest.mark.parametrize(
    "tag", [f'<img src="{inline(SPACER, "gif")}">', f'<img width="1" height="1" src="{inline(JPEG)}">']
)
def test_a_spacer_in_the_page_itself_is_no_picture(tag: str) -> None:
    assert not read(f"{TEXT}<p>{tag}</p><p>{FIRST}</p>").images


def test_a_picture_off_the_site_is_an_address_like_others() -> None:
    assert read(f'{TEXT}<p><img src="http://img.zjol.com.cn/pic/0/1.jpg"></p>').images[0].url.startswith("http://img.")


@pytest.mark.parametrize(
    ("player", "address"),
    [
        ("<script>var a = new Player({file: '/gb/2020/1.mp3'});</script>", "/gb/2020/1.mp3"),
        ("<script>showPlayer('/sp/2020/1.mp4', 640, 480);</script>", "/sp/2020/1.mp4"),
        ('<audio controls src="/gb/2020/1.mp3"></audio>', "/gb/2020/1.mp3"),
    ],
)
def test_a_page_of_sound_or_film_has_a_player(player: str, address: str) -> None:
    got = read(f"<div>{player}</div>")
    assert [(block.type, getattr(block, "url", "")) for block in got.blocks] == [("video", f"{HOST}{address}")]


@pytest.mark.parametrize("style", ["font-size:0", "font-size: 0px;", "visibility:hidden", "display:none"])
def test_hidden_text_is_none(style: str) -> None:
    assert read(f'{TEXT}<p style="{style}">看不见的话</p>').text == f"{FIRST}\n{SECOND}"


def test_small_text_is_text() -> None:
    assert read(f'{TEXT}<p style="font-size:0.9em">看得见的话在这里。</p>').text.endswith("看得见的话在这里。")


CARD = '<table><tr><td><p>别的地方修桥花了多少钱</p><p>2019-05-05</p><p><img src="/pic/0/9.jpg"></p></td></tr></table>'


def test_a_date_in_a_side_block_is_no_header_line() -> None:
    with pytest.raises(UnknownLayout, match=r"called otherwise|header line"):
        read(title="样岭村修好了进村路", header="", side=CARD, tail="")


def test_a_headline_that_the_document_contradicts_is_doubted() -> None:
    with pytest.raises(UnknownLayout, match="called otherwise"):
        read(called="全县春季运动会昨天闭幕-要闻-示例新闻网", header="2019-05-06 11:34")


@pytest.mark.parametrize("called", ["磐安新闻网", "要闻", "示例新闻网", "样岭村修好了进村路(图)", "磐安新闻网-要闻"])
def test_a_document_called_as_the_site_or_section_contradicts_nothing(called: str) -> None:
    assert read(called=called, header="2019-05-06 11:34").title == "样岭村修好了进村路"


def test_more_prose_outside_than_inside_is_doubted() -> None:
    with pytest.raises(UnknownLayout, match="prose outside"):
        read("<p>图集。</p>", side=f"<div>{TEXT}{TEXT}</div>", header=HEADER)


def test_pictures_alone_where_links_were_left_out_are_doubted() -> None:
    rows = "".join(f'<p><a href="http://www.example.cn/{n}.html">别处的第{n}条消息</a></p>' for n in range(3))
    with pytest.raises(UnknownLayout, match="pictures alone"):
        read(PICTURE + rows)


def test_words_over_a_picture_that_speak_of_the_next_are_its_caption() -> None:
    got = read(f"<p>{FIRST}</p><p>下图：村民在采茶。</p>{PICTURE}<p>{SECOND}</p>")
    assert [image.caption for image in got.images] == ["下图：村民在采茶。"]


@pytest.mark.parametrize("verb", ["强调", "勉励", "寄语", "叮嘱", "说"])
def test_a_kicker_and_a_headline_in_one_element_are_two(verb: str) -> None:
    title = f"王示例在样岭街道调研时{verb}<br>把春茶产业做大做强"
    got = read(title=title, called="磐安新闻网")
    assert (got.kicker, got.title) == (f"王示例在样岭街道调研时{verb}", "把春茶产业做大做强")


def test_a_title_that_speaks_of_a_time_is_no_kicker() -> None:
    got = read(title="样岭茶园在五月公布开园时间表<br>各村都来看", called="磐安新闻网")
    assert got.kicker is None


@pytest.mark.parametrize("line", ['标签：<a href="/t/1">修路</a> <a href="/t/2">山村</a>', "关键词： 修路 山村"])
def test_keywords_under_the_header_line_end_no_body_and_are_none_of_it(line: str) -> None:
    assert read(f"<p>{line}</p>{TEXT}").text == f"{FIRST}\n{SECOND}"


@pytest.mark.parametrize("line", ["广告", "打开样例新闻APP，阅读体验更佳"])
def test_the_word_over_an_advertisement_is_no_paragraph(line: str) -> None:
    assert read(f"<p>{FIRST}</p><div>{line}</div><p>{SECOND}</p>").text == f"{FIRST}\n{SECOND}"
