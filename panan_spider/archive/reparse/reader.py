"""Archive reader: every article built again from its raw pages, with a verdict: the same, changed, or not readable.

Nothing here writes, asks the network, or takes the writer's lock. Worker processes share the articles. Each is started
fresh (spawn), never forked: a fork beside a thread can inherit a lock that nobody will release. Each has a pipe of its own
and shares no lock or queue with another, so that a worker that dies, at whatever moment, is the end of its pipe and nothing
else.
"""

import gc
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, TypeVar

from panan_spider.archive.data_folder import site_of
from panan_spider.archive.reparse.reparse_progress import ReparsedArticle, ReparseResult, ReparseScope, ReparseVerdict
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

Given = TypeVar("Given")
Result = TypeVar("Result")

#: Items in one load, and loads a worker may hold: results that are not yet taken stay in memory.
_LOAD: Final = 32
_AHEAD: Final = 3

_DIED: Final = "a process that reads pages was killed, perhaps for want of memory"


def cores() -> int:
    """Number of processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Worker:
    """One process and this end of its pipe. `due` counts the loads it has not answered yet."""

    def __init__(self) -> None:
        """Starts the process."""
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self.due = 0
        process = context.Process(target=_serve_loads, args=(theirs,), daemon=True)
        # The mask is inherited: Ctrl-C reaches all processes of a terminal, and only this one is to end by it.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()  # so that the pipe ends with the process
        self._process = process

    def give(self, work: Callable[..., Any], load: tuple[Any, ...]) -> None:
        """Send a load. Raises StoreError where the process is dead."""
        try:
            self._pipe.send((work, load))
        except OSError as error:
            raise StoreError(_DIED) from error
        self.due += 1

    def take(self) -> list[Any]:
        """The results of the oldest load. Raises StoreError where the process is dead; what `work` raised."""
        try:
            results, error = self._pipe.recv()
        except (EOFError, OSError) as ended:
            raise StoreError(_DIED) from ended
        self.due -= 1
        if error is not None:
            raise error
        return list(results)

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._pipe.close()
        self._process.kill()
        self._process.join()


class Workers:
    """`jobs` processes; for one job, or where there is only one load, no process besides this one. A context manager.

    They are started when the first load is due and hold neither the lock nor the ledger of an archive that is open here.
    Objects loaded before are exempt from garbage collection until the end.
    """

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._workers: list[_Worker] = []

    def __enter__(self) -> Self:
        gc.freeze()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end()
        gc.unfreeze()

    def _end(self) -> None:
        for worker in self._workers:
            worker.end()
        self._workers = []

    def each(self, work: Callable[[Iterable[Given]], Iterable[Result]], items: Iterable[Given]) -> Iterator[Result]:
        """The results of `work`, a picklable callable, for the items, in their order.

        Raises StoreError where a process dies, and what `work` raises.
        """
        loads = _loads(items)
        first = list(islice(loads, 2))
        if self.jobs == 1 or len(first) < 2:
            for load in (*first, *loads):
                yield from work(load)
            return
        try:
            yield from self._share_out(work, [*first], loads)
        except BaseException:
            self._end()  # the answers of loads under way are nobody's
            raise

    def _share_out(
        self, work: Callable[..., Any], first: list[tuple[Any, ...]], loads: Iterator[tuple[Any, ...]]
    ) -> Iterator[Any]:
        self._workers = self._workers or [_Worker() for _number in range(self.jobs)]
        under_way: deque[_Worker] = deque()
        waiting = iter(first)
        while True:
            while len(under_way) < self.jobs * _AHEAD:
                load = next(waiting, None) or next(loads, None)
                if load is None:
                    break
                worker = min(self._workers, key=lambda worker: worker.due)
                worker.give(work, load)
                under_way.append(worker)
            if not under_way:
                return
            yield from under_way.popleft().take()


def _loads(items: Iterable[Given]) -> Iterator[tuple[Given, ...]]:
    left = iter(items)
    while load := tuple(islice(left, _LOAD)):
        yield load


def _serve_loads(pipe: Connection) -> None:
    """In a worker: answer loads until the other end of the pipe is closed, by the death of the parent too."""
    try:
        while True:
            work, load = pipe.recv()
            gc.freeze()
            try:
                answer: tuple[list[Any], Exception | None] = (list(work(load)), None)
            except Exception as error:
                answer = ([], error)
            pipe.send(answer)
    except (EOFError, OSError):
        os._exit(0)


#: What a line says that no page can say again.
_CARRIED: Final = ("revision", "url", "posted", "listed_in", "fetched_at", "warc", "schema_version")


class _Lines(NamedTuple):
    """First bytes of the first and the newest line of an article, its revision, and whether it is in scope."""

    first: int
    newest: int
    revision: int
    in_scope: bool


@dataclass
class ArchiveReader:
    """The archive in `data`, read again article by article: first those stored, then those in quarantine."""

    data: Path
    scope: ReparseScope = field(default_factory=ReparseScope)
    skipped: int = 0  # articles that a stopped call had done, once `readings` has begun

    def readings(self, workers: Workers, done: ReparsedArticle | None = None) -> Iterator[ReparseResult]:
        """All of them but those `done`, in the order of their first lines. Raises StoreError where the lines cannot be read."""
        found = self._article_lines()
        in_scope = [(one.first, one.newest) for one in found.values() if one.in_scope]
        due = [place for place in in_scope if done is None or not done.covers(*place)]
        self.skipped = len(in_scope) - len(due)
        yield from workers.each(self._read_stored, due)
        for record in self._quarantine_records(found.keys()):
            yield from self._read_quarantined(record)

    def _article_lines(self) -> dict[str, _Lines]:
        """By number, in the order of the first lines."""
        found: dict[str, _Lines] = {}
        for start, record in _records(self.data / ARTICLES_FILE):
            revision, known = int(record["revision"]), found.get(record["id"])
            if known is None or revision > known.revision:
                in_scope = self.scope.holds(record["published"], record["posted"], record["template"])
                found[record["id"]] = _Lines(start if known is None else known.first, start, revision, in_scope)
        return found

    def _read_stored(self, places: Iterable[tuple[int, int]]) -> Iterator[ReparseResult]:
        """Readings of the articles whose first and newest lines start at these bytes."""
        path = self.data / ARTICLES_FILE
        if not path.exists():
            return
        site = self._site
        with JsonLinesReader(path) as reader:
            for first, newest in places:
                yield replace(self._read_again(site, reader.at(newest).record or {}), first=first)

    def _quarantine_records(self, stored: Any) -> list[dict[str, Any]]:
        """The newest line of each quarantined article that is not stored."""
        newest: dict[str, dict[str, Any]] = {}
        for _start, record in _records(self.data / QUARANTINE_FILE):
            address = self._site.urls.understand(record["url"])
            if address.kind is UrlKind.ARTICLE and address.article_id not in stored and record.get("warc"):
                newest[address.article_id or ""] = record
        return list(newest.values())

    def _read_again(self, site: Site, record: dict[str, Any]) -> ReparseResult:
        url = record["url"]
        if record["warc"] is None:
            return ReparseResult(url, ReparseVerdict.UNKEPT, "no raw page was kept")
        place = WarcLocation.model_validate(record["warc"])
        try:
            article = built(self.data, site, url, [place, *place.parts])
        except StoreError as error:
            return ReparseResult(url, ReparseVerdict.UNKEPT, str(error))
        except Exception as error:  # whatever the extraction trips over, the other articles are still to be read
            return ReparseResult(url, ReparseVerdict.LOST, _reason(error))
        new = article.model_dump(mode="json") | {name: record[name] for name in _CARRIED}
        changes = tuple((name, record.get(name), new[name]) for name in new if record.get(name) != new[name])
        if not changes:
            return ReparseResult(url, ReparseVerdict.SAME)
        revised = Article.model_validate(new | {"revision": record["revision"] + 1})
        return ReparseResult(url, ReparseVerdict.CHANGED, None, changes, revised)

    def _read_quarantined(self, record: dict[str, Any]) -> Iterator[ReparseResult]:
        """The reading of a quarantined page, where it is in scope: one that is not read has a day at most."""
        posted = self._site.urls.understand(record["url"]).posted
        day = posted.isoformat() if posted else None
        try:
            place = WarcLocation.model_validate(record["warc"])
            article = built(self.data, self._site, record["url"], [place], self._find_part)
        except Exception as error:
            if self.scope.holds(None, day, record.get("template")):
                yield ReparseResult(record["url"], ReparseVerdict.STILL, _reason(error))
            return
        if self.scope.holds(article.published, day, article.template):
            yield ReparseResult(article.url, ReparseVerdict.RESCUED, None, (), article)

    def _find_part(self, due: str) -> WarcLocation | None:
        return self._part_locations.get(due)

    @property
    def _site(self) -> Site:
        return site_of(self.data)

    @cached_property
    def _part_locations(self) -> dict[str, WarcLocation]:
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

    Raises StoreError, PageError, or whatever the extraction raises.
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


def _reason(error: Exception) -> str:
    text = " ".join(str(error).split())
    return text if isinstance(error, PageError | StoreError) else f"{type(error).__name__}: {text}"
