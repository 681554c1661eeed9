"""Lease: the right to ask one site for pages, held by one process anywhere, as a row of PostgreSQL.

Times are the database's, by `clock_timestamp()`, so that no machine's clock matters. The epoch of a site grows by one with
every taking; a holder renews and releases only what it took.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from panan_spider.fleet.fleet_settings import FleetError, MissingFleetLibrary

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
_HELD: Final = "SELECT site, holder, epoch, taken, expires > clock_timestamp() FROM site_lease ORDER BY site"

#: Seconds until a connection that answers nothing is given up.
CONNECT_SECONDS: Final = 10


@dataclass(frozen=True)
class LeaseRow:
    """One site's lease. `holder` is None where it was released or has run out."""

    site: str
    holder: str | None
    epoch: int
    taken: str


def connected(address: str) -> "Connection":
    """A connection in autocommit mode. Raises FleetError where there is none to be had."""
    try:
        import psycopg
    except ImportError as error:
        raise MissingFleetLibrary("psycopg is not installed: pip install 'panan_spider[fleet]'") from error
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


@contextmanager
def connection_to(address: str) -> Iterator["Connection"]:
    """A connection, closed at the end. Raises FleetError: there is none, or the database refused or broke off."""
    connection = connected(address)
    import psycopg

    try:
        yield connection
    except psycopg.Error as error:
        raise FleetError(f"PANAN_FLEET: {' '.join(str(error).split())}") from error
    finally:
        connection.close()


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

    def rows(self) -> dict[str, LeaseRow]:
        """Every site's lease, by key."""
        found = self._connection.execute(_HELD).fetchall()
        return {
            site: LeaseRow(site, holder if held else None, epoch, taken.isoformat())
            for site, holder, epoch, taken, held in found
        }
