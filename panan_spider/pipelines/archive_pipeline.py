"""What the pipelines that write share: the archive, and what happens when it refuses."""

from typing import Self

from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured

from panan_spider.archive.store.archive import Archive
from panan_spider.extensions.archive_run import ArchiveRunExtension


class ArchivePipeline:
    """A pipeline over the run's archive."""

    def __init__(self, extension: ArchiveRunExtension) -> None:
        self.extension = extension

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one; none for a spider without an archive."""
        extension = crawler.get_extension(ArchiveRunExtension)
        if extension is None:
            raise NotConfigured
        return cls(extension)

    @property
    def archive(self) -> Archive:
        """The open archive."""
        return self.extension.archive
