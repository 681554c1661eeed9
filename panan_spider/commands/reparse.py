"""`scrapy reparse`: the articles built again from the raw pages, without one request."""

import argparse
import re
import signal
from contextlib import suppress
from datetime import date
from typing import Final

from scrapy.commands import ScrapyCommand

from panan_spider.archive.reparse.reparse_run import ReparseRun
from panan_spider.archive.reparse.result import ReparseScope
from panan_spider.archive.reparse.workers import cores
from panan_spider.archive.store.archive import ARTICLES_FILE, QUARANTINE_FILE
from panan_spider.archive.store.errors import LockHeld, StoreError
from panan_spider.commands.base import ArchiveCommand, refuse

_TEMPLATES: Final = ("enorth_a", "enorth_b", "trs")


class Command(ArchiveCommand, ScrapyCommand):
    """Shows what a changed page object makes of the pages already kept, and stores it when told to."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Build the articles again from the archived raw pages, without one request"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="first publication date, inclusive")
        parser.add_argument("--until", metavar="YYYY-MM-DD", help="last publication date, inclusive")
        parser.add_argument("--template", metavar="NAME", help=f"only articles of one of {', '.join(_TEMPLATES)}")
        parser.add_argument("--diff", action="store_true", help="show what would change, field by field")
        parser.add_argument("--write", action="store_true", help="store what has changed, as revisions")
        parser.add_argument("--jobs", metavar="N", help="processes that read pages (default: one for each core)")
        parser.add_argument("--data-dir", metavar="DIR", help="the archive (default: the setting PANAN_DATA_DIR)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Read everything again; `exitcode` says whether anything stored would be lost."""
        self.takes_options_only(args)
        scope, jobs = _scope(opts), _jobs(opts.jobs)
        data = self.data_of(opts)
        if not any((data / name).is_file() for name in (ARTICLES_FILE, QUARANTINE_FILE)):
            refuse(f"there is no archive in {data}")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self.exitcode = int(ReparseRun(data, scope, opts.diff, jobs).done(write=opts.write))
        except (StoreError, LockHeld) as error:
            self.barred(error)


def _scope(opts: argparse.Namespace) -> ReparseScope:
    if opts.template not in (None, *_TEMPLATES):
        refuse(f"--template: no template is named {opts.template!r}; there is: {', '.join(_TEMPLATES)}")
    return ReparseScope(*period(opts), opts.template)


def _jobs(given: str | None) -> int:
    if given is None:
        return cores()
    if not re.fullmatch(r"[1-9]\d{0,2}", given):
        refuse(f"--jobs: {given!r} is no number of processes from 1 to 999")
    return int(given)


def period(opts: argparse.Namespace) -> tuple[date | None, date | None]:
    """The days of `--since` and `--until`. What is wrong with them is one line, and exit code 1."""
    since, until = (_day(name, getattr(opts, name)) for name in ("since", "until"))
    if since and until and since > until:
        refuse(f"--since {since} is later than --until {until}")
    return since, until


def _day(name: str, given: str | None) -> date | None:
    if given is None:
        return None
    with suppress(ValueError):
        if (day := date.fromisoformat(given)).isoformat() == given:
            return day
    return refuse(f"--{name}: {given!r} is no date such as 2020-03-01")
