"""A seed → an article in some markup, and what reading its page must give.

`python tests/pages/markup_pages.py SEED` writes the page of a seed to a file, to be looked at in a browser.
"""

import random
import re
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from records import RECORDS, unmarked

from demo_site.markup import Markup, Rendered, render
from demo_site.record import Record
from panan_spider.extract.article import read_article
from panan_spider.extract.assemble import join
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage
from panan_spider.items import Attachment, ImageBlock

FIELDS = (
    "title", "kicker", "subtitle", "published", "breadcrumbs", "source", "authors", "editor", "credits",
    "text", "blocks", "images", "attachments", "related", "template",
)  # fmt: skip


@dataclass(frozen=True)
class Printed:
    """One article as its pages, part one first."""

    record: Record
    markup: Markup
    rendered: tuple[Rendered, ...]

    @property
    def pages(self) -> list[Page]:
        stem, _dot, extension = self.record.url.rpartition(".")
        urls = [self.record.url, *(f"{stem}_{n:02d}.{extension}" for n in range(1, len(self.rendered)))]
        return [Page(url, one.body, one.content_type) for url, one in zip(urls, self.rendered, strict=True)]


def printed(record: Record, markup: Markup) -> Printed:
    count = len(record.parts) or 1
    return Printed(record, markup, tuple(render(record, markup, page_number=n + 1) for n in range(count)))


@cache
def of_seed(seed: int) -> Printed:
    dice = random.Random(f"markup/{seed}")
    record = dice.choice(RECORDS)
    return printed(record, Markup.draw(dice, record.template))


def gold(record: Record) -> dict[str, Any]:
    read = unmarked(record)
    out = {name: getattr(read, name) for name in FIELDS if hasattr(read, name)}
    images = [block for block in read.blocks if isinstance(block, ImageBlock)]
    files = [block for block in read.blocks if isinstance(block, Attachment)]
    return plain_values(out) | {
        "credits": dict(read.credits),
        "text": "\n".join(block.text for block in read.blocks if block.type in ("paragraph", "heading")),
        "images": [{"url": block.url, "caption": block.caption} for block in images],
        "attachments": [{"url": block.url, "title": block.title} for block in files],
    }


def plain_values(values: dict[str, Any]) -> dict[str, Any]:
    def plain(value: Any) -> Any:
        if isinstance(value, tuple | list):
            return [plain(item) for item in value]
        return value.model_dump() if hasattr(value, "model_dump") else value

    return {name: plain(value) for name, value in values.items()}


def read_values(page: ArticlePage) -> dict[str, Any]:
    return plain_values({name: getattr(page, name) for name in FIELDS})


def read(article: Printed) -> ArticlePage:
    return join([read_article(page) for page in article.pages])


def difference(expected: dict[str, Any], got: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Field → (expected, got), where they differ."""
    return {name: (expected[name], got[name]) for name in expected if expected[name] != got[name]}


def squeezed(line: str | None) -> str:
    """A line without its blanks and with one kind of colon."""
    return re.sub(r"[\s\u3000\xa0]+", "", line or "").replace("：", ":")


def wrong(article: Printed) -> dict[str, tuple[Any, Any]]:
    """What reading the article's pages gets wrong."""
    page = read(article)
    out = difference(gold(article.record), read_values(page))
    line, seen = squeezed(article.rendered[0].header_line), squeezed(page.header_line)
    more = article.markup.counter == "inline" or article.markup.tools_at == "inline"
    if not (seen.startswith(line) if more else seen == line):
        out["header_line"] = (line, seen)
    return out


if __name__ == "__main__":
    chosen = of_seed(int(sys.argv[1]))
    for number, one in enumerate(chosen.rendered, 1):
        target = Path(f"seed-{sys.argv[1]}-{number}.html")
        target.write_bytes(one.body)
        print(target, one.content_type)
    print(chosen.record.url, chosen.markup.describe(), sep="\n")
