"""JSON Schema of a line of articles.jsonl, schema from `items.Article`."""

import json
from pathlib import Path
from typing import Any, Final

from panan_spider.core import SCHEMA_VERSION
from panan_spider.items import Article

PATH: Final = Path(__file__).parents[2] / "panan_spider" / "core" / "schema" / "article.schema.json"

#: A URN: no server is needed. Its last part is the schema's version.
ID: Final = f"urn:panan-spider:schema:article:{SCHEMA_VERSION}"


def article_schema() -> dict[str, Any]:
    """JSON Schema 2020-12 of one stored line: every field is required, and there are no others."""
    schema = Article.model_json_schema()
    for record in (schema, *schema["$defs"].values()):
        # A stored line has every key, also those with a default.
        record["required"] = list(record["properties"])
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "Article",
        "description": "One revision of one article: one line of articles.jsonl.",
    }
    return head | {key: value for key, value in schema.items() if key not in head}


def schema_text() -> str:
    """The schema file's whole content."""
    return json.dumps(article_schema(), ensure_ascii=False, indent=2) + "\n"
