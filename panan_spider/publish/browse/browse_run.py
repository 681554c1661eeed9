"""What `scrapy browse` does, apart from the command: it loads Datasette, which no other command needs."""

import argparse
import asyncio
import threading
import webbrowser
from pathlib import Path

from panan_spider.core.outcomes import ExitCode
from panan_spider.publish.browse.app import make
from panan_spider.publish.browse.fresh_export import ExportSource
from panan_spider.publish.browse.guard import LOOPBACK
from panan_spider.publish.browse.server import PortInUse, listening, serve
from panan_spider.publish.browse.static_files import write

__all__ = ["PortInUse", "files", "pages"]


def pages(source: ExportSource, opts: argparse.Namespace) -> ExitCode:
    """Serve the pages until stopped. Raises NoArchive, NotOurs, PortTaken, StoreError, LockHeld."""
    source.is_stale()  # no archive: said before anything is opened
    listener = listening(opts.host, opts.port)
    _brought_up(source)

    def ready(address: str) -> None:
        print(f"panan: {address} (Ctrl-C ends it)", flush=True)
        if opts.open:
            # In a thread: a browser of the terminal keeps it until it is closed, and wants to be answered meanwhile.
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve(make(source, loopback_only=opts.host in LOOPBACK), listener, ready)
    return ExitCode.GOOD


def files(source: ExportSource, out: Path) -> ExitCode:
    """Write the pages below `out`. Raises what `pages` does."""
    _brought_up(source)
    count = asyncio.run(write(source, out))
    print(f"panan: {count} files in {out}")
    return ExitCode.GOOD


def _brought_up(source: ExportSource) -> None:
    if (done := source.refresh()) is not None:
        how = "made anew" if done.anew else "brought up to date"
        print(f"panan: {source.export}: {done.articles} articles, {done.revisions} revisions, {how}", flush=True)
