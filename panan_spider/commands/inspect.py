"""`scrapy inspect`: one page, every field with the place it was read from, and the text that was left out."""

import argparse
import json
import sys
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import print_json
from panan_spider.commands.one_page import PageCommand

if TYPE_CHECKING:
    from panan_spider.extract.document import Page
    from panan_spider.sites.profile import Site


class Command(PageCommand, ScrapyCommand):
    """Shows how a page is read. Exit code 11 where it cannot be read, 12 where it is a challenge."""

    summary = "Show how one page is read: template, fields and their places, what was left out"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of the command."""
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
        parser.add_argument("--article", action="store_true", help="the article alone, as a line of articles.jsonl")

    def run_on(self, page: "Page", kind: str, site: "Site", opts: argparse.Namespace) -> int:
        """Print the inspection."""
        from rich.console import Console

        from panan_spider.core.tables import say, show
        from panan_spider.doctor.inspection import Inspection

        if opts.article:
            return _article(page, site)
        found = Inspection(page, kind, site)
        if opts.json:
            print_json(json.loads(found.json()))
        else:
            console = Console()
            show(console, found.groups)
            say(console, found.end, "bold red" if found.code else "bold green")
        return found.code


def _article(page: "Page", site: "Site") -> int:
    """Print the page as the archive would store it: one line of JSON."""
    from panan_spider.core.outcomes import ExitCode, Outcome
    from panan_spider.extract.results import PageError
    from panan_spider.library import read

    try:
        article = read(page.body, page.url, content_type=page.content_type, site=site.key)
    except PageError as error:
        print(f"panan: {error.outcome}: {error.reason}", file=sys.stderr)
        return ExitCode.BLOCKED if error.outcome is Outcome.BLOCKED else ExitCode.LAYOUT_DRIFT
    print_json(article.model_dump(mode="json"), indent=None)
    return ExitCode.GOOD
