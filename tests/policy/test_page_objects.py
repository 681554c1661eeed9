"""Article templates are data in `sites/cms.toml`; the items know each by name, and each has made-up pages in the tests."""

import ast
from typing import get_args

from checkout import ROOT, strings

from panan_spider.items import Article
from panan_spider.sites.profile import load_site, site_keys


def templates() -> set[str]:
    return {template.name for key in site_keys() for template in load_site(key).templates}


def test_an_article_can_be_of_each_and_of_no_other() -> None:
    assert set(get_args(Article.model_fields["template"].annotation)) == templates()
    assert len(templates()) >= 3


def test_each_has_pages_in_the_tests() -> None:
    """By hand and mixed (tests/pages/records.py), and as the demo site prints them."""
    for where in ("tests/pages/records.py", "demo_site/county_panan.py"):
        named = {node.value for node in strings(ast.parse((ROOT / where).read_text("utf-8")))}
        assert not templates() - named, where
