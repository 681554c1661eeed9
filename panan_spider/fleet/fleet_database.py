"""Fleet database: leases, jobs and the state of each site in PostgreSQL; the fleet's settings, from the environment.

A lease is the right to request pages of one site, held by one process anywhere. Times are the database's, by
`clock_timestamp()`, so that no machine's clock matters. The epoch of a site grows by one with every taking; a holder renews
and releases only what it took.

Jobs are procrastinate's. No job waits in the queue for a time to come: one that did would keep every later job of its lock
waiting. When a site is due next stands in `fleet_site`, and each worker looks there.
"""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from panan_spider.core.outcomes import RefusedError
from panan_spider.fleet.roster import group_of
from panan_spider.sites.profile import Schedule, Site

#: Seconds a lease lasts after it was taken or renewed. The other times follow from it.
LEASE_SECONDS: Final = 120.0
_LEAST: Final = 2.0


class FleetError(RefusedError):
    """The fleet's database or store is not set up, or cannot be reached. The message is one line."""


@dataclass(frozen=True)
class FleetSettings:
    """`database`: a PostgreSQL address. `store`: `s3://bucket/prefix` or `file:///folder`; None: all machines see one folder."""

    database: str
    store: str | None = None
    lease_seconds: float = LEASE_SECONDS
    holder: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Self:
        """PANAN_FLEET, PANAN_STORE, PANAN_LEASE_SECONDS, PANAN_HOLDER. Raises FleetError where the first is missing."""
        given = os.environ if environment is None else environment
        if not (database := given.get("PANAN_FLEET", "").strip()):
            raise FleetError("PANAN_FLEET names no database: PANAN_FLEET=postgresql://user@host/name")
        text = given.get("PANAN_LEASE_SECONDS", str(LEASE_SECONDS))
        try:
            seconds = float(text)
        except ValueError:
            seconds = 0.0
        if not _LEAST <= seconds < 86_400:
            raise FleetError(f"PANAN_LEASE_SECONDS: {text!r} is no number of seconds from {_LEAST:g} on")
        holder = given.get("PANAN_HOLDER", "") or f"{socket.gethostname()}-{os.getpid()}"
        return cls(database, given.get("PANAN_STORE", "").strip() or None, seconds, holder)

    @property
    def renew_seconds(self) -> float:
        """Seconds between two renewals of a lease, and between two looks at the queue."""
        return self.lease_seconds / 6

    @property
    def deadline_seconds(self) -> float:
        """Seconds after a renewal in which requests may be sent: a quarter of the lease is left for clocks that differ in pace."""
        return self.lease_seconds * 0.75

    @property
    def stalled_seconds(self) -> float:
        """Seconds of silence after which a worker counts as dead, and its jobs are given to others."""
        return self.lease_seconds / 2

    @property
    def heartbeat_seconds(self) -> float:
        """Seconds between two heartbeats of a worker."""
        return self.lease_seconds / 12


if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]

CREATE_LEASES: Final = """CREATE TABLE IF NOT EXISTS site_lease (
    site text PRIMARY KEY, holder text, epoch bigint NOT NULL, taken timestamptz NOT NULL, expires timestamptz NOT NULL
)"""
_SECONDS: Final = "clock_timestamp() + make_interval(secs => %(seconds)s)"
_TAKE: Final = f"""INSERT INTO site_lease (site, holder, epoch, taken, expires)
    VALUES (%(site)s, %(holder)s, 1, clock_timestamp(), {_SECONDS})
    ON CONFLICT (site) DO UPDATE SET holder = excluded.holder, epoch = site_lease.epoch + 1,
        taken = clock_timestamp(), expires = {_SECONDS}
    WHERE site_lease.expires <= clock_timestamp() RETURNING epoch"""  # noqa: S608 - a constant
_RENEW: Final = f"""UPDATE site_lease SET expires = {_SECONDS}
    WHERE site = %(site)s AND epoch = %(epoch)s AND holder IS NOT NULL"""  # noqa: S608 - a constant
_RELEASE: Final = """UPDATE site_lease SET holder = NULL, expires = clock_timestamp()
    WHERE site = %(site)s AND epoch = %(epoch)s AND holder IS NOT NULL"""

#: Seconds until a connection that answers nothing is given up.
CONNECT_SECONDS: Final = 10


def connected(address: str) -> "Connection":
    """A connection in autocommit mode. Raises FleetError where there is none to be had."""
    try:
        import psycopg
    except ImportError as error:
        raise FleetError("psycopg is not installed: pip install 'panan_spider[fleet]'") from error
    try:
        return psycopg.connect(
            address,
            autocommit=True,
            connect_timeout=CONNECT_SECONDS,
            keepalives_idle=CONNECT_SECONDS,
            tcp_user_timeout=CONNECT_SECONDS * 1000,
        )
    except psycopg.Error as error:
        raise FleetError(f"PANAN_FLEET: {' '.join(str(error).split())}") from error


class LeaseTable:
    """The leases of all sites. Methods raise psycopg.Error where the database cannot be reached."""

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection

    def take(self, site: str, holder: str, seconds: float) -> int | None:
        """Take the lease of a site for so many seconds; its epoch, or None where another holds it."""
        row = self._connection.execute(_TAKE, {"site": site, "holder": holder, "seconds": seconds}).fetchone()
        return None if row is None else int(row[0])

    def renew(self, site: str, epoch: int, seconds: float) -> bool:
        """Make the lease last so many seconds from now; True where it is still the one of this epoch, and not released.

        A lease that has run out and that nobody took since is renewed: nothing was asked by anyone else.
        """
        done = self._connection.execute(_RENEW, {"site": site, "epoch": epoch, "seconds": seconds})
        return done.rowcount == 1

    def release(self, site: str, epoch: int) -> bool:
        """Give the lease up; True where it was still the one of this epoch."""
        return self._connection.execute(_RELEASE, {"site": site, "epoch": epoch}).rowcount == 1


CREATE_SITES: Final = """CREATE TABLE IF NOT EXISTS fleet_site (
    site text PRIMARY KEY, grp text NOT NULL, slot int NOT NULL, nightly text NOT NULL, deep text NOT NULL,
    active boolean NOT NULL DEFAULT true, next_due timestamptz NOT NULL, next_arguments jsonb,
    deep_planned timestamptz NOT NULL, last_code int, last_line text, last_ended timestamptz, worker text
)"""
_SYNC: Final = """INSERT INTO fleet_site (site, grp, slot, nightly, deep, next_due, deep_planned)
    VALUES (%(site)s, %(grp)s, %(slot)s, %(nightly)s, %(deep)s, clock_timestamp(), clock_timestamp())
    ON CONFLICT (site) DO UPDATE SET grp = excluded.grp, slot = excluded.slot, nightly = excluded.nightly,
        deep = excluded.deep, active = true"""
_RETIRE: Final = "UPDATE fleet_site SET active = false WHERE active AND NOT site = ANY(%(keys)s::text[])"
_DUE: Final = """SELECT site, grp, slot, nightly, deep, next_arguments, deep_planned, next_due, clock_timestamp() AS now
    FROM fleet_site WHERE active AND next_due <= clock_timestamp() ORDER BY next_due, site"""
_PLANNED: Final = """UPDATE fleet_site SET next_due = %(next_due)s, next_arguments = NULL, deep_planned = %(deep_planned)s
    WHERE site = %(site)s"""
_ENDED: Final = """UPDATE fleet_site SET last_code = %(code)s, last_line = %(line)s, last_ended = clock_timestamp(),
        worker = %(worker)s,
        next_due = CASE WHEN %(again)s::float8 IS NULL THEN next_due
            ELSE least(next_due, clock_timestamp() + make_interval(secs => %(again)s)) END,
        next_arguments = CASE WHEN %(again)s::float8 IS NULL THEN next_arguments ELSE %(arguments)s::jsonb END
    WHERE site = %(site)s"""
_SITES: Final = """SELECT s.site, s.active, s.next_due, s.last_code, s.last_line, s.last_ended, s.worker,
        CASE WHEN l.expires > clock_timestamp() THEN l.holder END AS holder, l.epoch,
        (SELECT count(*) FROM procrastinate_jobs j WHERE j.status IN ('todo', 'doing') AND j.args->>'site' = s.site) AS jobs
    FROM fleet_site s LEFT JOIN site_lease l ON l.site = s.site ORDER BY s.site"""
_SLOT: Final = "SELECT grp, slot FROM fleet_site WHERE site = %(site)s AND active"
_MINE: Final = """SELECT count(*) AS mine FROM procrastinate_jobs
    WHERE id = %(job)s AND worker_id = %(worker)s AND status = 'doing'"""
_DOING: Final = "SELECT id FROM procrastinate_jobs WHERE worker_id = %(worker)s AND status = 'doing'"
_FREE: Final = """SELECT count(*) AS held FROM site_lease
    WHERE site = %(site)s AND expires > clock_timestamp()"""
_ALONE: Final = "SELECT pg_try_advisory_lock(%(key)s) AS got"
_NOT_ALONE: Final = "SELECT pg_advisory_unlock(%(key)s) AS let_go"
_TABLE: Final = "SELECT to_regclass(%(name)s) IS NOT NULL AS there"

#: Advisory lock of the one worker that plans and rescues at a time: any number that nobody else uses.
_PLANNER: Final = 0x70616E616E

#: Seconds between two tries of a query while the database is away.
_AWAY_SECONDS: Final = 0.5

#: The offline tasks, and the command of each; `crawl` is the other task.
OFFLINE: Final = {"reparse": ["reparse"], "people": ["people"], "verify": ["verify"], "dataset": []}


class JobQueue:
    """The queue, open. Methods raise FleetError where the database cannot be reached."""

    def __init__(self, fleet: FleetSettings, app: Any) -> None:
        self.fleet, self.app = fleet, app

    @classmethod
    @asynccontextmanager
    async def opened(cls, fleet: FleetSettings) -> AsyncIterator[Self]:
        """The queue, closed at the end. A database that is away for less than a lease is waited for."""
        try:
            from procrastinate import App, PsycopgConnector
            from procrastinate.exceptions import ConnectorException
            from psycopg_pool import PoolTimeout
        except ImportError as error:
            raise FleetError("procrastinate is not installed: pip install 'panan_spider[fleet]'") from error
        kwargs = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": CONNECT_SECONDS * 1000}
        connector = PsycopgConnector(
            conninfo=fleet.database, min_size=1, max_size=6, timeout=fleet.lease_seconds, kwargs=kwargs
        )
        for name in ("execute_query_async", "execute_query_one_async", "execute_query_all_async"):
            setattr(connector, name, _patient(getattr(connector, name), fleet.lease_seconds))
        app = App(connector=connector)
        try:
            await app.open_async()
            try:
                yield cls(fleet, app)
            finally:
                await app.close_async()
        except (ConnectorException, PoolTimeout) as error:
            cause = error.__cause__ or error
            raise FleetError(f"PANAN_FLEET: {' '.join(str(cause).split()) or 'cannot be reached'}") from error

    async def init(self) -> bool:
        """Make the tables where they are missing; True where they were made."""
        (row,) = await self._rows(_TABLE, name="procrastinate_jobs")
        if not row["there"]:
            await self.app.schema_manager.apply_schema_async()
        for create in (CREATE_LEASES, CREATE_SITES):
            await self._do(create)
        return not row["there"]

    async def is_ready(self) -> bool:
        """True where `init` has made the tables."""
        rows = [await self._rows(_TABLE, name=name) for name in ("procrastinate_jobs", "fleet_site", "site_lease")]
        return all(row["there"] for (row,) in rows)

    async def sync(self, sites: Sequence[Site], slots: Mapping[str, int]) -> None:
        """Take over these profiles' groups, slots and schedules. Sites without a profile are crawled no more; new ones are due."""
        members: dict[str, int] = {}
        for site in sorted(sites, key=lambda site: site.key):
            group = group_of(site)
            rank = members[group] = members.get(group, -1) + 1  # one after another: no slot gets more than its share
            schedule = {"nightly": site.nightly, "deep": site.deep}
            await self._do(_SYNC, site=site.key, grp=group, slot=rank % slots[group], **schedule)
        await self._do(_RETIRE, keys=[site.key for site in sites])

    async def submit_crawl(self, site: str, arguments: Mapping[str, str]) -> bool:
        """Queue a crawl; False where one waits already. Raises FleetError for a site that `sync` has not seen."""
        found = await self._rows(_SLOT, site=site)
        if not found:
            raise FleetError(f"{site} is not in the fleet's database: scrapy fleet sync")
        lock = f"{found[0]['grp']}:{found[0]['slot']}"
        return await self._defer("crawl", lock, site=site, arguments=dict(arguments))

    async def submit_offline(self, task: str, site: str, options: Sequence[str] = ()) -> bool:
        """Queue offline work on one archive; False where the same waits already."""
        return await self._defer(task, f"site:{site}", site=site, options=list(options))

    async def _defer(self, task: str, lock: str, **arguments: Any) -> bool:
        from procrastinate.exceptions import AlreadyEnqueued

        deferrer = self.app.configure_task(
            task, lock=lock, queueing_lock=f"{task}:{arguments['site']}", allow_unknown=True
        )
        try:
            await deferrer.defer_async(**arguments)
        except AlreadyEnqueued:
            return False
        return True

    async def plan(self) -> list[tuple[str, dict[str, str]]]:
        """Queue a crawl of each site that is due, and note when it is due next. Called by one worker at a time.

        The crawls: (site, arguments).
        """
        planned = []
        for row in await self._rows(_DUE):
            arguments, deep_planned = _crawl_of(row)
            # First the job: killed in between, a site is crawled once more, and not once less.
            await self.submit_crawl(row["site"], arguments)
            ticks = [Schedule.parse(row[name]).after(row["now"]) for name in ("nightly", "deep")]
            next_due = min((tick for tick in ticks if tick is not None), default=datetime.max.replace(tzinfo=UTC))
            await self._do(_PLANNED, site=row["site"], next_due=next_due, deep_planned=deep_planned)
            planned.append((row["site"], arguments))
        return planned

    async def rescue(self) -> int:
        """Give the jobs of silent workers to others; how many. Called by one worker at a time."""
        stalled = await self.app.job_manager.get_stalled_jobs(seconds_since_heartbeat=self.fleet.stalled_seconds)
        jobs = list(stalled)
        for job in jobs:
            await self.app.job_manager.retry_job(job)
        return len(jobs)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[bool]:
        """True for the one worker that plans and rescues now. The lock ends with the connection that took it."""
        async with self.app.connector.pool.connection() as connection:
            row = await (await connection.execute(_ALONE, {"key": _PLANNER})).fetchone()
            try:
                yield bool(row and row[0])
            finally:
                await connection.execute(_NOT_ALONE, {"key": _PLANNER})

    async def doing(self, worker: int) -> set[int]:
        """The jobs that a worker has taken and not ended, by number."""
        return {row["id"] for row in await self._rows(_DOING, worker=worker)}

    async def again(self, job: int) -> None:
        """Queue a job again that its worker does not do."""
        await self.app.job_manager.retry_job_by_id_async(job_id=job, retry_at=datetime.now(UTC))

    async def is_mine(self, job: Any) -> bool:
        """True while a job is this worker's: another may have got it meanwhile."""
        (row,) = await self._rows(_MINE, job=job.id, worker=job.worker_id)
        return bool(row["mine"])

    async def is_free(self, site: str) -> bool:
        """True where nobody holds the site's lease."""
        (row,) = await self._rows(_FREE, site=site)
        return not row["held"]

    async def ended(self, site: str, code: int, line: str, again: float | None, arguments: Mapping[str, str]) -> None:
        """Note how a crawl ended; `again`: seconds until the same crawl is due once more, None: when its schedule says."""
        values = {"code": code, "line": line[:500], "again": again, "arguments": json.dumps(dict(arguments))}
        await self._do(_ENDED, site=site, worker=self.fleet.holder, **values)

    async def sites(self) -> list[dict[str, Any]]:
        """Every site's state: site, active, next_due, last_code, last_line, last_ended, worker, holder, epoch, jobs."""
        return await self._rows(_SITES)

    async def _rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = await self.app.connector.execute_query_all_async(query=query, **values)
        return rows

    async def _do(self, query: str, **values: Any) -> None:
        await self.app.connector.execute_query_async(query=query, **values)


def _patient(execute: Any, seconds: float) -> Any:
    """A query that is sent again for so many seconds while the database is away: a restart of it ends no worker."""

    async def executing(query: str, **values: Any) -> Any:
        from procrastinate.exceptions import ConnectorException
        from psycopg import OperationalError

        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        while True:
            try:
                return await execute(query=query, **values)
            except ConnectorException as error:
                if not isinstance(error.__cause__, OperationalError) or loop.time() > until:
                    raise
                await asyncio.sleep(_AWAY_SECONDS)

    return executing


def _crawl_of(row: Mapping[str, Any]) -> tuple[dict[str, str], datetime]:
    """The arguments of the crawl that is due, and when the deep one was planned last."""
    if row["next_arguments"] is not None:  # of a crawl that was stopped
        return dict(row["next_arguments"]), row["deep_planned"]
    tick = Schedule.parse(row["deep"]).before(row["now"])
    if tick is not None and tick > row["deep_planned"]:
        return {"full": "true"}, row["now"]
    return {}, row["deep_planned"]
