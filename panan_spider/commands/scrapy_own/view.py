"""`scrapy view`: Scrapy's own command, checked."""

from scrapy.commands.view import Command as ScrapyView

from panan_spider.commands.scrapy_own import FetchingCommand


class Command(FetchingCommand, ScrapyView):
    """Asks for one page and opens it in the browser."""
