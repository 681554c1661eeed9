"""The evaluation set: pages as bytes, and beside each what a reader would say it says."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from panan_spider.extract.document import Page

FOLDER: Final = Path(__file__).parent

#: The two halves: classes and ids as they are known, and all of them renamed or gone.
HALVES: Final = ("known", "renamed")


@dataclass(frozen=True)
class Case:
    """One page and its gold record (the fields of DATA_FORMAT.md, and `furniture`: printed lines that are not the article's)."""

    half: str
    path: Path

    @property
    def name(self) -> str:
        """Its place below evaluation/, as `known/a01-a1-br2`."""
        return f"{self.half}/{self.path.stem}"

    @cached_property
    def gold(self) -> dict[str, Any]:
        """The fields that reading the page must give."""
        record: dict[str, Any] = json.loads(self.path.with_suffix(".json").read_text("utf-8"))
        return record

    @cached_property
    def page(self) -> Page:
        """The page as it came."""
        return Page(self.gold["url"], self.path.read_bytes(), self.gold["content_type"])

    @property
    def paragraphs(self) -> list[str]:
        """Paragraphs and headings in order: the lines of `text`."""
        return [block["text"] for block in self.gold["blocks"] if block["type"] in ("paragraph", "heading")]

    @property
    def images(self) -> list[tuple[str, str | None]]:
        """(absolute address, caption) of the body's pictures in order."""
        return [(block["url"], block["caption"]) for block in self.gold["blocks"] if block["type"] == "image"]

    @property
    def either_way(self) -> list[str]:
        """Printed text of the article that a body may hold or leave out: headline lines, captions, tables, names of files."""
        gold = self.gold
        texts = [gold["title"], gold["kicker"], gold["subtitle"], *(caption for _, caption in self.images)]
        for block in gold["blocks"]:
            if block["type"] == "table":
                texts += ["".join(map("".join, block["rows"])), *map("".join, block["rows"])]
                texts += [cell for row in block["rows"] for cell in row]
            elif block["type"] == "attachment":
                texts += [f"附件{block['title']}", block["title"]]
        return [text for text in texts if text]


def cases(half: str) -> list[Case]:
    """All pages of one half, by name."""
    return [Case(half, path) for path in sorted((FOLDER / half).glob("*.html"))]
