"""`scrapy verify`: cross-check articles.jsonl, the ledger and the WARC files; `--repair` mends what they can give each other."""

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.archive.store.files import ARTICLES_FILE, LEDGER_FILE
from panan_spider.commands.base import ArchiveCommand


class Command(ArchiveCommand, ScrapyCommand):
    """Makes no request; writes only with `--repair`, under the lock. Exit code 0: all agrees; 10: something does not."""

    summary = "Cross-check articles.jsonl, ledger and WARC; repair what can be repaired"
    marks = (ARTICLES_FILE, LEDGER_FILE)

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--repair", action="store_true", help="repair what can be repaired; nothing is deleted")

    def writes(self, opts: argparse.Namespace) -> bool:
        return bool(opts.repair)

    def run_on(self, data: Path, opts: argparse.Namespace) -> int:
        from panan_spider.archive.verify.repair import repair_archive, verify_archive

        return repair_archive(data) if opts.repair else verify_archive(data)

    def interrupted(self, opts: argparse.Namespace) -> str:
        return "interrupted; nothing was left half done"
