"""Every page object is known to all who must know it, and has made-up pages of its own in the tests."""

import ast
from typing import get_args

from checkout import ROOT, Module, modules, read, strings

from panan_spider.items import Article


def page_objects() -> dict[str, Module]:
    """Template name → the module that defines its page object."""
    return {
        keyword.value.value: module
        for module in modules("panan_spider/extract")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Template"
        for keyword in node.keywords
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    }


def test_an_article_can_be_of_each_and_of_no_other() -> None:
    found = page_objects()
    assert set(get_args(Article.model_fields["template"].annotation)) == set(found)
    assert len(found) >= 3


def test_the_switch_knows_each() -> None:
    layout = read("panan_spider/extract/article.py")
    for module in page_objects().values():
        assert f"from {module.name} import " in layout, module.where


def test_each_has_pages_in_the_tests() -> None:
    """By hand and mixed (tests/pages/records.py), and as the demo site prints them."""
    for where in ("tests/pages/records.py", "demo_site/sections.py"):
        named = {node.value for node in strings(ast.parse((ROOT / where).read_text("utf-8")))}
        assert not page_objects().keys() - named, where
