"""Rebuilding of lost or damaged lines from their raw pages."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from panan_spider.archive.reparse.reader import built
from panan_spider.archive.store import warc_file
from panan_spider.archive.verify.warc_check import ResponseIndex
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind

_FROM_THE_PAGE_ALONE: Final = "as the page objects of today read it"


@dataclass(frozen=True)
class RebuiltLine:
    """A line made again. `note` says where it may not be what once stood there; None where its hash proves it."""

    article: Article
    note: str | None = None


@dataclass(frozen=True)
class MissingRevision:
    """A revision to be made again, and what is known of it: its address, its hash, when its page was received."""

    revision: int
    url: str | None = None
    content_hash: str | None = None
    fetched_at: str | None = None
    listed_in: tuple[str, ...] = ()


class Rebuilder:
    """Reads articles again from the responses of one archive."""

    def __init__(self, data: Path, site: Site, responses: ResponseIndex) -> None:
        self._data, self._site, self._responses = data, site, responses

    def rebuilt(
        self, article_id: str, wanted: list[MissingRevision], good: dict[int, Article]
    ) -> dict[int, RebuiltLine]:
        """The wanted revisions that the raw pages give, by number; `good` holds the article's whole lines by revision."""
        pages = list(self._readings(article_id, next((one.url for one in wanted if one.url is not None), None)))
        found: dict[int, RebuiltLine] = {}
        for one in wanted:
            exact = [page for page in pages if page.content_hash == one.content_hash]
            if exact:
                at_that_time = [page for page in exact if page.fetched_at == one.fetched_at]
                found[one.revision] = RebuiltLine(_as(one, (at_that_time or exact)[0]))
        sure = good | {number: new.article for number, new in found.items()}
        for number, page in _between(
            sure, {one.revision for one in wanted} - found.keys() - good.keys(), pages
        ).items():
            one = next(one for one in wanted if one.revision == number)
            found[number] = RebuiltLine(_as(one, page), None if one.content_hash is None else _FROM_THE_PAGE_ALONE)
        return found

    def read(self, article_id: str, place: WarcLocation, url: str | None) -> Article | None:
        """The article whose page one lies at `place`, with its further parts; None where it cannot be read.

        `url` is the article's address, None for that of the response.
        """
        try:
            stands_at = url or self._site.urls.understand(warc_file.read(self._data, place).url).url
            article = built(self._data, self._site, stands_at, [place], lambda due: self._part(due, place))
        except Exception:  # whatever a page object trips over
            return None
        return article if article.id == article_id else None

    def _readings(self, article_id: str, url: str | None) -> Iterator[Article]:
        """The article as each of its kept pages gives it, oldest first; pages that give none are passed over."""
        for place in self._responses.of(article_id):
            if (article := self.read(article_id, place, url)) is not None:
                yield article

    def _part(self, url: str, first: WarcLocation) -> WarcLocation | None:
        """Location of the part that was fetched with page one at `first`: the next response for it after that."""
        address = self._site.urls.understand(url)
        if address.kind is not UrlKind.PART or address.article_id is None:
            return None
        places = self._responses.of(address.article_id, address.part)
        return next((place for place in places if (place.file, place.offset) > (first.file, first.offset)), None)


def _as(one: MissingRevision, page: Article) -> Article:
    return page.model_copy(update={"revision": one.revision, "listed_in": sorted(one.listed_in)})


def _between(sure: dict[int, Article], holes: set[int], pages: list[Article]) -> dict[int, Article]:
    """The holes filled from the pages that were received between the revisions around them, where these are as many contents."""
    found: dict[int, Article] = {}
    for first in sorted(hole for hole in holes if hole - 1 not in holes):
        last = first
        while last + 1 in holes:
            last += 1
        before, after = sure.get(first - 1), sure.get(last + 1)
        contents = _contents(before, after, pages)
        if (before is not None or first == 1) and len(contents) == last - first + 1:
            found |= dict(zip(range(first, last + 1), contents, strict=True))
    return found


def _contents(before: Article | None, after: Article | None, pages: list[Article]) -> list[Article]:
    """The contents that followed one another between two revisions, each as its first page gave it."""
    found: list[Article] = []
    last = before.content_hash if before is not None else ""
    for page in pages:
        inside = (before is None or page.fetched_at > before.fetched_at) and (
            after is None or page.fetched_at < after.fetched_at
        )
        if inside and page.content_hash != last:
            found.append(page)
            last = page.content_hash
    return found
