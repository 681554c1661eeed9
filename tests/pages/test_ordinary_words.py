"""Words that furniture, footers and header lines print stand in ordinary sentences, too: no page is refused, no word lost."""

import pytest
from hand_pages import frames

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage

BEFORE = "5月18日，样溪街道召开动员会，要求各村抓好春耕备耕工作，确保粮食稳产增收不放松。"
AFTER = "会议强调，各村要把责任落实到人，把措施落实到田，让每一块农田都能及时种上庄稼。"
SENTENCES = (
    "打印、复印、扫描，样样都干。", "关闭店门的那一天，我会很难过。", "推荐！这家小店值得一去。", "分享到朋友圈的照片，让小山村火了。",
    "扫一扫二维码领取门票。", "网友评论说，这里的空气是甜的。", "最新评论一出，村民都笑了。", "发表评论需要实名。", "评论区里，网友点赞不断。",
    "文章标签是“乡愁”。", "版权声明贴在展馆入口。", "版权与免责声明是培训的第一课。", "凡本网注明的图片，都要付费。", "声明：凡本网站购票者均享优惠。",
    "关键词：共富、共享、共治。", "上一篇作文写完，他又写下一篇。", "下一条路，修到了家门口。", "下一页翻开，是祖父的字迹。",
    "新闻热线：一头连着百姓，一头连着政府。", "主管：李样例；主办：样溪村。", "今天是星期三，赶集的人特别多。", "站内搜索“例山”，结果有一万条。",
    "浙新办发文推广例山经验。", "版权所有的作品，均已登记。", "无障碍坡道，修到了每个单元。", "Copyright这个词，他是第一次听说。", "相关链接已经公布。",
    "记者陈测试在现场看到，人们忙而不乱。", "作者：李样例。", "2020-05-18 08:00 集合出发。", "您当前的位置：样溪村口。", "点击：3200次，是第一天的数字。",
    "审核：材料齐全的当场办结。", "他写道：“2013/05/01 来源：磐安新闻网 记者 甲”。",
)  # fmt: skip
WORDS = (
    "小贴士",
    "新闻链接",
    "记者的一天",
    "声明",
    "编后",
    "相关链接",
    "延伸阅读",
    "版权声明引发的官司",
    "主管：农业农村局 主办：样溪街道",
)
PLACES = ((0, "first"), (1, "between"), (2, "last"))


def read(body: list[str], frame: str, title: str = "样溪街道部署春耕") -> ArticlePage:
    text = "".join(f"<p>　　{paragraph}</p>" for paragraph in body) + "<p>编辑：丁改稿</p>"
    kept = frames()[frame]
    pieces = {"doc": "磐安新闻网", "crumb": kept["crumb"], "title": title, "body": text, "after": ""}
    html = kept["page"].replace("%header%", "2020/05/19 来源：磐安新闻网  记者 陈测试")
    for name, words in pieces.items():
        html = html.replace(f"%{name}%", words)
    return read_article(Page(kept["url"], html.encode(), "text/html; charset=utf-8"))


def said(page: ArticlePage) -> tuple[object, ...]:
    return (
        page.title,
        page.kicker,
        page.subtitle,
        page.source,
        [a.name for a in page.authors],
        page.editor,
        page.credits,
    )


@pytest.mark.parametrize("frame", ["narrow2020", "flat2020"])
@pytest.mark.parametrize("place", [at for at, _ in PLACES], ids=[name for _, name in PLACES])
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_is_text_wherever_it_stands(sentence: str, place: int, frame: str) -> None:
    body = [BEFORE, AFTER]
    body.insert(place, sentence)
    page = read(body, frame)
    assert page.text == "\n".join(body)
    assert said(page) == ("样溪街道部署春耕", None, None, "磐安新闻网", ["陈测试"], "丁改稿", {})


@pytest.mark.parametrize("frame", ["narrow2020", "flat2020"])
@pytest.mark.parametrize("words", WORDS)
def test_a_few_words_over_a_paragraph_are_text(words: str, frame: str) -> None:
    page = read([BEFORE, words, AFTER], frame)
    assert page.text == "\n".join([BEFORE, words, AFTER])


@pytest.mark.parametrize("words", ["小贴士", "新闻背景", "编后", "春光好　人勤早", "（2020年5月18日）"])
def test_the_first_line_of_a_narrow_page_is_no_piece_of_the_header_line(words: str) -> None:
    page = read([words, BEFORE], "narrow2020")
    assert page.text.split("\n")[-2:] == [words, BEFORE]
    assert [author.name for author in page.authors] == ["陈测试"]


@pytest.mark.parametrize("frame", ["narrow2020", "flat2020", "paper2022"])
@pytest.mark.parametrize(
    "title",
    [
        "版权声明引发的官司",
        "无障碍通道修到家门口",
        "相约星期天",
        "今天是个好日子",
        "加入收藏的老物件",
        "样溪村的路通了。",
    ],
)
def test_a_headline_of_such_words_is_one(title: str, frame: str) -> None:
    assert read([BEFORE, AFTER], frame, title).title == title
