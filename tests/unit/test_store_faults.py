"""Faults in the ledger: what a run may doubt, what is remembered of a fault, and when it is forgotten."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from store_helpers import an_article, an_exchange, url_of
from store_runs import Runs

from panan_spider.archive.ledger.runs_and_walks import DoubtfulUrl, FaultRecord
from panan_spider.core.outcomes import Outcome


@pytest.fixture
def runs(tmp_path: Path) -> Iterator[Runs]:
    runs = Runs(tmp_path)
    yield runs
    runs.archive.close({})


def fault(number: int = 1, **other: Any) -> FaultRecord:
    values: dict[str, Any] = {
        "key": f"k{number}", "code": 10, "url": url_of(number), "outcome": "off_site", "reason": "why",
        "first_seen": "2026-03-07", "last_seen": "2026-03-08", "days": 2,
    }  # fmt: skip
    return FaultRecord(**(values | other))


def test_a_run_doubts_what_it_could_not_have(runs: Runs) -> None:
    runs.memory.listed("书记", [("000000002", url_of(2), None)])
    runs.settle(1, Outcome.OFF_SITE)
    runs.settle(2, Outcome.GONE)
    runs.settle(3, Outcome.KNOWN)
    assert runs.archive.doubtful() == [
        DoubtfulUrl(url_of(1), "article", "000000001", Outcome.OFF_SITE, None, stored=False, listed=False),
        DoubtfulUrl(url_of(2), "article", "000000002", Outcome.GONE, None, stored=False, listed=True),
    ]
    runs.next()
    assert runs.archive.doubtful() == []


def test_what_is_recorded_is_known_to_the_next_run(runs: Runs) -> None:
    runs.archive.record_faults([fault(), fault(2, url=None, outcome=None)], [])
    runs.next()
    assert runs.archive.ledger.faults.known() == {"k1": fault(), "k2": fault(2, url=None, outcome=None)}
    runs.archive.record_faults([fault(days=3)], ["k2"])
    assert runs.archive.ledger.faults.known() == {"k1": fault(days=3)}


def test_a_fault_is_a_gap_of_later_runs_as_long_as_it_lasts(runs: Runs) -> None:
    runs.memory.listed("书记", [("000000001", url_of(1), None)])
    runs.settle(1, Outcome.GONE)
    assert runs.archive.gaps() == []
    runs.archive.record_faults([fault(outcome="gone")], [])
    runs.next()
    assert [(gap.url, gap.outcome) for gap in runs.archive.gaps()] == [(url_of(1), Outcome.GONE)]


def test_an_address_with_another_outcome_has_the_fault_no_longer(runs: Runs) -> None:
    runs.settle(1, Outcome.OFF_SITE)
    runs.archive.record_faults([fault()], [])
    assert runs.archive.ledger.faults.known()
    runs.next()
    runs.settle(1, Outcome.FAILED)
    runs.archive.record_faults([], [])
    assert runs.archive.ledger.faults.known() == {}


def test_an_article_stored_at_another_address_is_not_gone(runs: Runs) -> None:
    other = url_of(1).replace("www.panews.cn", "panews.zjol.com.cn/panews")
    runs.settle(1, Outcome.GONE)
    runs.archive.record_faults([fault(outcome="gone")], [])
    runs.archive.write_response(an_exchange())
    runs.archive.store_all([(an_article(1, url=other), Outcome.STORED)])
    runs.archive.record_faults([], [])
    assert runs.archive.ledger.faults.known() == {}


def test_a_stored_article_that_could_not_be_read_once_is_a_gap_of_that_run_alone(runs: Runs) -> None:
    runs.archive.write_response(an_exchange())
    runs.archive.store_all([(an_article(1), Outcome.STORED)])
    runs.next()
    runs.settle(1, Outcome.UNKNOWN_LAYOUT)
    runs.archive.record_faults([fault(outcome="unknown_layout")], [])
    assert [gap.url for gap in runs.archive.gaps()] == [url_of(1)]
    runs.next()
    assert runs.archive.gaps() == []
