"""Scrapy's own commands with the checks of this project: a wrong call is one line and exit code 1, PANAN_LOOPBACK_ONLY holds."""

import argparse
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from scrapy.spiderloader import get_spider_loader
from w3lib.url import is_url

from panan_spider.commands.base import CheckedCommand, refuse
from panan_spider.core.outcomes import ExitCode

if TYPE_CHECKING:
    from scrapy.http import Response


class OwnCommand(CheckedCommand):
    """Scrapy's command behind this class in the bases does the work."""

    def check_spiders(self, names: Iterable[str]) -> None:
        """Refuse a name that no spider has."""
        loader = get_spider_loader(self.settings)
        for name in names:
            if name not in loader.list():
                refuse(f"no spider is named {name!r}; there is: {', '.join(loader.list())}")


class AskingCommand(OwnCommand):
    """A command that sends a request, by the settings of a spider where one is named."""

    takes: ClassVar[str] = "one address, with http:// or https://"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse an unknown spider and anything that is no address."""
        super().process_options(args, opts)
        self.check_spiders([] if opts.spider is None else [opts.spider])
        if not self.is_right(args):
            refuse(f"{self.program} {self.typed_name} takes {self.takes}")

    def is_right(self, args: list[str]) -> bool:
        """True for arguments that the command can work with."""
        return len(args) == 1 and is_url(args[0])


class FetchingCommand(AskingCommand):
    """A command that does something with the response. Exit code 10 where there was none; Scrapy's own is 0."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        self.note_contact()
        self.exitcode = int(ExitCode.INCOMPLETE)
        super().run(args, opts)  # type: ignore[safe-super]  # Scrapy's command stands behind

    def _print_response(self, response: "Response", opts: argparse.Namespace) -> None:
        self.exitcode = int(ExitCode.GOOD)
        super()._print_response(response, opts)  # type: ignore[misc]  # of Scrapy's command
