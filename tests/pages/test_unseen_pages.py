"""Pages in markups of many makers, written before they were read: bytes, and what a careful reader says.

The `a…` and `l…`, and the `g…` and `p…` of another hand, are by somebody who had read neither the extraction nor tests; all others came after
mends, aimed at what they had left untried; the `c…` are what must stay as it is beside them. The first readings stand in docs/evaluation.md. `expected.json` holds the fields on
which careful readers agree. `fate` is the name that a page must get which is no article; `"open": true` says that it is still read wrongly.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from panan_spider.extract.article import read_article
from panan_spider.extract.document import Page
from panan_spider.extract.results import PageError
from panan_spider.extract.section import read_section

HERE = Path(__file__).parent
ARTICLES = sorted(path.parent for path in (HERE / "unseen_fixtures").glob("*/page.html"))
LISTS = sorted(path.parent for path in (HERE / "unseen_list_fixtures").glob("*/page.html"))


def came(folder: Path) -> tuple[Page, dict[str, Any]]:
    how = json.loads((folder / "page.json").read_text("utf-8"))
    expected: dict[str, Any] = json.loads((folder / "expected.json").read_text("utf-8"))
    return Page(how["url"], (folder / "page.html").read_bytes(), how["content_type"]), expected


def plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.model_dump() if hasattr(value, "model_dump") else value


def differences(page: Page, expected: dict[str, Any]) -> dict[str, Any]:
    try:
        read = read_article(page)
    except PageError as error:
        return {} if expected.get("fate") == error.outcome.value else {"fate": error.reason}
    if "fate" in expected:
        return {"fate": f"read as an article: {read.title}"}
    return {field: got for field, want in expected.items() if (got := plain(getattr(read, field))) != want}


@pytest.mark.parametrize("folder", ARTICLES, ids=lambda folder: folder.name)
def test_every_field_as_a_careful_reader_reads_it(folder: Path) -> None:
    page, expected = came(folder)
    if expected.pop("open", False):
        assert differences(page, expected) != {}, f"no longer wrong: take open out of {folder.name}"
    else:
        assert differences(page, expected) == {}


@pytest.mark.parametrize("folder", LISTS, ids=lambda folder: folder.name)
def test_every_row_and_the_next_page(folder: Path) -> None:
    page, expected = came(folder)
    read = read_section(page)
    rows = [[row.url, row.title, row.date.isoformat() if row.date else None] for row in read.rows]
    assert rows == expected["rows"]
    if "next" in expected:
        assert next(iter(read.pager.following), None) == expected["next"]


def test_there_are_pages_of_all_kinds() -> None:
    assert len(ARTICLES) >= 313
    assert len(LISTS) >= 81
    fields = [came(folder)[1] for folder in ARTICLES]
    assert sum("fate" in said for said in fields) >= 3
    assert all("fate" in said or {"title", "published", "breadcrumbs"} <= set(said) for said in fields)
    assert not [folder for folder in LISTS if "rows" not in came(folder)[1]]
