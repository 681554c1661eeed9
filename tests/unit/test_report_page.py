"""The report's page: everything the report says, the site's words as text, and never too large to open."""

import re

import pytest
from lxml import html
from report_examples import HOSTILE, a_correction, a_gap, a_report, an_entry, coverage

from panan_spider.core.outcomes import ExitCode, Outcome
from panan_spider.core.run_report import RunReport
from panan_spider.report import vocabulary
from panan_spider.report.report_page import Coverage, index_page, report_page
from panan_spider.sites.profile import Site, load_site

SITE = load_site()
PAGE = report_page(a_report(), coverage(), SITE)
#: Chinese of the report's own vocabulary.
CHINESE_WORDS = (
    {words[1] for words in vocabulary.ENDINGS.values()}
    | set(vocabulary.CHECKS.values())
    | {"每日各栏目文章", "新文章", "运行过程", "地址"}
)
CHINESE = report_page(a_report(), coverage(), SITE, "zh")
TREE = html.document_fromstring(PAGE)


def text(page: str) -> str:
    return " ".join(html.document_fromstring(page).text_content().split())


@pytest.mark.parametrize(
    ("page", "words", "count"), [(PAGE, "All is well", "2 stored"), (CHINESE, "一切正常", "新存入 2")]
)
def test_the_verdict_comes_first(page: str, words: str, count: str) -> None:
    (head,) = html.document_fromstring(page).xpath("//h1")
    assert head.text_content() == words
    assert head.getparent().get("class") == "verdict good"
    assert count in head.getparent().text_content()


@pytest.mark.parametrize("code", ExitCode)
def test_every_exit_code_has_its_words(code: ExitCode) -> None:
    for language, words in zip(("en", "zh"), vocabulary.ENDINGS[code], strict=False):
        assert words in text(report_page(a_report(exit_code=int(code)), Coverage(), SITE, language))


def interface(page: str, language: str) -> str:
    """The page in its own words: text of another language, code, links to the site and the names of files left out."""
    root = html.document_fromstring(page)
    for element in root.xpath("//style | //code | //footer | //*[@lang] | //a[starts-with(@href, 'http')]"):
        if (element.tag not in ("html", "footer") and element.get("lang") != language) or element.tag == "footer":
            element.drop_tree()
    attributes = map(str, root.xpath("//@aria-label | //@title | //@data-label"))
    return " ".join([*root.itertext(), *attributes])


def test_a_page_is_of_one_language_and_leads_to_the_other() -> None:
    for page, language, other in (
        (PAGE, "en", "20260307T010000Z-1.zh.html"),
        (CHINESE, "zh-CN", "20260307T010000Z-1.html"),
    ):
        tree = html.document_fromstring(page)
        assert tree.get("lang") == language
        assert tree.xpath("//header/a/@href") == [other]
    runs = [
        {
            "run": "r",
            "started": "2026-03-07T01:00:00Z",
            "exit_code": 0,
            "reason": "1 stored",
            "command": "crawl",
            "new": 1,
            "corrections": 0,
        }
    ]
    chinese = [CHINESE, index_page(runs, SITE, "zh"), report_page(hostile(), Coverage(), SITE, "zh")]
    for page in chinese:
        untranslated = html.document_fromstring(page).xpath("//*[@lang='en'][not(self::a)]")
        assert [element.text for element in untranslated] in ([], [HOSTILE] * 3)
        words = set(re.findall(r"[A-Za-z]{2,}", interface(page, "zh-CN")))
        assert words <= {"kB", "MB", "robots", "txt", *re.findall(r"[A-Za-z]+", HOSTILE), "TZ", "json", "runs"}, words
    english = [PAGE, index_page(runs, SITE), report_page(hostile(), Coverage(), SITE)]
    for page in english:
        kept = interface(page, "en")
        assert {word for word in CHINESE_WORDS if word in kept} == set()


def test_years_without_an_article_are_one_line() -> None:
    tree = html.document_fromstring(report_page(a_report(), coverage(years=3), SITE))
    years = [" ".join(item.text_content().split()) for item in tree.xpath("//ul[@class='years']/li/p")]
    assert years[-1] == "2013–2022 no articles" and len(years) == 5
    assert not tree.xpath("//ul[@class='years']/li[@class='empty']//svg")


def test_every_word_of_the_report_has_its_chinese() -> None:
    assert set(vocabulary.OUTCOMES) == set(Outcome)
    from panan_spider.report.evaluation import CHECKS

    assert set(vocabulary.CHECKS) == set(CHECKS)


@pytest.mark.parametrize(
    "word",
    [
        "样例标题1",
        "样例标题2",
        "样例标题8",
        "silent beyond their rhythm: 视频 since",
        "no history yet",
        "HTTP 500",
        "full=true",
    ],
)
def test_it_says(word: str) -> None:
    assert word in text(PAGE)


def test_what_was_asked_again_and_what_waits_for_its_day() -> None:
    found = text(PAGE)
    assert "3 × age 2" in found and "5 × sample" in found and "1 corrected, seen 0.5 days after on average" in found
    assert "12 were not asked for and will be" in found and "2026-03-10" in found


def test_new_articles_are_links() -> None:
    links = {a.text_content(): a.get("href") for a in TREE.iter("a")}
    assert links["样例标题1"] == "http://www.panews.cn/system/2026/03/07/000000001.shtml"
    assert links["20260307T010000Z-1.json"] == "20260307T010000Z-1.json"


def test_a_correction_shows_what_went_and_what_came() -> None:
    (diff,) = TREE.xpath("//p[@class='diff']")
    assert diff.text_content().strip() == "…(300 characters)… 茶园三四万亩。"
    assert [(node.tag, node.text) for node in diff if node.tag in ("ins", "del")] == [("del", "三"), ("ins", "四")]


def test_quiet_periods_are_marked_and_named() -> None:
    assert "书记 · 2017-01-01 – 2018-12-31: 730 days without an article, at most 16 are usual" in text(PAGE)
    years = {svg.get("aria-label") for svg in TREE.xpath("//ul[@class='years']//svg")}
    assert "2017–2018 no articles" in text(PAGE)
    assert len(years) == 2026 - 2013 + 1 - 2


def test_every_picture_has_a_text_beside_it() -> None:
    pictures = [svg for svg in TREE.iter("svg") if svg.get("aria-hidden") is None]
    assert len(pictures) > 15
    assert all(svg.get("role") == "img" and svg.get("aria-label") and svg.find("title") is not None for svg in pictures)


def test_nothing_is_loaded_and_nothing_runs() -> None:
    policy = TREE.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'; style-src 'sha256-") and "unsafe" not in policy
    assert not TREE.xpath("//script | //img | //iframe | //link[not(@href='data:,')] | //@style | //@onclick")
    assert "@import" not in PAGE and "url(" not in PAGE


def hostile() -> RunReport:
    return a_report(
        new=[an_entry(title=HOSTILE, section=HOSTILE), an_entry(2, url="javascript:alert(3)")],
        corrections=[a_correction(title=HOSTILE)],
        gaps=[a_gap(url="javascript:alert(4)", reason=HOSTILE)],
        drift=[HOSTILE],
        reason=HOSTILE,
    )


def test_hostile_words_are_text() -> None:
    tree = html.document_fromstring(report_page(hostile(), Coverage(), SITE))
    assert not tree.xpath("//script | //img")
    assert tree.text_content().count(HOSTILE) >= 5
    assert not [href for href in tree.xpath("//@href") if href.startswith("javascript")]


def test_a_first_run_of_fifty_thousand_articles_is_no_large_page() -> None:
    many = a_report(
        new_count=50_000, new=[an_entry(number, title="长" * 60) for number in range(300)],
        corrections_count=900, corrections=[a_correction(number) for number in range(50)],
        removals_count=400, removals=[an_entry(number) for number in range(300)],
        gaps_count=5_000, gaps=[a_gap(number) for number in range(1_000)],
    )  # fmt: skip
    page = report_page(many, coverage(), SITE)
    assert len(page.encode()) < 300_000
    assert "50,000 in all; the first 100 are shown. 300 stand in runs/20260307T010000Z-1.json" in text(page)
    assert "5,000 addresses, of all runs; the first 40" in text(page)


def test_an_empty_archive_has_a_page_too() -> None:
    nothing = a_report(new_count=0, new=[], corrections_count=0, corrections=[], removals_count=0, removals=[])
    page = report_page(nothing, Coverage(), SITE)
    assert "Nothing new was stored." in text(page)
    assert not re.search(r"<h2>(Corrections|Removed|Coverage)", page)


def test_the_list_of_runs_links_each_crawl() -> None:
    run = {
        "run": "r2",
        "started": "2026-03-07T01:00:00Z",
        "finished": "x",
        "exit_code": 11,
        "reason": "<b>",
        "command": "crawl",
    }
    told = {**run, "state": "broken", "new": 3, "corrections": None}
    died = {**told, "run": "r1", "exit_code": None, "command": None, "reason": None, "new": None}
    tree = html.document_fromstring(index_page([told, died], SITE))
    assert tree.xpath("//tbody//a/@href") == ["r2.html"]
    assert "The site has changed" in tree.text_content() and "died" in tree.text_content()
    assert not tree.xpath("//b")


def test_another_site_has_its_own_name_and_its_own_first_year() -> None:
    """A profile without a name shows its key; without a first year the calendar begins with the oldest article."""
    other = Site(key="example", hosts=("www.example.com",), entry_pages=("http://www.example.com/",))
    for page in (report_page(a_report(), coverage(years=3), other), index_page([], other)):
        tree = html.document_fromstring(page)
        assert "example" in tree.findtext(".//title", "") and "磐安" not in page
    years = html.document_fromstring(report_page(a_report(), coverage(years=3), other)).xpath("//ul[@class='years']/li")
    assert len(years) == 4
