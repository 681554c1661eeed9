"""`scrapy verify`: lines, ledger and WARC held against each other, line by line; `--repair` mends what they can give each other."""

import argparse
import signal
import sys

from scrapy.commands import ScrapyCommand

from panan_spider.archive.store.archive import ARTICLES_FILE
from panan_spider.archive.store.errors import LockHeld, StoreError
from panan_spider.archive.store.recovery import LEDGER
from panan_spider.archive.verify.verify_run import VerifyRun
from panan_spider.commands.base import ArchiveCommand, refuse
from panan_spider.core.outcomes import ExitCode


class Command(ArchiveCommand, ScrapyCommand):
    """Reads everything, asks nobody; writes only with `--repair`, and then under the lock."""

    def short_desc(self) -> str:
        """One line for `scrapy --help`."""
        return "Hold lines, ledger and WARC against each other; mend what can be mended"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Options of the command, beside Scrapy's own."""
        super().add_options(parser)
        parser.add_argument("--repair", action="store_true", help="put right what can be put right; nothing is deleted")
        parser.add_argument("--data-dir", metavar="DIR", help="the archive (default: the setting PANAN_DATA_DIR)")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Verify. Exit code 0: all agrees; 10: something does not; 1, 14, 15, 16 as everywhere."""
        self.takes_options_only(args)
        data = self.data_of(opts)
        if not any((data / name).is_file() for name in (ARTICLES_FILE, LEDGER)):
            refuse(f"there is no archive in {data}")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        run = VerifyRun(data)
        try:
            self.exitcode = int(run.repaired() if opts.repair else run.verified())
        except KeyboardInterrupt:
            print("panan: interrupted; nothing was left half done", file=sys.stderr)
            self.exitcode = int(ExitCode.INTERRUPTED)
        except (StoreError, LockHeld) as error:
            self.barred(error)
