"""Moments and run ids."""

import os
from datetime import UTC, datetime, timedelta, timezone

from panan_spider.core import clock

AT_THE_SITE = datetime(2026, 3, 7, 9, 2, 3, 999_999, tzinfo=timezone(timedelta(hours=8)))


def test_a_moment_is_utc_in_whole_seconds() -> None:
    assert clock.moment(AT_THE_SITE) == "2026-03-07T01:02:03Z"
    assert datetime.fromisoformat(clock.moment(clock.now())) <= datetime.now(UTC)


def test_a_run_is_named_by_its_start_and_its_process() -> None:
    assert clock.run_id(AT_THE_SITE) == f"20260307T010203Z-{os.getpid()}"
