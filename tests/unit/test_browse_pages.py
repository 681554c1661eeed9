"""The pages of an archive, as a reader meets them: asked for in this process, without a browser."""

import json
import re
from pathlib import Path

import pytest
from browse_archive import (
    GONE,
    KEPT_AT,
    MANY,
    NO_DAY,
    NO_SECTION,
    NOT_KEPT,
    RUNS,
    STORY,
    Pages,
    build,
    pages_of,
    picture,
)
from lxml import html
from store_helpers import an_archive, an_exchange

from panan_spider.publish.browse.article_page import raw_page
from panan_spider.publish.browse.page_render import ExportSource


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ExportSource:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def pages(source: ExportSource) -> Pages:
    return pages_of(source)


def read(page: str) -> str:
    """What a reader sees of a page's main part, blanks collapsed."""
    return " ".join(" ".join(html.fromstring(page).get_element_by_id("content").itertext()).split())


def links(page: str) -> list[str]:
    """Where its links lead."""
    return [str(href) for href in html.fromstring(page).xpath("//a/@href")]


def titles(page: str) -> list[str]:
    """The headlines of a list."""
    return [one.text_content() for one in html.fromstring(page).xpath("//*[@class='headline']")]


def test_the_front_page_has_the_newest_and_the_newest_of_each_section(pages: Pages) -> None:
    page = html.fromstring(pages.text("/"))
    leads = [one.text_content() for one in page.xpath("//*[contains(@class,'lead')]//h3")]
    assert leads[1] == "茶农学新招" and "守好绿水青山 做强春茶产业" in leads[2]
    blocks = {one.findtext(".//h2/a"): one.xpath("count(.//li)") for one in page.xpath("//section[@class='block']")}
    assert blocks["乡镇"] == 5.0 and blocks["书记"] == 1.0 and blocks["无栏目"] == 1.0
    assert f"{MANY + 5} 篇" in read(pages.text("/")) and f"{MANY + 5} articles" in read(pages.text("/?lang=en"))


def test_a_section_lists_what_is_its_own_or_was_listed_in_it_newest_first(pages: Pages) -> None:
    assert titles(pages.text("/section/时政")) == ["守好绿水青山 做强春茶产业", "没有日期的一篇"]
    assert titles(pages.text("/section/-")) == ["没有栏目的一篇"]


def test_a_long_section_is_turned_page_by_page_and_nothing_is_lost(pages: Pages) -> None:
    found: list[str] = []
    for number in (1, 2, 3):
        page = pages.text(f"/section/乡镇?page={number}")
        assert f"共 {MANY + 1} 篇" in read(page)
        found += titles(page)
    assert len(found) == len(set(found)) == MANY + 1
    assert pages.get("/section/乡镇?page=4").status_code == 404


def test_an_article_reads_like_a_newspaper(pages: Pages) -> None:
    page = html.fromstring(pages.text(f"/article/{STORY}"))
    head = " ".join(" ".join(page.xpath("//header[@class='story-head']")[0].itertext()).split())
    assert head == (
        "郝虚构在样例镇调研时强调 守好绿水青山 做强春茶产业 ——样例镇春茶生产侧记 "
        "2020-03-06 08:23 来源：磐安新闻网 记者 陈测试 ／文 李样例 ／摄"
    )
    body = page.xpath("//div[@class='story-body']")[0]
    kinds = [child.tag for child in body]
    assert kinds == ["p", "figure", "p", "h2", "p", "p", "figure", "div", "p", "p"]
    assert [cell.text for cell in body.xpath(".//td")] == ["品名", "亩产", "白术", "300公斤"]
    assert "编辑：钱校样" in page.text_content() and "终审：孙终样" in page.text_content()


def test_a_picture_is_the_local_copy_else_its_address_in_words(pages: Pages) -> None:
    page = html.fromstring(pages.text(f"/article/{STORY}"))
    kept, missing = page.xpath("//figure")
    assert kept.xpath("./img/@src") == [f"/{KEPT_AT}"] and kept.findtext("figcaption") == "郝虚构在茶园察看长势。"
    assert kept.xpath("./img/@alt") == ["郝虚构在茶园察看长势。"]
    assert missing.xpath(".//img") == [] and missing.xpath(".//a/@href") == [NOT_KEPT]
    answer = pages.get(f"/{KEPT_AT}")
    assert answer.content == picture() and answer.headers["content-type"] == "image/png"


def test_no_page_loads_anything_from_elsewhere(pages: Pages) -> None:
    for path in ("/", f"/article/{STORY}", "/search?q=磐安", "/section/书记", "/article/000000002"):
        page = html.fromstring(pages.text(path))
        loaded = [str(one) for one in page.xpath("//@src | //link/@href | //@srcset | //@poster | //@data")]
        assert loaded and all(one.startswith("/") for one in loaded), path


def test_names_in_the_text_lead_to_their_timeline(pages: Pages) -> None:
    page = html.fromstring(pages.text(f"/article/{STORY}"))
    named = [(one.text, one.get("href")) for one in page.xpath("//div[@class='story-body']//a[@class='person']")]
    assert [name for name, _href in named] == ["郝虚构", "田样例", "石示例", "郝虚构"]
    assert read(pages.text(named[0][1])).startswith("人物年表 郝虚构")


def test_the_article_says_where_it_came_from_and_where_it_lies(pages: Pages) -> None:
    page = html.fromstring(pages.text(f"/article/{STORY}"))
    source = page.xpath("//dl[@class='kept']//a")[0]
    assert "warc/" in page.xpath("//dl[@class='kept']")[0].text_content()
    assert source.get("href") == "http://www.panews.cn/system/2020/03/07/000000001.shtml"
    assert "noreferrer" in source.get("rel")
    assert f"/article/{STORY}/raw/2" in page.xpath("//@href")


def test_related_articles_lead_into_the_archive_where_it_has_them(pages: Pages) -> None:
    page = html.fromstring(pages.text(f"/article/{STORY}"))
    found = page.xpath("//section[@aria-labelledby='related']//a/@href")
    assert found == [f"/article/{GONE}", "http://www.panews.cn/system/2020/03/01/000009999.shtml"]


def test_an_article_gone_from_the_site_says_so(pages: Pages) -> None:
    assert "此文已从网站撤下" in read(pages.text(f"/article/{GONE}"))
    assert "Last seen there" in read(pages.text(f"/article/{GONE}?lang=en"))
    assert "撤下" not in read(pages.text(f"/article/{STORY}"))


def test_articles_without_a_section_or_a_day_are_shown(pages: Pages) -> None:
    assert "没有栏目的一篇" in read(pages.text(f"/article/{NO_SECTION}"))
    assert "无日期" in read(pages.text(f"/article/{NO_DAY}"))


def test_an_earlier_revision_stands_as_it_was(pages: Pages) -> None:
    page = read(pages.text(f"/article/{STORY}/revision/1"))
    assert "这是第 1 版，共 2 版" in page and "产值比上年增长12%" in page and "产值比去年" not in page
    assert pages.get(f"/article/{STORY}/revision/3").status_code == 404


def test_what_a_revision_changed_is_marked_word_by_word(pages: Pages) -> None:
    page = html.fromstring(pages.text(f"/article/{STORY}/changes/2"))
    marked = [(one.tag, one.text_content()) for one in page.xpath("//section//*[self::ins or self::del]")]
    assert marked == [("del", "现"), ("ins", "已"), ("del", "3.2"), ("ins", "3.5"), ("del", "上"), ("ins", "去")]
    assert (page.findtext(".//section/h2") or "").strip() == "正文"
    assert pages.get(f"/article/{STORY}/changes/1").status_code == 404


def test_the_raw_page_is_text(pages: Pages) -> None:
    page = pages.text(f"/article/{STORY}/raw/1")
    source = html.fromstring(page).xpath("//pre")[0]
    assert source.text.startswith("<html><meta charset=utf-8>") and len(source) == 0
    assert "utf-8" in read(page) and "200" in read(page)


def test_control_characters_of_a_raw_page_are_shown_as_pictures(tmp_path: Path) -> None:
    """A terminal that is handed the page would obey them."""
    archive = an_archive(tmp_path, "20200307T010203Z-1")
    place = archive.write_response(an_exchange("http://www.panews.cn/a.shtml", b"<p>\x1b[31mred\x07\x7f\ttab\n"))
    archive.close({"exit_code": 0})
    assert raw_page(tmp_path, place).source == "<p>␛[31mred␇␡\ttab\n"


def test_a_raw_page_that_is_gone_says_so(pages: Pages, source: ExportSource) -> None:
    (source.data / "warc").rename(source.data / "warc.away")
    page = pages.text(f"/article/{STORY}/raw/1")
    (source.data / "warc.away").rename(source.data / "warc")
    assert "No such file" in read(page) and "无法读取" in read(page) and str(source.data) not in page


def test_the_calendar_shows_every_month_since_2013(pages: Pages) -> None:
    page = html.fromstring(pages.text("/calendar"))
    assert [one.text for one in page.xpath("//tbody/tr/th")] == [str(year) for year in range(2020, 2012, -1)]
    assert page.xpath("//tbody/tr[1]/td[3]/a/text()") == ["2"]
    assert "另有 1 篇没有日期" in read(pages.text("/calendar"))


def test_a_month_lists_its_days(pages: Pages) -> None:
    page = html.fromstring(pages.text("/calendar/2020-03"))
    assert [one.get("datetime") for one in page.xpath("//section[@class='day']//h2/time")] == [
        "2020-03-06",
        "2020-03-07",
    ]
    assert page.xpath("//table//a/@href") == ["#d2020-03-06", "#d2020-03-07"]
    assert page.xpath("//a[@rel='next']/@href") == ["/calendar/2020-04"]


def test_the_timeline_tells_office_deed_place_and_words(pages: Pages) -> None:
    page = html.fromstring(pages.text("/person/郝虚构"))
    kicker, mention, again = page.xpath("//p[@class='mention']")
    assert [one.text for one in mention.xpath("./span[contains(@class,'tag')]")] == ["县委书记", "调研", "样例镇"]
    assert [one.text for one in kicker.xpath("./span[contains(@class,'tag')]")] == [
        "县委书记",
        "调研",
        "强调",
        "样例镇",
    ]
    assert mention.xpath(".//strong/text()") == ["郝虚构"] and "到样例镇调研春茶生产" in mention.text_content()
    assert [one.text for one in again.xpath("./span[contains(@class,'tag')]")] == ["县委书记", "指出"]
    assert page.xpath("//ul[@class='company']//a/text()") == ["田样例", "石示例"]


def test_people_and_bylines_are_listed_by_how_often(pages: Pages) -> None:
    names = [one.text_content() for one in html.fromstring(pages.text("/people")).xpath("//tbody//a")]
    assert names == ["石示例", "田样例", "郝虚构"]
    assert "陈测试" in read(pages.text("/authors"))
    assert titles(pages.text("/author/陈测试")) == ["守好绿水青山 做强春茶产业"]


def test_runs_show_their_verdicts_newest_first(pages: Pages) -> None:
    page = html.fromstring(pages.text("/runs"))
    endings = [" ".join(one.text_content().split()) for one in page.xpath("//tbody//span[contains(@class,'badge')]")]
    assert endings == ["报告无法读取", "10 尚未取全", "0 一切正常"]
    assert [href for href in links(pages.text("/runs")) if href.startswith("/runs/")] == [f"/runs/{RUNS[1]}.html"]
    assert "2020-03-07 09:02 0 一切正常 3 小时 05 分 69 0 1,234 1" in read(pages.text("/runs"))
    assert "0 All is well 3 h 05 min 69 0 1,234 1" in read(pages.text("/runs?lang=en"))


def test_a_run_leads_to_the_archives_own_copies(tmp_path: Path) -> None:
    source = build(tmp_path)
    path = source.data / "runs" / f"{RUNS[0]}.json"
    entry = {
        "id": STORY,
        "url": "http://www.panews.cn/x.shtml",
        "title": "守好绿水青山",
        "section": "书记",
        "posted": "2020-03-07",
        "revision": 1,
    }
    report = json.loads(path.read_text("utf-8")) | {
        "new": [entry, entry | {"id": "000009998", "title": "未存的一篇"}], "new_count": 7,
        "corrections": [entry | {"revision": 2, "changes": []}], "removals": [entry | {"id": GONE}, "torn"],
    }  # fmt: skip
    path.write_text(json.dumps(report), "utf-8")
    page = html.fromstring(pages_of(source).text(f"/run/{RUNS[0]}"))
    found = [
        str(href) for href in page.xpath("//ul[@class='plain']/li/a[@lang='zh-CN']/@href") if "/article/" in str(href)
    ]
    assert found == [f"/article/{STORY}", f"/article/{STORY}/changes/2", f"/article/{GONE}"]
    assert "列出 2，共 7" in " ".join(page.text_content().split()) and "未存的一篇" in page.text_content()


def test_a_run_shows_sums_sections_and_gaps(pages: Pages) -> None:
    page = read(pages.text(f"/run/{RUNS[0]}"))
    for said in ("0 一切正常", "full=true", "1,234", "账目相符", "新存入 69", "书记 到末页 3 60 2", "列出 1，共 1"):
        assert said in page, said
    assert "无法读取" in read(pages.text(f"/run/{RUNS[2]}"))


@pytest.mark.parametrize(
    "path",
    [
        "/section/没有", "/person/没有", "/author/没有", "/article/999", "/calendar/2020-13", "/calendar/2001-01",
        "/run/none", "/runs/none.html", f"/runs/{RUNS[0]}.html", "/static/none.css", "/images/00/none.png",
        "/section/书记?page=0", "/section/书记?page=x", "/article/000000001/raw/3", "/nothing", "/article/",
    ],
)  # fmt: skip
def test_what_there_is_none_of_is_404_and_says_so(pages: Pages, path: str) -> None:
    answer = pages.get(path)
    assert answer.status_code == 404 and "没有这一页" in answer.text


def test_every_link_into_the_archive_leads_somewhere(pages: Pages) -> None:
    """From the front page on, to every page there is."""
    seen, left = {"/"}, ["/"]
    while left:
        here = left.pop()
        page = pages.text(here)
        for href in links(page):
            path = href.partition("#")[0]
            if re.search(r"\.(json|csv|xlsx|atom|bib|txt)(\?|$)", path):
                assert path in seen or pages.get(path).status_code == 200, path
                seen.add(path)
            elif path.startswith("/search?") and here.startswith("/search"):
                continue  # an answer leads to narrower ones, without end
            elif path.startswith("/") and path not in seen and not path.startswith("/runs/"):
                seen.add(path)
                left.append(path)
    assert len(seen) > MANY + 30
    assert {re.sub(r"/.*", "", path[1:]) for path in seen} >= {
        "article",
        "section",
        "person",
        "author",
        "calendar",
        "run",
    }
