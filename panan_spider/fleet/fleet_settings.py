"""Fleet settings: the database, the store and the times of a fleet, from the environment; children inherit them."""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self

#: Seconds a lease lasts after it was taken or renewed. The other times follow from it.
LEASE_SECONDS: Final = 120.0
_LEAST: Final = 2.0


class FleetError(Exception):
    """The fleet's database or store is not set up, or cannot be reached. The message is one line."""


class MissingFleetLibrary(FleetError):
    """The extra `fleet` is not installed."""


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
