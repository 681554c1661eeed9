"""The measures of the evaluation: each goes down for the fault it is there for, and for no other."""

from dataclasses import replace
from typing import Any

import pytest

from evaluation import ours, table
from evaluation.cases import Case, cases
from evaluation.scoring import MEASURES, Reading, leaked, mean, score

RICH = next(
    case for case in cases("known") if case.path.stem.startswith("b01")
)  # kicker, three captions, editor, no source
TABLED = next(case for case in cases("known") if case.path.stem.startswith("c04"))


def perfect(case: Case) -> Reading:
    gold: dict[str, Any] = case.gold
    names = tuple(author["name"] for author in gold["authors"])
    return Reading(
        "\n".join(case.paragraphs), gold["title"], gold["published"][:10], gold["source"], names, gold["editor"], tuple(case.images)
    )  # fmt: skip


def lowered(case: Case, reading: Reading) -> set[str]:
    """Measures that are worse than perfect."""
    best, got = score(case, perfect(case)), score(case, reading)
    return {name for name in MEASURES if got[name] != best[name]}


@pytest.mark.parametrize("case", [RICH, TABLED], ids=lambda case: case.name)
def test_the_gold_record_itself_is_perfect(case: Case) -> None:
    told = {name: value for name, value in score(case, perfect(case)).items() if value is not None}
    assert told.pop("leaks") == 0
    assert set(told.values()) == {1.0} and len(told) >= 8


def test_nothing_is_worth_nothing() -> None:
    told = score(RICH, Reading())
    assert told["leaks"] == 0 and told["source"] is None
    assert {value for name, value in told.items() if name not in ("leaks", "source")} == {0.0}


def test_a_lost_paragraph_costs_recall() -> None:
    lost = replace(perfect(RICH), body="\n".join(RICH.paragraphs[:-1]))
    assert lowered(RICH, lost) == {"body_recall", "body_f1", "body_f1_long", "body_exact", "paragraphs_f1"}


def test_a_foreign_line_costs_precision_and_is_a_leak() -> None:
    line = next(line for line in RICH.gold["furniture"] if "版权声明" in line)
    fouled = replace(perfect(RICH), body=perfect(RICH).body + "\n" + line)
    assert leaked(RICH, fouled.body) == [line]
    assert lowered(RICH, fouled) == {
        "body_precision",
        "body_f1",
        "body_f1_long",
        "body_exact",
        "paragraphs_f1",
        "leaks",
    }


def test_a_short_body_says_nothing_of_long_ones() -> None:
    assert score(RICH, perfect(RICH))["body_f1_long"] == 1
    assert score(TABLED, perfect(TABLED))["body_f1_long"] is None


def test_joined_paragraphs_cost_boundaries_alone() -> None:
    joined = replace(perfect(RICH), body="".join(RICH.paragraphs))
    assert lowered(RICH, joined) == {"paragraphs_f1", "body_exact"}


def test_other_punctuation_costs_exactness_alone() -> None:
    other = replace(perfect(RICH), body=perfect(RICH).body.replace("，", ","))
    assert lowered(RICH, other) == {"body_exact"}


@pytest.mark.parametrize("case", [RICH, TABLED], ids=lambda case: case.name)
def test_headline_captions_and_tables_may_stand_in_a_body(case: Case) -> None:
    own = [case.gold["title"], *case.paragraphs[:1], *(caption for _, caption in case.images if caption)]
    rows = [" | ".join(row) for block in case.gold["blocks"] if block["type"] == "table" for row in block["rows"]]
    more = replace(perfect(case), body="\n".join([*own, *rows, *case.paragraphs[1:]]))
    assert lowered(case, more) == {"body_exact"}


def test_a_field_claimed_where_the_page_has_none_is_wrong() -> None:
    assert score(RICH, replace(perfect(RICH), source="磐安新闻网"))["source"] == 0
    assert score(TABLED, replace(perfect(TABLED), editor="甲"))["editor"] == 0


def test_a_caption_belongs_to_its_picture() -> None:
    first, second, third = RICH.images
    swapped = ((first[0], second[1]), (second[0], first[1]), third)
    assert score(RICH, replace(perfect(RICH), images=swapped))["images_f1"] == pytest.approx(1 / 3)
    assert score(RICH, replace(perfect(RICH), images=(first, second)))["images_f1"] == pytest.approx(0.8)


def test_blanks_count_in_no_field() -> None:
    gold = RICH.gold["title"]
    assert " " in gold
    assert score(RICH, replace(perfect(RICH), title=gold.replace(" ", " \n ")))["title"] == 1
    assert score(RICH, replace(perfect(RICH), title=gold.replace(" ", "")))["title"] == 0


def test_pages_that_say_nothing_of_a_measure_do_not_count() -> None:
    both = [score(RICH, perfect(RICH)), score(TABLED, replace(perfect(TABLED), source="别处"))]
    assert mean(both)["source"] == 0
    assert mean(both)["title"] == 100


def test_what_is_misread_is_named_field_by_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "article", lambda case: None)
    wrong = ours.wrong_fields(RICH)
    assert set(wrong) >= {"title", "blocks", "authors"}
    assert wrong["title"] == (None, RICH.gold["title"])
    assert ours.read(RICH) == Reading()


def test_a_field_nobody_offers_is_a_dash() -> None:
    figures = mean([score(RICH, perfect(RICH)), score(TABLED, perfect(TABLED))])
    assert table.row("x", figures, frozenset({"title"})).count("–") == 5
    assert "–" not in table.row("x", figures)


def test_a_page_without_its_markers_is_not_written(tmp_path: Any) -> None:
    page = tmp_path / "page.md"
    page.write_text("<!-- known -->\nold\n<!-- /known -->\n", "utf-8")
    table.write({"known": "new"}, page)
    assert page.read_text("utf-8") == "<!-- known -->\nnew\n<!-- /known -->\n"
    with pytest.raises(ValueError, match="renamed"):
        table.write({"renamed": "new"}, page)
