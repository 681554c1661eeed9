"""Paging stops before its end only on proof."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import ClassVar

from walk_pages import FIRST, FOLDER, NEWEST, SITE, drive, index_page, page, row

from panan_spider.archive.ledger.runs_and_walks import RecordedEnd
from panan_spider.core.outcomes import Outcome
from panan_spider.extract.results import ListRow, Pager, SectionPage
from panan_spider.spiders.walk import Walk
from panan_spider.spiders.walk_evidence import WalkLimits, WalkState


class TestStopRule:
    """Paging stops at known articles only on proof."""

    OLD = page([40, 41], f"{FOLDER}2", url=f"{FOLDER}1")

    def after(self, limits: WalkLimits, second: SectionPage | None = None) -> WalkState | None:
        walk = Walk(FIRST, "时政", limits, SITE)
        walk.take(page([0, 1], f"{FOLDER}1"))
        assert walk.next() == f"{FOLDER}1"
        walk.take(second or self.OLD)
        walk.next()
        return walk.state

    def test_a_settled_page_behind_the_look_back_ends_a_walk_once_walked_whole(self) -> None:
        assert self.after(WalkLimits(lambda number: True, behind=True)) is WalkState.KNOWN

    def test_without_an_earlier_walk_to_the_end_it_goes_on(self) -> None:
        assert self.after(WalkLimits(lambda number: True, behind=False)) is None

    def test_a_pager_that_names_many_more_pages_than_the_recorded_end_goes_on(self) -> None:
        """A page one that was served without its pager for a night has made an end of its own."""
        many = page([90, 91], *(index_page(n) for n in range(1, 9)), kind="create_page_html")
        for pages, asked in ((1, index_page(1)), (3, index_page(1)), (9, None)):
            limits = WalkLimits(lambda number: True, behind=True, today=NEWEST, end=RecordedEnd(pages, 2, None, None))
            walk = Walk(FIRST, "时政", limits, SITE)
            walk.take(many)
            assert walk.next() == asked

    def test_full_goes_on(self) -> None:
        assert self.after(WalkLimits(lambda number: True, behind=True, full=True)) is None

    def test_recheck_all_goes_on(self) -> None:
        assert self.after(WalkLimits(lambda number: True, behind=True, recheck=None)) is None

    def test_one_unsettled_row_goes_on(self) -> None:
        assert self.after(WalkLimits(lambda number: number != str(100_000 - 41), behind=True)) is None

    def test_one_row_within_the_look_back_goes_on(self) -> None:
        assert self.after(WalkLimits(lambda number: True, behind=True), page([30, 41], f"{FOLDER}2")) is None
        assert self.after(WalkLimits(lambda number: True, behind=True, recheck=60)) is None

    def test_a_day_in_the_future_does_not_end_the_look_back(self) -> None:
        walk = Walk(FIRST, "时政", WalkLimits(lambda number: True, behind=True), SITE)
        slip = replace(page([0, 1], f"{FOLDER}1"), rows=(row(99, date(2999, 1, 1)), row(0)))
        walk.take(slip)
        assert (walk.newest, walk.state) == (NEWEST, None)
        walk.take(page([2, 3], f"{FOLDER}2"))
        assert walk.state is None

    def test_a_row_without_any_date_goes_on(self) -> None:
        undated = SectionPage(
            FIRST, ("时政",), (ListRow("u", "99", "", None, None),), (), Pager("next_link", (f"{FOLDER}2",))
        )
        assert self.after(WalkLimits(lambda number: True, behind=True), undated) is None

    def test_behind_a_lost_page_nothing_is_proven(self) -> None:
        walk = Walk(FIRST, "时政", WalkLimits(lambda number: True, behind=True), SITE)
        walk.take(page([0], f"{FOLDER}index_1.html", f"{FOLDER}index_2.html", kind="create_page_html"))
        walk.lose(str(walk.next()))
        walk.next()
        walk.take(page([40]))
        assert walk.state is WalkState.FAILED

    def test_since_ends_a_walk_only_well_behind_the_day(self) -> None:
        since = WalkLimits(lambda number: False, since=NEWEST)
        assert self.after(since, page([31, 32], f"{FOLDER}2")) is None
        assert self.after(since, page([32, 33], f"{FOLDER}2")) is WalkState.SINCE


class TestSideBlock:
    """A block of new articles that stands on every page of a list."""

    BLOCK: ClassVar[list[int]] = [1, 2, 3, 4]

    def asked(self, settled: Callable[[str], bool], block: list[int], size: int = 10) -> list[str]:
        """The pages asked for behind the first, of a list of twelve pages, the second one's rows behind the look-back."""
        pages = {index_page(n): page([*range(n * 40, n * 40 + size), *block], index_page(n + 1)) for n in range(1, 12)}
        first = page([*range(10, 20), *block], index_page(1))
        limits = WalkLimits(settled, behind=True, today=NEWEST)
        return drive(Walk(FIRST, "时政", limits, SITE), lambda url: pages.get(url, Outcome.GONE), first)[0]

    def test_keeps_no_walk_from_its_end(self) -> None:
        assert self.asked(lambda number: True, self.BLOCK) == [index_page(1)]

    def test_with_an_article_not_yet_stored_keeps_no_walk_from_its_end(self) -> None:
        assert self.asked(lambda number: number != str(100_000 - 1), self.BLOCK) == [index_page(1)]

    def test_ends_no_walk_by_the_few_rows_beside_it(self) -> None:
        assert len(self.asked(lambda number: True, self.BLOCK, size=3)) > 1

    def test_a_row_of_the_list_not_yet_stored_goes_on_as_before(self) -> None:
        assert self.asked(lambda number: number != str(100_000 - 45), self.BLOCK) == [index_page(1), index_page(2)]
