"""Rows that lead to no article: every one has an outcome, and a list of new addresses is a redesign."""

from datetime import date

import pytest
from spider_pages import ZJOL, link, url_of
from spider_sections import SJ, ZL, reports, site
from spider_site import Notes, run

from panan_spider.core.outcomes import Outcome
from panan_spider.extract.document import Page
from panan_spider.extract.section import read_section

NEW = f"{ZJOL}/panews/content/2020-03/c_900.shtml"
ELSEWHERE = "http://www.example.com/a.html"


def a_list(*urls: str, klass: str = "list-text") -> str:
    rows = "".join(f"<li>{link(url, '一个样例的标题')}<span>2020-03-07</span></li>" for url in urls)
    return f'<html><body><p>您当前的位置 : {link(ZJOL, "磐安新闻网")} &gt;&gt; 书记</p><div class="{klass}"><ul>{rows}</ul></div></body></html>'


@pytest.mark.parametrize("klass", ["list-text", "another"])
def test_they_are_read_with_their_title_whatever_the_lists_class(klass: str) -> None:
    page = read_section(Page(SJ, a_list(NEW, url_of(1), ELSEWHERE, klass=klass).encode(), "text/html; charset=utf-8"))
    assert [row.article_id for row in page.rows] == ["000000001"]
    assert [(row.url, row.on_site, row.is_newest) for row in page.other_rows] == [
        (NEW, True, True),
        (ELSEWHERE, False, False),
    ]


@pytest.mark.parametrize("base", ["/", "../../", "//panews.zjol.com.cn/", "HTTP://PANEWS.ZJOL.COM.CN/"])
def test_a_base_is_joined_to_the_pages_address(base: str) -> None:
    text = a_list(url_of(1).removeprefix(f"{ZJOL}/")).replace("<body>", f'<head><base href="{base}"></head><body>')
    page = read_section(Page(f"{ZJOL}/panews/sj/index.shtml", text.encode(), "text/html; charset=utf-8"))
    assert [row.url for row in page.rows] == [url_of(1)]


def test_each_has_an_outcome_and_a_newest_one_of_unknown_form_is_drift() -> None:
    result = run(site({SJ: a_list(NEW, url_of(1), ELSEWHERE)}))
    assert (result.outcome(NEW), result.outcome(ELSEWHERE)) == (Outcome.UNKNOWN_ADDRESS, Outcome.OFF_SITE)
    assert NEW not in result.asked and ELSEWHERE not in result.asked
    (line,) = result.spider.session.drift
    assert "书记" in line and NEW in line
    assert (reports(result)["书记"]["unknown"], reports(result)["书记"]["off_site"]) == (1, 1)


def test_an_older_one_and_one_off_the_site_is_no_drift() -> None:
    result = run(site({SJ: a_list(ELSEWHERE, url_of(1), NEW)}))
    assert result.outcome(NEW) is Outcome.UNKNOWN_ADDRESS
    assert result.spider.session.drift == []


@pytest.mark.parametrize("href", ["", "#", "javascript:;", "javascript:void(0)"])
def test_a_dated_row_whose_link_leads_nowhere_is_named_by_its_title(href: str) -> None:
    pages = site(
        {
            SJ: a_list(url_of(1), href, url_of(2)).replace(
                f"{link(href, '一个样例的标题')}", f'<a href="{href}">没有地址的一行</a>'
            )
        }
    )
    result = run(pages)
    named = f"{SJ}#%E6%B2%A1%E6%9C%89%E5%9C%B0%E5%9D%80%E7%9A%84%E4%B8%80%E8%A1%8C"
    assert result.outcome(named) is Outcome.UNKNOWN_ADDRESS
    assert reports(result)["书记"]["unknown"] == 1 and result.spider.session.drift == []
    assert {item.id for item in result.items} >= {"000000001", "000000002"}


@pytest.mark.parametrize(
    "row",
    [
        f'{link(url_of(2))} <a href="javascript:;">加入收藏</a><span>2020-03-07</span>',  # beside the link
        '<a href="#">展开全部栏目</a>',  # no day
        '<a href="#">更多</a><span>2020-03-07</span>',
        "没有内容<span>2020-03-07</span>",
    ],
)
def test_a_control_or_a_line_without_a_link_is_no_row(row: str) -> None:
    pages = site({SJ: a_list(url_of(1)).replace("</ul>", f"<li>{row}</li></ul>")})
    assert reports(run(pages))["书记"]["unknown"] == 0


def test_a_list_of_unknown_addresses_alone_is_drift() -> None:
    rows = [NEW.replace("900", str(number)) for number in range(900, 904)]
    result = run(site({ZL: a_list(*rows)}))
    assert {result.outcome(url) for url in rows} == {Outcome.UNKNOWN_ADDRESS}
    assert len(result.spider.session.drift) == 1


@pytest.mark.parametrize(
    "answer",
    [(f"{ZJOL}/", "<html></html>"), (f"{ZJOL}/404.html", "<html></html>"), "对不起，您访问的页面不存在或已被删除。"],
)
def test_a_stored_article_that_leads_elsewhere_or_says_that_it_is_missing_is_gone(answer: object) -> None:
    memory = Notes()
    memory.store(1, url_of(1), date(2020, 3, 7), etag=None)
    text = (
        answer
        if isinstance(answer, tuple)
        else f"<html><head><title>提示</title></head><body><p>{answer}</p></body></html>"
    )
    assert run(site({url_of(1): text}), memory, recheck="30").outcome(url_of(1)) is Outcome.GONE
    unread = run(site({url_of(2): text})).outcome(url_of(2))
    assert unread is (Outcome.UNKNOWN_LAYOUT if isinstance(answer, tuple) and "404" in answer[0] else Outcome.GONE)
