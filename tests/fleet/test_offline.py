"""Offline work over a fleet's archives: the same verdicts as the command alone, a killed worker included."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from counties import serving, write_profiles
from machines import ROOT, fleet, until
from postgres import Postgres

from panan_spider.fleet.child_process import closing_line
from panan_spider.fleet.fleet_database import JobQueue
from panan_spider.fleet.object_store import ObjectStore
from panan_spider.fleet.publication import Publication

KEYS = ("jia", "yi", "bing")


def scrapy(*words: str, **more: str) -> str:
    """A command of the project; what it said at its end."""
    env = {**{name: value for name, value in os.environ.items() if "proxy" not in name.lower()}, **more}
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.strip().splitlines()[-1].removeprefix("panan: ")


def test_reparse_of_a_fleet_s_archives(
    tmp_path: Path, server: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANAN_SITES_DIR", str(write_profiles(tmp_path / "sites", KEYS)))
    crawled = tmp_path / "crawled"
    fast = ["-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8"]
    with serving(KEYS) as counties, fleet(tmp_path, counties, server, database, KEYS, crawls=False) as found:
        proxy = f"http://127.0.0.1:{counties.port}"
        scrapy("fleet", "run", "--sites", ",".join(KEYS), *fast, PANAN_FLEET_DIR=str(crawled), http_proxy=proxy)
        alone = {key: scrapy("reparse", "--jobs", "1", "--data-dir", str(crawled / key)) for key in KEYS}
        assert all(line.startswith("100 stored articles read again: 100 the same") for line in alone.values())
        for key in KEYS:
            publication = Publication(ObjectStore.at(found.store), key, crawled / key, "test")
            publication.take()
            publication.snapshot()
            assert publication.publish() is not None

        async def submit(queue: JobQueue) -> list[bool]:
            return [await queue.submit_offline("reparse", key, ["--jobs", "1"]) for key in KEYS]

        assert found.queued(submit) == [True] * len(KEYS)
        killed, _other = found.start(), found.start()
        until(lambda: list((tmp_path / "w0").glob("*.log")), what="a job of the worker that will be killed")
        killed.process.send_signal(signal.SIGKILL)
        until(lambda: {job["status"] for job in found.jobs()} == {"succeeded"}, 150, "all jobs settled")
        verdicts = {key: closing_line(tmp_path / "w1" / f"{key}.log") for key in KEYS}
        done_before = {key: closing_line(tmp_path / "w0" / f"{key}.log") for key in KEYS}
        assert {key: verdicts[key] or done_before[key] for key in KEYS} == alone
        assert sum(job["attempts"] for job in found.jobs()) >= len(KEYS)


INSERT = """INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, queueing_lock, args)
    VALUES ('default', 'verify', 0, 'site:jia', 'verify:jia', '{"site": "jia", "options": []}')"""
#: A job that the database gave the one living worker, in an answer that never reached it.
LOST = """UPDATE procrastinate_jobs SET status = 'doing', attempts = 1, worker_id = (SELECT max(id) FROM procrastinate_workers)
    WHERE task_name = 'verify'"""


def test_a_job_whose_answer_was_lost_is_taken_again(
    tmp_path: Path, server: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database dies between taking a job and saying so: the worker lives, and knows nothing of it."""
    monkeypatch.setenv("PANAN_SITES_DIR", str(write_profiles(tmp_path / "sites", KEYS)))
    with serving(KEYS) as counties, fleet(tmp_path, counties, server, database, KEYS, crawls=False) as found:
        (tmp_path / "w0" / "jia").mkdir(parents=True)
        found.start()
        count = "SELECT count(*) AS workers FROM procrastinate_workers"
        until(
            lambda: found.queued(lambda queue: queue._rows(count))[0]["workers"] == 1, what="the worker is registered"
        )

        async def lose(queue: JobQueue) -> None:
            async with queue.app.connector.pool.connection() as connection, connection.transaction():
                await connection.execute("LOCK TABLE procrastinate_jobs IN ACCESS EXCLUSIVE MODE")
                await connection.execute(INSERT)
                await connection.execute(LOST)

        found.queued(lose)
        until(lambda: found.jobs()[0]["status"] in ("succeeded", "failed"), 60, "the lost job is done")
        assert found.jobs()[0]["attempts"] >= 1
        assert "came in an answer that was lost" in found.machines[0].log.read_text("utf-8")
