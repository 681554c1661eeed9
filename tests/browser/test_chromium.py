"""The browser the page tests look through: it sees faults where there are some, and reaches nothing beyond loopback."""

from pathlib import Path

import chromium
import pytest
from selenium.webdriver import Chrome

GOOD = "<!doctype html><html lang=en><title>t</title><meta name=viewport content='width=device-width'><main><h1>Good</h1></main>"
BAD = """<!doctype html><html><head><meta name=viewport content='width=device-width'></head><body>
<img src=x.png><div style="width:900px">wide</div><script>console.error("oh")</script>
<img src="http://www.panews.cn/a.png">"""


def opened(browser: Chrome, folder: Path, html: str) -> Chrome:
    page = folder / "page.html"
    page.write_text(html, "utf-8")
    browser.get(page.as_uri())
    return browser


def test_a_good_page_has_nothing_to_find(browser: Chrome, tmp_path: Path) -> None:
    chromium.view(browser, chromium.PHONE)
    opened(browser, tmp_path, GOOD)
    assert chromium.asked(browser) == [(tmp_path / "page.html").as_uri()]
    assert (chromium.errors(browser), chromium.overflow(browser), chromium.faults(browser)) == ([], 0, [])


def test_what_is_wrong_with_a_bad_page_is_found(browser: Chrome, tmp_path: Path) -> None:
    chromium.view(browser, chromium.PHONE)
    opened(browser, tmp_path, BAD)
    assert "http://www.panews.cn/a.png" in chromium.asked(browser)
    said = " ".join(chromium.errors(browser))
    assert "oh" in said and "ERR_NAME_NOT_RESOLVED" in said
    assert chromium.overflow(browser) > 300
    assert {fault.partition(":")[0] for fault in chromium.faults(browser)} >= {"image-alt", "document-title"}


@pytest.mark.parametrize("dark", [False, True])
def test_a_reader_prefers_light_or_dark(browser: Chrome, tmp_path: Path, dark: bool) -> None:
    chromium.view(browser, dark=dark)
    opened(browser, tmp_path, GOOD)
    assert browser.execute_script("return matchMedia('(prefers-color-scheme: dark)').matches") is dark
