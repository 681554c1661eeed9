"""2,000 pages, no two printed alike: every field exact, whatever the markup."""

from typing import Any

import pytest
from variants import RECORDS, Variant, expected, variant

from panan_spider.extract.article import read_article
from panan_spider.extract.results import ArticlePage

CHUNK = 50
FIELDS = (
    "title", "kicker", "subtitle", "published", "source", "authors", "editor", "credits", "breadcrumbs",
    "text", "blocks", "images", "attachments", "related", "template",
)  # fmt: skip


def plain(page: ArticlePage, field: str) -> Any:
    value = getattr(page, field)
    if isinstance(value, tuple):
        return [item.model_dump() if hasattr(item, "model_dump") else item for item in value]
    return value


def differences(chosen: Variant) -> dict[str, tuple[Any, Any]]:
    gold, page = expected(chosen.record), read_article(chosen.page)
    return {field: (gold[field], plain(page, field)) for field in FIELDS if plain(page, field) != gold[field]}


def test_the_records_hold_every_feature() -> None:
    assert len(RECORDS) >= 200
    assert {record.template for record in RECORDS} == {"enorth_a", "enorth_b", "trs"}
    assert {block.type for record in RECORDS for block in record.blocks} == {
        "paragraph", "heading", "image", "table", "video", "attachment",
    }  # fmt: skip
    for field in ("kicker", "subtitle", "source", "editor", "published"):
        assert {getattr(record, field) is None for record in RECORDS} == {True, False}, field


@pytest.mark.parametrize("chunk", range(40))
def test_every_field_is_exact(chunk: int) -> None:
    for seed in range(chunk * CHUNK, (chunk + 1) * CHUNK):
        chosen = variant(seed)
        assert differences(chosen) == {}, f"seed {seed}: {chosen.choices}"
