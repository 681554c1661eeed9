"""Four counties, three workers, and what befalls them: no article is lost or twice, and no site is asked by two at once.

Each fault hits a crawl after 20 and before 80 of its requests, which is asserted.
"""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from counties import serving, write_profiles
from machines import Fleet, fleet, is_alive, until
from postgres import Postgres

KEYS = ("jia", "yi", "bing", "ding")
pytestmark = pytest.mark.timeout(600)  # a busy machine takes some minutes


@pytest.fixture
def four(tmp_path: Path, server: Postgres, database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    """The fleet, its three workers started."""
    monkeypatch.setenv("PANAN_SITES_DIR", str(write_profiles(tmp_path / "sites", KEYS)))
    with serving(KEYS) as counties, fleet(tmp_path, counties, server, database, KEYS) as found:
        for _worker in range(3):
            found.start()
        yield found


def test_killed_and_frozen(four: Fleet) -> None:
    """A worker is killed, another's crawl alone, a third is frozen with its crawl and wakes when another crawls its site."""
    child, worker = four.crawling("jia")
    worker.process.send_signal(signal.SIGKILL)
    until(lambda: not is_alive(child), 60, "the crawl of a killed worker ends with it")

    child, _its_worker = four.crawling("yi")
    os.kill(child, signal.SIGKILL)

    frozen, worker = four.crawling("bing")
    worker.process.send_signal(signal.SIGSTOP)
    os.kill(frozen, signal.SIGSTOP)
    four.eventually(lambda: four.server.count("bing") > four.server.count("bing", frozen) + 4, "a successor")
    asked = four.server.count("bing", frozen)
    os.kill(frozen, signal.SIGCONT)
    worker.process.send_signal(signal.SIGCONT)
    until(lambda: not is_alive(frozen), 60, "a crawl that lost its lease ends")
    assert four.server.count("bing", frozen) == asked

    four.settled()
    four.check()


def test_cut_off_and_without_a_database(four: Fleet) -> None:
    """A machine loses its line to the database and can still reach the site; then the database is gone for five seconds."""
    cut, worker = four.crawling("jia")
    worker.line.cut()
    four.crawling("yi")
    four.postgres.stop()
    until(lambda: not is_alive(cut), 90, "a crawl that cannot renew its lease ends by itself")
    four.postgres.start()
    four.eventually(lambda: len(four.server.senders("jia")) > 1, "a successor")
    asked = four.server.count("jia", cut)
    worker.line.mend()

    four.settled()
    assert four.server.count("jia", cut) == asked
    four.check()


def test_stopped_at_every_stage(
    tmp_path: Path, server: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM, as systemd sends it: while the worker loads, at the first request, in the middle, near the end."""
    monkeypatch.setenv("PANAN_SITES_DIR", str(write_profiles(tmp_path / "sites", ["jia"])))
    with serving(["jia"]) as counties, fleet(tmp_path, counties, server, database, ["jia"]) as found:
        for requests in (0, 1, 60, 125):
            machine = found.start()

            def are_asked(least: int = requests) -> bool:
                return counties.count("jia") >= least

            until(are_asked, what=f"{requests} requests")
            machine.process.terminate()
            assert machine.process.wait(60) in (-signal.SIGTERM, 0, 16), found.logs()
            assert not any(is_alive(asked.pid) for asked in counties.asked)
            assert {job["status"] for job in found.jobs()} <= {"todo", "succeeded"}, found.jobs()
            found.queued(lambda queue: queue.submit_crawl("jia", {}))
        assert counties.count("jia") < 180  # each went on where the one before it had been stopped
        found.start()
        found.settled()
        found.check()
