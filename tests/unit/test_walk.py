"""A walk through one section's list: every page once, and an end only on evidence."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from walk_pages import (
    COUNT,
    FIRST,
    FOLDER,
    NEWEST,
    NOTHING,
    SCRIPT,
    SITE,
    Answer,
    count_page,
    drive,
    index_page,
    page,
    row,
)

from panan_spider.archive.ledger.runs_and_walks import RecordedEnd
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.results import SectionPage
from panan_spider.spiders.walk import MAX_LOST_PAGES, Walk
from panan_spider.spiders.walk_evidence import WalkLimits, WalkState

SIZE = 10


def rows(at: int) -> list[int]:
    """The rows of page `at`, 0 the index."""
    return list(range(at * SIZE, (at + 1) * SIZE))


def a_walk(**more: object) -> Walk:
    return Walk(FIRST, "时政", WalkLimits(settled=lambda number: False, **more), SITE)  # type: ignore[arg-type]


class Pages:
    """A healthy list of `count` pages under one kind of pager; `lies` replaces single pages, by their place."""

    def __init__(self, kind: str, count: int = 5, lies: dict[int, Answer] | None = None, **script: int) -> None:
        self.kind, self.count, self.lies = kind, count, lies or {}
        self.maxpage = script.get("maxpage", count - 1)

    def url(self, at: int) -> str:
        if at == 0:
            return FIRST
        return index_page(at) if self.kind in ("next_link", "create_page_html") else count_page(self.count - at)

    def page(self, at: int) -> SectionPage:
        if self.kind == "next_link":
            following = [self.url(at + 1)] if at + 1 < self.count else []
        elif self.kind == "create_page_html" or (self.kind == "count_links" and at == 0):
            following = [self.url(n) for n in range(at + 1, self.count)]
        else:
            following = []
        script = SCRIPT if self.kind == "count_script" and at == 0 else None
        return page(rows(at), *following, kind=self.kind, script=script, url=self.url(at))

    def answer(self, url: str) -> Answer:
        if url == SCRIPT:
            return self.maxpage
        places = {self.url(at): at for at in range(self.count)}
        at = places.get(url)
        if at is None:
            return Outcome.GONE
        return self.lies[at] if at in self.lies else self.page(at)

    def walk(self, **more: object) -> tuple[Walk, list[str], list[str]]:
        walk = a_walk(**more)
        return walk, *drive(walk, self.answer, self.page(0))


KINDS = ("next_link", "create_page_html", "count_script", "count_links")
WELL = (WalkState.END, WalkState.KNOWN, WalkState.SINCE)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_a_healthy_list_is_walked_to_its_end(kind: str, count: int) -> None:
    walk, asked, met = Pages(kind, count).walk()
    assert met == [str(n) for n in range(count * SIZE)]
    assert (walk.state, walk.pages, walk.rows, walk.new) == (WalkState.END, count, count * SIZE, count * SIZE)
    assert (walk.newest, walk.oldest) == (NEWEST, NEWEST - timedelta(days=count * SIZE - 1))
    assert len(set(asked)) == len(asked) <= count + 1


def lies(at: int, kind: str) -> dict[str, Answer]:
    """Everything that page `at` can be instead of itself."""
    here = Pages(kind).url(at)
    following = Pages(kind).page(at).pager.following
    strangers = [*range(500, 510)]
    return {
        "gone": Outcome.GONE,
        "lost": None,
        "blocked": Outcome.BLOCKED,
        "page one again": page(rows(0), *following, kind=kind, url=here),
        "the page before again": page(rows(at - 1), *following, kind=kind, url=here),
        "empty, with its pager": page([], *following, kind=kind, url=here),
        "empty": page([], url=here),
        "breaks off": replace(page(rows(at), *following, kind=kind, url=here), is_cut=True),
        "leads to page one": page(rows(0), kind=kind, url=FIRST),
        "leads home": page(strangers, url="http://www.panews.cn/", crumb=()),
        "home": page(strangers, url=here, crumb=()),
        "another section": page(strangers, url=here, crumb=("旅游",)),
        "leads to another section": page(strangers, url="http://www.panews.cn/ly/index.html", crumb=("旅游",)),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [1, 2, 4])
@pytest.mark.parametrize("lie", lies(1, "next_link"))
def test_a_page_that_is_not_itself_ends_no_walk_well(kind: str, at: int, lie: str) -> None:
    walk, _asked, met = Pages(kind, lies={at: lies(at, kind)[lie]}).walk()
    assert walk.state not in WELL
    assert not set(met) & {str(n) for n in range(500, 510)}


@pytest.mark.parametrize("kind", ["next_link"])
@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_pager_that_is_lost_hides_nothing(kind: str, at: int) -> None:
    here = Pages(kind).url(at)
    for lie in (page(rows(at), url=here), page(rows(at), here, url=here), page(rows(at), FIRST, url=here)):
        walk, _asked, met = Pages(kind, lies={at: lie}).walk()
        assert (walk.state, len(met)) == (WalkState.END, 5 * SIZE)


@pytest.mark.parametrize("kind", KINDS)
def test_three_pages_that_are_page_one_end_no_walk_well(kind: str) -> None:
    pages = Pages(kind, 6)
    pages.lies = {at: page(rows(0), *pages.page(at).pager.following, kind=kind, url=pages.url(at)) for at in (1, 2, 3)}
    assert pages.walk()[0].state not in WELL


@pytest.mark.parametrize("maxpage", [0, 1, 2, 3])
def test_a_pager_script_that_says_too_little_hides_nothing(maxpage: int) -> None:
    walk, _asked, met = Pages("count_script", 5, maxpage=maxpage).walk()
    assert (walk.state, len(met)) == (WalkState.END, 5 * SIZE)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_nor_does_a_call_that_names_no_page_but_the_first(count: int) -> None:
    """createPageHTML(1, 0, …), or of 0 pages."""

    def answer(url: str) -> Answer:
        found = Pages("create_page_html", count).answer(url)
        return replace(found, pager=front.pager) if isinstance(found, SectionPage) else found

    walk, front = a_walk(), page(rows(0))
    front = replace(front, pager=replace(front.pager, kind="create_page_html"))
    asked, met = drive(walk, answer, front)
    assert (walk.state, len(met)) == (WalkState.END, count * SIZE)
    assert asked == [index_page(n) for n in range(1, count + 1)]


@pytest.mark.parametrize("maxpage", [1, 2, 3])
def test_nor_does_one_beside_a_page_that_is_gone(maxpage: int) -> None:
    """The numbers of articles jump between page one and the newest page named: the page behind the missing one is asked for."""
    missing = 7 - (maxpage + 1)
    walk, asked, _met = Pages("count_script", 7, {missing: Outcome.GONE}, maxpage=maxpage).walk()
    assert walk.state is WalkState.FAILED
    assert count_page(maxpage + 1) in walk.lost
    assert len(asked) <= 9


def test_a_list_that_paused_between_two_pages_costs_one_request_more_and_ends_well() -> None:
    pages = Pages("count_script", 5)
    paused = {FIRST: [-500 + n for n in range(SIZE)]}
    first = page(paused[FIRST], script=SCRIPT, kind="count_script")
    walk = a_walk()
    asked, _met = drive(walk, pages.answer, first)
    assert (walk.state, len(asked)) == (WalkState.END, 1 + 4 + 2)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left", [1, 5])
def test_a_page_amid_the_list_with_half_of_its_rows_is_no_evidence(kind: str, left: int) -> None:
    pages = Pages(kind, 6)
    whole = pages.page(3)
    pages.lies[3] = page(rows(3)[:left], *whole.pager.following, kind=kind, url=pages.url(3))
    walk, _asked, _met = pages.walk()
    assert walk.state is WalkState.UNPROVEN
    assert pages.url(3) in walk.doubtful[0]
    end = RecordedEnd(6, walk.rows, None, None)
    assert pages.walk(end=end)[0].state is WalkState.END  # found so on three days, and recorded
    assert pages.walk(end=RecordedEnd(6, 60, None, None))[0].state is WalkState.UNPROVEN


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [2, 3, 5])
def test_nor_is_one_whose_articles_are_newer_than_those_of_the_page_before(kind: str, at: int) -> None:
    """A page of the frame with articles that are read much, in the place of the list's own."""
    pages = Pages(kind, 6)
    shown = replace(pages.page(at), rows=tuple(row(500 + n, NEWEST - timedelta(days=n)) for n in range(SIZE)))
    pages.lies[at] = shown
    walk, _asked, _met = pages.walk()
    assert walk.state is WalkState.UNPROVEN and pages.url(at) in walk.doubtful[0]
    assert pages.walk(end=RecordedEnd(6, walk.rows, None, None))[0].state is WalkState.END


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_without_order_is_whole(kind: str) -> None:
    pages = Pages(kind, 6)
    dice = random.Random(1)
    for at in range(6):
        mixed = tuple(row(number, NEWEST - timedelta(days=dice.randrange(300))) for number in rows(at))
        pages.lies[at] = replace(pages.page(at), rows=mixed)
    walk = a_walk()
    assert drive(walk, pages.answer, pages.lies[0]) and walk.state is WalkState.END  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_so_is_a_short_first_page_where_the_numbers_of_articles_jump_behind_it(kind: str) -> None:
    pages = Pages(kind, 5)
    whole = pages.page(0)
    walk = a_walk()
    drive(walk, pages.answer, replace(whole, rows=whole.rows[:3]))
    assert walk.state is WalkState.UNPROVEN and FIRST in walk.doubtful[0]
    walk = a_walk()  # the second page begins where the short first one ends
    pages.lies[1] = replace(pages.page(1), rows=tuple(row(number) for number in range(3, 13)))
    drive(walk, pages.answer, replace(whole, rows=whole.rows[:3]))
    assert not any(line.startswith(f"{FIRST} ") for line in walk.doubtful)


@pytest.mark.parametrize("kind", KINDS)
def test_so_is_one_that_repeats_rows_of_the_page_before_in_the_place_of_its_own(kind: str) -> None:
    pages = Pages(kind, 6)
    pages.lies[3] = page([*rows(2)[:5], *rows(3)[:5]], *pages.page(3).pager.following, kind=kind, url=pages.url(3))
    walk, _asked, _met = pages.walk()
    assert walk.state is WalkState.UNPROVEN
    assert pages.url(3) in walk.doubtful[0]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.startswith("count")])
@pytest.mark.parametrize("repeated", [slice(0, 5), slice(5, 10)])
def test_so_is_enorths_second_page_where_it_repeats_rows_and_the_numbers_jump(kind: str, repeated: slice) -> None:
    pages = Pages(kind, 5)
    pages.lies[1] = page(
        [*rows(0)[repeated], *rows(1)[:5]], *pages.page(1).pager.following, kind=kind, url=pages.url(1)
    )
    walk, _asked, _met = pages.walk()
    assert walk.state is WalkState.UNPROVEN and pages.url(1) in walk.doubtful[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("cut", [slice(0, 5), slice(5, 10), slice(0, 1)])
def test_so_is_the_second_page_where_the_numbers_of_articles_jump(kind: str, cut: slice) -> None:
    pages = Pages(kind, 5)
    pages.lies[1] = page(rows(1)[cut], *pages.page(1).pager.following, kind=kind, url=pages.url(1))
    assert pages.walk()[0].state is WalkState.UNPROVEN


def test_a_newest_numbered_page_that_is_not_full_yet_is_whole() -> None:
    """Articles that the index page shows fill it, one after another."""
    pages = Pages("count_script", 5)
    walk = a_walk()
    first = page(list(range(-6, 4)), script=SCRIPT, kind="count_script")
    pages.lies[1] = page(list(range(4, 7)), kind="count_script", url=pages.url(1))
    for at in (2, 3, 4):
        pages.lies[at] = page([n - 13 for n in rows(at)], kind="count_script", url=pages.url(at))
    drive(walk, pages.answer, first)
    assert walk.state is WalkState.END


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_whose_pages_differ_or_end_short_is_whole(kind: str) -> None:
    pages = Pages(kind, 6)
    for at, left in ((2, 4), (3, 7), (4, 8), (5, 2)):
        pages.lies[at] = page(rows(at)[:left], *pages.page(at).pager.following, kind=kind, url=pages.url(at))
    assert pages.walk()[0].state is WalkState.END


@pytest.mark.parametrize("own", [Outcome.GONE, page(rows(0), url=count_page(5))], ids=["nowhere", "the index"])
def test_the_newest_number_may_be_the_index_pages_own(own: Answer) -> None:
    """At some sites of enorth it stands nowhere, at others it shows what the index shows."""
    answers: dict[str, Answer] = {SCRIPT: 5, count_page(5): own}
    answers |= {count_page(5 - at): page(rows(at), url=count_page(5 - at)) for at in range(1, 5)}
    walk = a_walk()
    first = page(rows(0), script=SCRIPT, kind="count_script")
    drive(walk, lambda url: answers.get(url, Outcome.GONE), first)
    assert (walk.state, walk.rows) == (WalkState.END, 5 * SIZE)


def test_a_lone_numbered_page_that_is_gone_is_not_forgiven() -> None:
    walk, _asked, _met = Pages("count_script", 2, lies={1: Outcome.GONE}).walk()
    assert walk.state is WalkState.FAILED


def test_one_failing_page_stops_nothing_but_is_told() -> None:
    walk, asked, met = Pages("create_page_html", 6, lies={3: None}).walk()
    assert asked == [index_page(n) for n in range(1, 6)]
    assert len(met) == 5 * SIZE
    assert (walk.state, walk.lost) == (WalkState.FAILED, [index_page(3)])


def test_pages_that_fail_in_a_row_are_given_up() -> None:
    walk = a_walk()
    asked, _ = drive(walk, lambda url: 10**18 if url == SCRIPT else None, page([0], kind="count_script", script=SCRIPT))
    assert len(asked) <= 1 + MAX_LOST_PAGES
    assert walk.state is WalkState.FAILED


def test_a_failing_script_fails_the_walk() -> None:
    walk = a_walk()
    drive(walk, lambda url: None, page([0], kind="count_script", script=SCRIPT))
    assert walk.state is WalkState.FAILED


def test_a_first_page_that_fails_fails_the_walk() -> None:
    walk = a_walk()
    walk.lose(FIRST)
    assert (walk.next(), walk.state) == (None, WalkState.FAILED)


class TestTheRecordedEnd:
    """What an earlier walk to the end read, and what counts against it."""

    FORMER = RecordedEnd(5, 50, NEWEST - timedelta(days=49), index_page(4))

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_shorter_end_is_none_until_it_was_found_on_three_days(self, kind: str) -> None:
        end = RecordedEnd(9, 90, NEWEST - timedelta(days=89), Pages(kind).url(4))
        states = [Pages(kind).walk(end=end, unproven_days=days)[0] for days in (0, 1, 2)]
        assert [walk.state for walk in states] == [WalkState.UNPROVEN, WalkState.UNPROVEN, WalkState.END]
        assert [walk.is_confirmed_by_days for walk in states] == [False, False, True]

    @pytest.mark.parametrize(("pages", "count"), [(4, 90), (9, 40)])
    def test_as_many_pages_or_rows_are_enough(self, pages: int, count: int) -> None:
        end = RecordedEnd(pages, count, None, index_page(4))
        assert Pages("next_link").walk(end=end)[0].state is WalkState.END

    def test_rows_as_old_are_enough_where_the_last_page_holds_the_oldest(self) -> None:
        end = RecordedEnd(9, 90, NEWEST - timedelta(days=49), index_page(4))
        assert Pages("next_link").walk(end=end)[0].state is WalkState.END

    def test_rows_as_old_are_not_enough_where_page_1_holds_the_oldest(self) -> None:
        answers: dict[str, Answer] = {SCRIPT: 1, count_page(1): page(rows(4), url=count_page(1))}
        walk = a_walk(end=RecordedEnd(5, 50, NEWEST - timedelta(days=49), count_page(1)))
        drive(walk, lambda url: answers.get(url, Outcome.GONE), page(rows(0), script=SCRIPT, kind="count_script"))
        assert walk.state is WalkState.UNPROVEN

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_page_behind_the_same_last_page_is_asked_for_once_only(self, kind: str) -> None:
        first, asked, _ = Pages(kind).walk()
        assert first.last_page is not None
        _, again, _ = Pages(kind).walk(end=RecordedEnd(5, 50, first.oldest, first.last_page))
        assert len(again) == len(asked) - 1


class TestPagersThatDoNotEnd:
    """Link pagers that always name one page more."""

    def endless(self, shown: list[int], total: int | None = None) -> Callable[[str], SectionPage]:
        numbers = iter(range(2, 10**9))
        return lambda url: page(shown, index_page(next(numbers)), url=url, total=total)

    @pytest.mark.parametrize("shown", [[1, 2], []])
    def test_they_cost_a_handful_of_requests_and_prove_no_end(self, shown: list[int]) -> None:
        walk = a_walk()
        asked, _ = drive(walk, self.endless(shown), page([1, 2], index_page(1)))
        assert (len(asked), walk.state) == (SITE.limits.stale_pages, WalkState.UNPROVEN)

    def test_the_number_of_pages_that_they_print_is_the_proof(self) -> None:
        walk = a_walk()
        drive(walk, self.endless([], total=1), page([1, 2], index_page(1), total=1))
        assert walk.state is WalkState.END

    def test_fewer_pages_than_they_print_are_none(self) -> None:
        walk = a_walk()
        drive(walk, lambda url: Outcome.GONE, page([1, 2], index_page(1), total=2))
        assert walk.state is WalkState.FAILED

    def test_a_pager_that_turns_in_a_circle_ends(self) -> None:
        walk = a_walk()
        circle = page([2], FIRST, FOLDER, index_page(1), url=index_page(1))
        asked, _ = drive(walk, lambda url: circle if url == index_page(1) else Outcome.GONE, page([1], index_page(1)))
        assert (asked, walk.state) == ([index_page(1), index_page(2)], WalkState.END)


@pytest.mark.parametrize("sign", ["下一页", "共9页", "createPageHTML(…)"])
def test_a_pager_that_is_not_understood_is_named_and_ends_no_walk_well(sign: str) -> None:
    walk = a_walk()
    drive(walk, lambda url: None, page([1, 2], not_understood=sign))
    assert (walk.state, walk.not_understood) == (WalkState.FAILED, sign)


def test_pages_of_another_list_are_not_asked_for() -> None:
    stranger = COUNT.replace("0003001", "0009009") + "000/000/c0009009000000001000_000000001.shtml"
    elsewhere = "http://www.panews.cn/ly/index_1.html"
    for first in (page([1], elsewhere), page([1], count_page(2), stranger, kind="count_links")):
        walk = a_walk()
        asked, _ = drive(walk, lambda url: page([2], url=url), first)
        assert not {stranger, elsewhere} & set(asked)
        assert walk.state is WalkState.FAILED


def test_rows_that_shift_while_the_list_is_walked_are_seen_on_page_one() -> None:
    inserted: dict[str, Answer] = {
        index_page(1): page([9, *range(10, 19)], index_page(2), url=index_page(1)),
        index_page(2): page([19, 20], url=index_page(2)),
        FIRST: page([-1, *range(9)], index_page(1)),
    }
    walk = a_walk()
    asked, met = drive(walk, lambda url: inserted.get(url, Outcome.GONE), page(rows(0), index_page(1)))
    assert asked[-1] == FIRST and asked.count(FIRST) == 1
    assert "-1" in met and walk.state is WalkState.END


def test_no_walk_reads_more_pages_than_any_section_has() -> None:
    walk = a_walk()
    numbers = iter(range(1, 10**9))
    asked, _ = drive(walk, lambda url: page([n := next(numbers)], index_page(n + 1), url=url), page([0], index_page(1)))
    assert (len(asked), walk.state) == (SITE.limits.list_pages - 1, WalkState.CAPPED)


@given(st.integers(1, 25), st.integers(1, 6), st.sampled_from(KINDS[:3]), st.integers(0, 2), st.data())
def test_every_row_of_any_list_is_met_once(pages: int, size: int, kind: str, pinned: int, data: st.DataObject) -> None:
    """Whatever the pager, and with rows pinned to every page: all rows once, no page twice, and an honest end."""
    broken = set() if kind == "next_link" else data.draw(st.sets(st.integers(1, pages), max_size=min(2, pages)))
    shown = {n: [*range(-pinned, 0), *range(n * size, (n + 1) * size)] for n in range(pages)}

    def at(n: int, url: str = FIRST) -> SectionPage:
        if kind == "next_link":
            return page(shown[n], *([index_page(n + 1)] if n + 1 < pages else []), url=url)
        if kind == "create_page_html":
            return page(shown[n], *[index_page(i) for i in range(n + 1, pages)], kind=kind, url=url)
        return page(shown[n], kind=kind, script=SCRIPT if n == 0 else None, url=url)

    def answer(url: str) -> Answer:
        if url == SCRIPT:
            return pages - 1
        number = int(url.rsplit("_", 1)[1].split(".", maxsplit=1)[0])
        n = pages - number if kind == "count_script" else number
        if not 1 <= n < pages:
            return Outcome.GONE
        return None if n in broken else at(n, url)

    walk = Walk(FIRST, "时政", NOTHING, SITE)
    asked, met = drive(walk, answer, at(0))
    lost = {n for n in broken if n < pages}
    assert sorted(map(int, met)) == sorted({r for n in shown if n not in lost for r in shown[n]})
    assert len(set(asked)) == len(asked)
    assert (walk.state is WalkState.FAILED) == bool(lost)
