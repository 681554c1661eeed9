"""`scrapy fetch`: Scrapy's own command, checked."""

from scrapy.commands.fetch import Command as ScrapyFetch

from panan_spider.commands.scrapy_own import FetchingCommand


class Command(FetchingCommand, ScrapyFetch):
    """Asks for one page and prints it."""
