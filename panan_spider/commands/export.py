"""`scrapy export`: the archive as SQLite, and in other forms, for people and programs that do not read JSON lines."""

import argparse
import signal
import sys
import time
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.archive.site_file import site_of
from panan_spider.archive.store.archive import ARTICLES_FILE
from panan_spider.archive.store.errors import LockHeld, StoreError
from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.commands.reparse import period
from panan_spider.core.outcomes import ExitCode
from panan_spider.publish.export.atomic import ForeignFileError, only_export_to
from panan_spider.publish.export.job import FORMATS, ExportJob, MissingLibrary, Selection, UnknownSection
from panan_spider.sites.profile import Site
from panan_spider.spiders.arguments import section_names


class Command(ArchiveCommand, ScrapyCommand):
    """Reads the archive, also while a run writes to it, and leaves it as it is."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return f"Export the archive as {', '.join(FORMATS)}"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument(
            "--format", metavar="NAME", default="sqlite", help=f"{', '.join(FORMATS)} (default: sqlite)"
        )
        parser.add_argument("--section", metavar="NAMES", help="only articles of these sections, by Chinese name")
        parser.add_argument("--since", metavar="YYYY-MM-DD", help="first publication date, inclusive")
        parser.add_argument("--until", metavar="YYYY-MM-DD", help="last publication date, inclusive")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--latest-only", action="store_true", help="of each article the newest revision alone")
        which.add_argument("--all-revisions", action="store_true", help="every revision (SQLite: the default)")
        parser.add_argument("--out", metavar="PATH", help="where to (default: export/ in the archive)")
        parser.add_argument("--data-dir", metavar="DIR", help="the archive (default: the setting PANAN_DATA_DIR)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Export; `exitcode` says whether it is whole."""
        self.takes_options_only(args)
        data = self.data_of(opts)
        try:
            job = _job(opts, data, site_of(data))
        except StoreError as error:
            self.barred(error)
            return
        out = job.data / "export" / FORMATS[opts.format].file_name(job.site) if opts.out is None else Path(opts.out)
        if opts.out is not None and not out.name:
            refuse(f"--out: {opts.out!r} names no file")
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            self.exitcode = int(_exported(opts.format, job, out))
        except (ForeignFileError, UnknownSection, MissingLibrary) as error:
            refuse(str(error))
        except (StoreError, LockHeld) as error:
            self.barred(error)
        except KeyboardInterrupt:
            print(f"panan: interrupted; {out} is as it was", file=sys.stderr)
            self.exitcode = int(ExitCode.INTERRUPTED)
        finally:
            signal.signal(signal.SIGTERM, before)


def _exported(name: str, job: ExportJob, out: Path) -> ExitCode:
    began = time.monotonic()
    with only_export_to(out):
        done = FORMATS[name].export(job, out)
    how = "made anew" if done.anew else "brought up to date"
    print(
        f"panan: {out}: {done.articles} articles, {done.revisions} revisions, {how} in {time.monotonic() - began:.1f} s"
    )
    return ExitCode.GOOD


def _job(opts: argparse.Namespace, data: Path, site: Site) -> ExportJob:
    """What the options ask for. What is wrong with them is one line, and exit code 1."""
    if opts.format not in FORMATS:
        refuse(f"--format: no format is named {opts.format!r}; there is: {', '.join(FORMATS)}")
    since, until = period(opts)
    if not (data / ARTICLES_FILE).is_file():
        refuse(f"there is no archive in {data}")
    sections = section_names(opts.section) if opts.section is not None else ()
    if opts.section is not None and not sections:
        refuse("--section: names no section")
    form = FORMATS[opts.format]
    every = opts.all_revisions or (form.all_revisions and not opts.latest_only)
    if every and not form.can_all_revisions:
        refuse(f"--all-revisions: {opts.format} holds of each article the newest revision alone")
    return ExportJob(data, site, Selection(sections, since, until), every)
