"""The published schema is the items', and tells a true line from a broken one."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError

from demo_site.site import Site
from panan_spider.items import Article
from tools.docs import article_schema
from tools.docs.example import EXAMPLE

SCHEMA: dict[str, Any] = json.loads(article_schema.PATH.read_text("utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)
LINE = json.loads(EXAMPLE.model_dump_json())


def test_the_file_is_made_from_the_items() -> None:
    """`make docs` brings it up to date."""
    assert article_schema.PATH.read_text("utf-8") == article_schema.schema_text()


def test_it_is_a_schema_with_a_name() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "urn:panan-spider:schema:article:1"
    assert SCHEMA["title"] == "Article"


def test_it_demands_every_field_and_allows_no_other() -> None:
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"]) == set(Article.model_fields)
    assert SCHEMA["additionalProperties"] is False


def test_every_field_is_described() -> None:
    assert all(field["description"] for field in SCHEMA["properties"].values())


def test_a_line_fits() -> None:
    VALIDATOR.validate(LINE)


def test_articles_of_every_template_fit() -> None:
    site = Site.build(1, 100)
    rest = {name: LINE[name] for name in ("revision", "content_hash", "fetched_at", "warc")}
    lines = [site.expected(record) | rest for record in site.records]
    for line in lines:
        VALIDATOR.validate(line)
    assert {line["template"] for line in lines} == {"enorth_a", "enorth_b", "trs"}


@pytest.mark.parametrize("name", list(Article.model_fields))
def test_a_line_without_a_field_does_not_fit(name: str) -> None:
    with pytest.raises(ValidationError, match=f"'{name}' is a required property"):
        VALIDATOR.validate({key: value for key, value in LINE.items() if key != name})


@pytest.mark.parametrize(
    "broken",
    [
        {"published": "7 March 2020"},
        {"authors": [{"name": "甲", "title": None, "work": None, "email": "…"}]},
        {"blocks": [{"type": "image", "url": "a.jpg"}]},
        {"credits": {"初审": None}},
        {"views": 12},
    ],
    ids=str,
)
def test_a_broken_line_does_not_fit(broken: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VALIDATOR.validate(LINE | broken)
