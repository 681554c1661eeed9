"""Kept list pages: each folder is the bytes of a page, how it came, and the rows, sections and pager it must give."""

import json
from pathlib import Path

import pytest

from panan_spider.doctor.fixture import LIST_FIELDS, expected
from panan_spider.extract.document import Page
from panan_spider.sites.profile import load_site

FOLDERS = sorted(path.parent for path in (Path(__file__).parent / "list_fixtures").glob("*/page.html"))


def test_there_are_lists_of_both_kinds_of_cms() -> None:
    pagers = [json.loads((folder / "expected.json").read_text("utf-8"))["pager"]["kind"] for folder in FOLDERS]
    assert {"create_page_html", "count_links"} <= set(pagers)


@pytest.mark.parametrize("field", LIST_FIELDS)
@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_field(folder: Path, field: str) -> None:
    came = json.loads((folder / "page.json").read_text("utf-8"))
    page = Page(came["url"], (folder / "page.html").read_bytes(), came["content_type"])
    assert (
        expected(page, "list", load_site())[field] == json.loads((folder / "expected.json").read_text("utf-8"))[field]
    )
