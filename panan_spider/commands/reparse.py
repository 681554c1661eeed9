"""`scrapy reparse`: build the articles again from the archived raw pages, without a request."""

import argparse
import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from scrapy.commands import ScrapyCommand

from panan_spider.archive.store.files import ARTICLES_FILE, QUARANTINE_FILE
from panan_spider.commands.base import ArchiveCommand, refuse

_TEMPLATES: Final = ("enorth_a", "enorth_b", "trs")


class Command(ArchiveCommand, ScrapyCommand):
    """Shows what a changed extraction makes of the archived pages; stores it with `--write`."""

    summary = "Build the articles again from the archived raw pages, without a request"
    marks = (ARTICLES_FILE, QUARANTINE_FILE)

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--since", metavar="YYYY-MM-DD", help="first publication date, inclusive")
        add("--until", metavar="YYYY-MM-DD", help="last publication date, inclusive")
        add("--template", metavar="NAME", help=f"only articles of one of {', '.join(_TEMPLATES)}")
        add("--diff", action="store_true", help="show what would change, field by field")
        add("--write", action="store_true", help="store what has changed, as revisions")
        add("--jobs", metavar="N", help="processes that read pages (default: one for each core)")

    def check(self, opts: argparse.Namespace) -> None:
        """Refuse impossible days, templates and numbers of processes."""
        if opts.template not in (None, *_TEMPLATES):
            refuse(f"--template: no template is named {opts.template!r}; there is: {', '.join(_TEMPLATES)}")
        self.period = period(opts)
        if opts.jobs is not None and not re.fullmatch(r"[1-9]\d{0,2}", opts.jobs):
            refuse(f"--jobs: {opts.jobs!r} is no number of processes from 1 to 999")

    def writes(self, opts: argparse.Namespace) -> bool:
        return bool(opts.write)

    def run_on(self, data: Path, opts: argparse.Namespace) -> int:
        from panan_spider.archive.reparse.reader import cores
        from panan_spider.archive.reparse.reparse_progress import ReparseScope
        from panan_spider.archive.reparse.reparse_run import ReparseRun

        jobs = cores() if opts.jobs is None else int(opts.jobs)
        return ReparseRun(data, ReparseScope(*self.period, opts.template), opts.diff, jobs).done(write=opts.write)


def period(opts: argparse.Namespace) -> tuple[date | None, date | None]:
    """The days of `--since` and `--until`. Ends the command for a wrong day."""
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
