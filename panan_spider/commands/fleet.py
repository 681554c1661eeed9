"""`scrapy fleet`: crawls of many sites, on this machine or on many."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import ArchiveCommand, print_json, refuse

if TYPE_CHECKING:
    from panan_spider.fleet.fleet_database import JobQueue
    from panan_spider.fleet.fleet_worker import LocalResult

#: Action → what it does, and the options that it takes beside --sites.
ACTIONS: Final[dict[str, tuple[str, set[str]]]] = {
    "run": ("crawl every site that is due, here and now", {"jobs", "slots", "now", "spargs"}),
    "status": ("each site's last exit code, who holds it, when it is crawled next", {"json"}),
    "init": ("make the tables in the database that PANAN_FLEET names", set()),
    "sync": ("take over the profiles' groups and schedules into the database", {"slots"}),
    "worker": ("take jobs from the database until SIGTERM", {"jobs"}),
    "submit": ("queue crawl, reparse, people, verify or dataset for the sites", {"spargs", "write"}),
    "verify": ("hold the publications in PANAN_STORE against their manifests", set()),
}
_OPTIONS: Final = {"jobs": 4, "slots": [], "now": False, "spargs": [], "json": False, "write": False}


class Command(ArchiveCommand, ScrapyCommand):
    """The first word names the action."""

    takes_data_dir = False

    def short_desc(self) -> str:
        return "Crawl many sites, on one machine or on many"

    def syntax(self) -> str:
        return f"<{'|'.join(ACTIONS)}> [options]"

    def long_desc(self) -> str:
        return "; ".join(f"{name}: {what}" for name, (what, _options) in ACTIONS.items()) + "."

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--sites", metavar="KEYS", default="all", help="keys or patterns (zj-*), comma-separated (default: all)")
        add("--jobs", metavar="N", type=int, default=4, help="run, worker: jobs at a time (default: 4)")
        add("--slots", metavar="GROUP=N", action="append", default=[], help="run, sync: sites of a group at a time")
        add("--now", action="store_true", help="run: crawl all of them, due or not")
        add("-a", dest="spargs", action="append", default=[], metavar="NAME=VALUE", help="run, submit: spider argument")
        add("--write", action="store_true", help="submit reparse: store what changed as revisions")
        add("--json", action="store_true", help="status: as a JSON array")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        if not args or args[0] not in ACTIONS or len(args) != (2 if args[0] == "submit" else 1):
            refuse(f"{self.program} fleet takes one of {', '.join(ACTIONS)}, not {' '.join(args) or 'nothing'!r}")
        for name, default in _OPTIONS.items():
            if getattr(opts, name) != default and name not in ACTIONS[args[0]][1]:
                refuse(f"{self.program} fleet {args[0]} takes no option {'-a' if name == 'spargs' else f'--{name}'}")
        if opts.jobs < 1:
            refuse(f"--jobs: {opts.jobs} is no number of jobs")
        action: Callable[..., int] = getattr(self, f"_{args[0]}")
        return action(opts, *args[1:])

    @property
    def root(self) -> Path:
        """The folder of the archives."""
        return Path(self.settings["PANAN_FLEET_DIR"])

    def _settings(self, opts: argparse.Namespace) -> list[str]:
        """Settings that every crawl is given with -s."""
        if any(word.partition("=")[0].strip() == "PANAN_DATA_DIR" for word in opts.set):
            refuse("PANAN_DATA_DIR: every site has its own folder, below PANAN_FLEET_DIR")
        return [word for word in opts.set if not word.startswith("PANAN_FLEET_DIR=")]

    def _run(self, opts: argparse.Namespace) -> int:
        from panan_spider.fleet.fleet_worker import LocalFleet, seconds_apart
        from panan_spider.fleet.roster import chosen_sites, due_crawls, gravest, slots_of, state_of

        given, settings, sites = _pairs("-a", opts.spargs), self._settings(opts), chosen_sites(opts.sites)
        states = [state_of(site, self.root) for site in sites]
        for state in states:
            if state.held_by is not None:
                print(f"panan: fleet: {state.site.key}: not begun, held by {state.held_by}")
        crawls = due_crawls(states, datetime.now(UTC), given, every=opts.now)
        if not crawls:
            print("panan: fleet: no site is due")
            return 0
        apart = seconds_apart(opts.jobs, len(os.sched_getaffinity(0)))
        fleet = LocalFleet(self.root, opts.jobs, slots_of(sites, _counts(opts.slots)), settings, _tell, apart=apart)
        results = fleet.run(crawls)
        code, good = gravest([result.exit_code for result in results]), sum(result.code == 0 for result in results)
        print(f"panan: fleet: exit {code} · {len(results)} sites, {good} good")
        return code

    def _status(self, opts: argparse.Namespace) -> int:
        from rich.console import Console

        from panan_spider.fleet.roster import chosen_sites, local_rows, queue_rows, status_table

        sites = chosen_sites(opts.sites)
        if os.environ.get("PANAN_FLEET", "").strip():
            rows = queue_rows(_queued(lambda queue: queue.sites()), sites)
        else:
            rows = local_rows(sites, self.root)
        if opts.json:
            print_json(rows, indent=2)
        else:
            Console(file=sys.stdout).print(status_table(rows))
        return 0

    def _init(self, opts: argparse.Namespace) -> int:
        fresh = _queued(lambda queue: queue.init(), ready=False)
        print(f"panan: fleet: the tables {'were made' if fresh else 'were there'}")
        return 0

    def _sync(self, opts: argparse.Namespace) -> int:
        from panan_spider.fleet.roster import chosen_sites, slots_of

        sites = chosen_sites(opts.sites)
        slots = slots_of(sites, _counts(opts.slots))
        _queued(lambda queue: queue.sync(sites, slots))
        counts = ", ".join(f"{group} {count}" for group, count in sorted(slots.items()))
        print(f"panan: fleet: {len(sites)} sites; slots: {counts}")
        return 0

    def _worker(self, opts: argparse.Namespace) -> int:
        from panan_spider.fleet.fleet_database import FleetSettings
        from panan_spider.fleet.fleet_worker import FleetWorker

        _queued(_nothing)
        FleetWorker(FleetSettings.from_environment(), self.root, opts.jobs, self._settings(opts)).run()
        return 0

    def _submit(self, opts: argparse.Namespace, task: str) -> int:
        from panan_spider.fleet.fleet_database import OFFLINE
        from panan_spider.fleet.roster import chosen_sites

        given, sites = _pairs("-a", opts.spargs), chosen_sites(opts.sites)
        if task not in ("crawl", *OFFLINE):
            refuse(f"{self.program} fleet submit takes one of crawl, {', '.join(OFFLINE)}, not {task!r}")
        if (given and task != "crawl") or (opts.write and task != "reparse"):
            refuse(f"{self.program} fleet submit {task} takes no option {'-a' if given else '--write'}")
        options = ["--write"] if opts.write else []

        async def submit(queue: "JobQueue") -> int:
            if task == "crawl":
                return sum([await queue.submit_crawl(site.key, given) for site in sites])
            return sum([await queue.submit_offline(task, site.key, options) for site in sites])

        queued = _queued(submit)
        print(f"panan: fleet: {task}: {queued} sites queued, {len(sites) - queued} were waiting already")
        return 0

    def _verify(self, opts: argparse.Namespace) -> int:
        from panan_spider.core.outcomes import ExitCode
        from panan_spider.fleet.fleet_database import FleetSettings
        from panan_spider.fleet.object_store import ObjectStore
        from panan_spider.fleet.publication import faults_of
        from panan_spider.fleet.roster import chosen_sites

        address = FleetSettings.from_environment().store
        if address is None:
            refuse("PANAN_STORE names no store")
        store, wrong = ObjectStore.at(address), 0
        for site in chosen_sites(opts.sites):
            faults, orphans = faults_of(store, site.key)
            wrong += len(faults)
            for line in faults:
                print(f"panan: fleet: {site.key}: {line}")
            for name in orphans:
                print(f"panan: fleet: {site.key}: {name}: named by no manifest")
        print(f"panan: fleet: {wrong} faults")
        return int(ExitCode.INCOMPLETE if wrong else ExitCode.GOOD)


async def _nothing(queue: "JobQueue") -> None:
    """Only the check that the database is there, with its tables."""


def _queued(work: "Callable[[JobQueue], Awaitable[Any]]", *, ready: bool = True) -> Any:
    """Do something with the queue; what it gives."""
    from panan_spider.fleet.fleet_database import FleetError, FleetSettings, JobQueue

    async def working() -> Any:
        async with JobQueue.opened(FleetSettings.from_environment()) as queue:
            if ready and not await queue.is_ready():
                raise FleetError("the database has no tables of a fleet: scrapy fleet init")
            return await work(queue)

    return asyncio.run(working())


def _tell(result: "LocalResult") -> None:
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


def _counts(words: list[str]) -> dict[str, int]:
    found = {}
    for group, count in _pairs("--slots", words).items():
        if not (count.isascii() and count.isdigit() and int(count) > 0):
            refuse(f"--slots: {group}={count}: no number of sites")
        found[group] = int(count)
    return found
