"""Search: Chinese words marked where they stand, and every filter."""

import pytest
from browse_archive import HOSTILE, MANY, STORY, Pages, build, pages_of
from lxml import html


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return pages_of(build(tmp_path_factory.mktemp("archive")))


def found(pages: Pages, query: str) -> list[str]:
    """The numbers of the articles found, in order."""
    page = html.fromstring(pages.text(f"/search?{query}"))
    return [str(href).rpartition("/")[2] for href in page.xpath("//*[@class='headline']/a/@href")]


def test_two_characters_are_found_and_marked(pages: Pages) -> None:
    assert found(pages, "q=磐安") == [HOSTILE, STORY]
    page = html.fromstring(pages.text("/search?q=磐安"))
    assert {one.text for one in page.iter("mark")} == {"磐安"}
    assert len(list(page.iter("mark"))) >= 3


def test_a_name_is_found_in_text_and_byline(pages: Pages) -> None:
    assert found(pages, "q=郝虚构") == [STORY]
    assert found(pages, "q=陈测试") == [STORY]


def test_all_words_must_stand_and_a_phrase_as_it_is(pages: Pages) -> None:
    assert found(pages, "q=磐安 药材") == [STORY]
    assert found(pages, 'q="磐安的药材"') == [STORY]
    assert found(pages, 'q="药材磐安"') == []


def test_hits_are_marked_without_making_markup(pages: Pages) -> None:
    page = html.fromstring(pages.text("/search?q=磐安"))
    assert "<script>" in page.xpath("//*[@class='headline']")[0].text_content()
    assert len(list(page.iter("script"))) == 1


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("section=书记&q=春茶", [STORY]),
        ("section=-", ["000000004"]),
        ("since=2020-03-07&until=2020-03-31", ["000000003"]),
        ("until=2014-12-31", ["000000004"]),
        ("author=李样例", [STORY]),
        ("person=田样例", [STORY]),
        ("person=田样例&since=2020-03-07", []),
        ("author=陈测试&person=郝虚构&section=时政&q=磐安", [STORY]),
        ("author=没有", []),
    ],
)
def test_filters_narrow_alone_and_together(pages: Pages, query: str, expected: list[str]) -> None:
    assert found(pages, query) == expected


def test_the_newest_first_on_request(pages: Pages) -> None:
    numbers = found(pages, "q=工地&order=new")
    days = [int(number) for number in numbers]
    assert len(days) == 30 and days != [int(number) for number in found(pages, "q=工地")]
    page = html.fromstring(pages.text("/search?q=工地&order=new"))
    shown = page.xpath("//ul[@class='listing']//time/@datetime")
    assert shown == sorted(shown, reverse=True)


def test_pages_of_results_keep_the_question(pages: Pages) -> None:
    page = html.fromstring(pages.text("/search?q=工地&section=乡镇"))
    assert f"第 1–30，共 {MANY} 篇" in " ".join(page.text_content().split())
    following = page.xpath("//a[@rel='next']/@href")[0]
    last = pages.text(following.replace("page=2", "page=3"))
    assert (
        f"第 61–{MANY}，共 {MANY} 篇" in " ".join(html.fromstring(last).text_content().split())
        and 'value="工地"' in last
    )
    assert len(found(pages, following.partition("?")[2])) == 30


def test_the_form_keeps_what_was_asked(pages: Pages) -> None:
    page = html.fromstring(
        pages.text("/search?q=春茶&section=书记&since=2020-01-01&until=2020-12-31&author=甲&person=乙&order=new")
    )
    form = page.xpath("//form[@class='search']")[0]
    assert dict(form.fields) == {
        "q": "春茶", "section": "书记", "since": "2020-01-01", "until": "2020-12-31", "author": "甲", "person": "乙", "order": "new", "state": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("since=2020-02-30", "“2020-02-30”不是日期；日期如 2020、2020-03、2020-03-05"),
        ("until=gestern", "“gestern”不是日期；日期如 2020、2020-03、2020-03-05"),
        ("since=2020-03-02&until=2020-03-01", "2020-03-02 晚于 2020-03-01"),
        ("q=，。", "，。 中没有可检索的词"),
        ("q=" + "长" * 201, "长于 200 字"),
        ("q=茶&order=old", "没有叫“old”的排序"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_in_one_line(pages: Pages, query: str, said: str) -> None:
    answer = pages.get(f"/search?{query}")
    assert answer.status_code == 400
    assert html.fromstring(answer.text).xpath("//p[@role='alert']/text()") == [said]


@pytest.mark.parametrize(
    "q", ['"', "AND OR NOT", "a*", "NEAR(磐安)", "title:磐安", "'; DROP TABLE articles; --", "%", "磐安\0"]
)
def test_whatever_is_typed_is_answered(pages: Pages, q: str) -> None:
    assert pages.get("/search", "GET").status_code == 200
    answer = pages.get(f"/search?q={q.replace('%', '%25').replace(chr(0), '%00').replace(';', '%3B')}")
    assert answer.status_code in (200, 400) and "Something went wrong" not in answer.text


def test_an_empty_question_shows_the_form_alone(pages: Pages) -> None:
    page = html.fromstring(pages.text("/search"))
    assert not page.xpath("//section[@aria-labelledby='found']") and page.xpath("//form[@class='search']")
    assert [one.get("value") for one in page.xpath("//datalist[@id='people']/option")] == ["石示例", "田样例", "郝虚构"]
