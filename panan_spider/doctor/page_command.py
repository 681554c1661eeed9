"""What `scrapy inspect` and `scrapy savepage` share: one page from anywhere, and how the command ends where there is none."""

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from scrapy.crawler import CrawlerProcessBase

from panan_spider.core.outcomes import ExitCode
from panan_spider.doctor.fetch_task import CrawlNotStarted, code_of, fetch
from panan_spider.doctor.fixture import kind_of
from panan_spider.doctor.page_source import PageNotAvailable, is_address, local_page, resolved
from panan_spider.extract.document import Page
from panan_spider.sites.urls import on_site

SYNTAX = "[options] URL|FILE|FILE.warc.gz:OFFSET|NUMBER"


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options both commands have."""
    parser.add_argument("--url", metavar="URL", help="the address of a file that does not tell its own")
    parser.add_argument(
        "--as", dest="kind", choices=("article", "list"), help="what to read it as (default: what it is)"
    )


def end(line: str, code: ExitCode = ExitCode.NOT_STARTED) -> NoReturn:
    """Say in one line why there is nothing to show, and end."""
    print(f"panan: {line}", file=sys.stderr)
    sys.exit(int(code))


def page_of(given: str, process: CrawlerProcessBase, data: Path, opts: argparse.Namespace) -> tuple[Page, str]:
    """The page and its kind. Ends the command where there is none: 1, or for a page asked for what a crawl would say."""
    if is_address(given):
        page = _fetched(given, process)
    else:
        try:
            page = resolved(local_page(given, data, opts.url), opts.url)
        except PageNotAvailable as error:
            end(str(error))
    return page, opts.kind or kind_of(page)


def _fetched(url: str, process: CrawlerProcessBase) -> Page:
    if not on_site(url):
        end(f"{url}: not on the site, and so never asked for")
    try:
        answer = fetch(process, url)
    except CrawlNotStarted as error:
        end(f"could not start: {error}")
    if answer is None:
        end("interrupted", ExitCode.INTERRUPTED)
    if answer.outcome is not None:
        end(f"{url}: {answer.outcome}: {answer.reason}", code_of(answer))
    return answer.page
