"""`scrapy inspect`: one page, every field with the place it was read from, and what was left out."""

import argparse
from pathlib import Path

from rich.console import Console
from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import QuietCommand, refuse
from panan_spider.doctor import page_command
from panan_spider.doctor.inspection import Inspection
from panan_spider.doctor.table_printer import say, show


class Command(QuietCommand, ScrapyCommand):
    """For whoever doubts a field, or wonders why a page cannot be read."""

    def syntax(self) -> str:
        """The arguments."""
        return page_command.SYNTAX

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Show how one page is read: template, fields and their places, what was left out"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        page_command.add_options(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read the page, and tell. 11 where it cannot be read, 12 where it is a challenge."""
        if len(args) != 1:
            refuse("inspect takes one page: an address, a file, FILE.warc.gz:OFFSET, or an article's number")
        assert self.crawler_process is not None and self.settings is not None
        page, kind = page_command.page_of(args[0], self.crawler_process, Path(self.settings["PANAN_DATA_DIR"]), opts)
        found = Inspection(page, kind)
        if opts.json:
            print(found.json())
        else:
            console = Console()
            show(console, found.groups)
            say(console, found.end, "bold red" if found.code else "bold green")
        self.exitcode = int(found.code)
