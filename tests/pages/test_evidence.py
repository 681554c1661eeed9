"""The header lines and breadcrumbs of the 17 real pages: what a reader would say of each."""

import json
from pathlib import Path

import pytest

from panan_spider.extract.header_line import read_header_line
from panan_spider.extract.page_head import split_breadcrumb

PAGES = Path(__file__).parents[3] / "shared" / "site" / "pages.jsonl"
pytestmark = pytest.mark.skipif(not PAGES.exists(), reason="the evidence lies beside the checkout, not in it")

#: n: (published, source, [(name, title, work)]); pages whose header line is not known are left out.
HEADERS: dict[int, tuple[str | None, str | None, list[tuple[str, str, str | None]]]] = {
    1: ("2019-02-22", "磐安新闻网", [("黄聪巍", "特派记者", None), ("羊洋", "特派记者", None)]),
    3: ("2019-08-16", "磐安新闻网", [("羊洋", "记者", None)]),
    6: ("2020-02-17", None, [("羊洋", "记者", None)]),
    7: ("2020-03-07", None, [("韦莉娜", "记者", None), ("黄聪巍", "记者", None), ("张若旸", "记者", None)]),
    8: ("2020-04-21", None, []),
    9: ("2020-07-03", None, [("陈强", "记者", None), ("羊洋", "记者", None), ("马传贤", "记者", None)]),
    10: ("2020-07-08", None, [("潘乔", "实习记者", None)]),
    12: (
        "2022-06-17",
        "融磐安客户端",
        [("黄聪巍", "记者", "text"), ("张若旸", "记者", "text"), ("韦莉娜", "记者", "photo")],
    ),
    13: ("2021-09-30", "融磐安客户端", [("黄聪巍", "记者", None)]),
    14: ("2016-01-05T08:23:00+08:00", "磐安新闻网", []),
    15: (None, None, []),
    16: ("2016-11-15T22:47:00+08:00", "磐安新闻网", []),
    17: ("2013-10-10T08:12:00+08:00", "磐安新闻网", []),
}
BREADCRUMBS = {
    1: ("浙江在线", "磐安新闻网", "新闻中心", "磐安新闻"),
    3: ("浙江在线", "磐安新闻网", "新闻中心", "磐安新闻"),
    6: ("浙江在线", "磐安新闻网", "副书记代县长"),
    7: ("浙江在线", "磐安新闻网", "书记"),
    8: ("浙江在线", "磐安新闻网", "新闻中心", "磐安新闻"),
    9: ("浙江在线", "磐安新闻网", "新闻中心", "磐安新闻"),
    10: ("浙江在线", "磐安新闻网", "新闻中心", "磐安新闻"),
    12: ("磐安新闻网", "新闻中心", "时政"),
    14: ("磐安新闻网", "新闻中心", "磐安新闻"),
    16: ("磐安新闻网", "专栏", "专题专栏"),
}


def pages() -> dict[int, dict[str, str | None]]:
    rows = [json.loads(line) for line in PAGES.read_text(encoding="utf-8").splitlines()]
    return {row["n"]: row for row in rows}


def test_every_page_is_looked_at() -> None:
    assert len(pages()) == 17
    assert {n for n, row in pages().items() if row["meta_line"]} == set(HEADERS)
    assert {n for n, row in pages().items() if row["breadcrumb"]} == set(BREADCRUMBS)


@pytest.mark.parametrize("n", HEADERS)
def test_header_line(n: int) -> None:
    header = read_header_line(str(pages()[n]["meta_line"]))
    published, source, authors = HEADERS[n]
    assert (header.published, header.source) == (published, source)
    assert [(a.name, a.title, a.work) for a in header.authors] == authors


@pytest.mark.parametrize("n", BREADCRUMBS)
def test_breadcrumb(n: int) -> None:
    assert split_breadcrumb(str(pages()[n]["breadcrumb"])) == BREADCRUMBS[n]
