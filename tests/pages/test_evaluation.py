"""The evaluation set: sound in itself, and the ratchet under what panan_spider makes of it. Peers run in `make eval` alone."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from evaluation import floors, ours, table
from evaluation.cases import FOLDER, HALVES, Case, cases
from evaluation.scoring import LONG, words

ROOT = Path(__file__).resolve().parents[2]
CASES = [case for half in HALVES for case in cases(half)]
FIELDS = {
    "url", "content_type", "template", "title", "kicker", "subtitle", "published", "breadcrumbs", "source", "header_line", "authors",
    "editor", "credits", "blocks", "related", "parts", "furniture",
}  # fmt: skip
KNOWN = (
    "list-style",
    "detail-title",
    "detail-date",
    "artTitle",
    "pubtime_baidu",
    "artCon",
    "contTxt",
    "TRS_Editor",
    "trs_editor_view",
)


@cache
def figures() -> dict[str, dict[str, float]]:
    return ours.all_figures()


def printed(case: Case) -> str:
    """All text of the page that is not hidden, its letters alone."""
    tree = html.fromstring(case.page.text)
    for element in list(tree.iter("script", "style", "font")):
        if element.tag != "font" or "none" in element.get("style", ""):
            element.drop_tree()
    return words("".join(str(text) for text in tree.itertext()))


def said(case: Case) -> list[str]:
    """Every text the gold record claims to stand on the page."""
    gold = case.gold
    people = [author["name"] for author in gold["authors"]]
    texts = [
        *case.paragraphs,
        *(text for text in case.either_way if not text.startswith("附件")),
        *gold["breadcrumbs"],
        *people,
        *gold["credits"],
        *gold["credits"].values(),
    ]
    return [*texts, *filter(None, (gold["source"], gold["editor"], gold["header_line"])), *gold["furniture"]]


def test_there_are_enough_pages_of_all_kinds() -> None:
    assert len(CASES) >= 60
    for half in HALVES:
        chosen = cases(half)
        assert {case.gold["template"] for case in chosen} == {"enorth_a", "enorth_b", "trs", None}
        kinds = {block["type"] for case in chosen for block in case.gold["blocks"]}
        assert kinds == {"paragraph", "heading", "image", "table", "video", "attachment"}
        assert {case.page.charset for case in chosen} == {"utf-8", "gb18030"}
        for field in ("kicker", "subtitle", "published", "source", "editor"):
            assert {case.gold[field] is None for case in chosen} == {True, False}, field


def test_it_is_small() -> None:
    sizes = [path.stat().st_size for half in HALVES for path in (FOLDER / half).iterdir()]
    assert len(sizes) == 2 * len(CASES)
    assert sum(sizes) < 1_500_000


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_page_says_what_its_record_says(case: Case) -> None:
    assert set(case.gold) == FIELDS
    text = printed(case)
    assert not [one for one in said(case) if words(one) not in text]
    assert len(case.gold["furniture"]) >= 4
    assert all(url in case.page.text for url in (image[0].rsplit("/", 1)[1] for image in case.images))


def test_the_renamed_half_has_no_known_name_left() -> None:
    found = {
        name: re.findall(r"""\s(?:class|id)\s*=\s*["']?([^"'>]*)""", case.page.text)
        for case in cases("renamed")
        for name in [case.name]
    }
    assert any(found.values()) and not all(found.values())  # some renamed, some removed
    assert not [
        name for name, values in found.items() if {word for value in values for word in value.split()} & set(KNOWN)
    ]
    assert sum(any(name in case.page.text for name in KNOWN) for case in cases("known")) > 20


def test_no_sentence_is_the_tests_or_the_demo_sites() -> None:
    paths = [
        path
        for folder in ("tests", "demo_site")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".json", ".html")
    ]
    there = words("".join(path.read_bytes().decode("utf-8", "ignore") for path in paths))
    sentences = {words(one) for case in CASES for text in case.paragraphs for one in re.split(r"[。！？]", text)}
    long = {one for one in sentences if len(one) >= 12}
    assert len(paths) > 100 and len(long) > 300
    assert not [one for one in long if one in there]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_field_is_exact(case: Case) -> None:
    assert ours.wrong_fields(case) == {}


def test_no_figure_is_below_its_floor() -> None:
    fallen, _raisable = floors.compare(figures(), floors.floors())
    assert not fallen


def test_no_floor_is_below_its_figure() -> None:
    _fallen, raisable = floors.compare(figures(), floors.floors())
    assert not raisable, "python -m evaluation.floors"


def test_the_doc_shows_these_figures() -> None:
    text = table.DOC.read_text("utf-8")
    for half in HALVES:
        part = text.split(f"<!-- {half} -->")[1].split(f"<!-- /{half} -->")[0]
        assert part.count(table.OURS) == 1
        assert table.row(table.OURS, figures()[half]) in part
        assert part.count("\n| ") >= 10
    assert table.fields(figures()) in text


def test_the_doc_counts_the_pages() -> None:
    text = table.DOC.read_text("utf-8")
    letters = [len(words("".join(case.paragraphs))) for case in cases("known")]
    long = sum(one >= LONG for one in letters)
    assert {len(cases(half)) for half in HALVES} == {len(letters)}
    assert f"hold {len(letters)} pages each" in text
    assert f"({round(sum(letters) / len(letters))} letters on average, {max(letters)} at most)" in text
    assert f"of {LONG} letters and more ({long} of each half)" in text


def test_the_doc_names_the_locked_versions() -> None:
    lock: dict[str, Any] = dict(
        re.findall(r"^([a-z0-9-]+)==(\S+)", (ROOT / "requirements-eval.lock").read_text("utf-8"), re.MULTILINE)
    )
    line = table.DOC.read_text("utf-8").split("<!-- versions -->")[1].split("<!--")[0]
    named = dict(re.findall(r"\b([a-z0-9-]+) (\d[\w.]+\w)", line))
    assert len(named) >= 8
    assert named == {name: lock[name] for name in named}
    mine = dict(re.findall(r"^(lxml|pydantic)==(\S+)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE))
    assert mine == {name: lock[name] for name in mine}


def test_floors_are_sorted_out(tmp_path: Path) -> None:
    now = {"known": {"title": 90.0, "date": 95.0, "leaks": 5.0, "new": 1.0}}
    held = {"known": {"title": 91.0, "date": 94.0, "leaks": 4.0}, "renamed": {"title": 1.0}}
    fallen, raisable = floors.compare(now, held)
    assert [line.split(" is ")[0] for line in fallen] == [
        "known: leaks",
        "known: new",
        "known: title",
        "renamed: title",
    ]
    assert [line.split(" is ")[0] for line in raisable] == ["known: date"]


def test_floors_only_rise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(floors, "PATH", tmp_path / "floors.json")
    monkeypatch.setattr(floors, "all_figures", lambda: {"known": {"title": 90.0, "leaks": 1.0}})
    for held, code in (
        ({"title": 89.0, "leaks": 2.0}, 0),
        ({"title": 91.0, "leaks": 1.0}, 1),
        ({"title": 90.0, "leaks": 0.5}, 1),
    ):
        (tmp_path / "floors.json").write_text(json.dumps({"known": held}), "utf-8")
        assert floors.main() == code
        kept = {"title": 90.0, "leaks": 1.0} if code == 0 else held
        assert floors.floors() == {"known": kept}
    assert "title is 90.0, its floor 91.0" in capsys.readouterr().err
