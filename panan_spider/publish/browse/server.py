"""Server of the pages: listens, serves until somebody stops it; and what `scrapy browse` does apart from its arguments."""

import argparse
import asyncio
import logging
import signal
import socket
import sqlite3
import threading
import webbrowser
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

import uvicorn

from panan_spider.core.outcomes import ExitCode, RefusedError
from panan_spider.publish.browse.app import LOOPBACK, BrowseApp, LiveLibrary
from panan_spider.publish.browse.page_render import ExportSource
from panan_spider.publish.browse.static_site import write

#: Connections waiting, where many come at once.
_BACKLOG: Final = 128


class PortInUse(RefusedError):
    """Nothing can listen there. The message is one line."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens on `host`:`port`; port 0 is any free one. Raises PortInUse."""
    try:
        family, kind, proto, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, proto)
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(place)
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
    except OSError as error:
        raise PortInUse(f"cannot serve on {host}:{port}: {error.strerror or error}") from error
    return listener


def address_of(listener: socket.socket) -> str:
    """`http://127.0.0.1:8001/`."""
    host, port = listener.getsockname()[:2]
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


def serve(app: BrowseApp, listener: socket.socket, ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `ready` is called with the address once the first page can be had."""
    config = uvicorn.Config(
        app,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=3,
    )
    server = _Server(config, lambda: ready(address_of(listener)))
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with suppress(KeyboardInterrupt), closing(listener):  # uvicorn's signal, once it has closed everything
            asyncio.run(server.serve(sockets=[listener]))
    finally:
        signal.signal(signal.SIGTERM, before)


class _Server(uvicorn.Server):
    """Server that calls back once it listens."""

    def __init__(self, config: uvicorn.Config, begun: Callable[[], None]) -> None:
        super().__init__(config)
        self._begun = begun

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """uvicorn's, then the word."""
        await super().startup(sockets)
        if self.started:
            self._begun()


def serve_pages(source: ExportSource, opts: argparse.Namespace) -> ExitCode:
    """Serve the pages until stopped: at once where there is an export, which is brought up to date beside.

    Raises ArchiveNotFound, ForeignFileError, PortInUse, StoreError, LockHeld.
    """
    is_stale = source.is_stale()  # no archive: said before anything is opened
    listener = listening(opts.host, opts.port)
    if not source.is_readable():
        _refresh(source)
        is_stale = False
    live = LiveLibrary(source)
    with suppress(sqlite3.Error):  # a damaged export: the first page says so, in words
        live.current()
    if is_stale:
        live.look(at_once=True)

    def ready(address: str) -> None:
        print(f"panan: {address} (Ctrl-C ends it)", flush=True)
        if opts.open:
            # In a thread: a browser of the terminal keeps it until it is closed, and wants to be answered meanwhile.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve(BrowseApp(live, loopback_only=opts.host in LOOPBACK), listener, ready)
    return ExitCode.GOOD


def write_files(source: ExportSource, out: Path, language: str) -> ExitCode:
    """Write the pages below `out` in one language. Raises what `serve_pages` does."""
    _refresh(source)
    print(f"panan: {write(source, out, language)} files in {out}")
    return ExitCode.GOOD


def _refresh(source: ExportSource) -> None:
    if (done := source.refresh()) is not None:
        how = "made anew" if done.anew else "brought up to date"
        print(f"panan: {source.export}: {done.articles} articles, {done.revisions} revisions, {how}", flush=True)
