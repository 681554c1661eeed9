"""`scrapy savepage`: a page kept as a fixture, which the tests read from then on."""

import argparse
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import QuietCommand, refuse
from panan_spider.doctor import fixture, page_command
from panan_spider.doctor.redaction import RedactionError, redacted


class Command(QuietCommand, ScrapyCommand):
    """The first step when a page is read wrongly."""

    def syntax(self) -> str:
        """The arguments."""
        return page_command.SYNTAX

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Keep one page as a fixture, its fields drafted for a person to check"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        page_command.add_options(parser)
        parser.add_argument("--name", metavar="NAME", help="the folder's name (default: made from template and number)")
        parser.add_argument(
            "--to",
            metavar="DIR",
            default="tests/pages",
            help="where fixtures/ and list_fixtures/ are (default: tests/pages)",
        )
        parser.add_argument(
            "--redact",
            action="store_true",
            help="put invented characters in the place of all words that the reading does not need",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Keep the page. Nothing is ever overwritten."""
        if len(args) != 1:
            refuse("savepage takes one page: an address, a file, FILE.warc.gz:OFFSET, or an article's number")
        if opts.name is not None and (Path(opts.name).name != opts.name or opts.name in (".", "..")):
            refuse(f"--name {opts.name!r} is no folder's name")
        if not Path(opts.to).is_dir():
            refuse(f"{opts.to}: no such folder; run it in the checkout, or name another with --to")
        assert self.crawler_process is not None and self.settings is not None
        page, kind = page_command.page_of(args[0], self.crawler_process, Path(self.settings["PANAN_DATA_DIR"]), opts)
        folder = Path(opts.to) / fixture.FOLDERS[kind] / (opts.name or fixture.default_name(page, kind))
        try:
            page = redacted(page, kind) if opts.redact else page
            unread = fixture.save(folder, page, kind)
        except (fixture.FixtureRefused, RedactionError) as error:
            refuse(str(error))
        print(
            f"{folder}: "
            + (
                f"not read ({unread}): fill in expected.json"
                if unread
                else "a draft: check expected.json field by field"
            )
        )
        print('then remove "draft" from page.json, and run: .venv/bin/python -m pytest tests/pages -q')
