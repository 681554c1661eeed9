"""`scrapy demo`: crawl a made-up county site on this machine with the real spider, and show what was stored."""

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
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand

from panan_spider.archive.store.files import ARTICLES_FILE
from panan_spider.commands.base import QuietCommand, refuse
from panan_spider.core.outcomes import ExitCode
from panan_spider.core.process import LOOPBACK_ONLY

if TYPE_CHECKING:  # in the checkout only: loaded when a demo runs
    from rich.console import Console

    from demo_site.faults import Fault
    from demo_site.proxy import ProxyServer
    from demo_site.site import Site as DemoSite
    from panan_spider.core.tables import ResultTable

#: The demo site is on this machine and needs no delay between requests.
LOOPBACK_SETTINGS = ("DOWNLOAD_DELAY=0", "AUTOTHROTTLE_ENABLED=False", "CONCURRENT_REQUESTS_PER_DOMAIN=16")
#: Nor does it need a pause before a retry.
DEMO_SETTINGS = (*LOOPBACK_SETTINGS, "PANAN_RETRY_BASE=0.05")
PROXY_NAMES = frozenset({"http_proxy", "https_proxy", "all_proxy", "no_proxy"})

_LOG = "crawl.log"
#: Where the demo's archive is, and `make browse` looks for one.
_DATA = "data/demo"


def require_demo_site() -> None:
    """End the command where the demo site is not there: it is part of the checkout, not of the installed package."""
    try:
        import demo_site  # noqa: F401
    except ImportError:
        refuse("the demo site is not installed; it is part of the project's checkout: run the command there")


class Command(QuietCommand, ScrapyCommand):
    """The first command to try. No request leaves the machine."""

    summary = "Crawl a made-up county site on this machine and show what was stored"
    requires_crawler_process = False

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.set_defaults(data_dir=_DATA)
        add = parser.add_argument
        add("--articles", type=int, default=420, metavar="N", help="articles on the site (default: 420)")
        add("--site", default="panan", metavar="KEY", help="made-up county, panan or lichuan (panan if absent)")
        add("--sections", type=int, metavar="N", help="sections on the site (default: those of the county)")
        add("--seed", type=int, default=1, metavar="N", help="another seed, another site (default: 1)")
        add("-a", dest="spargs", action="append", default=[], metavar="NAME=VALUE", help="spider argument")
        add("--serve", action="store_true", help="serve the site for other commands in another terminal; no crawl")
        add("--port", type=int, default=0, metavar="N", help="with --serve: the port (default: a free one)")
        faults = "what goes wrong: NAME[:ARG][%%SHARE][@REGEX], may be repeated"
        add("--fault", action="append", default=[], metavar="NAME", help=f"{faults}; `--fault list` names them")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        self.takes_options_only(args)
        require_demo_site()
        from demo_site.counties import COUNTIES, with_sections
        from demo_site.faults import FAULTS, parse
        from demo_site.site import Site as DemoSite

        if opts.fault == ["list"]:
            print("\n".join(sorted(FAULTS)))
            return ExitCode.GOOD
        if opts.site not in COUNTIES:
            refuse(f"--site: no made-up county {opts.site!r}; there are {', '.join(COUNTIES)}")
        use_demo_profiles()
        data = self.data_of(opts)
        try:
            faults = [parse(spec) for spec in opts.fault]
            county = COUNTIES[opts.site]
            county = county if opts.sections is None else with_sections(county, opts.sections)
            site = DemoSite.build(opts.seed, opts.articles, county)
        except ValueError as error:
            refuse(str(error))
        if opts.serve:
            _serve(site, faults, opts.port)
            return ExitCode.GOOD
        return _run(site, faults, data, opts)


def _run(site: "DemoSite", faults: "list[Fault]", data: Path, opts: argparse.Namespace) -> int:
    """Crawl the site into `data`, print the result and the next command; returns the exit code of the crawl."""
    from rich.console import Console

    from demo_site.proxy import serve

    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        refuse(f"--data-dir {data}: {error.strerror}")
    before = _count(data)
    with serve(site, faults) as server:
        code = _crawl(Console(), server, data, [*opts.spargs], [*opts.set])
    _show(Console(), server, data, code)
    if before and _count(data) == before:
        print(f"nothing new: all {before} lines were there already; remove {data} to begin anew")
    print(f"look at it: make browse{'' if data == Path(_DATA) else f' DATA={data}'}", flush=True)
    return code


def use_demo_profiles() -> None:
    """Make the profiles of the demo's counties known, unless other profiles were asked for."""
    from demo_site.counties import PROFILES

    os.environ.setdefault("PANAN_SITES_DIR", str(PROFILES))


def _count(data: Path) -> int:
    """Lines of the archive."""
    path = data / ARTICLES_FILE
    return path.read_bytes().count(b"\n") if path.exists() else 0


def _serve(site: "DemoSite", faults: "list[Fault]", port: int) -> None:
    """Serve until interrupted. The first line is the start of a command for another terminal."""
    from demo_site.proxy import serve

    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
    except (OSError, OverflowError) as error:
        refuse(f"--port {port}: {getattr(error, 'strerror', None) or error}")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with serve(site, faults, port=port) as server:
        settings = " ".join(f"-s {setting}" for setting in LOOPBACK_SETTINGS)
        which = "" if site.county.key == "panan" else f" --site {site.county.key}"
        print(f"http_proxy={server.url} scrapy doctor{which} {settings}", flush=True)
        stop.wait()


def _crawl(console: "Console", server: "ProxyServer", data: Path, arguments: list[str], settings: list[str]) -> int:
    """Run the real spider in a process of its own, which can reach nothing but the demo site; returns its exit code."""
    words = [sys.executable, "-m", "scrapy", "crawl", server.site.county.key]
    words += [word for argument in arguments for word in ("-a", argument)]
    words += [word for setting in (*DEMO_SETTINGS, f"PANAN_DATA_DIR={data}", *settings) for word in ("-s", setting)]
    env = {name: value for name, value in os.environ.items() if name.lower() not in PROXY_NAMES}
    env |= {"http_proxy": server.url, "https_proxy": server.url, LOOPBACK_ONLY: "1"}
    with (data / _LOG).open("wb") as log, tempfile.TemporaryFile() as output:
        process = subprocess.Popen(words, env=env, stdout=output, stderr=log)
        try:
            _watch(console, server, process)
        except KeyboardInterrupt:
            process.terminate()
        code = process.wait()
        output.seek(0)
        printed = output.read().decode("utf-8", "replace").strip()
    if printed:
        console.print(printed, markup=False, highlight=False)
    return code


def _watch(console: "Console", server: "ProxyServer", process: "subprocess.Popen[bytes]") -> None:
    """Show the number of requested pages until the crawl ends."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    from panan_spider.sites.profile import load_site
    from panan_spider.sites.urls import UrlKind

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    urls = load_site(server.site.county.key).urls
    with Progress(*columns, console=console) as progress:
        articles = progress.add_task("articles", total=len(server.site.slots))
        others = progress.add_task("lists and other pages", total=None)
        read: set[str | None] = set()
        seen = elsewhere = 0
        running = True
        while running:
            running = process.poll() is None  # one more look after the end
            new = server.requests[seen:]
            seen += len(new)
            addresses = [urls.understand(f"http://{entry.host}{entry.path}") for entry in new]
            read |= {address.article_id for address in addresses if address.kind is UrlKind.ARTICLE}
            elsewhere += sum(address.kind is not UrlKind.ARTICLE for address in addresses)
            progress.update(articles, completed=len(read))
            progress.update(others, completed=elsewhere)
            time.sleep(0.2 if running else 0)


def _show(console: "Console", server: "ProxyServer", data: Path, code: int) -> None:
    """Print the content of the archive, section by section, and how the crawl ended."""
    from panan_spider.core.tables import print_drawn, say
    from panan_spider.fleet.child_process import closing_line

    path = data / ARTICLES_FILE
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    print_drawn(console, _sections([json.loads(line) for line in lines]))
    console.print(f"{len(server.requests)} requests, {len(server.strays)} of them off the site")
    say(console, f"articles: {path}")
    say(console, f"log:      {data / _LOG}")
    if code:
        reason = closing_line(data / _LOG).removeprefix(f"exit {code} · ")
        say(console, f"the crawl ended with exit code {code}" + (f": {reason}" if reason else ""))


def _sections(lines: list[dict[str, Any]]) -> "ResultTable":
    """The newest revision of each article, counted by section."""
    from panan_spider.core.tables import ResultTable

    newest = {line["id"]: line for line in lines}
    names = Counter(line["section"] or "(none printed)" for line in newest.values())
    rows = []
    for name, count in sorted(names.items(), key=lambda row: (-row[1], row[0])):
        of_it = [line for line in newest.values() if (line["section"] or "(none printed)") == name]
        days = sorted(line["posted"] or "" for line in of_it)
        pictures = sum(len(line["images"]) for line in of_it)
        rows.append((name, days[0], days[-1], str(count), str(pictures)))
    title = f"{len(newest)} articles in {len(lines)} lines"
    return ResultTable.plain(title, ("section", "first", "last", "articles", "pictures"), rows, numbers=2)
