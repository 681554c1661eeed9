"""The report's page in a browser: nothing asked for, nothing broken, readable on a phone, by everybody, and in print."""

import base64
from pathlib import Path

import chromium
import pytest
from report_examples import HOSTILE, a_report, an_entry, coverage
from selenium.webdriver import Chrome

from panan_spider.report.report_page import index_page, report_page
from panan_spider.sites.profile import load_site


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with something in every part, hostile words among them."""
    path = tmp_path_factory.mktemp("report") / "run.html"
    report = a_report(new=[an_entry(1, title=HOSTILE), an_entry(2, title="长" * 200), *map(an_entry, range(3, 60))])
    path.write_text(report_page(report, coverage(), load_site()), "utf-8")
    return path


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [chromium.PHONE, chromium.DESK])
def test_it_asks_for_nothing_fits_the_screen_and_has_no_serious_fault(
    browser: Chrome, page: Path, size: tuple[int, int], dark: bool
) -> None:
    chromium.view(browser, size, dark=dark)
    browser.get(page.as_uri())
    assert chromium.asked(browser) == [page.as_uri()]
    assert chromium.errors(browser) == []
    assert chromium.overflow(browser) <= 0
    assert chromium.faults(browser) == []


def test_its_style_is_at_work_in_light_and_dark(browser: Chrome, page: Path) -> None:
    """A policy that locks out the page's own style would leave it bare."""
    colours = set()
    for dark in (False, True):
        chromium.view(browser, dark=dark)
        browser.get(page.as_uri())
        colours.add(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
    assert colours == {"rgb(251, 250, 247)", "rgb(22, 23, 26)"}


def test_its_plots_are_seen(browser: Chrome, page: Path) -> None:
    browser.get(page.as_uri())
    script = "return [...document.querySelectorAll('svg path')].filter(p => p.getBBox().width < 1).length"
    assert browser.execute_script(script) == 0
    assert (
        browser.execute_script("return document.querySelectorAll('.years svg').length") == 12
    )  # two of fourteen years are empty


def test_it_prints(browser: Chrome, page: Path) -> None:
    browser.get(page.as_uri())
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", {})["data"])
    assert printed.startswith(b"%PDF") and 1 <= printed.count(b"/Type /Page\n") <= 12


@pytest.mark.parametrize("size", [chromium.PHONE, chromium.DESK])
def test_the_list_of_runs_fits_the_screen_and_a_long_reason_leaves_the_rest_readable(
    browser: Chrome, tmp_path: Path, size: tuple[int, int]
) -> None:
    run = {"run": "r1", "started": "2026-03-07T01:00:00Z", "finished": "2026-03-07T01:02:00Z", "exit_code": 11}
    run |= {"command": "crawl", "state": "broken", "new": 3, "corrections": 0}
    run["reason"] = "section 视频 (http://www.panews.cn/a/very/long/address/of/a/section/index.shtml) is gone; " * 9
    path = tmp_path / "index.html"
    path.write_text(index_page([run] * 30, load_site()), "utf-8")
    chromium.view(browser, size)
    browser.get(path.as_uri())
    assert (chromium.errors(browser), chromium.faults(browser)) == ([], [])
    assert chromium.overflow(browser) <= 0
    heights = browser.execute_script(
        "return [...document.querySelectorAll('tbody th')].map(cell => cell.firstChild.offsetHeight)"
    )
    assert max(heights) < 30  # the date stands on one line
