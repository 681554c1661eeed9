"""The pages in a browser: what a reader does, from the front page on; nothing faulty, nothing asked beyond loopback."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

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

from panan_spider.publish.browse.fresh_export import ExportSource
from panan_spider.publish.browse.server import address_of, listening
from panan_spider.publish.browse.static_files import write


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> ExportSource:
    return build(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def address(source: ExportSource) -> Iterator[str]:
    """The pages, served on loopback beside the tests."""
    listener = listening("127.0.0.1", 0)
    config = uvicorn.Config(pages_of(source).datasette.app(), log_level="warning", lifespan="on", ws="none")
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
    """Nothing in the console, nothing asked of anybody but the server, no sideways scrolling, no serious fault of access."""
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
    browser.find_element(By.PARTIAL_LINK_TEXT, "改动").click()
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
def test_every_kind_of_page_is_sound_on_desk_and_phone_light_and_dark(
    browser: Chrome, address: str, size: tuple[int, int], dark: bool
) -> None:
    chromium.view(browser, size, dark=dark)
    kinds = (
        "/",
        "/search?q=春茶&section=书记",
        f"/article/{STORY}",
        f"/article/{STORY}/changes/2",
        "/calendar",
        "/calendar/2020-03",
    )
    for path in (
        *kinds,
        "/section/乡镇",
        "/people",
        "/person/郝虚构",
        "/runs",
        f"/run/{RUNS[0]}",
        f"/article/{STORY}/raw/1",
        "/nothing",
    ):
        browser.get(address + path)
        chromium.errors(browser) if path == "/nothing" else None  # the 404 itself is told
        sound(browser, address)
    paper = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(23, 22, 20)") is dark


def test_the_keyboard_leads_past_the_head_of_the_page(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/article/{STORY}")
    one(browser, "body").send_keys(Keys.TAB)
    skip = browser.switch_to.active_element
    assert "Skip to content" in skip.text and skip.location["x"] >= 0
    skip.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "content"


def test_a_report_of_a_run_is_shown_as_it_looks(browser: Chrome, address: str) -> None:
    browser.get(f"{address}/runs/{RUNS[1]}.html")
    assert one(browser, "p").value_of_css_property("color") in ("rgb(255, 0, 0)", "rgba(255, 0, 0, 1)")
    assert chromium.errors(browser) == []


def test_files_need_no_server_and_search_by_themselves(browser: Chrome, source: ExportSource, tmp_path: Path) -> None:
    asyncio.run(write(source, tmp_path / "site"))
    home = (tmp_path / "site").as_uri()
    browser.get(f"{home}/index.html")
    entered(browser, one(browser, "#quick-q"), "石示例")
    assert where(browser).endswith("/search.html")
    WebDriverWait(browser, 20).until(lambda page: one(page, "#results .counted").text == "66 articles")
    browser.get(f"{home}/search.html?q=春茶&section=书记")
    WebDriverWait(browser, 20).until(lambda page: one(page, "#results .counted").text == "1 articles")
    assert texts(browser, "#results .headline") == ["守好绿水青山 做强春茶产业"] and set(texts(browser, "mark")) == {
        "春茶"
    }
    sound(browser, home)
    one(browser, "#results .headline a").click()
    assert one(browser, "h1").text == "守好绿水青山 做强春茶产业"
    assert browser.execute_script("return document.querySelector('figure img').naturalWidth") == 480
    sound(browser, home)
    browser.get(f"{home}/search.html?q=磐安")
    WebDriverWait(browser, 20).until(lambda page: one(page, "#results .counted").text == "1 articles")
    assert "<script>" in texts(browser, "#results .headline")[0]
    assert browser.execute_script("return window.hacked") is None
