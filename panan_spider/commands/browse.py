"""`scrapy browse`: read the archive as a newspaper, on this machine, or write it as files for any web server."""

import argparse
import signal
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.archive.site_file import site_of
from panan_spider.archive.store.errors import LockHeld, StoreError
from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.core.outcomes import ExitCode
from panan_spider.publish.browse.guard import LOOPBACK
from panan_spider.publish.export.atomic import ForeignFileError
from panan_spider.publish.translations import LANGUAGES

PORT = 8001
INSTALL = "pip install 'panan_spider[browse]'"


class Command(ArchiveCommand, ScrapyCommand):
    """Reads the archive and its SQLite export, which it brings up to date first."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Read the archive as web pages on this machine, or write them as files"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"default: {PORT}; 0: any free one")
        parser.add_argument("--host", default="127.0.0.1", metavar="HOST", help="default: 127.0.0.1")
        parser.add_argument("--public", action="store_true", help="allow a --host that others can reach")
        parser.add_argument("--open", action="store_true", help="open a web browser on it")
        parser.add_argument("--static", metavar="DIR", help="write the pages as files instead, and end")
        parser.add_argument(
            "--lang",
            default=LANGUAGES[0],
            metavar="CODE",
            help=f"with --static: {', '.join(LANGUAGES)} (default: {LANGUAGES[0]})",
        )
        parser.add_argument("--data-dir", metavar="DIR", help="the archive (default: the setting PANAN_DATA_DIR)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve until stopped, or write the files; `exitcode` 0 then."""
        self.takes_options_only(args)
        _check(opts)
        # Only now: Scrapy loads every command at every start, and the pages' libraries would be a third of it.
        try:
            from panan_spider.publish.browse import server
        except ModuleNotFoundError as error:
            refuse(f"scrapy browse needs {error.name}, which is not installed: {INSTALL}")
        from panan_spider.publish.browse.export_source import ArchiveNotFound, ExportSource

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            data = self.data_of(opts)
            source = ExportSource(data, site_of(data))
            self.exitcode = int(
                server.write_files(source, Path(opts.static), opts.lang)
                if opts.static
                else server.serve_pages(source, opts)
            )
        except (ArchiveNotFound, ForeignFileError, server.PortInUse) as error:
            refuse(str(error))
        except (StoreError, LockHeld) as error:
            self.barred(error)
        except KeyboardInterrupt:
            print("panan: interrupted", file=sys.stderr)
            self.exitcode = int(ExitCode.INTERRUPTED)


def _check(opts: argparse.Namespace) -> None:
    """Refuse options that cannot be meant."""
    if opts.lang not in LANGUAGES:
        refuse(f"--lang: {opts.lang!r} is none of {', '.join(LANGUAGES)}")
    if not 0 <= opts.port <= 65535:
        refuse(f"--port: {opts.port} is no port")
    if opts.host not in LOOPBACK and not opts.public:
        refuse(f"--host {opts.host}: others could reach it; add --public if that is meant")
