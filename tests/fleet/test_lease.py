"""Leases: one holder of a site at a time, whatever the order of taking, renewing, releasing and running out."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

import pytest

from panan_spider.archive.store.files import LockHeld, StoreError
from panan_spider.fleet.fleet_database import CREATE_LEASES, FleetError, FleetSettings, LeaseTable, connected
from panan_spider.fleet.leased_work import LeaseGuard

if TYPE_CHECKING:
    from panan_spider.fleet.fleet_database import Connection


@pytest.fixture
def connection(database: str) -> "Iterator[Connection]":
    with closing(connected(database)) as connection:
        connection.execute(CREATE_LEASES)
        yield connection


def pass_time(connection: "Connection", seconds: float) -> None:
    """Time passes for the database: every lease runs out that much sooner."""
    connection.execute("UPDATE site_lease SET expires = expires - make_interval(secs => %s)", (seconds,))


def holder(connection: "Connection", site: str) -> str | None:
    held = "SELECT holder FROM site_lease WHERE site = %s AND expires > clock_timestamp()"
    row = connection.execute(held, (site,)).fetchone()
    return None if row is None else row[0]


def test_a_lease_is_taken_renewed_and_released(connection: "Connection") -> None:
    table = LeaseTable(connection)
    assert table.take("jia", "w1", 120) == 1
    assert table.take("jia", "w2", 120) is None
    assert table.take("yi", "w2", 120) == 1
    assert holder(connection, "jia") == "w1"
    pass_time(connection, 100)
    assert table.renew("jia", 1, 120)
    pass_time(connection, 100)
    assert table.take("jia", "w2", 120) is None
    assert table.release("jia", 1) and not table.release("jia", 1)
    assert holder(connection, "jia") is None and not table.renew("jia", 1, 120)
    assert table.take("jia", "w2", 120) == 2


def test_a_lease_that_ran_out_is_another_s_for_good(connection: "Connection") -> None:
    table = LeaseTable(connection)
    assert table.take("jia", "w1", 120) == 1
    pass_time(connection, 121)
    assert holder(connection, "jia") is None
    assert table.take("jia", "w2", 120) == 2
    assert not table.renew("jia", 1, 120) and not table.release("jia", 1)
    assert holder(connection, "jia") == "w2" and table.renew("jia", 2, 120)


@dataclass
class Crawl:
    """What one crawl believes: its epoch, and how many seconds ago it last renewed."""

    name: str
    epoch: int | None = None
    since: float = 0.0
    epochs: list[int] = field(default_factory=list)

    @property
    def sends(self) -> bool:
        """Whether it would send a request: it holds a lease, and its own deadline has not come."""
        return self.epoch is not None and self.since < 90


@pytest.mark.parametrize("seed", range(200))
def test_no_two_crawls_would_send_at_once(seed: int, leases: "Connection") -> None:
    """Three crawls and one site; 40 random steps. The deadline of 90 s of a lease of 120 s is the crawl's own."""
    rng, table, site = Random(seed), LeaseTable(leases), f"site-{seed}"
    crawls = [Crawl(name) for name in ("w1", "w2", "w3")]
    epochs: list[int] = []

    def take(crawl: Crawl) -> None:
        if crawl.epoch is None and (epoch := table.take(site, crawl.name, 120)) is not None:
            crawl.epoch, crawl.since = epoch, 0.0
            epochs.append(epoch)

    def renew(crawl: Crawl) -> None:
        if crawl.epoch is not None:
            if table.renew(site, crawl.epoch, 120):
                crawl.since = 0.0
            else:
                crawl.epoch = None

    def release(crawl: Crawl) -> None:
        if crawl.epoch is not None and rng.random() < 0.5:
            table.release(site, crawl.epoch)
            crawl.epoch = None

    def wait(crawl: Crawl) -> None:
        seconds = rng.choice((5.0, 40.0, 95.0, 130.0))
        pass_time(leases, seconds)
        for other in crawls:
            other.since += seconds

    steps: list[Callable[[Crawl], None]] = [take, take, renew, release, wait]
    for _step in range(40):
        rng.choice(steps)(rng.choice(crawls))
        assert sum(crawl.sends for crawl in crawls) <= 1
    assert epochs == list(range(1, len(epochs) + 1))


@pytest.fixture(scope="module")
def leases(server: object) -> "Iterator[Connection]":
    """One table for all random interleavings: each has its own site."""
    import psycopg
    from postgres import Postgres

    assert isinstance(server, Postgres)
    with psycopg.connect(server.address(), autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS site_lease")
        connection.execute(CREATE_LEASES)
        yield connection


def test_a_guard_holds_its_lease_longer_than_it_lasts_and_lets_go(connection: "Connection", database: str) -> None:
    guard = LeaseGuard(FleetSettings(database, lease_seconds=2, holder="w1"), "jia")
    with pytest.raises(LockHeld, match="jia"):
        LeaseGuard(FleetSettings(database, lease_seconds=2, holder="w2"), "jia")
    first = expiry(connection)
    while expiry(connection) == first:  # renewed, by its own thread
        guard.check()
    assert LeaseTable(connection).take("jia", "w2", 2) is None
    guard.release()
    assert LeaseTable(connection).take("jia", "w2", 2) == 2


def expiry(connection: "Connection") -> object:
    row = connection.execute("SELECT expires FROM site_lease WHERE site = 'jia'").fetchone()
    assert row is not None
    return row[0]


def test_a_database_that_cannot_be_reached_is_one_line() -> None:
    fleet = FleetSettings("postgresql://nobody@127.0.0.1:1/none", holder="w1")
    with pytest.raises(StoreError) as caught:
        LeaseGuard(fleet, "jia")
    assert "\n" not in str(caught.value) and "jia" in str(caught.value)


@pytest.mark.parametrize("given", [{}, {"PANAN_FLEET": " "}, {"PANAN_FLEET": "x", "PANAN_LEASE_SECONDS": "soon"}, {"PANAN_FLEET": "x", "PANAN_LEASE_SECONDS": "0"}])  # fmt: skip
def test_an_environment_that_says_nothing_sensible_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(FleetError):
        FleetSettings.from_environment(given)


def test_the_last_request_comes_a_quarter_of_the_lease_before_its_end() -> None:
    fleet = FleetSettings.from_environment({"PANAN_FLEET": "x"})
    assert (fleet.lease_seconds, fleet.renew_seconds, fleet.deadline_seconds) == (120, 20, 90)
    assert fleet.heartbeat_seconds * 3 < fleet.stalled_seconds < fleet.deadline_seconds
