"""One element of a page's tree damaged: the article is read rightly, or the page has a name. Bytes damaged: the only error is a PageError."""

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from damage import after_line_damage, after_tag_damage
from hand_pages import hand_pages
from hypothesis import given, settings
from hypothesis import strategies as st
from markup_pages import of_seed, read_values
from tree_damage import LOSING, RESHAPING, rebuilt, soft, tree, whole

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError
from panan_spider.extract.section import read_section

PER_KIND = 70


def after(kind: str, number: int) -> dict[str, tuple[Any, Any]] | None:
    """What is wrong with the page after the damage; None where the page was named."""
    dice = random.Random(f"{kind}/{number}")
    article = of_seed(dice.randrange(2_000))
    while article.record.parts:
        article = of_seed(dice.randrange(2_000))
    root = tree(article.pages[0])
    change = {**RESHAPING, **LOSING}[kind]
    change(dice.choice(soft(root) if kind in RESHAPING else whole(root)))
    page = rebuilt(article.pages[0], root)
    try:
        read = read_article(page)
    except PageError:
        return None
    if kind in RESHAPING:
        return after_tag_damage(article.record, read_values(read))
    # A mark of its own, ▲, is no word.
    return after_line_damage(article.record, page.text, replace(read, blocks=tuple(map(_unmarked, read.blocks))))


def _unmarked(block: Any) -> Any:
    return block.model_copy(update={"text": block.text.lstrip("▲")}) if hasattr(block, "text") else block


@pytest.mark.parametrize("kind", [*RESHAPING, *LOSING])
def test_one_element_damaged_is_right_or_named(kind: str) -> None:
    outcomes = {number: after(kind, number) for number in range(PER_KIND)}
    wrong = {number: fields for number, fields in outcomes.items() if fields}
    assert wrong == {}
    named = Counter(fields is None for fields in outcomes.values())
    assert named[False] > PER_KIND // 2


@given(
    case=st.sampled_from(hand_pages()),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.integers(0, 60), st.binary(max_size=12)), min_size=1, max_size=6),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_bytes_damaged_anywhere_end_in_an_article_or_a_page_error(
    case: Any, cuts: list[tuple[float, int, bytes]]
) -> None:
    body = bytearray(case.page.body)
    for share, length, noise in cuts:
        at = int(share * len(body))
        body[at : at + length] = noise
    page = Page(case.page.url, bytes(body), case.page.content_type)
    try:
        read = read_article(page)
    except PageError as error:
        assert error.reason
    else:
        assert read.title
        assert read.blocks


@given(html=st.text(alphabet="<>/ab ptdrlis=\"'&;#x0-年月日来源:0123记者编辑\n\x00\u3000", max_size=400))
@settings(max_examples=150, deadline=None, derandomize=True)
def test_whatever_the_markup_the_only_error_is_a_page_error(html: str) -> None:
    page = Page("http://www.panews.cn/xwzx/sz/202204/t20220419_6210002.html", html.encode())
    for read in (read_article, read_section):
        try:
            read(page)
        except PageError as error:
            assert error.reason
