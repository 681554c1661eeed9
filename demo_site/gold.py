"""Gold records: the fields that a crawl must store of each article, compared by every test."""

from collections.abc import Iterable
from typing import Any

from demo_site.bodies import files
from demo_site.pages.article_lines import header_line
from demo_site.record import Record
from panan_spider.core import SCHEMA_VERSION


def expected(record: Record, listed_in: Iterable[str]) -> dict[str, Any]:
    """The stored line's fields as JSON values, but for `revision`, `content_hash`, `fetched_at` and `warc`."""
    blocks = [block.model_dump() for block in record.blocks]
    return {
        "id": record.id,
        "url": record.url,
        "title": record.title,
        "kicker": record.kicker,
        "subtitle": record.subtitle,
        "published": record.published,
        "posted": record.posted,
        "section": record.breadcrumbs[-1] if record.breadcrumbs else None,
        "breadcrumbs": list(record.breadcrumbs),
        "listed_in": sorted(set(listed_in)),
        "source": record.source,
        "header_line": header_line(record),
        "authors": [author.model_dump() for author in record.authors],
        "editor": record.editor,
        "credits": dict(record.credits),
        "text": "\n".join(block["text"] for block in blocks if block["type"] in ("paragraph", "heading")),
        "blocks": blocks,
        "images": [{"url": b["url"], "caption": b["caption"]} for b in blocks if b["type"] == "image"],
        "attachments": [link.model_dump() for link in files(record.blocks)],
        "related": [link.model_dump() for link in record.related],
        "pages": len(record.parts) or 1,
        "template": record.template,
        "schema_version": SCHEMA_VERSION,
    }
