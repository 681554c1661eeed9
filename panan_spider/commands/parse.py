"""`scrapy parse`: refused for the spiders of this project, whose callbacks need a whole crawl."""

import argparse

from scrapy.commands.parse import Command as ScrapyParse
from scrapy.spiderloader import get_spider_loader

from panan_spider.commands.base import CheckedCommand, refuse


class Command(CheckedCommand, ScrapyParse):
    """Scrapy's own command, for spiders that were added to the project."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse before any archive is opened, unless another spider is named."""
        loader = get_spider_loader(self.settings)
        known = opts.spider in loader.list()
        if not known or loader.load(opts.spider).__module__.startswith("panan_spider."):
            refuse(
                f"{self.program} parse does not work with the spiders of this project; `{self.program} inspect` shows how a page is read"
            )
        super().process_options(args, opts)
