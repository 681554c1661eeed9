"""Debian's Chromium without a screen, and what a test asks it about a page."""

import json
import shutil
from typing import Any, Final
from urllib.parse import urlsplit

from axe_selenium_python import Axe
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

PHONE: Final = (390, 844)
DESK: Final = (1280, 900)

_FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",  # root has no sandbox, and the pages are our own
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing beyond loopback, whatever a page asks for
)


def missing() -> str | None:
    """Which program is not on this machine; None where both are."""
    return next((name for name in ("chromium", "chromedriver") if shutil.which(name) is None), None)


def start() -> Chrome:
    """A browser. What it logs and asks for is kept for `errors` and `asked`."""
    options = Options()
    options.binary_location = shutil.which("chromium") or ""
    for flag in _FLAGS:
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return Chrome(options=options, service=Service(shutil.which("chromedriver")))


def view(browser: Chrome, size: tuple[int, int] = DESK, *, dark: bool = False) -> None:
    """Look through a screen of `size` (CSS pixels), by a reader who prefers `dark` or light."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


def _log(browser: Chrome, kind: str) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = browser.get_log(kind)  # type: ignore[no-untyped-call]
    return lines


def errors(browser: Chrome) -> list[str]:
    """What stands in the console at WARNING or worse since it was last asked."""
    return [line["message"] for line in _log(browser, "browser") if line["level"] in ("WARNING", "SEVERE")]


def asked(browser: Chrome) -> list[str]:
    """The addresses asked for since this was last called, `data:` not counted."""
    messages = [json.loads(line["message"])["message"] for line in _log(browser, "performance")]
    sent = [told["params"]["request"]["url"] for told in messages if told["method"] == "Network.requestWillBeSent"]
    return [url for url in sent if urlsplit(url).scheme != "data"]


def overflow(browser: Chrome) -> int:
    """By how many pixels the page is wider than the screen: what a reader would have to scroll sideways."""
    root = "document.documentElement"
    found: int = browser.execute_script(f"return {root}.scrollWidth - {root}.clientWidth")
    return found


def faults(browser: Chrome) -> list[str]:
    """What axe finds, of any impact: rule, and the first element that breaks it."""
    axe = Axe(browser)
    axe.inject()
    found: list[dict[str, Any]] = axe.run()["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]
