"""Fleet worker: runs crawls of many sites, each in a process of its own, on this machine alone or by the job queue.

`LocalFleet` runs given crawls, so many at a time, and of each group no more than its slots. `FleetWorker` takes jobs from
the queue, plans what is due and rescues what is stalled.
"""

import asyncio
import logging
import math
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn

from panan_spider.core.outcomes import ExitCode
from panan_spider.fleet.child_process import ChildPool, child_words, crawl_words
from panan_spider.fleet.fleet_database import OFFLINE, FleetSettings, JobQueue
from panan_spider.fleet.roster import group_of
from panan_spider.sites.profile import Site

logger = logging.getLogger(__name__)

#: The command line of a crawl: of the site, into its folder, with the spider's arguments.
Words = Callable[[Site, Path, Mapping[str, str]], Sequence[str]]

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)

#: Seconds of processor that one crawl takes to start.
START_SECONDS: Final = 2.0
#: Seconds after which a crawl that waits for its start looks whether the run is being stopped.
_STEP: Final = 0.2

#: Seconds until a crawl that ended so is due again, with the same arguments. All others wait for their schedule.
AGAIN_SECONDS: Final = {int(ExitCode.STORE_ERROR): 900.0, int(ExitCode.INTERRUPTED): 60.0, int(ExitCode.LOCKED): 300.0}
#: Crawls that one job begins, where each is killed or loses its lease.
_ATTEMPTS: Final = 5
#: Leases that a job waits for another crawl of its site to end or to be dead.
_PATIENCE: Final = 3
_HELD: Final = (int(ExitCode.LOCKED), "the lease is held by another crawl")
#: Seconds that a worker that was asked to stop gives its crawls.
_STOP_SECONDS: Final = 150.0
#: How the lease enters a crawl: the spider knows nothing of it.
_ADDONS: Final = 'ADDONS={"panan_spider.fleet.leased_work.LeaseAddon": 0}'
#: Exit codes after which there is something new to publish as a dataset.
_WHOLE: Final = frozenset({0, 10, 11})


def seconds_apart(jobs: int, processors: int) -> float:
    """Seconds between two starts: crawls that start together keep each other, and those that run, from the processors."""
    return START_SECONDS / processors if jobs > processors else 0.0


@dataclass(frozen=True)
class LocalResult:
    """End of one site's crawl. `code` is None where it was not begun."""

    key: str
    code: int | None
    line: str

    @property
    def exit_code(self) -> int:
        """The exit code; a crawl ended by a signal, or not begun, counts as interrupted."""
        return int(ExitCode.INTERRUPTED) if self.code is None or self.code < 0 else self.code


@dataclass
class LocalFleet:
    """Crawls of sites into `<root>/<key>`, each in a process of its own, whose log is `<root>/<key>.log`."""

    root: Path
    jobs: int
    slots: Mapping[str, int]
    settings: Sequence[str] = ()  # NAME=VALUE, for every crawl
    on_end: Callable[[LocalResult], None] = lambda result: None  # called as each crawl ends
    words: Words | None = None
    apart: float = 0.0  # seconds between two starts
    children: ChildPool = field(default_factory=ChildPool)
    _next_start: float = 0.0  # on the clock of the event loop

    def run(self, crawls: Sequence[tuple[Site, Mapping[str, str]]]) -> list[LocalResult]:
        """Crawl all of them, with these arguments; how each ended. SIGINT and SIGTERM end those that run, and begin no other."""
        return asyncio.run(self._run(crawls))

    async def _run(self, crawls: Sequence[tuple[Site, Mapping[str, str]]]) -> list[LocalResult]:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            loop.add_signal_handler(number, self.children.stop)
        self.root.mkdir(parents=True, exist_ok=True)
        at_a_time = asyncio.Semaphore(self.jobs)
        groups = {group: asyncio.Semaphore(count) for group, count in self.slots.items()}
        return await asyncio.gather(
            *(self._crawl(site, arguments, groups[group_of(site)], at_a_time) for site, arguments in crawls)
        )

    async def _crawl(
        self, site: Site, arguments: Mapping[str, str], group: asyncio.Semaphore, at_a_time: asyncio.Semaphore
    ) -> LocalResult:
        # The group first: a site that waits for its group must not keep one of another group waiting.
        async with group, at_a_time:
            await self._wait_for_start()
            if self.children.stopping:
                return LocalResult(site.key, None, "not begun")
            words = (self.words or self._words)(site, self.root / site.key, arguments)
            result = LocalResult(site.key, *await self.children.run(words, self.root / f"{site.key}.log"))
        self.on_end(result)
        return result

    async def _wait_for_start(self) -> None:
        """Wait for this crawl's turn to start, or until the run is being stopped."""
        clock = asyncio.get_running_loop().time
        start = max(clock(), self._next_start)
        self._next_start = start + self.apart
        for _step in range(math.ceil((start - clock()) / _STEP)):
            if self.children.stopping:
                return
            await asyncio.sleep(min(_STEP, max(0.0, start - clock())))

    def _words(self, site: Site, folder: Path, arguments: Mapping[str, str]) -> list[str]:
        return child_words(crawl_words(site.key, folder, arguments, self.settings))


@dataclass
class FleetWorker:
    """One worker, `jobs` jobs at a time. `root`: the archives, or with a store the scratch folders."""

    fleet: FleetSettings
    root: Path
    jobs: int
    settings: Sequence[str] = ()  # NAME=VALUE, for every crawl
    children: ChildPool = field(default_factory=ChildPool)
    _running_jobs: set[int] = field(default_factory=set)  # jobs that this process does
    _undone: set[int] = field(default_factory=set)  # jobs it has and did not do at the last look

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; then end the crawls safely. Raises FleetError where the database is away too long."""
        self.root.mkdir(parents=True, exist_ok=True)
        asyncio.run(self._run())

    async def _run(self) -> None:
        async with JobQueue.opened(self.fleet) as queue:
            self._queue = queue
            self._register(queue.app)
            working = asyncio.create_task(self._work(queue.app))
            planning = asyncio.create_task(self._plan())
            for number in (signal.SIGINT, signal.SIGTERM):
                asyncio.get_running_loop().add_signal_handler(number, self._stop, working)
            try:
                await asyncio.wait({working, planning}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (planning, working):
                    task.cancel()
                outcomes = await asyncio.gather(working, planning, return_exceptions=True)
            for outcome in outcomes:
                if isinstance(outcome, Exception):
                    raise outcome

    def _stop(self, working: "asyncio.Task[None]") -> None:
        self.children.stop()
        working.cancel()

    async def _work(self, app: Any) -> None:
        """procrastinate's own worker. It polls: LISTEN would end it with the database's first restart."""
        from procrastinate.worker import Worker

        self._worker = Worker(
            app=app,
            concurrency=self.jobs,
            name=self.fleet.holder,
            listen_notify=False,
            install_signal_handlers=False,
            fetch_job_polling_interval=self.fleet.heartbeat_seconds / 2,
            update_heartbeat_interval=self.fleet.heartbeat_seconds,
            stalled_worker_timeout=self.fleet.stalled_seconds * 10,
            shutdown_graceful_timeout=_STOP_SECONDS,
        )
        await self._worker.run()  # type: ignore[no-untyped-call]

    async def _plan(self) -> None:
        """Every few seconds: queue what is due, and the jobs of workers that are silent. One worker of all at a time."""
        while True:
            try:
                await self._plan_once()
            except Exception as error:  # the database is away, or broke off: the next look may succeed
                logger.warning("planning: %s", " ".join(str(error.__cause__ or error).split()) or type(error).__name__)
            await asyncio.sleep(self.fleet.renew_seconds)

    async def _plan_once(self) -> None:
        await self._requeue_undone()
        async with self._queue.alone() as alone:
            if alone:
                for site, arguments in await self._queue.plan():
                    logger.info("due: %s %s", site, arguments)
                if rescued := await self._queue.rescue():
                    logger.warning("%d jobs of silent workers are queued again", rescued)

    async def _requeue_undone(self) -> None:
        """Queue again the jobs that the database gave this worker in an answer that was lost: it keeps them, and nobody does them.

        A job counts as lost at the second look that finds it so: a job between two states is none.
        """
        if self._worker.worker_id is None:  # not registered yet
            return
        undone = await self._queue.doing(self._worker.worker_id) - self._running_jobs
        for job in undone & self._undone:
            logger.warning("job %d came in an answer that was lost; it is queued again", job)
            await self._queue.again(job)
        self._undone = undone

    def _register(self, app: Any) -> None:
        async def crawl(context: Any, site: str, arguments: dict[str, str]) -> int:
            return await self._run_fenced(context.job, self._crawl(context.job, site, arguments))

        app.task(name="crawl", pass_context=True)(crawl)
        for task in OFFLINE:
            app.task(name=task, pass_context=True)(self._offline_task(task))

    def _offline_task(self, task: str) -> Any:
        async def offline(context: Any, site: str, options: list[str]) -> int:
            return await self._run_fenced(context.job, self._offline(context.job, task, site, options))

        return offline

    async def _run_fenced(self, job: Any, work: Coroutine[Any, Any, int]) -> int:
        """Do a job's work; end this process where the database was away longer than a lease: the job is another worker's."""
        from procrastinate.exceptions import ConnectorException

        self._running_jobs.add(job.id)
        try:
            return await work
        except ConnectorException as error:
            logger.warning("the database is away: %s", " ".join(str(error.__cause__ or error).split()))
            self._end_process()
        finally:
            self._running_jobs.discard(job.id)

    async def _crawl(self, job: Any, site: str, arguments: Mapping[str, str]) -> int:
        words = crawl_words(site, self.root / site, arguments, [*self.settings, _ADDONS])
        code, line = await self._run_attempts(site, child_words(words), job)
        await self._end_if_lost(job)
        if code < 0:
            code = int(ExitCode.INTERRUPTED)
        await self._queue.ended(site, code, line, AGAIN_SECONDS.get(code), arguments)
        if self.fleet.store is not None and code in _WHOLE:
            await self._queue.submit_offline("dataset", site)
        logger.info("crawl of %s: %d · %s", site, code, line)
        return code

    async def _run_attempts(self, site: str, words: Sequence[str], job: Any) -> tuple[int, str]:
        """Begin the crawl, once more where it was killed or another one held the lease; how the last one ended."""
        code, line = _HELD
        for attempt in range(_ATTEMPTS):
            if not await self._wait_for_lease(site):
                return _HELD
            code, line = await self._run_child(words, site, f"{job.id}.{attempt}")
            if self.children.stopping or (code >= 0 and code != ExitCode.LOCKED):
                break
            await self._end_if_lost(job)
        return code, line

    async def _wait_for_lease(self, site: str) -> bool:
        """Wait until nobody holds the site's lease: a dead crawl's runs out. False where another crawl goes on renewing it."""
        until = asyncio.get_running_loop().time() + _PATIENCE * self.fleet.lease_seconds
        while not self.children.stopping and not await self._queue.is_free(site):
            if asyncio.get_running_loop().time() > until:
                return False
            await asyncio.sleep(self.fleet.heartbeat_seconds)
        return True

    async def _offline(self, job: Any, task: str, site: str, options: Sequence[str]) -> int:
        words = [sys.executable, "-m", "panan_spider.fleet.leased_work", str(os.getpid()), task, site, str(self.root)]
        code, line = await self._run_child([*words, *options], site, str(job.id))
        await self._end_if_lost(job)
        if code != 0:
            raise OfflineFailed(f"{task} of {site}: exit {code} · {line}")
        return code

    async def _run_child(self, words: Sequence[str], site: str, number: str) -> tuple[int, str]:
        environment = {"PANAN_HOLDER": f"{self.fleet.holder}/{number}"}
        return await self.children.run(words, self.root / f"{site}.log", environment)

    async def _end_if_lost(self, job: Any) -> None:
        """End this process where the job is another worker's by now: a report of ours would be taken for his.

        Its other jobs are others' too, for it was silent as a whole; its children end with it.
        """
        if not await self._queue.is_mine(job):
            self._end_process()

    @staticmethod
    def _end_process() -> NoReturn:
        os.write(2, b"panan: fleet: this worker was taken for dead; it ends, others have its jobs\n")
        os._exit(int(ExitCode.LOCKED))


class OfflineFailed(Exception):
    """Offline work that did not end with 0: the job is failed, and its message says why."""
