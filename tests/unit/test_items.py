"""The article as a typed record: what it takes, and what it refuses."""

from typing import Any

import pytest
from itemadapter import ItemAdapter
from pydantic import ValidationError

from panan_spider.items import Article
from tools.docs.example import EXAMPLE

FIELDS = EXAMPLE.model_dump()


def test_a_line_read_back_is_the_same_article() -> None:
    assert Article.model_validate_json(EXAMPLE.model_dump_json()) == EXAMPLE


def test_every_field_must_be_given() -> None:
    """None of them, `schema_version` apart, is filled in silently."""
    for name in Article.model_fields.keys() - {"schema_version"}:
        with pytest.raises(ValidationError, match=name):
            Article.model_validate({key: value for key, value in FIELDS.items() if key != name})


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "t2022"},
        {"id": ""},
        {"revision": 0},
        {"title": ""},
        {"published": "2020/03/07"},
        {"published": "2016-01-05T08:23:00"},
        {"published": "2016-01-05T08:23:00+00:00"},
        {"posted": "2020-3-7"},
        {"blocks": []},
        {"blocks": [{"type": "advertisement", "text": "…"}]},
        {"authors": [{"name": "", "title": None, "work": None}]},
        {"authors": [{"name": "甲"}]},
        {"pages": 0},
        {"template": "generic"},
        {"content_hash": "5e5e"},
        {"warc": {"file": "warc/a.warc.gz", "offset": -1}},
        {"schema_version": 2},
        {"reporter": "甲"},
    ],
    ids=str,
)
def test_the_impossible_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        Article.model_validate(FIELDS | wrong)


@pytest.mark.parametrize("name", ["kicker", "subtitle", "published", "posted", "section", "source", "editor", "warc"])
def test_what_a_page_does_not_give_is_null(name: str) -> None:
    assert Article.model_validate(FIELDS | {name: None}).model_dump()[name] is None


def test_published_holds_a_time_where_the_page_gives_one() -> None:
    article = Article.model_validate(FIELDS | {"published": "2016-01-05T08:23:00+08:00"})
    assert article.published == "2016-01-05T08:23:00+08:00"


def test_scrapys_feeds_see_every_field() -> None:
    assert list(ItemAdapter(EXAMPLE).field_names()) == list(Article.model_fields)
