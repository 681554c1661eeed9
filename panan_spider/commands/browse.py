"""`scrapy browse`: read the archive as web pages on this machine, or write them as files for any web server."""

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import ArchiveCommand, refuse, refuse_root, site_of_archive

PORT = 8001


class Command(ArchiveCommand, ScrapyCommand):
    """Reads the archive and its SQLite export, which is brought up to date first."""

    summary = "Read the archive as web pages on this machine, or write them as files"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        from panan_spider.core.translations import LANGUAGES

        super().add_options(parser)
        add = parser.add_argument
        add("--port", type=int, default=PORT, metavar="N", help=f"0 takes a free one ({PORT} if absent)")
        add("--host", default="127.0.0.1", metavar="HOST", help="127.0.0.1 if absent")
        add("--public", action="store_true", help="allow a --host that others can reach")
        add("--open", action="store_true", help="open a web browser on it")
        add("--static", metavar="DIR", help="write the pages as files instead, and end")
        add(
            "--lang",
            default=LANGUAGES[0],
            metavar="CODE",
            help=f"with --static: {', '.join(LANGUAGES)} (default: {LANGUAGES[0]})",
        )
        add(
            "--sites", metavar="KEYS", help="the archives of many sites below PANAN_FLEET_DIR, with the site as a facet"
        )

    def run_on_sites(self, root: Path, opts: argparse.Namespace) -> int:
        if opts.static is not None or opts.data_dir:
            refuse("--sites takes neither --static nor --data-dir: it serves the archives below PANAN_FLEET_DIR")
        from panan_spider.fleet.joined_export import JoinedSource
        from panan_spider.fleet.roster import chosen_sites
        from panan_spider.publish.browse import server

        if root.is_dir():
            refuse_root(root)
        return server.serve_pages(JoinedSource(root, chosen_sites(opts.sites)), opts)

    def check(self, opts: argparse.Namespace) -> None:
        """Refuse impossible ports, hosts that others can reach, unknown languages, and an empty folder's name."""
        from panan_spider.core.translations import LANGUAGES

        if opts.lang not in LANGUAGES:
            refuse(f"--lang: {opts.lang!r} is none of {', '.join(LANGUAGES)}")
        if not 0 <= opts.port <= 65535:
            refuse(f"--port: {opts.port} is no port")
        if opts.static is not None and not opts.static.strip():
            refuse("--static names no folder")
        if not opts.public:
            from panan_spider.publish.browse.app import LOOPBACK

            if opts.host not in LOOPBACK:
                refuse(f"--host {opts.host}: others could reach it; add --public if that is meant")

    def writes(self, opts: argparse.Namespace) -> bool:
        return True

    def run_on(self, data: Path, opts: argparse.Namespace) -> int:
        from panan_spider.publish.browse import server
        from panan_spider.publish.browse.page_render import ExportSource

        source = ExportSource(data, site_of_archive(data))
        if opts.static is None:
            return server.serve_pages(source, opts)
        return server.write_files(source, Path(opts.static), opts.lang)
