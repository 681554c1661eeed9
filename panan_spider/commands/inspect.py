"""`scrapy inspect`: one page, every field with the place it was read from, and the text that was left out.

The page is requested, or read from a file, a WARC record or the archive. `savepage` finds its page the same way.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands import ScrapyCommand

from panan_spider.archive.store.files import ARTICLES_FILE
from panan_spider.commands.base import QuietCommand, print_json, refuse, site_of, site_of_archive
from panan_spider.core.outcomes import ExitCode

if TYPE_CHECKING:
    from panan_spider.extract.document import Page
    from panan_spider.sites.profile import Site


class PageCommand(QuietCommand):
    """Base of `inspect` and `savepage`."""

    def syntax(self) -> str:
        return "[options] URL|FILE|FILE.warc.gz:OFFSET|NUMBER"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--url", metavar="URL", help="the address of a file that does not hold its own")
        add("--as", dest="kind", choices=("article", "list"), help="what to read it as (default: what it is)")
        add("--site", metavar="KEY", help="the profile of the page's site (default: the archive's)")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        """Find the page, run on it. An address is requested with the crawl's manners."""
        if len(args) != 1 or not args[0].strip():
            refuse(f"{self.typed_name} takes one page: an address, a file, FILE.warc.gz:OFFSET, or an article's number")
        self.check(opts)
        from panan_spider.doctor.fixture import kind_of

        is_address = args[0].lower().startswith(("http://", "https://"))
        site = site_of(opts.site) if is_address or opts.site is not None else site_of_archive(self.data_of(opts))
        page = self._fetched(args[0], site) if is_address else self._local(args[0], opts, site)
        if isinstance(page, ExitCode):
            return page
        return self.run_on(page, opts.kind or kind_of(page, site), site, opts)

    def check(self, opts: argparse.Namespace) -> None:
        """Hook: refuse wrong options."""

    def run_on(self, page: "Page", kind: str, site: "Site", opts: argparse.Namespace) -> int:
        """Run on `page`, read as `kind` (`article` or `list`); returns the exit code."""
        raise NotImplementedError

    def _local(self, given: str, opts: argparse.Namespace, site: "Site") -> "Page":
        from panan_spider.archive.store.jsonl import refuse_newer
        from panan_spider.doctor.fixture import local_page, resolved

        data: Path = self.data_of(opts)
        refuse_newer(data / ARTICLES_FILE)
        return resolved(local_page(given, data, site, opts.url), opts.url, site)

    def _fetched(self, url: str, site: "Site") -> "Page | ExitCode":
        from panan_spider.doctor.probe_client import code_of, fetch

        if not site.urls.on_site(url):
            refuse(f"{url}: not on the site, and so never requested")
        answer = fetch(self.crawler_process, url, site)
        if answer is None:
            raise KeyboardInterrupt
        if answer.outcome is not None:
            print(f"panan: {url}: {answer.outcome}: {answer.reason}", file=sys.stderr)
            return code_of(answer)
        return answer.page


if TYPE_CHECKING:
    from panan_spider.extract.document import Page
    from panan_spider.sites.profile import Site


class Command(PageCommand, ScrapyCommand):
    """Shows how a page is read. Exit code 11 where it cannot be read, 12 where it is a challenge."""

    summary = "Show how one page is read: template, fields and their places, what was left out"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--json", action="store_true", help="one JSON object instead of tables")
        parser.add_argument("--article", action="store_true", help="the article alone, as a line of articles.jsonl")

    def run_on(self, page: "Page", kind: str, site: "Site", opts: argparse.Namespace) -> int:
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
