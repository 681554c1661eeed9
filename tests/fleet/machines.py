"""A fleet in one test: a database, a store, workers as on machines of their own, and the counties they crawl."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from counties import CountiesServer, differences
from postgres import Line, Postgres

from panan_spider.fleet.child_process import child_words
from panan_spider.fleet.fleet_database import FleetSettings, JobQueue
from panan_spider.fleet.object_store import ObjectStore
from panan_spider.fleet.publication import Publication, faults_of
from panan_spider.fleet.roster import slots_of
from panan_spider.sites.profile import load_site

ROOT = Path(__file__).resolve().parents[2]
LEASE_SECONDS = 6.0
#: So slow that a fault hits a crawl in its middle.
PACE = ("DOWNLOAD_DELAY=0.1", "AUTOTHROTTLE_ENABLED=False", "RANDOMIZE_DOWNLOAD_DELAY=False")


def until(true: Callable[[], Any], seconds: float = 240, what: str = "") -> Any:
    """Wait until it is true; what it is then."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, f"it did not come about: {what}"
        time.sleep(0.02)
    return found


def parent_of(pid: int) -> int:
    """The parent of a process; 0 where it is gone."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def is_alive(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@dataclass
class Machine:
    """One worker, and the line that it reaches the database by."""

    process: "subprocess.Popen[bytes]"
    line: Line
    log: Path


@dataclass
class Fleet:
    """Everything of one test. `PANAN_SITES_DIR` is set in this process, too."""

    place: Path
    server: CountiesServer
    postgres: Postgres
    database: str
    keys: Sequence[str]
    machines: list[Machine] = field(default_factory=list)

    @property
    def settings(self) -> FleetSettings:
        """Of this process, by no line that is ever cut."""
        return FleetSettings(self.postgres.address(self.database), self.store, LEASE_SECONDS, "test")

    @property
    def store(self) -> str:
        """A folder that all machines see."""
        return f"file://{self.place}/store"

    def queued(self, work: Callable[[JobQueue], Awaitable[Any]]) -> Any:
        """Do something with the queue."""

        async def working() -> Any:
            async with JobQueue.opened(self.settings) as queue:
                return await work(queue)

        return asyncio.run(working())

    def set_up(self, *, crawls: bool) -> None:
        """Tables, sites, and with `crawls` one of each in the queue; no schedule comes while the test goes on."""
        sites = [load_site(key) for key in self.keys]

        async def working(queue: JobQueue) -> None:
            await queue.init()
            await queue.sync(sites, slots_of(sites, {}))
            await queue._do("UPDATE fleet_site SET next_due = clock_timestamp() + interval '1 day'")
            for key in self.keys if crawls else ():
                await queue.submit_crawl(key, {})

        self.queued(working)

    def start(self, jobs: int = 1, *settings: str) -> Machine:
        """One more worker, with a folder of its own."""
        number, line = len(self.machines), Line(self.postgres.port)
        env = {
            **{name: value for name, value in os.environ.items() if "proxy" not in name.lower()},
            "http_proxy": f"http://127.0.0.1:{self.server.port}",
            "PANAN_FLEET": self.postgres.address(self.database, line.port),
            "PANAN_STORE": self.store,
            "PANAN_LEASE_SECONDS": str(LEASE_SECONDS),
            "PANAN_PUBLISH_SECONDS": "1",
            "PANAN_HOLDER": f"w{number}",
            "PANAN_FLEET_DIR": str(self.place / f"w{number}"),
        }
        words = child_words(["fleet", "worker", "--jobs", str(jobs)])  # a worker ends with the tests, however they end
        for setting in settings or PACE:
            words += ["-s", setting]
        log = self.place / f"w{number}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(words, cwd=ROOT, env=env, stdout=output, stderr=output, start_new_session=True)
        self.machines.append(Machine(process, line, log))
        return self.machines[-1]

    def crawling(self, key: str, least: int = 21) -> tuple[int, Machine]:
        """Wait until a crawl of the county has sent so many requests, of some 130; its process, and its machine."""

        def found() -> tuple[int, Machine] | None:
            senders = self.server.senders(key)
            if not senders or self.server.count(key) < least:
                return None
            for machine in self.machines:
                if parent_of(senders[-1]) == machine.process.pid:
                    return senders[-1], machine
            return None

        pid, machine = until(found, what=f"a crawl of {key} in its middle")
        assert 20 < self.server.count(key) < 80, f"{key}: {self.server.count(key)} requests"
        return pid, machine

    def jobs(self) -> list[dict[str, Any]]:
        """Every job: task, site, status, attempts."""
        query = "SELECT task_name AS task, args->>'site' AS site, status::text, attempts FROM procrastinate_jobs ORDER BY id"
        found: list[dict[str, Any]] = self.queued(lambda queue: queue._rows(query))
        return found

    def settled(self) -> None:
        """Wait until every county's last crawl ended with 0, and no job waits or goes on."""

        def done() -> bool:
            rows = self.queued(lambda queue: queue.sites())
            return all(row["last_code"] == 0 and row["jobs"] == 0 for row in rows)

        self.eventually(done, "every job settled")

    def eventually(self, true: Callable[[], bool], what: str, seconds: float = 300) -> None:
        """Wait until it is true. A worker that was taken for dead ends itself, and another is started, as systemd does."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"it did not come about: {what}\n{self.jobs()}\n{self.logs()}"
            if sum(machine.process.poll() is None for machine in self.machines) < 2:
                self.start()
            time.sleep(0.2)

    def published(self, key: str) -> list[dict[str, Any]]:
        """The lines of the county's newest publication, fetched as a new machine would."""
        folder = self.place / "read" / key
        store = ObjectStore.at(self.store)
        Publication(store, key, folder, "reader").take()
        assert faults_of(store, key)[0] == []
        return [json.loads(line) for line in (folder / "articles.jsonl").read_text("utf-8").splitlines()]

    def check(self) -> None:
        """What must hold after any fault."""
        for key in self.keys:
            assert not differences(self.server.sites[key], self.published(key)), key
            turns = self.server.senders(key)
            assert 0 not in turns and len(turns) == len(set(turns)), f"{key}: two crawls at once: {turns}"
        for machine in self.machines:
            machine.process.terminate()
        for machine in self.machines:
            machine.process.wait(120)
        until(lambda: not any(is_alive(asked.pid) for asked in self.server.asked), 60, "no process is left")
        assert {job["status"] for job in self.jobs()} == {"succeeded"}, self.jobs()

    def close(self) -> None:
        """End whatever is left."""
        for machine in self.machines:
            if machine.process.poll() is None:
                machine.process.send_signal(signal.SIGCONT)
                machine.process.kill()
                machine.process.wait(10)
            machine.line.close()

    def logs(self) -> str:
        """What the workers said."""
        return "\n".join(f"{m.log.name}: {m.log.read_text('utf-8', 'replace')[-2000:]}" for m in self.machines)


@contextmanager
def fleet(
    place: Path, server: CountiesServer, postgres: Postgres, database: str, keys: Sequence[str], *, crawls: bool = True
) -> Iterator[Fleet]:
    """A fleet with its jobs queued, and no worker yet. `database`: an address."""
    found = Fleet(place, server, postgres, urlsplit(database).path.strip("/"), keys)
    found.set_up(crawls=crawls)
    try:
        yield found
    finally:
        found.close()
