"""What the benchmarks write: their own sections and nothing else, drawings a browser can read; and where they let others run."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from lxml import etree

from benchmarks import crawling
from benchmarks.__main__ import DOC, SECTIONS, written
from benchmarks.archives import keep_site
from benchmarks.measure import ROOT
from benchmarks.sections import svg
from panan_spider.items import Article

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


#: Asks for an address that no network has, and for a door nobody listens at.
ASKING = """
import socket
from benchmarks import crawling
crawling.loopback_only()
for host in ("192.0.2.1", "127.0.0.1"):
    try:
        socket.create_connection((host, 9), timeout=5)
    except OSError as error:
        print(type(error).__name__, error.errno)
"""


def test_others_run_where_nothing_but_loopback_is_reached() -> None:
    words = crawling.isolated()
    if words is not None:  # a system that makes no networks runs no others: the next test
        done = subprocess.run(
            [*words, sys.executable, "-c", ASKING], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert done.stdout.split("\n") == [
            "OSError 101",
            "ConnectionRefusedError 111",
            "",
        ]  # unreachable; refused by loopback


def test_where_no_such_network_can_be_had_no_others_run(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[object, ...]] = []

    def compare(*given: object) -> list[crawling.Crawl]:
        asked.append(given)
        return []

    monkeypatch.setattr(crawling, "EVAL", Path(sys.executable))
    monkeypatch.setattr(crawling, "isolated", lambda: None)
    monkeypatch.setattr(crawling, "compare", compare)
    crawling.among_peers(150)
    assert asked == [(150,)]


def test_where_there_is_a_network_others_do_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "if_nameindex", lambda: [(1, "lo"), (2, "eth0")])
    with pytest.raises(RuntimeError, match="there is a network: eth0"):
        crawling.loopback_only()


def test_a_made_archive_is_one_that_a_crawl_might_have_left(tmp_path: Path) -> None:
    keep_site(tmp_path, 100)
    lines = [Article.model_validate(json.loads(line)) for line in (tmp_path / "articles.jsonl").open(encoding="utf-8")]
    assert len({line.id for line in lines}) == 100
    assert any(line.pages > 1 and line.warc is not None and line.warc.parts for line in lines)
