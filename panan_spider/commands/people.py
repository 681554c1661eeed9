"""`scrapy people`: who held which office, did what, and where, found in the articles and kept beside them."""

import argparse

from scrapy.commands import ScrapyCommand

from panan_spider.archive.store.archive import ARTICLES_FILE
from panan_spider.archive.store.errors import LockHeld, StoreError
from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.publish.export.atomic import ForeignFileError, only_export_to


class Command(ArchiveCommand, ScrapyCommand):
    """Brings people.jsonl up to date with the articles, which it leaves as they are."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Find the office-holders in the articles, what they did and where"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--data-dir", metavar="DIR", help="the archive (default: the setting PANAN_DATA_DIR)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Bring the file up to date; `exitcode` says whether it is."""
        self.takes_options_only(args)
        data = self.data_of(opts)
        if not (data / ARTICLES_FILE).is_file():
            refuse(f"there is no archive in {data}")
        from panan_spider.publish.people.people_file import FILE, bring_up  # Scrapy loads every command at every start

        out = data / FILE
        try:
            with only_export_to(out):
                told = bring_up(data)
        except ForeignFileError as error:
            refuse(str(error))
        except (StoreError, LockHeld) as error:
            self.barred(error)
            return
        how = "made anew" if told.anew else "brought up to date"
        print(f"panan: {out}: {how}: {told.articles} article lines read, office-holders named {told.mentions} times")
