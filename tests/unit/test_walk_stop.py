"""Paging stops before its end only on proof."""

from dataclasses import replace
from datetime import date

from walk_pages import FIRST, FOLDER, NEWEST, SITE, page, row

from panan_spider.extract.results import ListRow, Pager, SectionPage
from panan_spider.spiders.walk import Walk
from panan_spider.spiders.walk_state import WalkLimits, WalkState


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
