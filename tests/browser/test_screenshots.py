"""The two pictures of README: taken of the demo's archive, its pictures kept. `make screenshots` writes them into docs/images."""

import asyncio
import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import chromium
import pytest
import uvicorn
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))

from browse_archive import pages_of

from panan_spider.archive.data_folder import site_of
from panan_spider.publish.browse.page_render import ExportSource
from panan_spider.publish.browse.server import address_of, listening

ROOT: Final = Path(__file__).resolve().parents[2]
IMAGES: Final = ROOT / "docs/images"
SIZE: Final = (1000, 700)
#: An article with a byline, a caption and two pictures.
ARTICLE: Final = "016112179"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo's archive with its pictures, served."""
    if (name := chromium.missing()) is not None:
        pytest.skip(f"{name} is not installed: apt-get install chromium chromium-driver")
    data = tmp_path_factory.mktemp("screenshots") / "demo"
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    for words in (["demo", "-a", "images=true"], ["export"]):
        call = [sys.executable, "-m", "panan_spider", *words, "--data-dir", str(data)]
        subprocess.run(call, cwd=data.parent, env=env, check=True, capture_output=True, timeout=280)
    listener = listening("127.0.0.1", 0)
    app = pages_of(ExportSource(data, site_of(data))).app
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", ws="none"))
    serving = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])), daemon=True)
    serving.start()
    yield address_of(listener).rstrip("/")
    server.should_exit = True
    serving.join(10)


def size_of(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack(">II", png[16:24])
    return width, height


@pytest.mark.parametrize(
    ("name", "path", "css"), [("browse-front", "/", "main"), ("browse-article", f"/article/{ARTICLE}", "main img")]
)
def test_readme_s_pictures_are_of_these_pages(browser: Chrome, address: str, name: str, path: str, css: str) -> None:
    chromium.view(browser, SIZE)
    browser.get(f"{address}{path}")
    shown = browser.find_element(By.CSS_SELECTOR, css)
    if css.endswith("img"):
        browser.execute_script("arguments[0].loading = 'eager'", shown)
        while not browser.execute_script("return arguments[0].complete", shown):
            time.sleep(0.05)
        assert browser.execute_script("return [arguments[0].naturalWidth, arguments[0].naturalHeight]", shown) == [
            640,
            400,
        ]
    png = browser.get_screenshot_as_png()
    assert size_of(png) == SIZE and len(png) > 5_000
    if os.environ.get("PANAN_SCREENSHOTS"):
        (IMAGES / f"{name}.png").write_bytes(png)
    kept = (IMAGES / f"{name}.png").read_bytes()
    assert size_of(kept) == SIZE
