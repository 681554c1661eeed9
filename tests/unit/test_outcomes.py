"""The outcome that an HTTP status means."""

import pytest

from panan_spider.core.outcomes import Outcome, outcome_of_status


@pytest.mark.parametrize(
    ("statuses", "outcome"),
    [
        ((404, 410), Outcome.GONE),
        ((401, 403, 407, 429, 451), Outcome.BLOCKED),
        ((400, 408, 418, 500, 502, 503, 599), Outcome.FAILED),
    ],
)
def test_a_status_means_one_outcome(statuses: tuple[int, ...], outcome: Outcome) -> None:
    assert {outcome_of_status(status) for status in statuses} == {outcome}
