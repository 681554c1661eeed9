"""JSON Schema of a run report, schema from `core.run_report.AnyReport`."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter

from panan_spider.core.run_report import REPORT_VERSION, AnyReport

PATH: Final = Path(__file__).parents[2] / "panan_spider" / "core" / "schema" / "report.schema.json"

#: A URN: no server is needed. Its last part is the schema's version.
ID: Final = f"urn:panan-spider:schema:report:{REPORT_VERSION}"


def report_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of data/runs/<run>.json: every key is required, and there are no others."""
    schema = TypeAdapter[Any](AnyReport).json_schema()
    for record in schema["$defs"].values():
        record["required"] = list(record["properties"])
    schema.pop("discriminator", None)  # an OpenAPI keyword; `command` is a constant in each kind
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "Report",
        "description": "The report of one run: data/runs/<run>.json.",
    }
    return head | schema


def report_schema_text() -> str:
    """The schema file's whole content."""
    return json.dumps(report_schema(), ensure_ascii=False, indent=2) + "\n"
