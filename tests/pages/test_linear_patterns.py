"""No compiled pattern of the package grows faster than the text it searches, whatever repeats in it; processor time, at two lengths."""

import dataclasses
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

import panan_spider
from panan_spider.extract.words import words_of
from panan_spider.sites.profile import load_site, site_keys

TOKENS = (
    " ", "\u3000", "\n", "\t", "来源:", "来源：", "记者 ", "编辑:", "作者:", "审读：甲 ", "1", "2020-03-07 ", "(", "（", "[", "【", "图", "▲", "·", "/",
    "文/摄 ", "、", "，", "。", ":", "：", "-", "_", ".", "…", ">", ">>", "<", "<b>", "<title>404 ", "<!--", "/*", "'", '"', "&", "县长王示例指出",
    "王示例 ", "A", "aA1", "a ", "www.", "http://", "a/", "a-", "a@", "system/", "system/count/", "index_", "您当前的位置", "版权所有", "下一页", "上一页",
    "createPageHTML(", "maxpage=", "font-size:", "字号 ", "大", "审核: ", "第1页", "年", "10:20 ", "请求", "新闻聚焦", "\u200b", "\x1f",
)  # fmt: skip
#: Characters of the two texts compared, and processor seconds below which the longer one is linear enough.
SHORT, LONG, NOTHING = 2_000, 8_000, 0.015


def held(value: Any, depth: int = 0) -> Iterator[re.Pattern[str]]:
    """The patterns in a module's value: itself, or what its collections and records hold."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth < 4 and isinstance(value, (tuple, list, set, frozenset)):
        for item in value:
            yield from held(item, depth + 1)
    elif depth < 4 and isinstance(value, dict):
        for item in value.values():
            yield from held(item, depth + 1)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield from held(getattr(value, field.name), depth + 1)


def patterns() -> dict[tuple[str, int], tuple[str, re.Pattern[str]]]:
    """Every pattern by its source and flags, with where it was found: of modules, of profiles, and of templates for site words."""
    found: dict[tuple[str, int], tuple[str, re.Pattern[str]]] = {}
    sites = [load_site(key) for key in site_keys()]
    for info in pkgutil.walk_packages(panan_spider.__path__, "panan_spider."):
        module = importlib.import_module(info.name)
        for name, value in vars(module).items():
            kept = list(held(value))
            if isinstance(value, str) and "{name" in value and info.name.startswith("panan_spider.extract"):
                kept += [words_of(site).pattern(value) for site in sites]
            for pattern in kept:
                found.setdefault((pattern.pattern, pattern.flags), (f"{info.name}.{name}", pattern))
    for site in sites:
        for pattern in held(site.templates):
            found.setdefault((pattern.pattern, pattern.flags), (f"profile {site.key}", pattern))
    return found


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """Processor seconds to look for the pattern all through the text."""
    started = time.process_time()
    for _ in pattern.finditer(text):
        pass
    pattern.match(text)
    return time.process_time() - started


def is_steep(pattern: re.Pattern[str], token: str, tail: str) -> bool:
    """Whether four times the text costs more than eight times the time, by the least of several tries."""
    long_text, short_text = (token * (size // len(token)) + tail for size in (LONG, SHORT))
    if (long := seconds(pattern, long_text)) < NOTHING:
        return False
    long = min(long, *(seconds(pattern, long_text) for _ in range(3 if long < 1 else 1)))
    short = min(seconds(pattern, short_text) for _ in range(4))
    return long >= NOTHING and long > 8 * short


@pytest.mark.parametrize(("source", "token"), [(r"\s*x", " "), (r"作者:[^\n]*?编", "作者:")])
def test_a_steep_pattern_is_found_out(source: str, token: str) -> None:
    assert is_steep(re.compile(source), token, "")


def test_the_patterns_of_words_and_profiles_are_among_them() -> None:
    places = {name for name, _ in patterns().values()}
    assert len(patterns()) > 250
    assert {
        "panan_spider.extract.words._FOOTER_WORDS",
        "profile panan",
        "panan_spider.extract.captions.CAPTION_RULES",
    } & places


@pytest.mark.timeout(900)
def test_no_pattern_grows_faster_than_the_text() -> None:
    steep = [
        f"{name} on {token!r}"
        for name, pattern in patterns().values()
        for token in TOKENS
        if is_steep(pattern, token, "x")
    ]
    assert not steep
