"""With images=true: the pictures of stored articles, kept below images/ of the archive."""

import asyncio
import hashlib
import logging
from pathlib import PurePosixPath
from typing import Any, Final, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from panan_spider.archive_extension import ArchiveExtension
from panan_spider.items import Article
from panan_spider.outcomes import Outcome
from panan_spider.pipelines.base import ArchivePipeline
from panan_spider.store.files import write_atomically

logger = logging.getLogger(__name__)

FOLDER: Final = "images"
_SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp"})
_MAGIC: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"BM", b"RIFF")
#: The site, or its edge, says no: named in the report, and no failure of ours.
_NOT_OURS: Final = frozenset({Outcome.FORBIDDEN, Outcome.OFF_SITE})


def place_of(url: str) -> str:
    """Where the picture at `url` is kept, below the data folder: a hash of its address, so no name can lead elsewhere."""
    digest = hashlib.sha256(url.encode("utf-8", "surrogatepass")).hexdigest()
    suffix = PurePosixPath(urlsplit(url).path).suffix.lower()
    return f"{FOLDER}/{digest[:2]}/{digest}{suffix if suffix in _SUFFIXES else ''}"


class ImagesPipeline(ArchivePipeline):
    """Keeps pictures, asked for as every page is: by robots.txt, within the site, with retries, into the WARC.

    One that cannot be had is named in the report (`failed_images`) and counted in `panan/failed_images`: exit code 10.
    """

    def __init__(self, extension: ArchiveExtension) -> None:
        super().__init__(extension)
        self._met: set[str] = set()
        self._busy = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one; none without images=true."""
        if not getattr(getattr(crawler.spider, "args", None), "images", False):
            raise NotConfigured
        made = super().from_crawler(crawler)
        crawler.signals.connect(made._wait, signal=signals.spider_idle)
        return made

    async def process_item(self, item: Any) -> Any:
        """The article, once each of its pictures is kept or named. Raises StoreError, which ends the run with exit code 14."""
        if isinstance(item, Article):
            urls = [url for url in dict.fromkeys(image.url for image in item.images) if url not in self._met]
            self._met.update(urls)
            self._busy += 1
            try:
                await asyncio.gather(*(self._keep(item, url) for url in urls))
            finally:
                self._busy -= 1
        return item

    async def _keep(self, article: Article, url: str) -> None:
        path = self.archive.folder / place_of(url)
        if path.exists() or self.extension.store_error is not None:
            return
        engine = self.extension.crawler.engine
        assert engine is not None
        try:
            response = await engine.download_async(Request(url, callback=NO_CALLBACK))
        except Exception as error:  # a picture never costs an article
            outcome = getattr(error, "outcome", Outcome.FAILED)
            self._miss(article, url, outcome, str(getattr(error, "reason", None) or f"{type(error).__name__}: {error}"))
            return
        if complaint := _complaint(response):
            self._miss(article, url, Outcome.FAILED, complaint)
            return
        with self.extension.guarding(), self.archive.fuse.writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, response.body)

    def _miss(self, article: Article, url: str, outcome: Outcome, reason: str) -> None:
        reason = " ".join(reason.split())[:200]
        self.extension.failed_images.append(
            {"url": url, "article": article.url, "outcome": str(outcome), "reason": reason}
        )
        logger.log(logging.INFO if outcome in _NOT_OURS else logging.WARNING, "image %s: %s: %s", url, outcome, reason)
        stats = self.extension.crawler.stats
        if outcome not in _NOT_OURS and stats is not None:
            stats.inc_value("panan/failed_images")

    def _wait(self) -> None:
        """Between two tries of a picture nothing is under way, and yet the run is not over."""
        if self._busy:
            raise DontCloseSpider


def _complaint(response: Response) -> str | None:
    if response.status != 200:
        return f"HTTP {response.status}"
    return None if response.body.startswith(_MAGIC) else "no picture"
