"""Parts of an article: each prints the number it was asked as, and none shows what another shows; else the article is invalid."""

import pytest
from real_kinds import URL, page

from panan_spider.extract.article import read_article
from panan_spider.extract.assemble import ArticleBuilder, join
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage, InvalidPage
from panan_spider.sites.profile import load_site

URLS = (URL, URL.replace(".shtml", "_1.shtml"), URL.replace(".shtml", "_2.shtml"))
TEXTS = tuple(
    f"<p>第{n}段，样岭村的路在{n}月修好了，村民说以后下雨天出门再也不怕滑倒了，孩子上学也近了。</p><p>{n}月底，村里装上了路灯。</p>"
    for n in (3, 4, 5)
)


def pager(own: int, style: str) -> str:
    numbers = [str(n) if n == own else f'<a href="{URLS[n - 1].rsplit("/", 1)[1]}">{n}</a>' for n in (1, 2, 3)]
    if style == "brackets":
        return f"<div>{' '.join(f'[{number}]' for number in numbers)}</div>"
    if style == "spans":
        return f"<div><span>上一页</span>{''.join(f'<span>{number}</span>' for number in numbers)}<span>下一页</span></div>"
    return f"<ul>{''.join(f'<li>{number}</li>' for number in numbers)}</ul>"


def part(address: int, shown: int, style: str, text: str | None = None) -> ArticlePage:
    """The page at the address of part `address`, which shows part `shown`."""
    whole = page(f"{text or TEXTS[shown - 1]}{pager(shown, style)}")
    return read_article(Page(URLS[address - 1], whole.body, whole.content_type))


def joined(*parts: ArticlePage) -> ArticlePage:
    site = load_site()
    builder = ArticleBuilder(site, site.urls.understand(URL))
    for one in parts:
        builder.add(one, None)
    return join(builder.pages)


@pytest.mark.parametrize("style", ["brackets", "spans", "list"])
def test_parts_in_their_places_are_joined(style: str) -> None:
    whole = joined(*(part(n, n, style) for n in (1, 2, 3)))
    assert [block.text[:3] for block in whole.blocks if block.type == "paragraph"] == [
        "第3段",
        "3月底",
        "第4段",
        "4月底",
        "第5段",
        "5月底",
    ]


@pytest.mark.parametrize("style", ["brackets", "spans", "list"])
def test_exchanged_parts_are_named(style: str) -> None:
    with pytest.raises(InvalidPage, match="prints number 3, which is that of"):
        joined(part(1, 1, style), part(2, 3, style), part(3, 2, style))


def test_a_part_that_shows_another_with_a_line_more_is_named() -> None:
    again = part(2, 2, "brackets", TEXTS[0] + "<p>本文共三页。</p>")
    with pytest.raises(InvalidPage, match=f"shows what {URL} shows"):
        joined(part(1, 1, "brackets"), again, part(3, 3, "brackets"))


def test_a_sentence_that_two_parts_share_is_none() -> None:
    shared = "<p>（本文根据录音整理，未经本人审阅，如有出入以正式出版的文字为准，特此说明，敬请读者留意。）</p>"
    whole = joined(
        *(
            part(n, n, "brackets", shared + TEXTS[n - 1] + TEXTS[n - 1].replace("路", "桥").replace("村民", "老例"))
            for n in (1, 2, 3)
        )
    )
    assert len(whole.blocks) == 15


@pytest.mark.parametrize(
    "says",
    [
        "<div>第1页 共3页</div>",
        "<p><span>上一页</span> <span>下一页</span> 共3页</p>",
        "<div>1/3页</div>",
        '<div class="page"><a onclick="go(2)">下一页</a> 共 3 页</div>',
        f'<script>createPageHTML(3, 0, "{URL.rsplit("/", 1)[1].removesuffix(".shtml")}", "shtml");</script>',
    ],
)
def test_an_article_whose_pager_says_more_parts_than_it_leads_to_is_invalid(says: str) -> None:
    whole = page(f"{TEXTS[0]}{says}")
    with pytest.raises(InvalidPage, match="its pager names 3 parts, and leads to 1"):
        joined(read_article(Page(URL, whole.body, whole.content_type)))


@pytest.mark.parametrize(
    "says",
    [
        "<p>他说，这本书共3页，每一页都写得很好。</p>",
        "<div>第1页 共1页</div>",
        '<script>createPageHTML(1, 0, "index", "shtml");</script>',
        '<script>createPageHTML(9, 0, "index", "shtml");</script>',
        "<script>/* createPageHTML(3, 0, 'x', 'shtml') */</script>",
    ],
)
def test_an_article_of_one_part_is_whole(says: str) -> None:
    whole = page(f"{TEXTS[0]}{says}")
    assert joined(read_article(Page(URL, whole.body, whole.content_type))).text
