"""Serving the pages until somebody stops it."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Final

import uvicorn
from datasette.app import Datasette

from panan_spider.core.outcomes import RefusedError

#: Connections waiting, where many come at once.
_BACKLOG: Final = 128


class PortInUse(RefusedError):
    """Nothing can listen there. The message is one line."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens on `host`:`port`; port 0 is any free one. Raises PortTaken."""
    try:
        family, kind, proto, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, proto)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(place)
            made.listen(_BACKLOG)
        except OSError:
            made.close()
            raise
    except OSError as error:
        raise PortInUse(f"cannot serve on {host}:{port}: {error.strerror or error}") from error
    return made


def address_of(listener: socket.socket) -> str:
    """`http://127.0.0.1:8001/`."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(datasette: Datasette, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called with the address once the first page can be had."""
    config = uvicorn.Config(
        datasette.app(),
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=3,
    )
    server = _Server(config, lambda: ready(address_of(listener)))
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt), closing(listener):  # how uvicorn tells, once it has closed everything
            asyncio.run(server.serve(sockets=[listener]))
    finally:
        signal.signal(signal.SIGTERM, before)


class _Server(uvicorn.Server):
    """Says when it has begun."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None]) -> None:
        super().__init__(config)
        self._begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn's, then the word."""
        await super().startup(sockets)
        if self.started:
            self._begun()
