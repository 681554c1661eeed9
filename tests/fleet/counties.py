"""Many made-up counties behind one proxy, which notes of every request which process sent it."""

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo_site.many_counties import ManySites, county, write_profiles
from demo_site.response import Response
from demo_site.site import Site

__all__ = ["CountiesServer", "county", "differences", "serving", "write_profiles"]

_SENDER: ContextVar[int] = ContextVar("sender", default=0)


@dataclass(frozen=True)
class Asked:
    """One request: the county it was for, when it came, and the process that sent it."""

    key: str
    path: str
    at: float
    pid: int


def process_of(port: int, server: int) -> int:
    """The process whose socket leads from this local port to the server's; 0 where there is none.

    Sockets to other servers may have the same local port. The kernel's table can miss a row while it changes.
    """
    ends = f":{port:04X}", f":{server:04X}"
    for _try in range(20):
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            words = line.split()
            matches = words[1].endswith(ends[0]) and words[2].endswith(ends[1])
            if matches and words[9] != "0" and (pid := _owner(f"socket:[{words[9]}]")):
                return pid
    return 0


def _owner(socket: str) -> int:
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and any(str(fd.readlink()) == socket for fd in (folder / "fd").iterdir()):
                return int(folder.name)
        except OSError:
            continue
    return 0


class CountiesServer(ManySites):
    """One proxy for the sites of many counties. `asked` grows as it serves."""

    def __init__(self, sites: Sequence[Site]) -> None:
        super().__init__(sites)
        self.asked: list[Asked] = []

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _SENDER.set(process_of(writer.get_extra_info("peername")[1], writer.get_extra_info("sockname")[1]))
        await super()._client(reader, writer)

    def _respond(self, site: Site, method: str, host: str, path: str, headers: dict[str, str]) -> Response:
        key = site.county.key
        self.asked.append(Asked(key, path, time.monotonic(), self._sender(key)))
        return super()._respond(site, method, host, path, headers)

    def _sender(self, key: str) -> int:
        """Who sends now. One that was gone before it could be looked up is the last one that asked, if that one is gone, too."""
        if pid := _SENDER.get():
            return pid
        last = next((asked.pid for asked in reversed(self.asked) if asked.key == key), 0)
        return last if last and not Path(f"/proc/{last}/fd").exists() else 0

    def senders(self, key: str) -> list[int]:
        """The processes that asked one county, in the order of their requests, each named once for each turn it had."""
        found: list[int] = []
        for asked in self.asked:
            if asked.key == key and found[-1:] != [asked.pid]:
                found.append(asked.pid)
        return found

    def count(self, key: str, pid: int | None = None) -> int:
        """Requests for one county, by one process or by all."""
        return sum(asked.key == key and pid in (None, asked.pid) for asked in self.asked)


@contextmanager
def serving(keys: Sequence[str], articles: int = 100) -> Iterator[CountiesServer]:
    """The counties, served from a thread of its own."""
    server = CountiesServer([Site.build(seed, articles, county(key)) for seed, key in enumerate(keys, 1)])
    loop = asyncio.new_event_loop()
    listening: Any = loop.run_until_complete(server.start())
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
    assert not server.errors, server.errors[:3]
    assert not server.strays, server.strays[:3]


#: Fields of a line that no gold record can know.
UNKNOWN = {"revision", "content_hash", "fetched_at", "warc"}


def differences(site: Site, lines: Sequence[dict[str, Any]]) -> list[str]:
    """What is wrong with the lines of a site's archive: an article that is missing, there twice, or read wrongly."""
    wrong, ids = [], [line["id"] for line in lines]
    wrong += [f"{number}: twice" for number in set(ids) if ids.count(number) > 1]
    stored = {line["id"]: line for line in lines}
    for record in site.records:
        line = stored.get(record.id)
        if line is None:
            wrong.append(f"{record.id}: missing")
            continue
        gold = site.expected(record)
        wrong += [f"{record.id}: {name}" for name in gold if name not in UNKNOWN and gold[name] != line[name]]
    return wrong + [f"{number}: not on the site" for number in stored.keys() - {r.id for r in site.records}]
