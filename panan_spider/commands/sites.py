"""`scrapy sites`: the sites there are profiles of, and what each one's archive holds."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import ArchiveCommand, print_json
from panan_spider.core.outcomes import ExitCode


class Command(ArchiveCommand, ScrapyCommand):
    """Reads profiles and archives; writes nothing."""

    takes_data_dir = False

    summary = "List the sites that can be crawled, and what each one's archive holds"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="as a JSON array")
        parser.add_argument("--sites", metavar="KEYS", default="all", help="keys or patterns (zj-*), comma-separated")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        self.takes_options_only(args)
        from rich.console import Console

        from panan_spider.fleet.roster import chosen_sites, site_table, state_of

        root, now = Path(self.settings["PANAN_FLEET_DIR"]), datetime.now(UTC)
        states = [state_of(site, root) for site in chosen_sites(opts.sites)]
        if opts.json:
            print_json([state.as_json(now) for state in states], indent=2)
        else:
            Console(file=sys.stdout).print(site_table(states))
        return ExitCode.GOOD
