"""`scrapy doctor`: a few polite requests to the live site, the result of every check, and a verdict."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import QuietCommand, print_json, refuse, say, site_of
from panan_spider.commands.demo import DEMO_SETTINGS, PROXY_NAMES, require_demo_site, use_demo_profiles
from panan_spider.core.process import allow_loopback_only

if TYPE_CHECKING:
    from demo_site.faults import Fault
    from panan_spider.doctor.probe_client import Ask, FetchLog, FetchResult, SiteProbe
    from panan_spider.sites.profile import Site


class Command(QuietCommand, ScrapyCommand):
    """The first command against the live site. It writes nothing into the archive."""

    summary = "Check the live site with a few polite requests: what matches, what does not, what to change"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--site", metavar="KEY", help="the profile of the site (default: panan)")
        add("--new", metavar="HOST", help="print a first profile of a site that has none, as TOML")
        add("--save", metavar="DIR", help="keep each page as a fixture folder below DIR")
        add("--json", action="store_true", help="one JSON object instead of tables")
        add("--demo", action="store_true", help="check the made-up site on this machine instead")
        add("--fault", action="append", default=[], metavar="NAME", help="with --demo: what goes wrong there")

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Apply Scrapy's options; refuse wrong ones of this command before any request."""
        super().process_options(args, opts)
        self.takes_options_only(args)
        if opts.fault and not opts.demo:
            refuse("--fault is for --demo")
        self.faults = _parsed(opts.fault) if opts.demo else []
        self.site = site_of(opts.site) if opts.new is None else _new_site(opts)
        if opts.save is not None:
            _check_empty(opts.save)
        given = {setting.partition("=")[0] for setting in opts.set}
        for name, _equals, value in (setting.partition("=") for setting in DEMO_SETTINGS if opts.demo):
            if name not in given:
                self.settings.set(name, value, priority="cmdline")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        from panan_spider.doctor.probe import probe_site
        from panan_spider.doctor.probe_client import run

        probes: list[SiteProbe] = []
        with _demo(self.faults, self.site.key) if opts.demo else nullcontext(), _progress() as show_address:

            async def task(ask: "Ask", log: "FetchLog") -> None:
                async def shown(url: str) -> "FetchResult":
                    show_address(url)
                    return await ask(url)

                probes.append(await probe_site(shown, log, self.site))

            self.note_contact()
            run(self.crawler_process, task, self.site)
        if not probes:
            raise KeyboardInterrupt
        return _shown(probes[0], opts)


def _shown(probe: "SiteProbe", opts: argparse.Namespace) -> int:
    """Print the report, or with --new the first profile; returns the exit code of the verdict."""
    from rich.console import Console

    from panan_spider.doctor.doctor_verdict import DoctorReport

    report = DoctorReport(probe, tuple(_save(probe, Path(opts.save)) if opts.save else ()))
    if opts.new is not None:
        from panan_spider.doctor.first_profile import first_profile

        say(f"panan: {report.verdict.state}: {report.verdict.reason}")
        print(first_profile(probe) if probe.sections else "", end="")
    elif opts.json:
        print_json(report.as_dict())
    else:
        report.print(Console())
    return report.verdict.code


def _new_site(opts: argparse.Namespace) -> "Site":
    from panan_spider.doctor.first_profile import probed_site

    if opts.site is not None or opts.demo or opts.json:
        refuse("--new goes without --site, --demo and --json")
    try:
        return probed_site(opts.new)
    except ValueError as error:  # pydantic's is one
        refuse(f"--new {opts.new}: no name of a host" if type(error) is not ValueError else f"--new: {error}")


def _parsed(specs: list[str]) -> "list[Fault]":
    require_demo_site()
    from demo_site.faults import parse

    use_demo_profiles()

    try:
        return [parse(spec) for spec in specs]
    except ValueError as error:
        refuse(str(error))


def _check_empty(folder: str) -> None:
    """Refuse a folder that is none, or that holds something."""
    path = Path(folder)
    if not folder.strip():
        refuse("--save names no folder")
    if path.exists() and not path.is_dir():
        refuse(f"--save {folder}: not a folder")
    if path.exists() and any(path.iterdir()):
        refuse(f"{folder} is not empty, and nothing is overwritten")


@contextmanager
def _demo(faults: "list[Fault]", key: str) -> Iterator[None]:
    """The demo site as the only proxy of this process."""
    from demo_site.counties import COUNTIES
    from demo_site.proxy import serve
    from demo_site.site import Site

    if key not in COUNTIES:
        refuse(f"--demo: no made-up county {key!r}; there are {', '.join(COUNTIES)}")
    with serve(Site.build(county=COUNTIES[key]), faults) as server:
        for name in [name for name in os.environ if name.lower() in PROXY_NAMES]:
            del os.environ[name]
        os.environ |= {"http_proxy": server.url, "https_proxy": server.url}
        allow_loopback_only()
        yield


@contextmanager
def _progress() -> Iterator[Any]:
    """On a terminal, show the address that is being requested: a probe takes a minute."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda url: None
        return
    with console.status("scrapy doctor") as status:
        yield lambda url: status.update(f"requesting {url}")


def _save(probe: "SiteProbe", folder: Path) -> Iterator[str]:
    """Keep every page as a fixture, each once, named by its address."""
    from panan_spider.doctor import fixture

    seen: set[str] = set()
    for answer in probe.answers:
        if answer.outcome is None and answer.url not in seen:
            seen.add(answer.url)
            kind = fixture.kind_of(answer.page, probe.site)
            name = fixture.default_name(answer.page, kind, probe.site)
            place = folder / (name if not (folder / name).exists() else f"{name}-{len(seen)}")
            fixture.save(place, answer.page, kind, probe.site)
            yield str(place)
