"""Generator of DATA_FORMAT.md: the text of data_format.md.in, with tables made from the code."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from panan_spider.core.outcomes import Outcome
from panan_spider.items import (
    Attachment,
    Author,
    Heading,
    Image,
    ImageBlock,
    Link,
    Paragraph,
    Table,
    Video,
    WarcLocation,
)
from tools.docs.article_schema import article_schema
from tools.docs.example import EXAMPLE
from tools.docs.report_schema import report_schema

PATH: Final = Path(__file__).parents[2] / "DATA_FORMAT.md"
TEMPLATE: Final = Path(__file__).with_name("data_format.md.in")

_BLOCKS: Final = (Paragraph, Heading, ImageBlock, Table, Video, Attachment)
_PARTS: Final = (Author, Image, Link, WarcLocation)
_LONGEST_EXAMPLE: Final = 60

#: The meaning of each outcome, for readers of the ledger or a report.
MEANINGS: Final[dict[Outcome, str]] = {
    Outcome.STORED: "An article, new in the archive.",
    Outcome.REVISED: "An article whose content changed: a new revision.",
    Outcome.UNCHANGED: "Requested again, and the same.",
    Outcome.KNOWN: "In the archive, and not due to be requested again.",
    Outcome.ALIAS: "Another address of an article that this run already has.",
    Outcome.GONE: "404 or 410. Stored lines stay.",
    Outcome.FORBIDDEN: "Disallowed by robots.txt.",
    Outcome.BLOCKED: "401, 403 or 429 after every retry, or a challenge, login or maintenance page. Requested again by the next run.",
    Outcome.UNKNOWN_LAYOUT: "A page that no template can read: quarantined.",
    Outcome.INVALID: "Read, but not a valid article: quarantined.",
    Outcome.UNKNOWN_ADDRESS: "A row of a list, on the site, whose address is of no known form: not asked for.",
    Outcome.TOO_LARGE: "Over the size limit, `DOWNLOAD_MAXSIZE`.",
    Outcome.OFF_SITE: "Redirected to another site; not followed.",
    Outcome.FAILED: "No complete response after every retry. Requested again by the next run.",
    Outcome.OUT_OF_RANGE: "Outside `since`/`until`.",
    Outcome.PENDING: "Not reached: the run ended before it. Requested again by the next run.",
    Outcome.LISTED: "A list page, read.",
    Outcome.NO_LIST: "Looks like a section, and lists no article.",
    Outcome.READ: "A helper file or a further part of an article, read.",
}


def type_name(schema: dict[str, Any]) -> str:
    """The type of a schema property in words: `string`, `string or null`, `list of Author`."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "anyOf" in schema:
        return " or ".join(type_name(one) for one in schema["anyOf"])
    if "oneOf" in schema:
        return "block"
    if schema["type"] == "array":
        return f"list of {type_name(schema['items'])}"
    if schema["type"] == "object":
        values = schema.get("additionalProperties", True)
        return "object" if values is True else f"object, string to {type_name(values)}"
    return str(schema["type"])


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    text = text if len(text) <= _LONGEST_EXAMPLE else text[: _LONGEST_EXAMPLE - 1] + "…"
    return f"`{text}`".replace("|", "\\|")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _cell in head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _fields() -> str:
    example = EXAMPLE.model_dump(mode="json")
    rows = (
        (f"`{name}`", type_name(schema), schema["description"].replace("|", "\\|"), _shown(example[name]))
        for name, schema in article_schema()["properties"].items()
    )
    return _table(("field", "type", "meaning", "example"), rows)


def _parts() -> str:
    known = article_schema()["$defs"]
    rows = (
        (model.__name__, f"`{name}`", type_name(schema), schema.get("description", ""))
        for model in _PARTS
        for name, schema in known[model.__name__]["properties"].items()
    )
    return _table(("part", "key", "type", "meaning"), rows)


def _blocks() -> str:
    known = article_schema()["$defs"]
    rows = []
    for model in _BLOCKS:
        properties = known[model.__name__]["properties"]
        others = (f"`{key}` ({type_name(schema)})" for key, schema in properties.items() if key != "type")
        rows.append((f"`{properties['type']['const']}`", ", ".join(others)))
    return _table(("`type`", "its other keys"), rows)


def _outcomes() -> str:
    return _table(("outcome", "meaning"), ((f"`{outcome}`", MEANINGS[outcome]) for outcome in Outcome))


def _report(*kinds: str) -> str:
    """The keys of these records of a report."""
    known = report_schema()["$defs"]
    rows = (
        (f"`{name}`", type_name(schema), schema.get("description", "").replace("|", "\\|"))
        for kind in kinds
        for name, schema in known[kind]["properties"].items()
    )
    return _table(("key", "type", "meaning"), rows)


def _report_parts() -> str:
    known = report_schema()["$defs"]
    rows = (
        (kind, f"`{name}`", type_name(schema), schema.get("description", "").replace("|", "\\|"))
        for kind, record in known.items()
        if kind not in ("RunReport", "ReparseReport", "VerifyReport")
        for name, schema in record["properties"].items()
    )
    return _table(("part", "key", "type", "meaning"), rows)


def data_format_text() -> str:
    """The document's whole content. Raises KeyError where an outcome has no meaning here."""
    text = TEMPLATE.read_text("utf-8")
    for name, made in {
        "fields": _fields(),
        "parts": _parts(),
        "blocks": _blocks(),
        "outcomes": _outcomes(),
        "report": _report("RunReport"),
        "report_parts": _report_parts(),
        "example": json.dumps(EXAMPLE.model_dump(mode="json"), ensure_ascii=False, indent=2),
    }.items():
        text = text.replace("{{" + name + "}}", made)
    return text
