"""`scrapy export`: the archive as SQLite and in other formats."""

import argparse
import time
from pathlib import Path

from scrapy.commands import ScrapyCommand

from panan_spider.commands.base import ArchiveCommand, refuse, site_of_archive
from panan_spider.commands.reparse import period
from panan_spider.core.outcomes import ExitCode


class Command(ArchiveCommand, ScrapyCommand):
    """Reads the archive, also during a run, and does not change it."""

    summary = "Export the archive as SQLite, CSV, Excel, Parquet, Atom, Markdown, JSON-LD or WACZ"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        from panan_spider.publish.export.job import FORMATS

        super().add_options(parser)
        add = parser.add_argument
        add("--format", metavar="NAME", default="sqlite", help=f"sqlite if absent; {', '.join(FORMATS)}")
        add("--section", metavar="NAMES", help="only articles of these sections, by Chinese name")
        add("--since", metavar="YYYY-MM-DD", help="first publication date, inclusive")
        add("--until", metavar="YYYY-MM-DD", help="last publication date, inclusive")
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--latest-only", action="store_true", help="of each article the newest revision alone")
        which.add_argument("--all-revisions", action="store_true", help="every revision; SQLite always has them")
        add("--out", metavar="PATH", help="where to; if absent, export/ in the archive")
        add(
            "--sites",
            metavar="KEYS",
            help="the archives of many sites below PANAN_FLEET_DIR as one SQLite or Parquet file",
        )

    def run_on_sites(self, root: Path, opts: argparse.Namespace) -> int:
        if opts.section or opts.since or opts.until or opts.latest_only or opts.data_dir:
            refuse("--sites takes --format and --out alone: a joined export holds every revision of every article")
        from panan_spider.fleet.joined_export import FILES, export_sites
        from panan_spider.fleet.roster import chosen_sites

        began = time.monotonic()
        out = Path(opts.out) if opts.out is not None else root / FILES.get(opts.format, "")
        done = export_sites(opts.format, chosen_sites(opts.sites), root, out)
        held = f"{done.sites} sites, {done.articles} articles, {done.revisions} revisions"
        print(f"panan: {out}: {held}, made anew in {time.monotonic() - began:.1f} s")
        return ExitCode.GOOD

    def check(self, opts: argparse.Namespace) -> None:
        from panan_spider.publish.export.job import FORMATS
        from panan_spider.spiders.arguments import section_names

        if opts.format not in FORMATS:
            refuse(f"--format: no format is named {opts.format!r}; there is: {', '.join(FORMATS)}")
        self.period = period(opts)
        self.sections = section_names(opts.section) if opts.section is not None else ()
        if opts.section is not None and not self.sections:
            refuse("--section: names no section")
        form = FORMATS[opts.format]
        self.every = opts.all_revisions or (form.all_revisions and not opts.latest_only)
        if self.every and not form.can_all_revisions:
            refuse(f"--all-revisions: {opts.format} holds of each article the newest revision alone")
        if opts.out is not None and (not Path(opts.out).name or opts.out.strip() in ("", "-")):
            refuse(f"--out: {opts.out!r} names no file")

    def writes(self, opts: argparse.Namespace) -> bool:
        return opts.out is None

    def run_on(self, data: Path, opts: argparse.Namespace) -> int:
        from panan_spider.publish.export.export_files import only_export_to
        from panan_spider.publish.export.job import FORMATS, ExportJob, Selection, days_held

        out = self._out(data, opts)
        began = time.monotonic()
        job = ExportJob(data, site_of_archive(data), Selection(self.sections, *self.period), self.every)
        with only_export_to(out):
            done = FORMATS[opts.format].export(job, out)
        seconds, how = time.monotonic() - began, "made anew" if done.anew else "brought up to date"
        print(f"panan: {out}: {done.articles} articles, {done.revisions} revisions, {how} in {seconds:.1f} s")
        if not done.articles and any(self.period) and (days := days_held(data, job.selection)) is not None:
            print(f"panan: no article is of these days: there are articles of {days[0]} to {days[1]}")
        return ExitCode.GOOD

    def interrupted(self, opts: argparse.Namespace) -> str:
        return f"interrupted; {self._out(self.data_of(opts), opts)} is as it was"

    @staticmethod
    def _out(data: Path, opts: argparse.Namespace) -> Path:
        from panan_spider.publish.export.job import FORMATS

        return (
            data / "export" / FORMATS[opts.format].file_name(site_of_archive(data))
            if opts.out is None
            else Path(opts.out)
        )
