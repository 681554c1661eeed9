"""One revision of an article as rows of the SQLite export's tables."""

import json
from typing import Any, Final

from panan_spider.publish.export.archive_lines import Record
from panan_spider.publish.export.bigrams import bigrams
from panan_spider.publish.export.selection import day_of
from panan_spider.publish.export.sqlite_schema import SEARCHED

Row = dict[str, Any]

_AS_JSON: Final = ("breadcrumbs", "credits", "blocks")
_AS_IS: Final = (
    "url", "title", "kicker", "subtitle", "published", "posted", "section", "source", "header_line", "editor",
    "text", "pages", "template", "content_hash", "fetched_at",
)  # fmt: skip


def docid(article_id: str) -> int:
    """The article's number in the full-text index: `1` and its id, so that leading zeros count. Articles' `docid`."""
    return int("1" + article_id)


def compact(value: object) -> str:
    """`value` as JSON text, Chinese readable, no blanks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def content_row(record: Record) -> Row:
    """The columns that `articles` and `revisions` share."""
    warc = record["warc"] or {"file": None, "offset": None}
    row = {name: record[name] for name in _AS_IS} | {name: compact(record[name]) for name in _AS_JSON}
    return row | {"day": day_of(record), "warc_file": warc["file"], "warc_offset": warc["offset"]}


def part_rows(record: Record) -> dict[str, list[Row]]:
    """Table → the rows of what the article is made of, but for pictures' files and people."""
    of_it = {"article_id": record["id"]}
    found = {
        table: [of_it | {"position": at, **part} for at, part in enumerate(record[table], 1)]
        for table in ("authors", "images", "attachments", "related")
    }
    found["listed_in"] = [of_it | {"section": name} for name in dict.fromkeys(record["listed_in"])]
    return found


def searched(record: Record) -> list[str]:
    """What the full-text index takes of these fields of a record, column by column."""
    texts = {
        "title": [record["title"]],
        "lead": [record["kicker"], record["subtitle"]],
        "text": [record["text"]],
        "byline": [*(author["name"] for author in record["authors"]), record["editor"], *record["credits"].values()],
        "rest": _rest(record["blocks"]),
    }
    return [bigrams("\n".join(filter(None, texts[column]))) for column in SEARCHED]


def _rest(blocks: list[dict[str, Any]]) -> list[str | None]:
    found: list[str | None] = []
    for block in blocks:
        if block["type"] == "image":
            found.append(block["caption"])
        elif block["type"] == "attachment":
            found.append(block["title"])
        elif block["type"] == "table":
            found += [cell for cells in block["rows"] for cell in cells]
    return found
