"""A walk through one section's list: every page once, and to its end."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from walk_pages import FIRST, FOLDER, NEWEST, NOTHING, SCRIPT, SITE, count_page, drive, page

from panan_spider.extract.results import Pager, SectionPage
from panan_spider.spiders.walk import MAX_LOST_PAGES, Walk, WalkState


def test_a_list_of_one_page_ends_at_once() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    assert drive(walk, lambda url: None, page([1, 2])) == ([], ["1", "2"])
    assert (walk.state, walk.pages, walk.rows, walk.new, walk.newest) == (
        WalkState.END,
        1,
        2,
        2,
        NEWEST - timedelta(days=1),
    )


def test_next_links_are_followed_to_the_end() -> None:
    pages = {f"{FOLDER}{n}": page([2 * n, 2 * n + 1], *([f"{FOLDER}{n + 1}"] if n < 4 else [])) for n in range(1, 5)}
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    asked, met = drive(walk, pages.__getitem__, page([0, 1], f"{FOLDER}1"))
    assert (asked, met) == (list(pages), [str(n) for n in range(10)])
    assert (walk.state, walk.pager) == (WalkState.END, "next_link")


def test_a_pager_script_is_asked_once_and_its_pages_downwards() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)

    def answer(url: str) -> SectionPage | int:
        if url == SCRIPT:
            return 3
        n = int(url[-7])
        return page([10 - n], kind="count_script", script=SCRIPT, url=url)

    asked, met = drive(walk, answer, page([5, 6, 7], kind="count_script", script=SCRIPT))
    assert asked == [SCRIPT, count_page(3), count_page(2), count_page(1)]
    assert met == ["5", "6", "7", "8", "9"]
    assert walk.state is WalkState.END


def test_the_newest_number_may_stand_nowhere() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    walk.take(page([1], kind="count_script", script=SCRIPT))
    assert walk.next() == SCRIPT
    walk.take_script(SCRIPT, 2)
    assert walk.next() == count_page(2)
    walk.lose(count_page(2), gone=True)
    assert walk.next() == count_page(1)
    walk.take(page([2]))
    assert (walk.next(), walk.state) == (None, WalkState.END)


def test_one_failing_page_stops_nothing_but_is_told() -> None:
    rest = [f"{FOLDER}index_{n}.html" for n in range(1, 6)]
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    asked, met = drive(
        walk,
        lambda url: None if "_3" in url else page([int(url[-6])], url=url),
        page([0], *rest, kind="create_page_html"),
    )
    assert (asked, met) == (rest, ["0", "1", "2", "4", "5"])
    assert walk.state is WalkState.FAILED
    assert walk.lost == [f"{FOLDER}index_3.html"]


def test_pages_that_fail_in_a_row_are_given_up() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    asked, _ = drive(walk, lambda url: 10**18 if url == SCRIPT else None, page([0], kind="count_script", script=SCRIPT))
    assert len(asked) <= 1 + MAX_LOST_PAGES
    assert walk.state is WalkState.FAILED


def test_a_failing_script_fails_the_walk() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    drive(walk, lambda url: None, page([0], kind="count_script", script=SCRIPT))
    assert walk.state is WalkState.FAILED


def test_a_first_page_that_fails_fails_the_walk() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    walk.lose(FIRST)
    assert (walk.next(), walk.state) == (None, WalkState.FAILED)


@pytest.mark.parametrize("numbers", [[1, 2], []])
def test_an_endless_pager_costs_a_handful_of_requests(numbers: list[int]) -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    endless = (f"{FOLDER}index_{n}.html" for n in range(1, 10**9))
    asked, _ = drive(walk, lambda url: page(numbers, next(endless), url=url), page([1, 2], next(endless)))
    assert len(asked) == SITE.limits.stale_pages
    assert walk.state is WalkState.END


def test_a_pager_that_turns_in_a_circle_ends() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    asked, _ = drive(
        walk, lambda url: page([2], FIRST, FOLDER, f"{FOLDER}index_1.html"), page([1], f"{FOLDER}index_1.html")
    )
    assert (asked, walk.state) == ([f"{FOLDER}index_1.html"], WalkState.END)


def test_a_page_without_rows_amid_numbered_pages_is_a_failure() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    rest = [f"{FOLDER}index_{n}.html" for n in range(1, 4)]
    drive(
        walk,
        lambda url: page([] if "_2" in url else [int(url[-6])], url=url),
        page([0], *rest, kind="create_page_html"),
    )
    assert walk.state is WalkState.FAILED


def test_the_last_numbered_page_may_be_empty() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    rest = [f"{FOLDER}index_{n}.html" for n in range(1, 4)]
    drive(
        walk,
        lambda url: page([] if "_3" in url else [int(url[-6])], url=url),
        page([0], *rest, kind="create_page_html"),
    )
    assert walk.state is WalkState.END


def test_an_empty_page_of_another_kind_is_no_end_of_a_list() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    stranger = SectionPage(f"{FOLDER}1", (), (), (), Pager())
    drive(walk, lambda url: stranger, page([1], f"{FOLDER}1"))
    assert walk.state is WalkState.FAILED


def test_no_walk_reads_more_pages_than_any_section_has() -> None:
    walk = Walk(FIRST, "时政", NOTHING, SITE)
    numbers = iter(range(1, 10**9))
    asked, _ = drive(
        walk, lambda url: page([n := next(numbers)], f"{FOLDER}index_{n}.html", url=url), page([0], f"{FOLDER}x")
    )
    assert (len(asked), walk.state) == (SITE.limits.list_pages - 1, WalkState.CAPPED)


@given(
    st.integers(1, 25),
    st.integers(1, 6),
    st.sampled_from(["next_link", "create_page_html", "count_script"]),
    st.integers(0, 2),
    st.data(),
)
def test_every_row_of_any_list_is_met_once(pages: int, size: int, kind: str, pinned: int, data: st.DataObject) -> None:
    """Whatever the pager, and with rows pinned to every page: all rows once, no page twice, and an honest end."""
    broken = set() if kind == "next_link" else data.draw(st.sets(st.integers(1, pages), max_size=min(2, pages)))
    rows = {n: [*range(-pinned, 0), *range(n * size, (n + 1) * size)] for n in range(pages)}

    def at(n: int) -> SectionPage:
        if kind == "next_link":
            return page(rows[n], *([f"{FOLDER}index_{n + 1}.html"] if n + 1 < pages else []))
        if kind == "create_page_html":
            return page(rows[n], *[f"{FOLDER}index_{i}.html" for i in range(n + 1, pages)], kind=kind)
        return page(rows[n], kind=kind, script=SCRIPT)

    def answer(url: str) -> SectionPage | int | None:
        if url == SCRIPT:
            return pages - 1
        number = int(url.rsplit("_", 1)[1].split(".", maxsplit=1)[0])
        n = pages - number if kind == "count_script" else number
        return None if n in broken else at(n)

    walk = Walk(FIRST, "时政", NOTHING, SITE)
    asked, met = drive(walk, answer, at(0))
    lost = {n for n in broken if n < pages}
    assert sorted(map(int, met)) == sorted({r for n in rows if n not in lost for r in rows[n]})
    assert len(set(asked)) == len(asked)
    assert (walk.state is WalkState.FAILED) == bool(lost)
