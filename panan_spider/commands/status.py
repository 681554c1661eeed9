"""`scrapy status`: contents of the archive, its last runs, what is missing. Reads only, also beside a run."""

import argparse
import json
import sys

from scrapy.commands import ScrapyCommand

from panan_spider.archive.site_file import site_of
from panan_spider.archive.store.errors import StoreError
from panan_spider.archive.store.recovery import LEDGER
from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.report.status import as_json, read_status, show


class Command(ArchiveCommand, ScrapyCommand):
    """The command. Sends no request and writes no file."""

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
            status = read_status(folder, site_of(folder).thresholds)
        except StoreError as error:
            self.barred(error)
            return
        if opts.json:
            record = as_json(status)
            print(json.dumps(record["gaps"] if opts.gaps else record, ensure_ascii=False, indent=2))
        else:
            show(status, sys.stdout, gaps_alone=opts.gaps)
