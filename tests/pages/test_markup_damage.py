"""Damaged pages are read rightly or named: what is right for each kind of damage stands in `damage`."""

import json
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from damage import LINE_DAMAGE, TAG_DAMAGE, after_line_damage, after_tag_damage, cut, rebuilt
from markup_pages import Printed, difference, gold, of_seed, printed, read_values
from records import RECORDS

from demo_site.record import Record
from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError

#: Damage that was once read wrongly. What is still read so says `"open": true`.
KEPT = sorted((Path(__file__).parent / "fixtures" / "damage").glob("*.json"))
OPEN = {
    (kept["operation"], kept["seed"]) for kept in (json.loads(path.read_text("utf-8")) for path in KEPT) if kept["open"]
}
OPERATIONS = ["cut", *TAG_DAMAGE, *LINE_DAMAGE]
CHUNK = 50


def to_damage(operation: str, seed: int) -> Printed:
    article = of_seed(seed)
    if operation not in LINE_DAMAGE:
        return article
    # A line of the source is to be a whole thing, never a label without its name.
    gap, header = article.markup.gap, article.markup.header
    gap, header = "wide" if gap == "newline" else gap, "spans" if header == "items" else header
    return printed(article.record, replace(article.markup, gap=gap, header=header))


def damaged(operation: str, seed: int) -> Page:
    dice, page = random.Random(f"{operation}/{seed}"), to_damage(operation, seed).pages[0]
    if operation == "cut":
        return cut(page, dice)
    return rebuilt(page, {**TAG_DAMAGE, **LINE_DAMAGE}[operation](page.text, dice))


def after(operation: str, record: Record, page: Page) -> tuple[dict[str, tuple[Any, Any]], bool]:
    """(What is wrong, whether the page was named) of the record's page after the operation."""
    try:
        read = read_article(page)
    except PageError:
        return {}, True
    if operation == "cut":
        return difference(gold(record), read_values(read)), False
    if operation in TAG_DAMAGE:
        return after_tag_damage(record, read_values(read)), False
    return after_line_damage(record, page.text, read), False


def whole_article(seed: int) -> bool:
    """Whether the page is all of its article."""
    return not of_seed(seed).record.parts


@pytest.mark.parametrize("chunk", range(4))
@pytest.mark.parametrize("operation", OPERATIONS)
def test_right_or_named(operation: str, chunk: int) -> None:
    seeds = [seed for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK) if whole_article(seed)]
    assert len(seeds) > CHUNK // 3
    named: Counter[bool] = Counter()
    for seed in seeds:
        wrong, gave_up = after(operation, of_seed(seed).record, damaged(operation, seed))
        named[gave_up] += 1
        assert wrong == {} or (operation, seed) in OPEN, (
            f"{operation}, seed {seed}: {of_seed(seed).markup.describe()}\n{wrong}"
        )
    # A page cut short is hardly ever whole; any other damage leaves most pages readable.
    assert named[operation == "cut"] > len(seeds) // 2


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_what_failed_once(path: Path) -> None:
    kept = json.loads(path.read_text("utf-8"))
    record = next(record for record in RECORDS if record.id == kept["record"])
    page = Page(record.url, kept["page"].encode("utf-8"), "text/html; charset=utf-8")
    wrong, _named = after(kept["operation"], record, page)
    assert bool(wrong) == kept["open"], (
        f"no longer wrong: set open to false in {path.name}" if kept["open"] else str(wrong)
    )


@pytest.mark.parametrize("chunk", range(10))
def test_whatever_the_bytes_the_only_error_is_a_page_error(chunk: int) -> None:
    for seed in range(chunk * 15, (chunk + 1) * 15):
        page, dice = of_seed(seed).pages[0], random.Random(f"bytes/{seed}")
        body, other = bytearray(page.body), of_seed(seed + 1000).pages[0].body
        for _ in range(dice.randrange(1, 30)):
            at, length = dice.randrange(len(body)), dice.randrange(1, 60)
            noise = bytes(dice.randrange(256) for _ in range(length))
            body[at : at + length] = dice.choice((b"", noise, other[at : at + length], bytes(body[at : at + 4000])))
        try:
            read = read_article(Page(page.url, bytes(body), page.content_type))
        except PageError as error:
            assert error.reason
        else:
            assert read.title
            assert read.blocks
