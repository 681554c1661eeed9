"""`scrapy doctor`: a few polite requests, and what they say of the site, check by check."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from scrapy.commands import ScrapyCommand

from demo_site.faults import Fault, parse
from demo_site.proxy import serve
from demo_site.site import Site
from panan_spider.commands.base import QuietCommand, refuse
from panan_spider.commands.demo import DEMO_SETTINGS, PROXY_NAMES
from panan_spider.core.outcomes import ExitCode
from panan_spider.doctor import fixture
from panan_spider.doctor.doctor_report import DoctorReport
from panan_spider.doctor.fetch_result import Ask, FetchLog, FetchResult
from panan_spider.doctor.fetch_task import CrawlNotStarted, run
from panan_spider.doctor.probe import tour
from panan_spider.doctor.probe_result import SiteProbe


class Command(QuietCommand, ScrapyCommand):
    """The first command of the first live day. It writes nothing into the archive."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Look at the live site with a few polite requests: what matches, what does not, what to change"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--save", metavar="DIR", help="keep each page as a fixture folder below DIR")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
        parser.add_argument("--demo", action="store_true", help="look at the made-up site on this machine instead")
        parser.add_argument(
            "--fault", action="append", default=[], metavar="NAME", help="with --demo: what goes wrong there"
        )

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's, then ours: what is wrong with them is said before any request."""
        super().process_options(args, opts)
        self.takes_options_only(args)
        if opts.fault and not opts.demo:
            refuse("--fault is for --demo")
        try:
            self.faults = [parse(spec) for spec in opts.fault]
        except ValueError as error:
            refuse(str(error))
        if opts.save and Path(opts.save).exists() and any(Path(opts.save).iterdir()):
            refuse(f"{opts.save} is not empty, and nothing is overwritten")
        given = {setting.partition("=")[0] for setting in opts.set}
        for name, _equals, value in (setting.partition("=") for setting in DEMO_SETTINGS if opts.demo):
            if name not in given and self.settings is not None:
                self.settings.set(name, value, priority="cmdline")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look, and tell. The exit code is the verdict's."""
        visits: list[SiteProbe] = []
        with _demo(self.faults) if opts.demo else _network(), _telling() as tell:

            async def errand(ask: Ask, log: FetchLog) -> None:
                async def told(url: str) -> FetchResult:
                    tell(url)
                    return await ask(url)

                visits.append(await tour(told, log))

            assert self.crawler_process is not None
            try:
                run(self.crawler_process, errand)
            except CrawlNotStarted as error:
                refuse(f"doctor could not start: {error}")
        if not visits:
            print("panan: interrupted", file=sys.stderr)
            self.exitcode = int(ExitCode.INTERRUPTED)
            return
        found = DoctorReport(visits[0], tuple(_save(visits[0], Path(opts.save)) if opts.save else ()))
        if opts.json:
            print(found.json())
        else:
            found.print(Console())
        self.exitcode = int(found.verdict.code)


@contextmanager
def _demo(faults: list[Fault]) -> Iterator[None]:
    """The made-up site as the only way out of this process."""
    with serve(Site.build(), faults) as server:
        for name in [name for name in os.environ if name.lower() in PROXY_NAMES]:
            del os.environ[name]
        os.environ |= {"http_proxy": server.url, "https_proxy": server.url}
        yield


@contextmanager
def _network() -> Iterator[None]:
    yield


@contextmanager
def _telling() -> Iterator[Any]:
    """On a terminal, which address is being asked for: at one request a second people want to see it move."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda url: None
        return
    with console.status("scrapy doctor") as status:
        yield lambda url: status.update(f"asking for {url}")


def _save(visit: SiteProbe, folder: Path) -> Iterator[str]:
    """Keep every page that came, each once, named by its address."""
    seen: set[str] = set()
    for answer in visit.answers:
        if answer.outcome is None and answer.url not in seen:
            seen.add(answer.url)
            kind = fixture.kind_of(answer.page)
            name = fixture.default_name(answer.page, kind)
            place = folder / (name if not (folder / name).exists() else f"{name}-{len(seen)}")
            try:
                fixture.save(place, answer.page, kind)
            except fixture.FixtureRefused as error:
                refuse(str(error))
            yield str(place)
