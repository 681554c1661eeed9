"""`scrapy settings`: Scrapy's own command, checked."""

import argparse

from scrapy.commands.settings import Command as ScrapySettings

from panan_spider.commands.base import CheckedCommand, refuse


class Command(CheckedCommand, ScrapySettings):
    """Prints the value of one setting."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Refuse arguments, and a setting whose value has not the type asked for."""
        self.takes_options_only(args)
        try:
            super().run(args, opts)
        except (TypeError, ValueError) as error:
            asked = {name: getattr(opts, name) for name in ("getbool", "getint", "getfloat", "getlist")}
            option, name = next((option, name) for option, name in asked.items() if name)
            refuse(f"--{option} {name}: {error}")
