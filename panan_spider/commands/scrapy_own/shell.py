"""`scrapy shell`: Scrapy's own command, checked."""

from pathlib import Path

from scrapy.commands.shell import Command as ScrapyShell
from scrapy.utils.url import guess_scheme

from panan_spider.commands.base import refuse
from panan_spider.commands.scrapy_own import AskingCommand


class Command(AskingCommand, ScrapyShell):
    """A Python console, with one page where one is named."""

    takes = "one address or file, or none"

    def is_right(self, args: list[str]) -> bool:
        """True for no argument, an address, or a file that is there."""
        for word in args:
            path = guess_scheme(word).removeprefix("file://")
            if path != guess_scheme(word) and not Path(path).is_file():
                refuse(f"{word}: no such file")
        return len(args) <= 1
