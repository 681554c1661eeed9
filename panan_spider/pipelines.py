"""Item pipelines: articles are cleaned, validated, revised and stored; images are requested when all else is done.

Each does one job on an item; items of other kinds pass.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Self

from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.exceptions import DontCloseSpider, DropItem, NotConfigured
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from panan_spider.archive.ledger.queries import SHARED_CONTENT
from panan_spider.archive.reparse.reader import built
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import StoreError
from panan_spider.archive.store.image_files import ImageType, image_type
from panan_spider.core.outcomes import Outcome, outcome_of_status
from panan_spider.core.text import one_line
from panan_spider.extensions.archive_run import ArchiveRunExtension
from panan_spider.extract.assemble import clean, objection
from panan_spider.items import Article, WarcLocation
from panan_spider.middlewares.retry import is_ending
from panan_spider.sites.profile import Site

logger = logging.getLogger(__name__)

#: Seconds an article waits for others to be stored with, and the number of articles stored together at most.
_WAIT: Final = 0.1
MOST_TOGETHER: Final = 64

#: End of a whole image of each type, before padding.
_ENDS: Final = {"jpg": b"\xff\xd9", "png": b"IEND\xaeB\x60\x82", "gif": b"\x3b"}
_FOOT: Final = 1024  # bytes: cameras and editors append

#: Images requested at a time; the downloader sets the delay between requests.
_IN_FLIGHT: Final = 16
#: URLs of images that can be requested; `ni:` names one whose bytes are in the page itself.
_REQUESTED: Final = ("http://", "https://")
#: The site, or its edge, says no: named in the report, and no failure of ours.
_NOT_OURS: Final = frozenset({Outcome.GONE, Outcome.FORBIDDEN, Outcome.OFF_SITE})


class ArchivePipeline:
    """A pipeline over the run's archive."""

    def __init__(self, extension: ArchiveRunExtension) -> None:
        self.extension = extension

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's constructor. Raises NotConfigured for a spider without an archive."""
        extension = crawler.get_extension(ArchiveRunExtension)
        if extension is None:
            raise NotConfigured
        return cls(extension)

    @property
    def archive(self) -> Archive:
        """The open archive."""
        return self.extension.archive

    @property
    def site(self) -> Site:
        """The site of the run."""
        site: Site = self.extension.crawler.spider.site  # type: ignore[union-attr]
        return site

    @contextmanager
    def _guarding(self) -> Iterator[None]:
        """Guard a write: a StoreError ends the run on its way up."""
        try:
            yield
        except StoreError as error:
            self.extension.fail(error)
            raise


class CleanPipeline:
    """Removes characters that no text holds."""

    def process_item(self, item: Any) -> Any:
        """The article, cleaned, with its hash recomputed. Punctuation and blanks stay as the author set them."""
        return clean(item) if isinstance(item, Article) else item


class ValidatePipeline(ArchivePipeline):
    """Quarantines articles that contradict themselves or their address."""

    def process_item(self, item: Any) -> Any:
        """The article as it is. Raises DropItem after quarantining it as INVALID."""
        if isinstance(item, Article) and (found := objection(item, self.site)):
            field, reason = found
            with self._guarding():
                self.archive.quarantine(item.url, Outcome.INVALID, reason, field, item.template, item.warc)
            logger.warning("%s: %s: %s: %s (template %s)", Outcome.INVALID, item.url, field, reason, item.template)
            raise DropItem(f"{item.url}: {field}: {reason}")
        return item


def review_reading(archive: Archive, site: Site, article: Article) -> tuple[Article | None, str]:
    """(the article to store now, ""), or (None, the reason why not): unchanged, held for `HeldReview`, or quarantined.

    Raises StoreError.
    """
    known = archive.ledger.articles.latest(article.id)
    if known is None:
        others = archive.same_content(article.id, article.content_hash)
        many = len(others) >= site.thresholds.same_content_numbers - 1
        if not many and not (others and _shows_another(archive, article)):
            return article, ""
        reason = f"{SHARED_CONTENT} {len(others)} other articles, {others[0]} for one"
        archive.quarantine(article.url, Outcome.INVALID, reason, None, article.template, article.warc)
        return None, reason
    if known.content_hash == article.content_hash:
        archive.mark_unchanged(article.id, article.url, article)
        return None, "unchanged"
    if _is_rereading(archive, site, article):
        archive.memory.rereadings += 1
        archive.mark_unchanged(article.id, article.url, article)
        return None, "unchanged; this version reads the stored page otherwise: see scrapy reparse"
    archive.hold(article.model_copy(update={"revision": known.revision + 1}))
    return None, "changed: held until the run's end"


def _shows_another(archive: Archive, article: Article) -> bool:
    """Whether lists call the article otherwise than its page does, and another one as its page does."""
    articles, title = archive.ledger.articles, article.title
    shown = [name.rstrip("….") for name in articles.titles_shown(article.id)]
    otherwise = all(not (title.startswith(name) or name.startswith(title)) for name in shown)
    return bool(shown) and otherwise and articles.titles_of_others([(article.id, title)]).exchanged > 0


def _is_rereading(archive: Archive, site: Site, article: Article) -> bool:
    """Whether the stored revision's raw page, as the present code reads it, gives the content of the new reading."""
    record = archive.newest_record(article.id)
    if record is None or record["warc"] is None:
        return False
    place = WarcLocation.model_validate(record["warc"])
    try:
        before = built(archive.folder, site, record["url"], [place, *place.parts])
    except Exception:  # whatever the extraction trips over: the stored page says nothing about the new one
        return False
    return before.content_hash == article.content_hash


class RevisePipeline(ArchivePipeline):
    """Drops articles that are not stored at once: unchanged, held until the run's end, or quarantined."""

    def process_item(self, item: Any) -> Any:
        """The article where it is new. Raises DropItem where the archive has recorded it otherwise."""
        if not isinstance(item, Article):
            return item
        with self._guarding():
            ready, reason = review_reading(self.archive, self.site, item)
        if ready is None:
            raise DropItem(f"{item.url}: {reason}")
        return ready


class StorePipeline(ArchivePipeline):
    """Stores new and revised articles: the line, durable, then the ledger's mark. Articles that arrive together share one fsync."""

    def __init__(self, extension: ArchiveRunExtension) -> None:
        super().__init__(extension)
        self._waiting: dict[str, tuple[Article, Outcome, asyncio.Future[None]]] = {}

    async def process_item(self, item: Any) -> Any:
        """The article, once it is stored. Raises StoreError, which ends the run with exit code 14."""
        if isinstance(item, Article):
            await self._stored(item, Outcome.STORED if item.revision == 1 else Outcome.REVISED)
        return item

    async def _stored(self, article: Article, outcome: Outcome) -> None:
        if article.id in self._waiting:
            self._store()
        with self._guarding():
            self.archive.expect(article, outcome)
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_later(_WAIT, self._store)
        self._waiting[article.id] = (article, outcome, done)
        if len(self._waiting) >= MOST_TOGETHER:
            self._store()
        await done

    def _store(self) -> None:
        """Store all that wait; each waiter gets its result or the error."""
        waiting, self._waiting = list(self._waiting.values()), {}
        error: Exception | None = None
        try:
            with self._guarding():
                if waiting:
                    self.archive.store_all([(article, outcome) for article, outcome, _done in waiting])
        except Exception as refused:
            error = refused
        for _article, _outcome, done in waiting:
            if done.cancelled():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)


class ImagesPipeline(ArchivePipeline):
    """Stores images, requested as every page is: by robots.txt, within the site, with retries, into the WARC.

    Articles come first, and images are looked for in the stored lines of this run and of earlier ones. So it does not
    matter which run stored an article, with images=true or without, nor which of them was killed.
    One that cannot be had is named in the report (`failed_images`). It is counted in `panan/failed_images`, exit code
    10, where no answer came, or where what came in its place is news.
    """

    def __init__(self, extension: ArchiveRunExtension) -> None:
        super().__init__(extension)
        self._images = self.archive.open_images()
        self._work: asyncio.Future[Any] | None = None
        self._looked_until = -1
        self._met: set[str] = set()
        self._closing = False
        self.counts: Counter[Outcome] = Counter()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Scrapy's way to make one; none without images=true."""
        if not getattr(getattr(crawler.spider, "args", None), "images", False):
            raise NotConfigured
        pipeline = super().from_crawler(crawler)
        crawler.signals.connect(pipeline.on_idle, signal=signals.spider_idle)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """The item, as it is."""
        return item

    def on_idle(self) -> None:
        """All else is done: look for images, and keep the run open until there are no more. Raises DontCloseSpider."""
        engine = self.extension.crawler.engine
        assert engine is not None  # an idle spider has one
        if self._work is not None and not self._work.done():
            raise DontCloseSpider
        if self._over() or not engine.spider_is_idle() or self._looked_until == self.archive.lines_end:
            return
        self._looked_until = self.archive.lines_end
        self._work = asyncio.ensure_future(self._ask_all())
        raise DontCloseSpider

    async def close_spider(self) -> None:
        """Ask for no more images, and wait for those under way."""
        self._closing = True
        if self._work is not None:
            await self._work
        if self.counts:
            counts = " · ".join(f"{count} {outcome}" for outcome, count in sorted(self.counts.items()))
            logger.info("panan: pictures: %s", counts)

    def _over(self) -> bool:
        refused = self.extension.store_error is not None or self.archive.guard.failed is not None
        return self._closing or refused or is_ending(self.extension.crawler)

    async def _ask_all(self) -> None:
        wanted = self._wanted()
        await asyncio.gather(*(self._ask_some(wanted) for _ in range(_IN_FLIGHT)))
        engine = self.extension.crawler.engine
        if engine is not None and engine._slot is not None:
            engine._slot.nextcall.schedule()  # else it would look up from its idleness after some seconds only

    async def _ask_some(self, wanted: Iterator[tuple[str, str]]) -> None:
        try:
            for url, article in wanted:
                await self._ask(url, article)
        except StoreError as error:
            self.extension.fail(error)

    def _wanted(self) -> Iterator[tuple[str, str]]:
        """(image URL, article URL), each image once: those not stored yet of the stored articles within the range of the run."""
        spider: Any = self.extension.crawler.spider
        all_again = spider.args.recheck == "all"
        for record in self.archive.newest_lines():
            if self._over():
                return
            for image in record["images"] if self._in_range(record) else ():
                url = image["url"]
                if url.startswith(_REQUESTED) and url not in self._met and self._images.wants(url, all_again=all_again):
                    self._met.add(url)
                    yield url, record["url"]

    def _in_range(self, record: dict[str, Any]) -> bool:
        spider: Any = self.extension.crawler.spider
        args = spider.args
        if args.urls:
            return record["id"] in {self.site.urls.understand(url).article_id for url in args.urls}
        day = (record["published"] or record["posted"] or "")[:10]
        early = args.since is not None and day < args.since.isoformat()
        late = args.until is not None and day > args.until.isoformat()
        return not early and not late and (not args.sections or self._is_listed(record, spider.session.walked))

    def _is_listed(self, record: dict[str, Any], sections: set[str]) -> bool:
        return not sections.isdisjoint({*record["listed_in"], *self.archive.memory.listed_in(record["id"])})

    async def _ask(self, url: str, article: str) -> None:
        engine = self.extension.crawler.engine
        assert engine is not None
        request = Request(url, callback=NO_CALLBACK)
        try:
            response = await engine.download_async(request)
            self._keep(url, request, response)
        except StoreError:
            raise
        except Exception as error:  # one image costs no other
            outcome = getattr(error, "outcome", Outcome.FAILED)
            if outcome is not Outcome.PENDING:  # the run is being ended: the next one asks
                reason = str(getattr(error, "reason", None) or f"{type(error).__name__}: {error}")
                self._miss(url, article, outcome, one_line(reason))

    def _keep(self, url: str, request: Request, response: Response) -> None:
        image = image_of(response)
        answered = response.request or request
        self._images.keep(url, response.body, image.media_type, image.suffix, answered.meta.get("warc"))
        self.counts[Outcome.STORED] += 1

    def _miss(self, url: str, article: str, outcome: Outcome, reason: str) -> None:
        news = self._images.miss(url, outcome, reason)
        self.counts[outcome] += 1
        self.extension.failed_images.append({"url": url, "article": article, "outcome": str(outcome), "reason": reason})
        alerts = outcome not in _NOT_OURS and (news or outcome is Outcome.FAILED)
        logger.log(logging.WARNING if alerts else logging.INFO, "image %s: %s: %s", url, outcome, reason)
        stats = self.extension.crawler.stats
        if alerts and stats is not None:
            stats.inc_value("panan/failed_images")


class NotAnImage(Exception):
    """The response is no image. `outcome` is that of the image's URL, `reason` one line."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(f"{outcome}: {reason}")
        self.outcome, self.reason = outcome, reason


def image_of(response: Response) -> ImageType:
    """The type of the image in `response`, by its bytes: headers can be wrong. Raises NotAnImage: GONE, BLOCKED, FAILED by its status; INVALID where it is none."""
    if response.status != 200:
        raise NotAnImage(outcome_of_status(response.status), f"HTTP {response.status}")
    kind = image_type(response.body)
    if kind is None:
        declared = (response.headers.get("Content-Type") or b"nothing").decode("latin-1")
        raise NotAnImage(Outcome.INVALID, f"no picture; declared as {declared}, {len(response.body)} bytes")
    end = _ENDS.get(kind.suffix)
    # `partial`: no Content-Length, so that the closed connection is the body's end.
    if "partial" in response.flags and end is not None and end not in response.body[-_FOOT:]:
        raise NotAnImage(Outcome.FAILED, "cut short on the way")
    return kind
