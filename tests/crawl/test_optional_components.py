"""Optional components of Scrapy: a crawl loads none that is off, and each that a setting turns on."""

from pathlib import Path

import harness
import pytest
from scrapy.exceptions import NotConfigured
from scrapy.utils.project import get_project_settings
from scrapy.utils.test import get_crawler

from demo_site.proxy import ProxyServer
from panan_spider.extensions.scrapy_components import Cookies, OptionalComponent, RemoteControl, TelnetConsole

#: Python imports it before all else: at the end it writes the names of all modules.
SITECUSTOMIZE = """
import atexit, os, pathlib, sys
atexit.register(lambda: pathlib.Path(os.environ["MODULES"]).write_text("\\n".join(sys.modules)))
"""
COMPONENTS = (Cookies, TelnetConsole, RemoteControl)


def loaded(demo: ProxyServer, folder: Path, **settings: object) -> set[str]:
    """The modules that a crawl of one section has loaded."""
    (folder / "sitecustomize.py").write_text(SITECUSTOMIZE)
    env = {"PYTHONPATH": str(folder), "MODULES": str(folder / "modules"), "XDG_DATA_HOME": str(folder)}
    run = harness.crawl(demo.url, folder / "data", {"sections": "书记"}, settings, env=env)
    assert run.code == 0, run.said
    return set((folder / "modules").read_text().split())


def test_a_crawl_without_a_terminal_loads_no_server_no_list_of_public_suffixes_and_no_tables(
    demo: ProxyServer, tmp_path: Path
) -> None:
    modules = loaded(demo, tmp_path)
    assert "twisted" in modules
    assert not modules & {"aiohttp", "tldextract", "requests", "twisted.conch", "rich"}


def test_their_settings_turn_them_on(demo: ProxyServer, tmp_path: Path) -> None:
    modules = loaded(demo, tmp_path, **{component.switch: True for component in COMPONENTS})
    assert modules >= {component.path.rpartition(".")[0] for component in COMPONENTS}


@pytest.mark.parametrize("component", COMPONENTS)
def test_without_it_there_is_none(component: type[OptionalComponent]) -> None:
    with pytest.raises(NotConfigured):
        component.from_crawler(get_crawler(settings_dict={component.switch: False}))


@pytest.mark.parametrize("component", COMPONENTS)
def test_it_stands_in_the_place_of_scrapy_s(component: type[OptionalComponent]) -> None:
    settings = get_project_settings()
    bases = {**settings["EXTENSIONS_BASE"], **settings["DOWNLOADER_MIDDLEWARES_BASE"]}
    assert component.path not in bases
    assert f"{component.__module__}.{component.__qualname__}" in bases
