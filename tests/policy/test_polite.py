"""A polite guest: no code of ours lowers the delay, looks past robots.txt, or goes under another name."""

import ast
import re

from checkout import Module, modules
from scrapy import Spider
from scrapy.spiderloader import SpiderLoader
from scrapy.utils.project import get_project_settings

from panan_spider import settings

#: Settings that make a guest polite. Only settings.py sets them.
_MANNERS = (
    "DOWNLOAD_DELAY",
    "AUTOTHROTTLE_ENABLED",
    "AUTOTHROTTLE_TARGET_CONCURRENCY",
    "CONCURRENT_REQUESTS_PER_DOMAIN",
    "RANDOMIZE_DOWNLOAD_DELAY",
    "DOWNLOAD_SLOTS",
    "ROBOTSTXT_OBEY",
    "USER_AGENT",
)

#: The one place that may: it crawls a site on this machine, through a proxy of its own.
_LOOPBACK_ONLY = "panan_spider/commands/demo.py"

_SETS = re.compile(rf"\b({'|'.join(_MANNERS)})\s*=")


def spiders() -> list[type[Spider]]:
    loader = SpiderLoader.from_settings(get_project_settings())
    return [loader.load(name) for name in loader.list()]


def setters(module: Module) -> set[str]:
    """Polite settings the module sets: as a name, a key of a dict or of `settings[...]`, a call's argument, `NAME=…`."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {name for name in _MANNERS for target in targets if re.search(rf"\b{name}\b", ast.unparse(target))}
        elif isinstance(node, ast.Dict):
            found |= {str(key.value) for key in node.keys if isinstance(key, ast.Constant)} & set(_MANNERS)
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("set", "update")
        ):
            found |= {str(arg.value) for arg in node.args if isinstance(arg, ast.Constant)} & set(_MANNERS)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= {match[1] for match in _SETS.finditer(node.value)}
    return found


def test_the_settings_are_polite() -> None:
    assert settings.DOWNLOAD_DELAY >= 1
    assert settings.AUTOTHROTTLE_ENABLED is True
    assert settings.AUTOTHROTTLE_START_DELAY >= settings.DOWNLOAD_DELAY
    assert settings.CONCURRENT_REQUESTS_PER_DOMAIN == 1
    assert settings.ROBOTSTXT_OBEY is True


def test_no_spider_lowers_the_delay() -> None:
    found = spiders()
    assert found
    for spider in found:
        assert spider.custom_settings is None, f"{spider.name}: settings belong into settings.py"
        assert not hasattr(spider, "download_delay"), spider.name
        assert not hasattr(spider, "max_concurrent_requests"), spider.name
        assert not hasattr(spider, "user_agent"), spider.name
        assert spider.update_settings.__func__ is Spider.update_settings.__func__, spider.name  # type: ignore[attr-defined]


def test_manners_are_set_in_one_place() -> None:
    setting = {module.where: names for module in modules("panan_spider") if (names := setters(module))}
    assert setting.pop("panan_spider/settings.py") >= {"DOWNLOAD_DELAY", "AUTOTHROTTLE_ENABLED", "ROBOTSTXT_OBEY"}
    assert "DOWNLOAD_DELAY" in setting.pop(_LOOPBACK_ONLY)
    assert setting.pop("panan_spider/commands/base.py") == {"USER_AGENT"}  # with the contact of `-s PANAN_CONTACT`
    assert not setting


def test_a_delay_at_work_is_only_ever_raised() -> None:
    """Whoever sets `slot.delay` takes the greater of two."""
    setting = [
        (module.where, ast.unparse(node.value))
        for module in modules("panan_spider")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr in ("delay", "download_delay")
    ]
    assert setting
    assert not [where for where, value in setting if not value.startswith("max(")]


def test_one_user_agent_with_a_contact_in_one_place() -> None:
    assert settings.PANAN_CONTACT in settings.USER_AGENT and "panan_spider" in settings.USER_AGENT
    naming = [
        module.where
        for module in modules("panan_spider")
        if re.search(r"(?i)mozilla|panan_spider/(?:\d|\{__version__)", module.text)
    ]
    assert naming == ["panan_spider/settings.py"]
    sending = [
        module.where for module in modules("panan_spider") if re.search(r"(?i)[\"']user-agent[\"']", module.text)
    ]
    assert not sending
