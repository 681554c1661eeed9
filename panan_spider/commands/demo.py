"""`scrapy demo`: crawl the made-up county site with the real spider, and show what comes of it."""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from scrapy.commands import ScrapyCommand

from demo_site.faults import FAULTS, Fault, parse
from demo_site.proxy import ProxyServer, serve
from demo_site.site import Site
from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.sites.urls import UrlKind, understand

#: The demo site is on this machine: nobody has to be spared.
LOOPBACK_SETTINGS = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS_PER_DOMAIN=16")
#: Nor has anybody to be waited for before something is tried again.
DEMO_SETTINGS = (*LOOPBACK_SETTINGS, "PANAN_RETRY_BASE=0.05")
PROXY_NAMES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy"})


class Command(ArchiveCommand, ScrapyCommand):
    """The newcomer's first command: no request leaves the machine."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Crawl a made-up county site on this machine and show what was stored"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the demo, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--data-dir", default="data/demo", metavar="DIR", help="the archive (default: data/demo)")
        parser.add_argument(
            "--articles", type=int, default=420, metavar="N", help="articles on the site (default: 420)"
        )
        parser.add_argument("--seed", type=int, default=1, metavar="N", help="another seed, another site (default: 1)")
        parser.add_argument(
            "-a", dest="spargs", action="append", default=[], metavar="NAME=VALUE", help="spider argument"
        )
        names = ", ".join(sorted(FAULTS))
        help_text = f"what goes wrong: NAME[:ARG][%%SHARE][@REGEX], may be repeated; one of {names}"
        parser.add_argument(
            "--serve", action="store_true", help="do not crawl: serve the site, for other commands in another terminal"
        )
        parser.add_argument(
            "--port", type=int, default=0, metavar="N", help="with --serve: the port (default: a free one)"
        )
        parser.add_argument("--fault", action="append", default=[], metavar="NAME", help=help_text)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl. The exit code is the crawl's."""
        self.takes_options_only(args)
        try:
            faults = [parse(spec) for spec in opts.fault]
            site = Site.build(opts.seed, opts.articles)
        except ValueError as error:
            refuse(str(error))
        if opts.serve:
            _serve(site, faults, opts.port)
            return
        console, data = Console(), Path(opts.data_dir)
        data.mkdir(parents=True, exist_ok=True)
        with serve(site, faults) as server:
            self.exitcode = _crawl(console, server, data, [*opts.spargs], [*opts.set])
        _show(console, server, data, self.exitcode)


def _serve(site: Site, faults: list[Fault], port: int) -> None:
    """Serve until interrupted; the first line says how another terminal comes in."""
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        refuse(f"--port {port}: {getattr(error, 'strerror', None) or error}")
    stop = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: stop.set())
    with serve(site, faults, port=port) as server:
        settings = " ".join(f"-s {setting}" for setting in LOOPBACK_SETTINGS)
        print(f"http_proxy={server.url} scrapy doctor {settings}", flush=True)
        stop.wait()


def _crawl(console: Console, server: ProxyServer, data: Path, arguments: list[str], settings: list[str]) -> int:
    """Run the real spider in a process of its own, which can reach nothing but the demo site; its exit code."""
    words = [sys.executable, "-m", "scrapy", "crawl", "panan"]
    words += [word for argument in arguments for word in ("-a", argument)]
    words += [word for setting in (*DEMO_SETTINGS, f"PANAN_DATA_DIR={data}", *settings) for word in ("-s", setting)]
    env = {name: value for name, value in os.environ.items() if name.lower() not in PROXY_NAMES}
    env |= {"http_proxy": server.url, "https_proxy": server.url}
    with (data / "crawl.log").open("wb") as log, tempfile.TemporaryFile() as output:
        process = subprocess.Popen(words, env=env, stdout=output, stderr=log)
        try:
            _watch(console, server, process)
        except KeyboardInterrupt:
            process.terminate()
        code = process.wait()
        output.seek(0)
        said = output.read().decode("utf-8", "replace").strip()
    if said:
        console.print(said, markup=False, highlight=False)
    return code


def _watch(console: Console, server: ProxyServer, process: "subprocess.Popen[bytes]") -> None:
    """Show how many pages have been asked for until the crawl ends."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        articles = progress.add_task("articles", total=len(server.site.slots))
        others = progress.add_task("lists and other pages", total=None)
        read: set[str | None] = set()
        seen = elsewhere = 0
        running = True
        while running:
            running = process.poll() is None  # one more look after the end, at what came last
            new = server.requests[seen:]
            seen += len(new)
            addresses = [understand(f"http://{entry.host}{entry.path}") for entry in new]
            read |= {address.article_id for address in addresses if address.kind is UrlKind.ARTICLE}
            elsewhere += sum(address.kind is not UrlKind.ARTICLE for address in addresses)
            progress.update(articles, completed=len(read))
            progress.update(others, completed=elsewhere)
            time.sleep(0.2 if running else 0)


def _show(console: Console, server: ProxyServer, data: Path, code: int) -> None:
    """Print what the archive holds, section by section."""
    path = data / "articles.jsonl"
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    newest = {line["id"]: line for line in map(json.loads, lines)}
    table = Table(title=f"{len(newest)} articles in {len(lines)} lines")
    for name in ("section", "articles", "pictures", "first", "last"):
        table.add_column(name, justify="right" if name in ("articles", "pictures") else "left")
    sections = Counter(line["section"] or "(none printed)" for line in newest.values())
    for section, count in sorted(sections.items(), key=lambda row: (-row[1], row[0])):
        of_it = [line for line in newest.values() if (line["section"] or "(none printed)") == section]
        days = sorted(line["posted"] or "" for line in of_it)
        pictures = sum(len(line["images"]) for line in of_it)
        table.add_row(section, str(count), str(pictures), days[0], days[-1])
    console.print(table)
    console.print(f"{len(server.requests)} requests, {len(server.strays)} of them off the site")
    console.print(f"articles: {path}", soft_wrap=True)
    console.print(f"log:      {data / 'crawl.log'}", soft_wrap=True)
    if code:
        told = [line for line in (data / "crawl.log").read_text("utf-8", "replace").splitlines() if "panan: " in line]
        said = f": {told[-1].partition('panan: ')[2].removeprefix(f'exit {code} · ')}" if told else ""
        console.print(f"the crawl ended with exit code {code}{said}", markup=False, highlight=False, soft_wrap=True)
