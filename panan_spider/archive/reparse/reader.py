"""Archive reader: every article built again from its raw pages, with a verdict: the same, changed, or not readable.

Nothing here writes, asks the network, or takes the writer's lock.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from panan_spider.archive.data_folder import site_of
from panan_spider.archive.reparse.reparse_progress import ReparsedArticle, ReparseResult, ReparseScope, ReparseVerdict
from panan_spider.archive.reparse.workers import Workers
from panan_spider.archive.store import warc_file
from panan_spider.archive.store.files import ARTICLES_FILE, QUARANTINE_FILE, StoreError
from panan_spider.archive.store.jsonl import JsonLinesReader, damaged_line, read_lines
from panan_spider.archive.store.warc_file import ArchivedResponse
from panan_spider.extract.article import read_article
from panan_spider.extract.assemble import ArticleBuilder, clean, objection
from panan_spider.extract.document import Page
from panan_spider.extract.results import ArticlePage, InvalidPage, PageError
from panan_spider.items import Article, WarcLocation
from panan_spider.sites.profile import Site
from panan_spider.sites.urls import UrlKind

#: What a line says that no page can say again.
_CARRIED: Final = ("revision", "url", "posted", "listed_in", "fetched_at", "warc", "schema_version")


class _Lines(NamedTuple):
    """First bytes of the first and the newest line of an article, its revision, and whether it is in scope."""

    first: int
    newest: int
    revision: int
    meant: bool


@dataclass
class ArchiveReader:
    """The archive in `data`, read again article by article: first those stored, then those in quarantine."""

    data: Path
    scope: ReparseScope = field(default_factory=ReparseScope)
    skipped: int = 0  # articles that a stopped call had done, once `readings` has begun

    def readings(self, workers: Workers, done: ReparsedArticle | None = None) -> Iterator[ReparseResult]:
        """All of them but those `done`, in the order of their first lines. Raises StoreError where the lines cannot be read."""
        found = self._lines()
        meant = [(one.first, one.newest) for one in found.values() if one.meant]
        due = [place for place in meant if done is None or not done.covers(*place)]
        self.skipped = len(meant) - len(due)
        yield from workers.each(self._stored, due)
        for record in self._quarantined(found.keys()):
            yield from self._tried(record)

    def _lines(self) -> dict[str, _Lines]:
        """By number, in the order of the first lines."""
        found: dict[str, _Lines] = {}
        for start, record in _records(self.data / ARTICLES_FILE):
            revision, known = int(record["revision"]), found.get(record["id"])
            if known is None or revision > known.revision:
                meant = self.scope.holds(record["published"], record["posted"], record["template"])
                found[record["id"]] = _Lines(start if known is None else known.first, start, revision, meant)
        return found

    def _stored(self, places: Iterable[tuple[int, int]]) -> Iterator[ReparseResult]:
        """Readings of the articles whose first and newest lines start at these bytes."""
        path = self.data / ARTICLES_FILE
        if not path.exists():
            return
        site = self._site
        with JsonLinesReader(path) as reader:
            for first, newest in places:
                yield replace(self._again(site, reader.at(newest).record or {}), first=first)

    def _quarantined(self, stored: Any) -> list[dict[str, Any]]:
        """The newest line of each quarantined article that is not stored."""
        newest: dict[str, dict[str, Any]] = {}
        for _start, record in _records(self.data / QUARANTINE_FILE):
            address = self._site.urls.understand(record["url"])
            if address.kind is UrlKind.ARTICLE and address.article_id not in stored and record.get("warc"):
                newest[address.article_id or ""] = record
        return list(newest.values())

    def _again(self, site: Site, record: dict[str, Any]) -> ReparseResult:
        url = record["url"]
        if record["warc"] is None:
            return ReparseResult(url, ReparseVerdict.UNKEPT, "no raw page was kept")
        place = WarcLocation.model_validate(record["warc"])
        try:
            article = built(self.data, site, url, [place, *place.parts])
        except StoreError as error:
            return ReparseResult(url, ReparseVerdict.UNKEPT, str(error))
        except Exception as error:  # whatever a page object trips over, the other articles are still to be read
            return ReparseResult(url, ReparseVerdict.LOST, _said(error))
        new = article.model_dump(mode="json") | {name: record[name] for name in _CARRIED}
        changes = tuple((name, record.get(name), new[name]) for name in new if record.get(name) != new[name])
        if not changes:
            return ReparseResult(url, ReparseVerdict.SAME)
        revised = Article.model_validate(new | {"revision": record["revision"] + 1})
        return ReparseResult(url, ReparseVerdict.CHANGED, None, changes, revised)

    def _tried(self, record: dict[str, Any]) -> Iterator[ReparseResult]:
        """The reading of a quarantined page, where it is in scope: one that is not read has a day at most."""
        posted = self._site.urls.understand(record["url"]).posted
        day = posted.isoformat() if posted else None
        try:
            place = WarcLocation.model_validate(record["warc"])
            article = built(self.data, self._site, record["url"], [place], self._kept)
        except Exception as error:
            if self.scope.holds(None, day, record.get("template")):
                yield ReparseResult(record["url"], ReparseVerdict.STILL, _said(error))
            return
        if self.scope.holds(article.published, day, article.template):
            yield ReparseResult(article.url, ReparseVerdict.RESCUED, None, (), article)

    def _kept(self, due: str) -> WarcLocation | None:
        return self._parts_kept.get(due)

    @property
    def _site(self) -> Site:
        return site_of(self.data)

    @cached_property
    def _parts_kept(self) -> dict[str, WarcLocation]:
        """Location of the newest good response of each further part. Reads every WARC file, so only rescues use it."""
        found = {}
        for response in warc_file.iter_responses(self.data):
            address = self._site.urls.understand(response.url)
            if address.kind is UrlKind.PART and response.status == 200:
                found[address.url] = WarcLocation(file=response.file, offset=response.offset)
        return found


def built(
    data: Path,
    site: Site,
    url: str,
    places: list[WarcLocation],
    find: Callable[[str], WarcLocation | None] | None = None,
) -> Article:
    """The article of the raw pages at `places`; with `find`, and of the further parts that they name: where each is kept.

    Raises StoreError, PageError, or whatever a page object raises.
    """
    builder = ArticleBuilder(site, site.urls.understand(url))
    for place in places:
        response = warc_file.read(data, place)
        builder.add(_page(response, site, builder), place.model_copy(update={"parts": []}), response.at)
    while find is not None and (due := builder.next_part()) is not None:
        if (found := find(due)) is None:
            raise InvalidPage(f"part {due} was not kept", field_name="pages")
        builder.add(_page(warc_file.read(data, found), site, builder), found)
    read = builder.article()
    article = clean(read)
    if (wrong := objection(article, site)) is not None:
        raise InvalidPage(wrong[1], field_name=wrong[0])
    return article if article is read else Article.model_validate(article.model_dump())


def _page(response: ArchivedResponse, site: Site, builder: ArticleBuilder) -> ArticlePage:
    landed = site.urls.understand(response.url)
    if landed.kind not in (UrlKind.ARTICLE, UrlKind.PART) or landed.article_id != builder.address.article_id:
        raise InvalidPage(f"leads to {landed.url}, which is no page of this article")
    return read_article(Page(response.url, response.body, response.content_type), site)


def _records(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(first byte, record) of each line. A broken end, which the next run cuts off, is left out.

    Raises StoreError for a broken line with others behind it.
    """
    broken: int | None = None
    for line in read_lines(path):
        if broken is not None:
            raise damaged_line(path, broken)
        if line.record is None or "url" not in line.record:
            broken = line.start
        else:
            yield line.start, line.record


def _said(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, PageError | StoreError) else f"{type(error).__name__}: {text}"
