"""`scrapy check`: Scrapy's own command, checked."""

import argparse

from scrapy.commands.check import Command as ScrapyCheck

from panan_spider.commands.scrapy_own import OwnCommand


class Command(OwnCommand, ScrapyCheck):
    """Checks the contracts of spiders that were added to the project."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        self.check_spiders(args)
