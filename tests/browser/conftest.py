"""What the tests of pages share: one browser a process."""

from collections.abc import Iterator

import chromium
import pytest
from selenium.webdriver import Chrome


@pytest.fixture(scope="session")
def chrome() -> Iterator[Chrome]:
    """The browser of this process; `browser` gives it fresh to each test."""
    if (name := chromium.missing()) is not None:
        pytest.skip(f"{name} is not installed: apt-get install chromium chromium-driver")
    started = chromium.start()
    yield started
    started.quit()


@pytest.fixture
def browser(chrome: Chrome) -> Chrome:
    """An empty page on a desk-sized light screen, with nothing logged. See `chromium` for what to ask it."""
    chrome.get("about:blank")
    chromium.view(chrome)
    chromium.errors(chrome)
    chromium.asked(chrome)
    return chrome
