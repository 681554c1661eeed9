"""`scrapy sites`: the sites there are profiles of, and what each one's archive holds."""

import argparse
import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table
from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.fleet.roster import SiteState, UnknownSites, chosen_sites, state_of
from panan_spider.sites.profile import ProfileError


class Command(ArchiveCommand, ScrapyCommand):
    """Reads profiles and archives; writes nothing."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "List the sites that can be crawled, and what each one's archive holds"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="as a JSON array")
        parser.add_argument("--sites", metavar="KEYS", default="all", help="keys or patterns (zj-*), comma-separated")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print one row a site."""
        self.takes_options_only(args)
        assert self.settings is not None
        root, now = Path(self.settings["PANAN_FLEET_DIR"]), datetime.now(UTC)
        try:
            states = [state_of(site, root) for site in chosen_sites(opts.sites)]
        except (UnknownSites, ProfileError) as error:
            refuse(str(error))
        if opts.json:
            print(json.dumps([state.as_json(now) for state in states], ensure_ascii=False, indent=2))
        else:
            Console(file=sys.stdout).print(site_table(states))


def site_table(states: list[SiteState]) -> Table:
    """One row a site: key, name, group, whether its profile is proven, its newest run, its articles."""
    table = Table(box=None, pad_edge=False)
    for name in ("site", "name", "group", "profile", "last run", "exit", "articles"):
        table.add_column(name, justify="right" if name in ("exit", "articles") else "left", no_wrap=True)
    for state in states:
        last = state.last
        code = "" if last is None or last.exit_code is None else str(last.exit_code)
        table.add_row(
            state.site.key,
            state.site.name or "(unknown)",
            state.site.group or "",
            "unproven" if state.site.unproven else "proven",
            state.problem or ("never" if last is None else last.started),
            code,
            str(state.articles),
        )
    return table
