"""`scrapy people`: office-holders, actions and places found in the articles, kept in people.jsonl."""

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import ArchiveCommand
from panan_spider.core.outcomes import ExitCode


class Command(ArchiveCommand, ScrapyCommand):
    """Brings people.jsonl up to date. The articles stay as they are."""

    summary = "Find the office-holders in the articles, what they did and where"

    def writes(self, opts: argparse.Namespace) -> bool:
        return True

    def run_on(self, data: Path, opts: argparse.Namespace) -> int:
        from panan_spider.publish.export.export_files import only_export_to
        from panan_spider.publish.people.mentions import FILE, update_people_file

        out = data / FILE
        with only_export_to(out):
            done = update_people_file(data)
        how = "made anew" if done.anew else "brought up to date"
        print(f"panan: {out}: {how}: {done.articles} article lines read, office-holders named {done.mentions} times")
        return ExitCode.GOOD
