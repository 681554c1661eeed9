"""The pages in a browser: what a reader does, from the front page on; nothing faulty, nothing asked beyond loopback."""

import asyncio
import random
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

import chromium
import pytest
import uvicorn
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from browse_archive import HOSTILE, RUNS, STORY, build, pages_of

from panan_spider.publish.browse.page_render import ExportSource, open_library
from panan_spider.publish.browse.question_parser import question_of
from panan_spider.publish.browse.server import address_of, listening
from panan_spider.publish.browse.static_site import write


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ExportSource:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def address(source: ExportSource) -> Iterator[str]:
    """The pages, served on loopback beside the tests."""
    listener = listening("127.0.0.1", 0)
    config = uvicorn.Config(pages_of(source).app, log_level="warning", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    serving = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    serving.start()
    yield address_of(listener).rstrip("/")
    server.should_exit = True
    serving.join(10)


def one(browser: Chrome, css: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, css)


def texts(browser: Chrome, css: str) -> list[str]:
    return [element.text for element in browser.find_elements(By.CSS_SELECTOR, css)]


def entered(browser: Chrome, field: WebElement, words: str) -> None:
    """Type words into a field, and Enter; wait for the page that answers."""
    before = browser.current_url
    field.clear()
    field.send_keys(words, Keys.ENTER)
    # Between two pages the browser has words of its own for a field that is gone.
    wait = WebDriverWait(browser, 20, ignored_exceptions=[WebDriverException])
    wait.until(lambda page: page.current_url != before)
    wait.until(lambda page: page.execute_script("return document.readyState") == "complete")


def where(browser: Chrome) -> str:
    return unquote(urlsplit(browser.current_url).path)


def sound(browser: Chrome, address: str) -> None:
    """Nothing in the console, nothing asked of anybody but the server, no sideways scrolling, no fault of access."""
    asked = chromium.asked(browser)
    assert asked and all(url.startswith(f"{address}/") for url in asked), asked
    assert chromium.errors(browser) == []
    assert chromium.overflow(browser) == 0
    assert chromium.faults(browser) == []


def test_a_reader_searches_reads_compares_and_follows_a_person(browser: Chrome, address: str) -> None:
    browser.get(address)
    one(browser, "body").send_keys("/")
    entered(browser, browser.switch_to.active_element, "磐安")
    assert set(texts(browser, "mark")) == {"磐安"} and where(browser) == "/search"
    sound(browser, address)
    entered(browser, one(browser, "#q"), "郝虚构")
    assert texts(browser, ".headline") == ["守好绿水青山 做强春茶产业"]
    one(browser, ".headline a").click()
    assert where(browser) == f"/article/{STORY}" and one(browser, "h1").text == "守好绿水青山 做强春茶产业"
    assert browser.execute_script("return document.querySelector('figure img').naturalWidth") == 480
    sound(browser, address)
    browser.find_element(By.LINK_TEXT, "改动").click()
    assert "3.2" in texts(browser, "del") and "3.5" in texts(browser, "ins")
    sound(browser, address)
    browser.back()
    browser.find_element(By.LINK_TEXT, "石示例").click()
    assert where(browser) == "/person/石示例" and len(texts(browser, ".timeline li")) == 50
    one(browser, "a[rel=next]").click()
    assert len(texts(browser, ".timeline li")) == 16 and "察看" in texts(browser, ".tag.act")
    sound(browser, address)


def test_a_hostile_article_does_nothing(browser: Chrome, address: str) -> None:
    for path in (f"/article/{HOSTILE}", f"/article/{HOSTILE}/raw/1", "/search?q=磐安", "/authors", f"/run/{RUNS[1]}"):
        browser.get(address + path)
        assert browser.execute_script("return window.hacked") is None
        assert "window.hacked" in one(browser, "main").text
        sound(browser, address)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [chromium.DESK, chromium.PHONE])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_page_is_sound_on_desk_and_phone_light_and_dark(
    browser: Chrome, address: str, size: tuple[int, int], dark: bool, language: str
) -> None:
    chromium.view(browser, size, dark=dark)
    kinds = (
        "/",
        "/search?q=春茶&section=书记",
        f"/article/{STORY}",
        f"/article/{STORY}/changes/2",
        "/calendar",
        "/calendar/2020-03",
        "/changes",
        "/trend?q=春茶&q=工地",
        "/offices",
        "/office/县委书记",
    )
    for path in (
        *kinds,
        "/section/乡镇",
        "/search",
        "/search?q=foo:bar",
        "/authors",
        "/author/陈测试",
        "/people",
        "/person/郝虚构",
        "/person/石示例?year=2019",
        f"/article/{HOSTILE}",
        f"/article/{STORY}/revision/1",
        "/runs",
        f"/run/{RUNS[0]}",
        f"/article/{STORY}/raw/1",
        "/nothing",
    ):
        browser.get(f"{address}{path}{'&' if '?' in path else '?'}lang={language}")
        chromium.errors(browser) if path in ("/nothing", "/search?q=foo:bar") else None  # the 404 or 400 itself is told
        sound(browser, address)
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(23, 22, 20)") is dark


def test_the_keyboard_leads_past_the_head_of_the_page(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/article/{STORY}")
    one(browser, "body").send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert "跳到正文" in skip.text and skip.location["x"] >= 0
    skip.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "content"


def test_a_report_of_a_run_is_shown_as_it_looks(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/runs/{RUNS[1]}.html")
    assert one(browser, "p").value_of_css_property("color") in ("rgb(255, 0, 0)", "rgba(255, 0, 0, 1)")
    assert chromium.errors(browser) == []


def found_in_files(browser: Chrome, home: str, question: str) -> int | str:
    """How many articles the search of the folder finds, or what it says is wrong with the question."""
    browser.get(f"{home}/search.html?{urlencode({'q': question})}")
    wait = WebDriverWait(browser, 30)
    wait.until(lambda page: one(page, "#results").get_attribute("data-total") or one(page, "#fault").text)
    return (
        int(one(browser, "#results").get_attribute("data-total") or -1)
        if not one(browser, "#fault").text
        else one(browser, "#fault").text
    )


@pytest.fixture(scope="module")
def home(source: ExportSource, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The folder of files."""
    out = tmp_path_factory.mktemp("files") / "site"
    write(source, out)
    return out.as_uri()


def test_files_need_no_server_and_search_by_themselves(browser: Chrome, home: str) -> None:
    browser.get(f"{home}/index.html")
    entered(browser, one(browser, "#quick-q"), "石示例")
    assert where(browser).endswith("/search.html")
    WebDriverWait(browser, 20).until(lambda page: one(page, "#results .counted").text == "66 篇")
    sound(browser, home)
    browser.get(f"{home}/search.html?q=春茶&section=书记")
    WebDriverWait(browser, 20).until(lambda page: one(page, "#results .counted").text == "1 篇")
    assert texts(browser, "#results .headline") == ["守好绿水青山 做强春茶产业"] and set(texts(browser, "mark")) == {
        "春茶"
    }
    sound(browser, home)
    facet = one(browser, ".facet a")
    count = int(one(browser, ".facet .count").text)
    facet.click()
    WebDriverWait(browser, 20).until(lambda page: one(page, "#results").get_attribute("data-total") == str(count))
    one(browser, "#results .headline a").click()
    assert one(browser, "h1").text == "守好绿水青山 做强春茶产业"
    assert browser.execute_script("return document.querySelector('figure img').naturalWidth") == 480
    sound(browser, home)
    assert found_in_files(browser, home, "磐安") == 2
    assert "<script>" in texts(browser, "#results .headline")[0]
    assert browser.execute_script("return window.hacked") is None


def questions() -> list[str]:
    """A hundred questions, the same every time: words of the archive, joined, excluded, grouped, in fields, with dates."""
    dice = random.Random(7)
    words = [
        "磐安",
        "工地",
        "茶",
        "春茶",
        "样例",
        "石示例",
        "第1",
        "12",
        "产值",
        "白术",
        "300公斤",
        '"磐安的药材"',
        "陈测试",
        "樣例鎮",
        "没有的词",
        "script",
        "月5",
    ]
    fields = [
        "标题:样例", "引题:调研", "正文:工地", "栏目:乡镇", "栏目:-", "记者:陈测试", "记者:李*", "人物:石示例", "职务:县委书记", "地点:样例村",
        "来源:磐安新闻网", "版面:enorth_b", "状态:更正", "状态:撤下", "is:pictures", "2019..2020", "2019-03", "2020-03-06", "..2014", "000000001",
        "http://www.panews.cn/system/2020/03/07/000000001.shtml", "标题：“新闻”", "副题:春茶",
        "www.panews.cn/system/2020/03/07/000000001.shtml", "栏目:(乡镇|时政)", "（春茶｜工地）", "標題:樣例", "栏目:鄉鎮", "２０１９－０３", "状态:（更正|撤下）",
    ]  # fmt: skip
    found = []
    for _number in range(100):
        clauses = dice.choices(words + fields, k=dice.randint(1, 3))
        clauses = [f"-{clause}" if dice.random() < 0.2 else clause for clause in clauses]
        if dice.random() < 0.3:
            clauses.append(f"({dice.choice(words)} -{dice.choice(words)})|{dice.choice(words)}")
        found.append(dice.choice([" ", " ", "|"]).join(clauses))
    return found


def test_files_and_server_find_the_same_for_a_hundred_questions(
    browser: Chrome, source: ExportSource, home: str
) -> None:
    search = open_library(source).search
    asked = questions()
    assert len(set(asked)) > 90
    totals = {question: search.answer(question_of({"q": question})).total for question in asked}
    assert sum(0 < total < 70 for total in totals.values()) > 40
    assert {question: found_in_files(browser, home, question) for question in asked} == totals


@pytest.mark.parametrize(
    "question",
    [
        "foo:bar",
        "甲 -",
        "(甲",
        "2020-13",
        "甲*",
        "标题:",
        "，。",
        "状态:好",
        "|",
        "甲" * 201,
        "AND",
        "甲 AND",
        "OR 甲",
        "甲 NOT",
        "（甲",
        "甲 ）",
        "标题:甲*",
        "甲&&乙",
        "2019～2020",
        "2020...2021",
        "编号:abc",
        "标题:（）",
    ],
)
def test_files_name_what_is_not_understood_as_the_server_does(
    browser: Chrome, address: str, home: str, question: str
) -> None:
    browser.get(f"{address}/search?{urlencode({'q': question})}")
    served = one(browser, ".fault").text
    assert served and found_in_files(browser, home, question) == served


def test_a_question_is_narrowed_widened_and_taken_home(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/search?q=样例 -茶")
    facet = one(browser, ".facet li")
    count = facet.find_element(By.CSS_SELECTOR, ".count").text
    facet.find_element(By.TAG_NAME, "a").click()
    assert one(browser, ".counted").text.endswith(f"{count} 篇") and len(texts(browser, ".clause")) == 3
    browser.find_elements(By.CSS_SELECTOR, ".clause")[-1].click()
    assert len(texts(browser, ".clause")) == 2
    sound(browser, address)
    assert texts(browser, ".forms a") == ["CSV", "Excel", "JSON", "Atom", "BibTeX", "GB/T 7714"]
    one(browser, ".languages a").click()
    assert (
        browser.execute_script("return document.documentElement.lang") == "en"
        and "without 茶" in one(browser, "#found").text
    )
    sound(browser, address)


def test_corrections_and_a_trend_lead_to_what_they_count(browser: Chrome, address: str) -> None:
    browser.get(address)
    one(browser, ".front-changes h2 a").click()
    assert where(browser) == "/changes" and "3.5" in texts(browser, "ins")
    browser.get(f"{address}/trend?q=工地")
    point = one(browser, ".plot a")
    total = int(str(point.get_attribute("aria-label")).rpartition(": ")[2])
    browser.get(address + str(browser.execute_script("return arguments[0].getAttribute('href')", point)))
    assert one(browser, ".counted").text == f"{total} 篇"
    sound(browser, address)


def test_a_plot_can_be_read_and_a_run_takes_two_lines_on_a_phone(browser: Chrome, address: str) -> None:
    chromium.view(browser, chromium.PHONE)
    browser.get(f"{address}/trend?q=工地")
    text = "return document.querySelector('.plot text').getBoundingClientRect().height"
    assert browser.execute_script(text) >= 8 and chromium.overflow(browser) == 0
    browser.get(f"{address}/runs")
    lines = "return new Set([...document.querySelectorAll('.runs tbody tr:last-child > *')].map(cell => cell.offsetTop)).size"
    assert browser.execute_script(lines) == 2


def test_a_printed_article_is_cited_and_has_no_page_around_it(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/article/{STORY}")
    assert not one(browser, ".print-citation").is_displayed() and one(browser, ".masthead").is_displayed()
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert "[N/OL]. 磐安新闻网, 2020-03-06" in one(browser, ".print-citation").text
    assert not any(one(browser, css).is_displayed() for css in (".masthead", ".colophon", ".margin"))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
