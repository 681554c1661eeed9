"""Leases: the right to ask one site for pages, held by one process anywhere, as a row of PostgreSQL; the fleet's settings.

Settings come from the environment, so that child processes inherit them. Times are the database's, by `clock_timestamp()`,
so that no machine's clock matters. The epoch of a site grows by one with every taking; a holder renews and releases only
what it took.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from panan_spider.core.outcomes import RefusedError

#: Seconds a lease lasts after it was taken or renewed. The other times follow from it.
LEASE_SECONDS: Final = 120.0
_LEAST: Final = 2.0


class FleetError(RefusedError):
    """The fleet's database or store is not set up, or cannot be reached. The message is one line."""


@dataclass(frozen=True)
class FleetSettings:
    """`database`: a PostgreSQL address. `store`: `s3://bucket/prefix` or `file:///folder`; None: archives lie in one folder that all see."""

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
        """Between two renewals of a lease, and two looks at the queue."""
        return self.lease_seconds / 6

    @property
    def deadline_seconds(self) -> float:
        """After the last renewal was sent no request is: a quarter of the lease is left for clocks that differ in pace."""
        return self.lease_seconds * 0.75

    @property
    def stalled_seconds(self) -> float:
        """A worker that was silent so long is taken for dead, and its jobs are given to others."""
        return self.lease_seconds / 2

    @property
    def heartbeat_seconds(self) -> float:
        """Between two signs of life of a worker."""
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
        """Make the lease last so many seconds from now; whether it is still the one of this epoch, and not released.

        A lease that has run out and that nobody took since is renewed: nothing was asked by anyone else.
        """
        done = self._connection.execute(_RENEW, {"site": site, "epoch": epoch, "seconds": seconds})
        return done.rowcount == 1

    def release(self, site: str, epoch: int) -> bool:
        """Give the lease up; whether it was still the one of this epoch."""
        return self._connection.execute(_RELEASE, {"site": site, "epoch": epoch}).rowcount == 1
