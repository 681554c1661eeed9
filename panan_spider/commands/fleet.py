"""`scrapy fleet`: crawls of many sites, on this machine or on many."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.fleet.local_run import LocalFleet, LocalResult, code_of
from panan_spider.fleet.roster import SiteState, UnknownSites, chosen_sites, gravest, slots_of, state_of
from panan_spider.sites.profile import ProfileError, Site

#: Action → what it does, and the options that it takes beside --sites.
ACTIONS: Final = {
    "run": ("crawl here and now every site that is due", {"jobs", "slots", "now", "spargs"}),
    "status": ("show each site's last exit code, who holds it, and when it is crawled next", {"json"}),
}
_OPTIONS: Final = {"jobs": 4, "slots": [], "now": False, "spargs": [], "json": False}


class Command(ArchiveCommand, ScrapyCommand):
    """The first word names the action."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Crawl many sites, on one machine or on many"

    def syntax(self) -> str:
        """The actions."""
        return f"<{'|'.join(ACTIONS)}> [options]"

    def long_desc(self) -> str:
        """Each action in one line."""
        return "; ".join(f"{name}: {what}" for name, (what, _options) in ACTIONS.items()) + "."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--sites", metavar="KEYS", default="all", help="keys or patterns (zj-*), comma-separated")
        parser.add_argument("--jobs", metavar="N", type=int, default=4, help="run: crawls at a time (default: 4)")
        parser.add_argument(
            "--slots", metavar="GROUP=N", action="append", default=[], help="run: sites of a group at a time"
        )
        parser.add_argument("--now", action="store_true", help="run: crawl all of them, due or not")
        parser.add_argument(
            "-a", dest="spargs", action="append", default=[], metavar="NAME=VALUE", help="run: spider argument"
        )
        parser.add_argument("--json", action="store_true", help="status: as a JSON array")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Do what the first word names."""
        if len(args) != 1 or args[0] not in ACTIONS:
            refuse(f"scrapy fleet takes one of {', '.join(ACTIONS)}, not {' '.join(args) or 'nothing'!r}")
        for name, default in _OPTIONS.items():
            if getattr(opts, name) != default and name not in ACTIONS[args[0]][1]:
                refuse(f"scrapy fleet {args[0]} takes no option {'-a' if name == 'spargs' else f'--{name}'}")
        if opts.jobs < 1:
            refuse(f"--jobs: {opts.jobs} is no number of crawls")
        try:
            getattr(self, f"_{args[0]}")(opts)
        except (UnknownSites, ProfileError) as error:
            refuse(str(error))

    @property
    def root(self) -> Path:
        """The folder of the archives."""
        assert self.settings is not None
        return Path(self.settings["PANAN_FLEET_DIR"])

    def _status(self, opts: argparse.Namespace) -> None:
        now = datetime.now(UTC)
        states = [state_of(site, self.root) for site in chosen_sites(opts.sites)]
        if opts.json:
            print(json.dumps([state.as_json(now) for state in states], ensure_ascii=False, indent=2))
        else:
            Console(file=sys.stdout).print(status_table(states, now))

    def _run(self, opts: argparse.Namespace) -> None:
        given = _pairs("-a", opts.spargs)
        asked = {group: _count(group, count) for group, count in _pairs("--slots", opts.slots).items()}
        for setting in opts.set:
            if setting.partition("=")[0].strip() == "PANAN_DATA_DIR":
                refuse("PANAN_DATA_DIR: every site has its own folder, below PANAN_FLEET_DIR")
        sites, now = chosen_sites(opts.sites), datetime.now(UTC)
        crawls = _crawls([state_of(site, self.root) for site in sites], now, given, opts.now)
        if not crawls:
            print("panan: fleet: no site is due")
            return
        settings = [word for word in opts.set if not word.startswith("PANAN_FLEET_DIR=")]
        fleet = LocalFleet(self.root, opts.jobs, slots_of(sites, asked), settings, _tell)
        results = fleet.run(crawls)
        self.exitcode = gravest(code_of(results))
        good = sum(result.code == 0 for result in results)
        print(f"panan: fleet: exit {self.exitcode} · {len(results)} sites, {good} good")


def _crawls(
    states: list[SiteState], now: datetime, given: dict[str, str], every: bool
) -> list[tuple[Site, dict[str, str]]]:
    """The crawls to run, those that have waited longest first. Archives that another run holds are named."""
    found = []
    for state in sorted(states, key=lambda state: (state.last.started if state.last else "", state.site.key)):
        if state.held_by is not None:
            print(f"panan: fleet: {state.site.key}: not begun, held by {state.held_by}")
            continue
        due = state.due(now)
        if due is not None or every:
            found.append((state.site, {**(due.arguments if due is not None else {}), **given}))
    return found


def _tell(result: LocalResult) -> None:
    line = result.line.removeprefix(f"exit {result.code} · ")
    print(f"panan: fleet: {result.key}: exit {result.code} · {line}", flush=True)


def _pairs(option: str, words: list[str]) -> dict[str, str]:
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            refuse(f"{option}: {word!r} is not NAME=VALUE")
        pairs[name] = value
    return pairs


def _count(group: str, count: str) -> int:
    if not (count.isascii() and count.isdigit() and int(count) > 0):
        refuse(f"--slots: {group}={count}: no number of sites")
    return int(count)


def status_table(states: list[SiteState], now: datetime) -> Table:
    """One row a site: its last exit code, who holds it, whether it is due, and the schedule's next crawl."""
    table = Table(box=None, pad_edge=False)
    for name in ("site", "last run", "exit", "holder", "due", "next"):
        table.add_column(name, justify="right" if name == "exit" else "left", no_wrap=True)
    for state in states:
        told: dict[str, Any] = state.as_json(now)
        code = told["last_exit_code"]
        table.add_row(
            state.site.key,
            state.problem or told["last_started"] or "never",
            "" if code is None else str(code),
            state.held_by or "",
            "yes" if told["due"] else "",
            told["next"] or "",
        )
    return table
