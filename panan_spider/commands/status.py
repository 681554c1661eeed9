"""`scrapy status`: content of the archive, its last run, what is missing. Reads only, also during a run."""

import argparse
import sys
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.archive.store.files import ARTICLES_FILE, LEDGER_FILE
from panan_spider.commands.base import ArchiveCommand, print_json, refuse, site_of_archive
from panan_spider.core.outcomes import ExitCode


class Command(ArchiveCommand, ScrapyCommand):
    """Makes no request and writes no file. Exit code 1 where there is no archive, 14 where its ledger cannot be read."""

    summary = "Show what the archive holds, how the last run ended, and what is missing"
    marks = (LEDGER_FILE, ARTICLES_FILE)

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--json", action="store_true", help="everything as one JSON object")
        add("--gaps", action="store_true", help="the gaps, each by itself")
        add("--lang", default="en", metavar="CODE", help="language of the words, en or zh (en if absent)")

    def check(self, opts: argparse.Namespace) -> None:
        """Refuse unknown languages, and a language for JSON, which has none."""
        from panan_spider.core.translations import LANGUAGES

        if opts.lang not in LANGUAGES:
            refuse(f"--lang: {opts.lang!r} is none of {', '.join(LANGUAGES)}")
        if opts.json and opts.lang != "en":
            refuse("--lang: JSON has one language; leave --json or --lang away")

    def run_on(self, data: Path, opts: argparse.Namespace) -> int:
        if not (data / LEDGER_FILE).is_file():
            refuse(f"the ledger of {data} is missing; the next run, or `scrapy verify --repair`, makes it again")
        from panan_spider.report.status import as_json, read_status, show

        status = read_status(data, site_of_archive(data).thresholds)
        if opts.json:
            values = as_json(status)
            print_json(values["gaps"] if opts.gaps else values, indent=2)
        else:
            show(status, sys.stdout, gaps_alone=opts.gaps, language=opts.lang)
        return ExitCode.GOOD
