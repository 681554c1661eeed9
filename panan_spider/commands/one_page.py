"""Base class of `inspect` and `savepage`: one page from the network, a file, a WARC record or the archive."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from panan_spider.archive.store.files import ARTICLES_FILE
from panan_spider.commands.base import QuietCommand, refuse, site_of, site_of_archive
from panan_spider.core.outcomes import ExitCode

if TYPE_CHECKING:
    from panan_spider.extract.document import Page
    from panan_spider.sites.profile import Site


class PageCommand(QuietCommand):
    """A command on one page."""

    def syntax(self) -> str:
        """The arguments."""
        return "[options] URL|FILE|FILE.warc.gz:OFFSET|NUMBER"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add the options of both commands."""
        super().add_options(parser)
        parser.add_argument("--url", metavar="URL", help="the address of a file that does not hold its own")
        parser.add_argument(
            "--as", dest="kind", choices=("article", "list"), help="what to read it as (default: what it is)"
        )
        parser.add_argument("--site", metavar="KEY", help="the profile of the page's site (default: the archive's)")

    def carry_out(self, args: list[str], opts: argparse.Namespace) -> int:
        """Find the page, run on it. An address is requested with the crawl's manners."""
        if len(args) != 1 or not args[0].strip():
            refuse(f"{self.typed_name} takes one page: an address, a file, FILE.warc.gz:OFFSET, or an article's number")
        self.check(opts)
        from panan_spider.doctor.fixture import kind_of
        from panan_spider.doctor.page_source import is_address

        local = not is_address(args[0])
        site = site_of_archive(self.data_of(opts)) if local and opts.site is None else site_of(opts.site)
        page = self._fetched(args[0], site) if is_address(args[0]) else self._local(args[0], opts, site)
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
        from panan_spider.doctor.page_source import local_page, resolved

        data: Path = self.data_of(opts)
        refuse_newer(data / ARTICLES_FILE)
        return resolved(local_page(given, data, site, opts.url), opts.url, site)

    def _fetched(self, url: str, site: "Site") -> "Page | ExitCode":
        from panan_spider.doctor.probe_client import code_of, fetch

        if not site.urls.on_site(url):
            refuse(f"{url}: not on the site, and so never requested")
        assert self.crawler_process is not None
        answer = fetch(self.crawler_process, url, site)
        if answer is None:
            raise KeyboardInterrupt
        if answer.outcome is not None:
            print(f"panan: {url}: {answer.outcome}: {answer.reason}", file=sys.stderr)
            return code_of(answer)
        return answer.page
