"""What the benchmarks write: their own sections and nothing else, and drawings a browser can read."""

import pytest
from lxml import etree

from benchmarks.__main__ import DOC, SECTIONS, written
from benchmarks.plot import svg

PAGE = "# A\n<!-- one -->\nold\n<!-- /one -->\nkept\n<!-- two -->\n<!-- /two -->\n"


def test_a_section_is_replaced_between_its_markers_alone() -> None:
    text = written(written(PAGE, "one", "| 1 |"), "one", r"| \1 |")
    assert text.startswith("# A\n<!-- one -->\n| \\1 |\n\n_")
    assert text.endswith("_\n<!-- /one -->\nkept\n<!-- two -->\n<!-- /two -->\n")


def test_a_section_without_markers_is_an_error() -> None:
    with pytest.raises(ValueError, match="has no section three"):
        written(PAGE, "three", "")


def test_the_page_has_a_place_for_every_section() -> None:
    for name in SECTIONS:
        assert "| new |" in written(DOC.read_text("utf-8"), name, "| new |")


def test_a_drawing_goes_up_where_the_values_do() -> None:
    root = etree.fromstring(svg("A & B", "n", {"ours": [(100, 0.5), (1_000, 5), (10_000, 50)]}).encode())
    [line] = root.iter("{*}polyline")
    points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
    assert points == sorted(points)
    assert [y for _x, y in points] == sorted((y for _x, y in points), reverse=True)
    assert "A & B" in root.itertext()
