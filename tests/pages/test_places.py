"""Every field says where on the page it was read, and what stands there is what the field holds."""

import json
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from test_fixtures import FIELDS, FOLDERS, pages

from panan_spider.extract.document import Page, parse
from panan_spider.extract.line import image_source

NO_XPATH = {"template", "url"}
each_page = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def elements(folder: Path, where: str) -> list[etree._Element]:
    url = pages(folder)[0].url
    found: Any = parse(Page(url, (folder / "page.html").read_bytes(), came(folder))).xpath(where)
    assert found, where
    return list(found)


def came(folder: Path) -> str:
    return str(json.loads((folder / "page.json").read_text("utf-8"))["content_type"])


def words(folder: Path, where: str) -> str:
    return bare("".join("".join(map(str, e.itertext())) for e in elements(folder, where)))


def bare(text: str) -> str:
    return "".join(text.split())


@each_page
def test_every_field_that_holds_something_has_a_place_and_no_other(folder: Path) -> None:
    page, _ = pages(folder)
    assert set(page.found) == {name for name in (*FIELDS, "url") if getattr(page, name)}
    assert all(place.where and place.printed for place in page.found.values())


@each_page
@pytest.mark.parametrize("field", ["title", "kicker", "subtitle", "editor", "source"])
def test_the_words_of_a_line_stand_at_its_place(folder: Path, field: str) -> None:
    page, _ = pages(folder)
    if value := getattr(page, field):
        assert bare(value) in words(folder, page.found[field].where)


@each_page
def test_a_headline_s_place_holds_the_headline_alone(folder: Path) -> None:
    page, _ = pages(folder)
    others = [line for line in (page.kicker, page.subtitle) if line]
    assert not [line for line in others if bare(line) in bare(page.found["title"].printed)]


@each_page
def test_names_stand_where_they_were_read(folder: Path) -> None:
    page, _ = pages(folder)
    for author in page.authors:
        assert author.name in words(folder, page.found["authors"].where)
    for name in page.credits.values():
        assert bare(name) in words(folder, page.found["credits"].where)
    for part in page.breadcrumbs:
        assert bare(part) in words(folder, page.found["breadcrumbs"].where)


@each_page
def test_the_body_s_place_is_one_element_that_holds_every_paragraph(folder: Path) -> None:
    page, _ = pages(folder)
    assert len(elements(folder, page.found["blocks"].where)) == 1
    inside = words(folder, page.found["blocks"].where)
    assert not [line for line in page.text.split("\n") if bare(line) not in inside]


@each_page
def test_pictures_stand_where_they_were_read(folder: Path) -> None:
    page, _ = pages(folder)
    if page.images:
        sources = [image_source(e).rsplit("/", 1)[-1] for e in elements(folder, page.found["images"].where)]
        assert not [image.url for image in page.images if image.url.rsplit("/", 1)[-1] not in sources]
