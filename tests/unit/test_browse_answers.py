"""Answers to questions: counts are those of a linear scan, every facet leads to as many as it says, and each other form holds the same."""

import csv
import io
import json
from collections.abc import Callable
from urllib.parse import quote

import jsonschema
import openpyxl
import pytest
from browse_archive import GONE, HOST, HOSTILE, MANY, STORY, Pages, build, pages_of, plans_of
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree, html
from store_helpers import an_article

from panan_spider.publish.browse import answer_formats
from panan_spider.publish.browse.answer_formats import FORMATS
from panan_spider.publish.browse.page_render import RenderContext
from panan_spider.publish.browse.question import Match
from panan_spider.publish.browse.question_parser import InvalidQuery, question_of
from panan_spider.publish.browse.routes import Route, RouteKind, document
from panan_spider.publish.export.text_formats import bibtex, csl_json, gb_t_7714
from panan_spider.sites.profile import load_site

Record = dict[str, object]
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Pages:
    return pages_of(build(tmp_path_factory.mktemp("archive")))


#: The library, for a test of many questions: hypothesis and fixtures of a function do not mix.
LIBRARY: list[RenderContext] = []
#: Its articles.
RECORDS: list[Record] = []


@pytest.fixture(scope="module", autouse=True)
def library(pages: Pages) -> RenderContext:
    LIBRARY[:] = [pages.app.live.current()]
    RECORDS[:] = LIBRARY[0].database.records(LIBRARY[0].index.ids)
    return LIBRARY[0]


def text_of(record: Record) -> str:
    """Everything the search looks through."""
    blocks = record["blocks"]
    assert isinstance(blocks, list)
    captions = [str(block.get("caption") or block.get("title") or "") for block in blocks]
    cells = [cell for block in blocks for row in block.get("rows", ()) for cell in row]
    authors = [author["name"] for author in record["authors"]]  # type: ignore[attr-defined]
    credits = record["credits"].values()  # type: ignore[attr-defined]
    fields = [record[name] or "" for name in ("title", "kicker", "subtitle", "text", "editor")]
    return "\n".join(map(str, [*fields, *captions, *cells, *authors, *credits]))


SCANS: list[tuple[str, Callable[[Record], bool]]] = [
    ("磐安", lambda one: "磐安" in text_of(one)),
    ("样例 -工地", lambda one: "样例" in text_of(one) and "工地" not in text_of(one)),
    ("-工地", lambda one: "工地" not in text_of(one)),
    ("磐安|工地", lambda one: "磐安" in text_of(one) or "工地" in text_of(one)),
    ("样例 磐安|工地", lambda one: "样例" in text_of(one) and ("磐安" in text_of(one) or "工地" in text_of(one))),
    ("-(磐安|工地)", lambda one: not ("磐安" in text_of(one) or "工地" in text_of(one))),
    ('"磐安的药材"', lambda one: "磐安的药材" in text_of(one)),
    ("樣例鎮", lambda one: "样例镇" in text_of(one)),
    ("茶", lambda one: "茶" in text_of(one)),
    ("标题:样例", lambda one: "样例" in str(one["title"])),
    ("引题:调研", lambda one: "调研" in f"{one['kicker']}{one['subtitle']}"),
    ("标题:样例 -2019-03", lambda one: "样例" in str(one["title"]) and not str(one["day"]).startswith("2019-03")),
    ("2019..2020", lambda one: str(one["day"])[:4] in ("2019", "2020")),
    ("2019-03..2019-05", lambda one: "2019-03" <= str(one["day"])[:7] <= "2019-05"),
    ("栏目:乡镇", lambda one: "乡镇" in (one["section"], *one["listed_in"])),  # type: ignore[misc]
    ("栏目:-", lambda one: one["section"] is None and not one["listed_in"]),
    ("来源:磐安新闻网", lambda one: one["source"] == "磐安新闻网"),
    ("记者:陈测试", lambda one: "陈测试" in [author["name"] for author in one["authors"]]),  # type: ignore[attr-defined]
    ("状态:撤下", lambda one: bool(one["gone"])),
    ("状态:更正", lambda one: one["revision"] == 2),
    ("状态:有图", lambda one: bool(one["images"])),
    (STORY, lambda one: one["id"] == STORY),
    ("http://www.panews.cn/system/2020/03/07/000000001.shtml", lambda one: one["id"] == STORY),
]


@pytest.mark.parametrize(("question", "holds"), SCANS)
def test_a_question_holds_for_what_a_linear_scan_finds(
    library: RenderContext, question: str, holds: Callable[[Record], bool]
) -> None:
    expected = {record["id"] for record in library.database.records(library.index.ids) if holds(record)}
    answer = library.search.answer(question_of({"q": question}))
    assert set(answer.ids(1_000)) == expected and answer.total == len(expected)
    assert 0 < len(expected) < len(library.index.ids)


def test_an_address_without_a_number_is_looked_up_in_an_index(pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    plans = plans_of(pages, monkeypatch, "/search?q=http://www.panews.cn/a/b.html")
    assert plans == ["SEARCH articles USING INDEX idx_articles_url (url=?)"]


Asked = tuple[str, Callable[[Record], bool]]


def _both(one: Asked, other: Asked, sign: str) -> Asked:
    return f"({one[0]}{sign}{other[0]})", lambda record: one[1](record) and other[1](record)


def _either(one: Asked, other: Asked, sign: str) -> Asked:
    return f"（{one[0]}{sign}{other[0]}）", lambda record: one[1](record) or other[1](record)


def _without(one: Asked, sign: str) -> Asked:
    return f"{sign}{one[0]}", lambda record: not one[1](record)


#: Clauses without a sign before them, each with what it holds for; a space in quotation marks, full-width and traditional twins, open ranges.
LEAVES: list[Asked] = [
    *(
        (question, holds)
        for question, holds in SCANS
        if " " not in question and not question.startswith("-") and "|" not in question
    ),
    ("“磐安的药材”", lambda one: "磐安的药材" in text_of(one)),
    ('标题:"样例新闻"', lambda one: "样例新闻" in str(one["title"])),
    ("標題：樣例", lambda one: "样例" in str(one["title"])),
    ("栏目:鄉鎮", lambda one: "乡镇" in (one["section"], *one["listed_in"])),  # type: ignore[misc]
    ("2019-06..", lambda one: str(one["day"] or "")[:7] >= "2019-06"),
    ("..2019-06", lambda one: one["day"] is not None and str(one["day"])[:7] <= "2019-06"),
    ("２０１９－０３", lambda one: str(one["day"]).startswith("2019-03")),
    ("第１处", lambda one: "第1处" in text_of(one)),
    ("没有的词", lambda _one: False),
    ("栏目:没有的栏目", lambda _one: False),
    ("栏目:(乡镇|时政)", lambda one: bool({"乡镇", "时政"} & {one["section"], *one["listed_in"]})),  # type: ignore[misc]
]
QUESTIONS = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.builds(_both, inner, inner, st.sampled_from([" ", "　", " AND "])),
        st.builds(_either, inner, inner, st.sampled_from(["|", "｜", " OR ", " | "])),
        st.builds(_without, st.sampled_from(LEAVES), st.sampled_from(["-", "－", "NOT "])),
        st.builds(
            lambda one, sign: _without((f"({one[0]})", one[1]), sign), inner, st.sampled_from(["-", "－", "NOT "])
        ),
    ),
    max_leaves=5,
)


@settings(max_examples=250, deadline=None, derandomize=True)
@given(QUESTIONS)
def test_a_nested_question_holds_for_what_a_linear_scan_finds(asked: Asked) -> None:
    library, (text, holds) = LIBRARY[0], asked
    try:
        question = question_of({"q": text})
    except InvalidQuery as error:
        assert "deep" in str(error)
        return
    expected = {record["id"] for record in RECORDS if holds(record)}
    assert set(library.search.answer(question).ids(1_000)) == expected, text
    for language in ("zh", "en"):
        assert question_of({"q": question.source(language)}) == question, question.source(language)


@pytest.mark.parametrize("path", ["/search?q=样例", "/search?q=磐安|工地 -茶", "/section/乡镇", "/author/陈测试"])
def test_every_facet_leads_to_as_many_as_it_says(pages: Pages, path: str) -> None:
    page = html.fromstring(pages.text(path))
    items = page.xpath("//details[@class='facet']//li")
    assert len(items) >= 5
    for item in items:
        count, href = int(item.findtext("span")), item.find("a").get("href")
        answer = json.loads(pages.text(href.replace("/search?", "/search.json?")))
        assert answer["total"] == count, href


WORDS = (
    "磐安",
    "工地",
    "茶",
    "春茶",
    "样例",
    "石示例",
    "12",
    "产值",
    "白术",
    '"磐安的药材"',
    "樣例鎮",
    "没有的词",
    "月5",
)
CLAUSES = (
    "标题:样例", "引题:调研", "栏目:乡镇", "栏目:-", "记者:陈测试", "记者:李*", "人物:石示例", "职务:县委书记", "地点:样例村", "来源:磐安新闻网",
    "状态:更正", "状态:撤下", "is:pictures", "2019..2020", "2019-03", "..2014", "000000001", "网站:panan",
)  # fmt: skip
clauses = st.builds(
    lambda sign, word: sign + word, st.sampled_from(["", "", "", "-"]), st.sampled_from(WORDS + CLAUSES)
)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.lists(st.one_of(clauses, st.tuples(clauses, clauses).map("|".join)), min_size=1, max_size=3))
def test_every_facet_of_any_question_leads_to_as_many_as_it_says(asked: list[str]) -> None:
    question = question_of({"q": " ".join(asked)})
    answer = LIBRARY[0].search.answer(question)
    for facet, values in answer.facets(100).items():
        assert len({one.value for one in values}) == len(values)
        for one in values:
            narrowed = question.also(Match(facet, one.value))
            again = question_of({"q": narrowed.source("zh")})
            assert LIBRARY[0].search.count(again) == one.count, (narrowed.source("zh"), facet)
    assert sum(answer.years().values()) == len([number for number in answer.hits if LIBRARY[0].index.day_of(number)])


@pytest.mark.parametrize("path", ["/search?q=样例", "/section/乡镇"])
def test_every_bar_leads_to_as_many_as_it_says(pages: Pages, path: str) -> None:
    bars = html.fromstring(pages.text(path)).xpath("//ol[@class='bars']//a")
    assert bars
    for bar in bars:
        answer = json.loads(pages.text(bar.get("href").replace("/search?", "/search.json?")))
        assert answer["total"] == int(bar.get("title").partition(": ")[2])


def test_a_clause_can_be_taken_out_again(pages: Pages) -> None:
    page = html.fromstring(pages.text("/search?q=样例 栏目:乡镇&since=2019"))
    questions = [
        json.loads(pages.text(str(href).replace("/search?", "/search.json?")))["question"]["source"]
        for href in page.xpath("//a[@class='clause']/@href")
    ]
    assert questions == ["栏目:乡镇 2019..", "样例 2019..", "样例 栏目:乡镇"]


def test_hits_say_in_how_many_places(pages: Pages) -> None:
    (hit,) = json.loads(pages.text("/search.json?q=春茶"))["articles"]
    assert hit["id"] == STORY and hit["places"] == 5
    assert "5 处" in pages.text("/search?q=春茶") and "5 places" in pages.text("/search?q=春茶&lang=en")


def test_pages_of_json_hold_each_article_once(pages: Pages) -> None:
    found, following = [], "/search.json?q=工地&size=20"
    while following:
        answer = json.loads(pages.text(following))
        found += [article["id"] for article in answer["articles"]]
        following = (answer["next"] or "").removeprefix("http://127.0.0.1:8001")
    assert len(found) == len(set(found)) == answer["total"] == MANY
    assert (
        pages.get("/search.json?q=工地&size=0").status_code == 400
        and pages.get("/search.json?q=工地&page=9").status_code == 404
    )


ANSWERS = {
    "/search.json": ["/search.json?q=磐安", "/search.json", "/search.json?q=没有的词", "/search.json?q=-甲&lang=en"],
    "/section/{name}.json": ["/section/乡镇.json", "/section/-.json"],
    "/author/{name}.json": ["/author/陈测试.json"],
    "/person/{name}.json": ["/person/石示例.json?page=2"],
    "/office/{name}.json": ["/office/县委书记.json"],
    "/calendar/{month}.json": ["/calendar/2020-03.json"],
    "/article/{id}.json": [f"/article/{STORY}.json", f"/article/{HOSTILE}.json"],
    "/changes.json": ["/changes.json", "/changes.json?kind=removal", "/changes.json?kind=rereading"],
    "/trend.json": ["/trend.json?q=磐安&q=工地", "/trend.json"],
}
#: The same with every other suffix that the document has for the path.
ANSWERS |= {
    path: [one.replace(".json", f".{suffix}") for one in asked]
    for base, asked in ((known.removesuffix(".json"), asked) for known, asked in list(ANSWERS.items()))
    for path in document()["paths"]
    if (suffix := path.removeprefix(f"{base}.")) != path and suffix != "json"
}


def test_every_path_of_the_document_is_asked_for() -> None:
    assert set(ANSWERS) == set(document()["paths"])
    suffixes = {path.partition(".")[2] for path in ANSWERS}
    assert suffixes == set(FORMATS), "a form that the document does not have"


@pytest.mark.parametrize(("path", "asked"), [(path, asked) for path, paths in ANSWERS.items() for asked in paths])
def test_every_answer_is_what_the_document_says(pages: Pages, path: str, asked: str) -> None:
    described = json.loads(pages.text("/openapi.json"))
    ((media_type, content),) = described["paths"][path]["get"]["responses"]["200"]["content"].items()
    answer = pages.get(asked)
    assert answer.status_code == 200 and answer.headers["content-type"].partition(";")[0] == media_type
    assert ("schema" in content) == media_type.endswith("json")
    if "schema" in content:
        dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "components": described["components"]}
        jsonschema.validate(answer.json(), dialect | content["schema"])


def test_a_question_that_is_not_understood_is_named_in_json(pages: Pages) -> None:
    answer = pages.get("/search.json?q=foo:bar")
    assert answer.status_code == 400
    jsonschema.validate(answer.json(), document()["components"]["schemas"]["Error"])
    assert "foo" in answer.json()["error"]


@pytest.mark.parametrize("suffix", ["csv", "bib", "txt", "csl.json"])
@pytest.mark.parametrize("asked", ["样例", "没有的词"])
def test_a_long_answer_is_sent_in_pieces_that_make_the_same_file(
    pages: Pages, monkeypatch: pytest.MonkeyPatch, suffix: str, asked: str
) -> None:
    whole = pages.get(f"/search.{suffix}?q={asked}").content
    monkeypatch.setattr(answer_formats, "_BATCH", 10)
    context = pages.app.live.current()
    found = answer_formats.represent(context, Route(RouteKind.SEARCH, suffix=suffix), {"q": asked}, HOST)
    assert not isinstance(found.body, bytes)
    pieces = list(found.body)
    assert b"".join(pieces) == whole and (len(pieces) > 6) == (asked == "样例")
    if suffix == "csl.json":
        assert len(json.loads(whole)) == context.search.answer(question_of({"q": asked})).total


def test_csv_and_excel_hold_the_same_articles_and_excel_keeps_the_zeros(pages: Pages) -> None:
    rows = list(csv.DictReader(io.StringIO(pages.get("/search.csv?q=样例&order=new").content.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(pages.get("/search.xlsx?q=样例&order=new").content)).active
    assert sheet is not None and sheet.freeze_panes == "B2"
    head, *cells = sheet.iter_rows(values_only=True)
    excel = [dict(zip(map(str, head), row, strict=True)) for row in cells]
    assert [row["id"] for row in rows] == [row["id"] for row in excel] and len(rows) > MANY
    story = next(row for row in excel if row["id"] == STORY)
    assert story["id"] == "000000001" and str(story["day"]) == "2020-03-06 00:00:00" and story["revision"] == 2


def feed(pages: Pages, path: str) -> list[etree._Element]:
    root = etree.fromstring(pages.get(path).content)
    links = {link.get("rel"): link.get("href") for link in root.iterfind("a:link", ATOM)}
    assert str(links["self"]).startswith("http://127.0.0.1:8001/") and links["alternate"]
    return root.findall("a:entry", ATOM)


def test_a_saved_question_is_a_feed_that_shows_pictures_and_a_correction(pages: Pages) -> None:
    (entry,) = feed(pages, f"/search.atom?q={quote('标题:春茶')}")
    content = str(entry.findtext("a:content", namespaces=ATOM))
    assert "<img " in content and "更正：" in content and "郝虚构在样例镇调研时强调" in content
    assert {term.get("term") for term in entry.iterfind("a:category", ATOM)} == {"书记", "时政", "更正"}


def test_the_feed_of_changes_has_corrections_and_removals(pages: Pages) -> None:
    titles = [str(entry.findtext("a:title", namespaces=ATOM)) for entry in feed(pages, "/changes.atom")]
    assert sorted(titles) == ["已撤下：茶农学新招", "更正：守好绿水青山 做强春茶产业"]
    contents = " ".join(str(entry.findtext("a:content", namespaces=ATOM)) for entry in feed(pages, "/changes.atom"))
    assert "<del>3.2</del><ins>3.5</ins>" in contents


@pytest.mark.parametrize(
    "path",
    ["/", "/search?q=磐安", "/section/乡镇", "/author/陈测试", "/person/郝虚构", "/calendar/2020-03", "/changes"],
)
def test_every_list_names_its_feed(pages: Pages, path: str) -> None:
    hrefs = html.fromstring(pages.text(path)).xpath("//link[@rel='alternate'][@type='application/atom+xml']/@href")
    assert hrefs and all(pages.get(str(href)).status_code == 200 for href in hrefs)


def test_the_list_of_changes_has_the_words_and_the_times(pages: Pages) -> None:
    page = html.fromstring(pages.text("/changes"))
    rows = {
        row.findtext(".//h3/a"): " ".join(row.text_content().split())
        for row in page.xpath("//ol[@class='changes-list']/li")
    }
    assert "已撤下 最后见于" in rows["茶农学新招"] and "发现撤下于" in rows["茶农学新招"]
    correction = page.xpath("//ol[@class='changes-list']/li[.//ins]")[0]
    assert [one.text for one in correction.iter("del", "ins")] == ["现", "已", "3.2", "3.5", "上", "去"]
    assert page.xpath("//ul[@class='kinds']//span/text()") == ["2", "1", "1", "0"]
    assert pages.text("/changes?kind=removal").count("<h3") == 1 and GONE in pages.text("/changes?kind=removal")


def test_words_over_time_are_counts_of_their_questions(pages: Pages) -> None:
    answer = json.loads(pages.text("/trend.json?q=工地&q=磐安"))
    assert [one["source"] for one in answer["questions"]] == ["工地", "磐安"] and answer["questions"][0][
        "total"
    ] == MANY
    for month, count in answer["questions"][0]["counts"].items():
        assert json.loads(pages.text(f"/search.json?q=工地 {month}"))["total"] == count
    assert answer["months"][0] == "2014-05" and answer["months"][-1] == "2020-04" and len(answer["months"]) == 72
    page = html.fromstring(pages.text("/trend?q=工地&q=磐安"))
    assert {one.get("class") for one in page.xpath("//*[name()='polyline']")} == {"line1", "line2"} and page.xpath(
        "//*[name()='svg']//*[name()='a']/@href"
    )
    assert pages.get("/trend?" + "&".join(["q=甲"] * 5)).status_code == 400


def test_a_person_has_two_counts_and_the_second_is_a_question(pages: Pages) -> None:
    page = html.fromstring(pages.text("/person/石示例"))
    counted = " ".join(page.xpath("//p[@class='counted']")[0].text_content().split())
    assert counted == "印有职务： 66 篇 · 出现此名： 66 篇"
    answer = pages.text(str(page.xpath("//p[@class='counted']/a/@href")[0]).replace("/search?", "/search.json?"))
    assert json.loads(answer)["total"] == 66


def test_a_timeline_is_narrowed_by_deed_place_and_year(pages: Pages) -> None:
    def articles(query: str) -> int:
        return len(html.fromstring(pages.text(f"/person/石示例?{query}")).xpath("//div[@class='timeline']//li"))

    assert (
        articles("year=2020") == 1 and articles("deed=察看&year=2019") == 50 and articles("place=样例村&year=2020") == 0
    )
    assert articles("year=x") == 0


def test_an_office_says_who_held_it_from_when_to_when(pages: Pages) -> None:
    rows = html.fromstring(pages.text("/office/县委书记")).xpath("//tbody/tr")
    assert [" ".join(" ".join(row.itertext()).split()) for row in rows] == ["郝虚构 2020-03-06 2020-03-06 1 2020 1"]


def test_an_article_can_be_cited(pages: Pages) -> None:
    page = html.fromstring(pages.text(f"/article/{STORY}"))
    gb, bib, csl = page.xpath("//pre[@class='citation']/text()")
    assert gb.startswith("陈测试, 李样例. 守好绿水青山 做强春茶产业[N/OL]. 磐安新闻网, 2020-03-06[2") and gb.endswith(
        "000000001.shtml."
    )
    assert page.xpath("//p[@class='print-citation']/text()") == [gb]
    assert bib.startswith("@article{panan-000000001,") and "sha256:" in bib and "warc/" in bib
    (item,) = json.loads(csl)
    assert item["issued"]["date-parts"] == [[2020, 3, 6]] and item["author"] == [
        {"literal": "陈测试"},
        {"literal": "李样例"},
    ]
    metas = {one.get("name"): one.get("content") for one in page.xpath("//meta[starts-with(@name, 'citation_')]")}
    assert metas["citation_journal_title"] == "磐安新闻网"
    assert metas["citation_publication_date"] == "2020/03/06" and metas["citation_title"] == "守好绿水青山 做强春茶产业"
    (data,) = page.xpath("//script[@type='application/ld+json']/text()")
    assert json.loads(data)["@type"] == "NewsArticle"


def test_the_day_of_a_citation_is_that_of_the_site_s_clock() -> None:
    record = an_article(1, fetched_at="2026-03-07T18:15:00Z").model_dump(mode="json")
    site = load_site()
    assert "[2026-03-08]" in gb_t_7714(record, site) and "urldate = {2026-03-08}" in bibtex(record, site)
    assert json.loads(csl_json([record], site))[0]["accessed"] == {"date-parts": [[2026, 3, 8]]}


@pytest.mark.parametrize(
    ("suffix", "count"), [("bib", "@article{"), ("txt", "[N/OL]"), ("csl.json", '"article-newspaper"')]
)
def test_an_answer_is_a_list_of_citations(pages: Pages, suffix: str, count: str) -> None:
    assert pages.text(f"/section/乡镇.{suffix}").count(count) == MANY + 1


def test_places_are_counted_in_captions_and_bylines_and_the_words_around_them_are_shown(pages: Pages) -> None:
    for question in ("茶园察看长势", "陈测试"):
        answer = json.loads(pages.text(f"/search.json?q={question}"))
        assert answer["total"] and all(article["places"] for article in answer["articles"]), question
        marks = html.fromstring(pages.text(f"/search?q={question}")).xpath("//mark/text()")
        assert len(marks) >= min(answer["total"], 30) and set(marks) == {question}


def test_a_year_without_articles_has_no_share(pages: Pages) -> None:
    page = html.fromstring(pages.text("/trend?q=工地"))
    rows = [[cell.text_content().strip() for cell in row] for row in page.xpath("//tbody/tr")]
    empty = [row for row in rows if row[-1] == "0"]
    assert empty and {row[2] for row in empty} == {"–"}
