"""The plots: every day in its place and shade, gaps out of rhythm found, bars to scale."""

from datetime import date, timedelta

import pytest

from panan_spider.report.report_page import Coverage, bars, calendar_years, daily_bars, section_rows, shade
from panan_spider.report.vocabulary import size, span


@pytest.mark.parametrize(
    ("count", "kind"), [(0, "none"), (1, "l1"), (2, "l1"), (3, "l2"), (6, "l3"), (9, "l3"), (10, "l4"), (99, "l4")]
)
def test_more_articles_are_a_deeper_shade(count: int, kind: str) -> None:
    assert shade(count) == kind


def test_a_day_stands_in_its_week_and_weekday() -> None:
    # 2024 began on a Monday: 2024-01-10 is the Wednesday of the second week.
    (year,) = calendar_years(Coverage({"2024-01-10": 4}), 2024)
    assert year.paths["l2"] == "M6 12h5"
    assert (year.articles, year.days) == (4, 1)


def test_every_day_of_a_year_is_drawn_once() -> None:
    days = {(date(2023, 12, 1) + timedelta(days=n)).isoformat(): 1 + n % 7 for n in range(500)}
    leap = calendar_years(Coverage(days), 2024)[1]
    strokes = [stroke for path in leap.paths.values() for stroke in path.split("M") if stroke]
    assert leap.year == 2024
    assert len(strokes) == len(set(strokes)) == 366


def test_the_calendar_begins_with_the_sites_first_year() -> None:
    assert [year.year for year in calendar_years(Coverage({"2015-05-05": 1}), 2013)] == [2013, 2014, 2015]
    assert calendar_years(Coverage(), 2013) == []


def test_before_the_first_and_after_the_last_article_is_no_gap() -> None:
    (year,) = calendar_years(Coverage({"2024-03-01": 1, "2024-03-03": 1}), 2024)
    assert set(year.paths) == {"l1", "none", "outside"}


def test_sections_stand_busiest_first_and_idle_ones_not_at_all() -> None:
    by_day = {"2024-03-01": 3}
    made = section_rows(Coverage(by_day, {"少": {"2024-03-01": 1}, "多": {"2024-03-01": 3}, "旧": {"2020-01-01": 9}}))
    assert [(row.name, row.articles) for row in made] == [("多", 3), ("少", 1)]
    assert made[0].paths["l2"] == "M534 0h5"


def test_the_days_shown_end_with_the_newest() -> None:
    days = Coverage({"2024-03-01": 4}).shown_days
    assert (len(days), days[-1]) == (90, date(2024, 3, 1))
    assert daily_bars(Coverage({"2024-03-01": 4, "2019-01-01": 9})).total == 4


def test_bars_are_to_scale_and_small_ones_are_seen() -> None:
    made = bars([0, 50, 100, 0, 1])
    assert made.path == "M6 60v-30h5v30zM12 60v-60h5v60zM24 60v-1h5v1z"
    assert (made.width, made.most, made.total) == (30, 100, 151)
    assert bars([]).path == bars([0, 0]).path == ""


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        (size(0), "0 B"), (size(999), "999 B"), (size(1_234), "1.2 kB"), (size(345_678), "346 kB"), (size(5.2e12), "5200 GB"),
        (span(0.4), "0 s"), (span(200), "3 min 20 s"), (span(7_500), "2 h 5 min"),
    ],
)  # fmt: skip
def test_sizes_and_spans_are_for_people(told: str, printed: str) -> None:
    assert told == printed
