"""`scrapy savepage`: keep one page as a test fixture."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import refuse
from panan_spider.commands.inspect import PageCommand
from panan_spider.core.outcomes import ExitCode

if TYPE_CHECKING:
    from panan_spider.extract.document import Page
    from panan_spider.sites.profile import Site


class Command(PageCommand, ScrapyCommand):
    """The first step when a page is read wrongly. Nothing is overwritten."""

    summary = "Keep one page as a fixture, its fields drafted for a person to check"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--name", metavar="NAME", help="the folder's name (default: from template and number)")
        add("--to", metavar="DIR", default="tests/pages", help="the folder of fixtures/ and list_fixtures/")
        add(
            "--redact",
            action="store_true",
            help="put invented characters in the place of all words that the reading does not need",
        )

    def check(self, opts: argparse.Namespace) -> None:
        """Refuse wrong names and folders before any request."""
        if opts.name is not None and (Path(opts.name).name != opts.name or opts.name in ("", ".", "..")):
            refuse(f"--name {opts.name!r} is no folder's name")
        if not opts.to.strip() or not Path(opts.to).is_dir():
            refuse(f"{opts.to!r}: no such folder; run it in the checkout, or name another with --to")

    def run_on(self, page: "Page", kind: str, site: "Site", opts: argparse.Namespace) -> int:
        from panan_spider.doctor import fixture
        from panan_spider.doctor.fixture import redacted

        folder = Path(opts.to) / fixture.FOLDERS[kind] / (opts.name or fixture.default_name(page, kind, site))
        unread = fixture.save(folder, redacted(page, kind, site) if opts.redact else page, kind, site)
        if unread:
            print(f"{folder}: not read ({unread}): fill in expected.json")
        else:
            print(f"{folder}: a draft: check expected.json field by field")
        print('then remove "draft" from page.json, and run: .venv/bin/python -m pytest tests/pages -q')
        return ExitCode.GOOD
