"""`scrapy status`: what the archive holds, how its last run ended, what it lacks. Reads only, also beside a run."""

import argparse
import json
import sys

from scrapy.commands import ScrapyCommand

from panan_spider.archive.store.errors import StoreError
from panan_spider.archive.store.recovery import LEDGER
from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.report.status import as_json, read_status, show
from panan_spider.sites.profile import load_site


class Command(ArchiveCommand, ScrapyCommand):
    """Answers without a request, and without touching a file."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Show what the archive holds, how the last run ended, and what is missing"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="everything as one JSON object")
        parser.add_argument("--gaps", action="store_true", help="the gaps, each by itself")
        parser.add_argument("--data-dir", metavar="DIR", help="the archive (default: the setting PANAN_DATA_DIR)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the status. Exit code 1 where there is no archive, 14 where its ledger cannot be read."""
        self.takes_options_only(args)
        folder = self.data_of(opts)
        if not (folder / LEDGER).is_file():
            refuse(f"there is no archive in {folder}")
        try:
            status = read_status(folder, load_site().thresholds)
        except StoreError as error:
            self.barred(error)
            return
        if opts.json:
            told = as_json(status)
            print(json.dumps(told["gaps"] if opts.gaps else told, ensure_ascii=False, indent=2))
        else:
            show(status, sys.stdout, gaps_alone=opts.gaps)
