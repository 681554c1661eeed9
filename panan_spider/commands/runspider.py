"""`scrapy runspider`: a spider from a Python file, with the checks and exit codes of `scrapy crawl`."""

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

from scrapy import Spider
from scrapy.commands.runspider import _import_file
from scrapy.spiderloader import DummySpiderLoader
from scrapy.utils.spider import iter_spider_classes

import panan_spider
from panan_spider.commands import crawl
from panan_spider.commands.crawl import one_line


class Command(crawl.Command):
    """Scrapy's own command, but a wrong file or argument is one line and exit code 1."""

    summary = "Run a spider from a Python file"
    takes = "one Python file with a spider"
    default_settings: ClassVar[dict[str, Any]] = {"SPIDER_LOADER_CLASS": DummySpiderLoader}

    def syntax(self) -> str:
        return "[options] FILE.py"

    def spider_of(self, given: str) -> type[Spider] | str:
        """The spider's class, or one line about a file without one."""
        if not Path(given).is_file():
            return f"{given}: {'a folder' if Path(given).is_dir() else 'no such file'}" if given else self.takes
        try:
            module = _module_of(Path(given))
        except Exception as error:  # whatever the file's own code raises
            return f"{given} cannot be loaded: {type(error).__name__}: {one_line(error)}"
        found = list(iter_spider_classes(module))
        return found[-1] if found else f"{given}: no spider in it"


def _module_of(path: Path) -> ModuleType:
    """The module in a file; one of this package by its own name, so that its spiders are known for county spiders."""
    package = Path(panan_spider.__file__).parent
    if not path.resolve().is_relative_to(package):
        return _import_file(str(path))
    return import_module(".".join((package.name, *path.resolve().relative_to(package).with_suffix("").parts)))
