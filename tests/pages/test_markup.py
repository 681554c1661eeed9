"""2,000 pages, each a record printed in choices of its own: every field exact, or the page named unknown."""

from typing import Any

import pytest
from markup_pages import Printed, gold, of_seed, printed, wrong
from records import BY_HAND, RECORDS

from demo_site.markup import Markup
from demo_site.markup.choices import OPTIONS
from demo_site.record import Record
from panan_spider.extract.results import PageError, UnknownLayout

CHUNK = 50
CHUNKS = 40

#: Where neither a date nor 来源 is printed there is no header line to know a page by, and it may be named unknown.
MAY_BE_UNKNOWN = {one.id for one in RECORDS if one.published is None and one.source is None}


def told(article: Printed, seed: int | None, differing: dict[str, Any]) -> str:
    lines = [f"  {field}:\n    expected {want!r}\n    got      {got!r}" for field, (want, got) in differing.items()]
    return "\n".join([f"seed {seed}, {article.record.url}", article.markup.describe(), *lines])


def misread(article: Printed) -> dict[str, Any]:
    """What is wrong with the reading of an article; a page that a reader can read is never to be given up."""
    try:
        return wrong(article)
    except UnknownLayout as error:
        return {} if article.record.id in MAY_BE_UNKNOWN else {"page": ("an article", repr(error))}
    except PageError as error:
        return {"page": ("an article", repr(error))}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_field_is_exact(chunk: int) -> None:
    articles = {seed: of_seed(seed) for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK)}
    differing = {seed: misread(article) for seed, article in articles.items()}
    failed = [told(articles[seed], seed, fields) for seed, fields in differing.items() if fields]
    assert not failed, f"{len(failed)} of {CHUNK} pages are wrong, the first:\n{failed[0]}"


@pytest.mark.parametrize("record", BY_HAND, ids=lambda record: f"{record.template}-{record.id}")
def test_each_record_on_the_plainest_page(record: Record) -> None:
    """Where this fails it is the record, not the markup."""
    article = printed(record, Markup(record.template, seed=0))
    differing = misread(article)
    assert differing == {}, told(article, None, differing)


def test_the_pages_hold_every_choice() -> None:
    drawn = [of_seed(seed).markup for seed in range(CHUNK * CHUNKS)]
    for name, options in OPTIONS.items():
        assert {getattr(markup, name) for markup in drawn} == set(options), name


def test_the_records_hold_every_feature() -> None:
    assert {one.template for one in RECORDS} == {"enorth_a", "enorth_b", "trs"}
    kinds = {block.type for one in RECORDS for block in one.blocks}
    assert kinds == {"paragraph", "heading", "image", "table", "video", "attachment"}
    for field in ("kicker", "subtitle", "source", "editor", "authors", "credits", "related", "parts", "breadcrumbs"):
        assert {bool(getattr(one, field)) for one in RECORDS} == {True, False}, field
    roles = {author.title for one in RECORDS for author in one.authors}
    assert roles == {None, "记者", "特派记者", "实习记者", "见习记者", "通讯员"}
    assert {author.work for one in RECORDS for author in one.authors} == {None, "text", "photo", "text+photo", "video"}


def test_captions_are_expected_without_their_mark() -> None:
    captions = [image["caption"] for one in RECORDS for image in gold(one)["images"]]
    assert None in captions
    assert not any(caption.startswith("▲") for caption in captions if caption)


def test_the_same_seed_gives_the_same_page() -> None:
    assert of_seed(7).rendered == of_seed(7).rendered
    assert of_seed(7).rendered != of_seed(8).rendered
