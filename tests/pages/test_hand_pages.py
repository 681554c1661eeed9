"""Pages nobody's generator printed: every field as a careful reader reads it, or the name the page must get."""

from functools import cache
from typing import Any

import pytest
from hand_pages import FIELDS, HandPage, hand_pages

from panan_spider.extract.article import read_article
from panan_spider.extract.results import PageError

READABLE = [case for case in hand_pages() if case.says is not None]
NAMED = [case for case in hand_pages() if case.fate is not None]


@cache
def read(name: str) -> dict[str, Any]:
    case = next(case for case in READABLE if case.name == name)
    page = read_article(case.page)
    return {field: plain(getattr(page, field)) for field in FIELDS}


def plain(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value.model_dump() if hasattr(value, "model_dump") else value


@pytest.mark.parametrize("case", READABLE, ids=lambda case: case.name)
@pytest.mark.parametrize("field", FIELDS)
def test_field(case: HandPage, field: str) -> None:
    assert case.says is not None
    assert read(case.name)[field] == case.says[field]


@pytest.mark.parametrize("case", NAMED, ids=lambda case: case.name)
def test_what_cannot_be_read_is_named(case: HandPage) -> None:
    with pytest.raises(PageError) as raised:
        read_article(case.page)
    assert raised.value.outcome.value == case.fate


def test_there_are_pages_of_all_kinds() -> None:
    assert len(READABLE) >= 80
    assert len({case.name for case in hand_pages()}) == len(hand_pages())
    assert all((case.says is None) != (case.fate is None) for case in hand_pages())
    assert {"/system/", "/t2022"} <= {
        part for case in READABLE for part in ("/system/", "/t2022") if part in case.page.url
    }
