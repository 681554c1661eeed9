"""Side blocks by what several sections show: which blocks list nothing, and which lists must not be taken for one."""

from collections.abc import Mapping, Sequence

from panan_spider.extract.document import Page
from panan_spider.extract.results import SectionPage
from panan_spider.extract.section import read_section
from panan_spider.spiders.discovery import SideBlocks

SIDE = (901, 902, 903, 904)


def url(section: str, number: int = 0) -> str:
    return f"http://panews.zjol.com.cn/panews/{section}/index{f'_{number}' if number else ''}.shtml"


def items(numbers: Sequence[int], day: str | None = "2021-03-05") -> str:
    shown = "" if day is None else f"<span>{day}</span>"
    return "".join(
        f'<li><a href="/panews/system/2021/03/05/{number:09d}.shtml">样例新闻第{number}号的标题</a>{shown}</li>'
        for number in numbers
    )


def box(numbers: Sequence[int], name: str = "b1") -> str:
    return f'<div class="{name}"><ul>{items(numbers)}</ul></div>'


def page(section: str, *pieces: str, number: int = 0) -> SectionPage:
    crumb = f"<div>您当前的位置 : 磐安新闻网 &gt;&gt; {section}</div>"
    html = f"<html><head><title>{section}</title></head><body>{crumb}{''.join(pieces)}</body></html>"
    return read_section(Page(url(section, number), html.encode(), "text/html; charset=utf-8"))


def listed(pages: Mapping[str, SectionPage]) -> dict[str, list[int]]:
    """The rows of page one of each section, once all have been read."""
    blocks = SideBlocks()
    blocks.learn({url(name): one for name, one in pages.items()})
    return {
        name: [int(row.article_id) for row in blocks.without(one, url(name), first=True)[0].rows]
        for name, one in pages.items()
    }


def own(section: int, count: int = 6) -> list[int]:
    return [section * 20 + at for at in range(count, 0, -1)]


def test_a_block_that_three_sections_show_lists_nothing_on_each_of_them() -> None:
    pages = {f"s{n}": page(f"s{n}", box(SIDE), box(own(n), "b2")) for n in (1, 2, 3)}
    assert all(len(one.rows) == 10 for one in pages.values())
    assert listed(pages) == {f"s{n}": own(n) for n in (1, 2, 3)}


def test_a_block_that_two_sections_show_is_listed() -> None:
    pages = {f"s{n}": page(f"s{n}", box(SIDE), box(own(n), "b2")) for n in (1, 2)}
    assert listed(pages) == {f"s{n}": [*SIDE, *own(n)] for n in (1, 2)}


def test_an_article_of_the_block_stays_a_row_where_the_list_names_it_too_in_the_place_of_the_list() -> None:
    pages = {f"s{n}": page(f"s{n}", box(SIDE), box([*own(n), 902], "b2")) for n in (1, 2, 3)}
    assert listed(pages) == {f"s{n}": [*own(n), 902] for n in (1, 2, 3)}


def test_sections_that_share_their_newest_rows_keep_them() -> None:
    lists = {
        "one ul": [f"<ul>{items([*SIDE, *own(n)])}</ul>" for n in (1, 2, 3)],
        "a ul for each few rows": [
            f'<ul class="first">{items(SIDE)}</ul><ul>{items(own(n))}</ul>' for n in (1, 2, 3)
        ],
        "a box for each few rows": [box(SIDE, "group") + box(own(n), "group") for n in (1, 2, 3)],
        "a heading for each day": [
            f"<h4>2021年3月5日</h4><ul>{items(SIDE)}</ul><h4>2021年3月4日</h4><ul>{items(own(n))}</ul>"
            for n in (1, 2, 3)
        ],
        "rows without a list": [
            "".join(f'<a href="/panews/system/2021/03/05/{i:09d}.shtml">样例新闻{i}</a><br>' for i in [*SIDE, *own(n)])
            for n in (1, 2, 3)
        ],
    }  # fmt: skip
    for name, shown in lists.items():
        pages = {f"s{n}": page(f"s{n}", f'<div class="main">{one}</div>') for n, one in enumerate(shown, 1)}
        assert listed(pages) == {f"s{n}": [*SIDE, *own(n)] for n in (1, 2, 3)}, name


def test_one_picture_over_lists_that_share_it_is_a_row_of_each() -> None:
    top = f"<div class=focus><p>{items([901])}</p></div><h3>列表</h3>"
    pages = {f"s{n}": page(f"s{n}", top, box(own(n), "b2")) for n in (1, 2, 3)}
    assert listed(pages) == {f"s{n}": [901, *own(n)] for n in (1, 2, 3)}


def test_a_list_under_several_names_is_a_list_and_its_side_block_none() -> None:
    names = {"s1": 1, "s2": 2, "s3": 3, "alias1": 4, "alias2": 4, "alias3": 4}
    pages = {name: page(name, box(SIDE), box(own(n), "b2")) for name, n in names.items()}
    assert listed(pages) == {name: own(n) for name, n in names.items()}


def test_a_list_under_several_names_beside_older_and_newer_side_blocks_stays_a_list() -> None:
    sides = {"s1": SIDE, "s2": (*SIDE[:3], 905), "s3": (*SIDE[:2], 905, 906)}
    pages = {name: page(name, box(side), box(own(1), "b2")) for name, side in sides.items()}
    assert listed(pages) == {name: [*side, *own(1)] for name, side in sides.items()}


def test_the_section_that_the_block_is_made_of_keeps_its_rows() -> None:
    pages = {f"s{n}": page(f"s{n}", box(SIDE), box(own(n), "b2")) for n in (1, 2, 3)}
    pages["alone"] = page("alone", box(SIDE, "b2"))
    pages["twice"] = page("twice", box(SIDE), box(SIDE, "b2"))
    found = listed(pages)
    assert found["alone"] == found["twice"] == list(SIDE)


def test_two_side_blocks_are_both_told() -> None:
    other = (951, 952, 953)
    pages = {f"s{n}": page(f"s{n}", box(SIDE), box(own(n), "b2"), box(other, "b3")) for n in (1, 2, 3)}
    assert listed(pages) == {f"s{n}": own(n) for n in (1, 2, 3)}


def test_a_dated_side_block_does_not_end_an_undated_list() -> None:
    pages = {
        f"s{n}": page(f"s{n}", box(SIDE), f"<div class=b2><ul>{items(own(n), None)}</ul></div>") for n in (1, 2, 3)
    }
    assert listed(pages) == {f"s{n}": own(n) for n in (1, 2, 3)}


def test_further_pages_show_the_block_as_it_was_and_a_page_of_it_alone_has_no_rows() -> None:
    blocks = SideBlocks()
    blocks.learn({url(f"s{n}"): page(f"s{n}", box(SIDE), box(own(n), "b2")) for n in (1, 2, 3)})
    older = page("s1", box((801, 802, 803)), box([3, 2], "b2"), number=1)
    read, aside = blocks.without(older, url("s1"), first=False)
    assert [int(row.article_id) for row in read.rows] == [3, 2]
    assert [int(row.article_id) for row in aside] == [801, 802, 803]
    behind, _ = blocks.without(page("s1", box(SIDE), number=2), url("s1"), first=False)
    assert behind.rows == ()


def test_the_list_before_the_pager_is_never_a_side_block() -> None:
    pager = '<a href="index_1.shtml">下一页</a>'
    pages = {
        f"s{n}": page(f"s{n}", box([n * 50, n * 50 + 1, n * 50 + 2]), f'<div class="m">{box(SIDE, "b2")}{pager}</div>')
        for n in (1, 2, 3)
    }
    assert all(set(SIDE) <= set(rows) for rows in listed(pages).values())
