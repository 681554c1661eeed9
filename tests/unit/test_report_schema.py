"""The published schema of reports is the models', and every key is described."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from panan_spider.core.run_report import ReparseReport, RunReport, VerifyReport
from tools.docs import report_schema

SCHEMA: dict[str, Any] = json.loads(report_schema.PATH.read_text("utf-8"))


def test_the_file_is_made_from_the_models() -> None:
    """`make docs` brings it up to date."""
    assert report_schema.PATH.read_text("utf-8") == report_schema.report_schema_text()


def test_it_is_a_schema_with_a_name() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$id"] == "urn:panan-spider:schema:report:1"


@pytest.mark.parametrize("model", [RunReport, ReparseReport, VerifyReport])
def test_it_demands_every_key_and_allows_no_other(model: type[RunReport | ReparseReport | VerifyReport]) -> None:
    kind = SCHEMA["$defs"][model.__name__]
    assert set(kind["required"]) == set(kind["properties"]) == set(model.model_fields)
    assert kind["additionalProperties"] is False


def test_every_key_is_described() -> None:
    nameless = [
        f"{name}.{key}"
        for name, record in SCHEMA["$defs"].items()
        for key, schema in record["properties"].items()
        if not schema.get("description")
    ]
    assert len(SCHEMA["$defs"]) > 10
    assert not nameless
