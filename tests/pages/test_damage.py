"""Pages that were damaged on their way: what is read is right, or the page is named, never a wrong article."""

import random
import re

import pytest
from test_variants import FIELDS, plain
from variants import expected, variant

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError


def cut(page: Page, at: int) -> Page:
    return Page(page.url, page.body[:at], page.content_type)


@pytest.mark.parametrize("chunk", range(10))
def test_cut_anywhere_it_is_whole_or_named(chunk: int) -> None:
    named = 0
    for seed in range(chunk * 20, (chunk + 1) * 20):
        chosen, dice = variant(seed), random.Random(seed)
        gold = expected(chosen.record)
        for _ in range(5):
            at = dice.randrange(len(chosen.page.body))
            try:
                read = read_article(cut(chosen.page, at))
            except PageError:
                named += 1
                continue
            wrong = {f: (gold[f], plain(read, f)) for f in FIELDS if plain(read, f) != gold[f]}
            assert set(wrong) <= {"related"}, f"seed {seed}, cut at {at}: {wrong}"
    assert named > 50


@pytest.mark.parametrize("chunk", range(5))
def test_closing_tags_lost_or_doubled_change_nothing(chunk: int) -> None:
    for seed in range(chunk * 20, (chunk + 1) * 20):
        chosen, dice = variant(seed), random.Random(seed)
        text = chosen.page.text
        spots = list(re.finditer("</div>|</DIV>|</span>|</font>", text))
        spot = dice.choice(spots)
        harmed = text[: spot.start()] + dice.choice(["", spot[0] * 2]) + text[spot.end() :]
        try:
            read = read_article(Page(chosen.page.url, harmed.encode("utf-8", "replace"), "text/html; charset=utf-8"))
        except PageError:
            continue
        gold = expected(chosen.record)
        for field in ("title", "published", "source", "authors", "breadcrumbs", "text", "images"):
            assert plain(read, field) == gold[field], f"seed {seed}, {spot}: {field}"


@pytest.mark.parametrize("seed", range(100))
def test_bytes_at_random_are_read_or_named(seed: int) -> None:
    chosen, dice = variant(seed), random.Random(seed)
    body = bytearray(chosen.page.body)
    for _ in range(dice.randrange(1, 40)):
        body[dice.randrange(len(body))] = dice.randrange(256)
    try:
        read = read_article(Page(chosen.page.url, bytes(body), chosen.page.content_type))
    except PageError:
        return
    assert read.title
    assert read.blocks
