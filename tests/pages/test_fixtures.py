"""Kept pages: each folder of fixtures is the bytes of a page, how it came, and the fields that reading it must give."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage

FOLDERS = sorted(path.parent for path in (Path(__file__).parent / "fixtures").glob("*/page.html"))
FIELDS = (
    "template", "title", "kicker", "subtitle", "published", "breadcrumbs", "section", "source", "authors", "editor", "credits", "header_line",
    "text", "blocks", "images", "attachments", "related", "parts",
)  # fmt: skip


@cache
def pages(folder: Path) -> tuple[ArticlePage, dict[str, Any]]:
    came = json.loads((folder / "page.json").read_text("utf-8"))
    page = Page(came["url"], (folder / "page.html").read_bytes(), came["content_type"])
    expected: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return read_article(page), expected


def plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.model_dump() if hasattr(value, "model_dump") else value


def test_no_fixture_is_a_draft_that_nobody_has_checked() -> None:
    """`scrapy savepage` marks what it drafts; whoever has checked every field takes the mark away."""
    came = {
        f.parent.name: json.loads(f.read_text("utf-8")) for f in Path(__file__).parent.glob("*fixtures/*/page.json")
    }
    assert len(came) > len(FOLDERS)
    assert not [name for name, one in came.items() if "draft" in one]


def test_there_are_fixtures_of_all_kinds() -> None:
    assert len(FOLDERS) >= 24
    texts = [json.loads((folder / "expected.json").read_text("utf-8")) for folder in FOLDERS]
    assert {text["template"] for text in texts} == {"enorth_a", "enorth_b", "trs"}
    assert all(set(text) == set(FIELDS) for text in texts)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_field(folder: Path, field: str) -> None:
    got, expected = pages(folder)
    value = plain(getattr(got, field))
    if field == "header_line":  # blanks as printed, of whatever number
        assert "".join((value or "").split()) == "".join((expected[field] or "").split())
    else:
        assert value == expected[field]
