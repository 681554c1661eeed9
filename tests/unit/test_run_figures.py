"""Requests and bytes over the run: every event is counted, in a bounded number of steps."""

import pytest

from panan_spider.report.builder import RequestRate


def test_a_short_run_is_counted_by_the_second() -> None:
    meter = RequestRate()
    for second in (0.1, 0.9, 2.5):
        meter.note(second, requests=1)
    meter.note(2.6, received=500)
    timeline = meter.timeline()
    assert (timeline.step_seconds, timeline.requests, timeline.bytes_received) == (1, [2, 0, 1], [0, 0, 500])


@pytest.mark.parametrize("hours", [1, 30, 24 * 400])
def test_a_long_run_has_as_many_steps_as_fit_a_picture(hours: int) -> None:
    meter = RequestRate()
    for minute in range(0, hours * 60, max(1, hours // 10)):
        meter.note(minute * 60, requests=1, received=10)
    timeline = meter.timeline()
    assert len(timeline.requests) == len(timeline.bytes_received) <= 120
    assert sum(timeline.requests) * 10 == sum(timeline.bytes_received) > 0
    assert timeline.step_seconds * len(timeline.requests) >= (hours - 1) * 3_600


def test_a_clock_set_back_counts_as_the_beginning() -> None:
    meter = RequestRate()
    meter.note(-3_600, requests=1)
    assert meter.timeline().requests == [1]
