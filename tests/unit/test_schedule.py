"""Schedules of sites: five cron fields in China's time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panan_spider.core.clock import SITE_TIME
from panan_spider.sites.profile import Schedule, load_site, site_keys

NIGHTLY = Schedule.parse("15 2 * * 1-6")


def china(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SITE_TIME)


@pytest.mark.parametrize(
    ("cron", "now", "before", "after"),
    [
        ("15 2 * * 1-6", "2026-11-27T02:15", "2026-11-27T02:15", "2026-11-28T02:15"),
        ("15 2 * * 1-6", "2026-11-29T12:00", "2026-11-28T02:15", "2026-11-30T02:15"),  # a Sunday
        ("15 2 * * 0", "2026-11-27T02:15", "2026-11-22T02:15", "2026-11-29T02:15"),
        ("15 2 * * 7", "2026-11-27T02:15", "2026-11-22T02:15", "2026-11-29T02:15"),
        ("*/20 1,3 * * *", "2026-11-27T02:00", "2026-11-27T01:40", "2026-11-27T03:00"),
        ("0 0 13 * 5", "2026-11-08T00:00", "2026-11-06T00:00", "2026-11-13T00:00"),  # the 13th, or a Friday
        ("0 0 29 2 *", "2026-11-27T00:00", "2024-02-29T00:00", "2028-02-29T00:00"),
        ("0-59/30 * * 12 *", "2026-11-27T00:00", "2025-12-31T23:30", "2026-12-01T00:00"),
    ],
)
def test_ticks(cron: str, now: str, before: str, after: str) -> None:
    schedule = Schedule.parse(cron)
    assert schedule.before(china(now)) == china(before)
    assert schedule.after(china(now)) == china(after)


@pytest.mark.parametrize(
    "cron", ["", "* * * *", "60 * * * *", "* * * * 8", "a * * * *", "5-1 * * * *", "*/0 * * * *", "-1 * * * *", "0 0 30 2 *"]
)  # fmt: skip
def test_a_schedule_that_cannot_be_meant_is_refused(cron: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Schedule.parse(cron)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_no_tick_lies_between_the_one_before_and_the_one_after(moment: datetime) -> None:
    now = moment.replace(tzinfo=UTC)
    before, after = NIGHTLY.before(now), NIGHTLY.after(now)
    assert before is not None and after is not None
    assert before <= now < after
    assert NIGHTLY.after(before) == after
    assert after - before in (timedelta(days=1), timedelta(days=2))


def test_every_shipped_profile_is_valid_and_says_whether_it_is_proven() -> None:
    sites = {key: load_site(key) for key in site_keys()}
    assert {"panan", "dqnews", "dynews", "nhnews", "jxxznews"} <= sites.keys()
    for key, site in sites.items():
        assert site.unproven == (key != "panan")
        assert not site.unproven or site.name is None  # nobody has seen how it calls itself
        for address in (*site.entry_pages, *site.known_sections):
            assert site.urls.on_site(address), address
    assert {site.group for site in sites.values()} == {"zjol"}
