"""A PostgreSQL of the tests' own: on a free port, in a temporary folder, as the user `postgres` where the tests run as root."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def program(name: str) -> str | None:
    """Debian keeps the server's programs out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return str(found[-1]) if found else shutil.which(name)


def owner() -> str:
    """Who the server runs as: initdb refuses root."""
    return "postgres" if os.geteuid() == 0 else getpass.getuser()


@dataclass
class Postgres:
    """A running server."""

    folder: Path
    port: int

    def address(self, database: str = "postgres", port: int | None = None) -> str:
        """For PANAN_FLEET."""
        return f"postgresql://{owner()}@127.0.0.1:{port or self.port}/{database}"

    def start(self) -> None:
        """Returns when it answers."""
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
        self.control("start", "-o", options, "-l", str(self.folder / "log"))

    def stop(self, mode: str = "immediate") -> None:
        """`immediate` ends it as a power cut does."""
        self.control("stop", "-m", mode)

    def control(self, *words: str) -> None:
        """pg_ctl."""
        run([str(program("pg_ctl")), "-w", "-D", str(self.folder / "data"), *words])


def run(words: list[str]) -> None:
    user = owner() if os.geteuid() == 0 else None
    subprocess.run(
        words, user=user, cwd="/", check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, timeout=120
    )


@contextmanager
def running() -> Iterator[Postgres]:
    """A server with an empty cluster, until the end of the block."""
    folder = Path(tempfile.mkdtemp(prefix="panan-postgres-"))
    shutil.chown(folder, owner())
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Postgres(folder, port)
    try:
        run([str(program("initdb")), "-D", str(folder / "data"), "-A", "trust", "-E", "UTF8", "--no-locale", "-N"])
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Line:
    """A forwarder to a port, which can be cut: then nothing more passes in either direction, and no connection is closed."""

    def __init__(self, target: int) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        script = _FORWARDER.format(port=self.port, target=target)
        self._process = subprocess.Popen(["python3", "-c", script], stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self._process.stdout.readline()  # it listens

    def cut(self) -> None:
        """The network is gone."""
        self._process.send_signal(signal.SIGSTOP)

    def mend(self) -> None:
        """It is back."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait(10)


_FORWARDER = """
import asyncio
async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    finally:
        writer.close()
async def client(reader, writer):
    try:
        there = await asyncio.open_connection("127.0.0.1", {target})
    except OSError:
        writer.close()
        return
    await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)
async def main():
    server = await asyncio.start_server(client, "127.0.0.1", {port})
    print("listening", flush=True)
    await server.serve_forever()
asyncio.run(main())
"""
