"""A small crawl against an invented site, straight into the store: what a run writes, in the order it writes it.

Run whole it fills the archive; killed anywhere and run again it must fill it all the same.
"""

import errno
import os
import signal
import sqlite3
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from store_helpers import an_article, an_exchange, url_of

from panan_spider.archive.revision_review import HeldReview
from panan_spider.archive.store.archive import Archive
from panan_spider.archive.store.files import StoreError
from panan_spider.core.outcomes import Outcome
from panan_spider.sites.thresholds import Thresholds

LIST = "http://www.panews.cn/shuji/"


@dataclass
class Site:
    """Numbers of articles, each with its content version; numbers that are gone; numbers nobody can read."""

    versions: dict[int, int]
    gone: set[int] = field(default_factory=set)
    unreadable: set[int] = field(default_factory=set)

    @property
    def numbers(self) -> list[int]:
        return sorted({*self.versions, *self.gone, *self.unreadable})


OLD = Site({1: 1, 2: 1, 3: 1}, unreadable={8})
NEW = Site({1: 1, 2: 2, 4: 1, 5: 1}, gone={3, 6}, unreadable={8, 9})


def crawl(folder: Path, run_id: str, site: Site) -> Archive:
    """One run over the whole site, every stored article asked again; the archive, closed."""
    archive = Archive.open(folder, run_id=run_id, args={}, warc_bytes=3_000)
    try:
        HeldReview(archive, Thresholds()).run()  # of a run that was killed
        _crawl(archive, site)
        HeldReview(archive, Thresholds()).run()
        archive.memory.settle_rest()
        archive.close({"exit_code": 0, "outcomes": archive.memory.counts})
    except StoreError:
        archive.close({"exit_code": 14})
        raise
    return archive


def _crawl(archive: Archive, site: Site) -> None:
    memory = archive.memory
    memory.discovered(LIST, "section")
    archive.write_response(an_exchange(LIST, b"<ul>"))
    memory.begin_walk(LIST, "书记")
    memory.listed("书记", [(f"{number:09d}", url_of(number), None) for number in site.numbers])
    memory.end_walk(LIST, state="end", pages=1, rows=len(site.numbers), new=0)
    memory.settle(LIST, Outcome.LISTED)
    for number in site.numbers:
        memory.discovered(url_of(number), "article", f"{number:09d}")
    for number in site.numbers:
        _ask(archive, number, site)


def _ask(archive: Archive, number: int, site: Site) -> None:
    url, article_id = url_of(number), f"{number:09d}"
    known = archive.ledger.articles.latest(article_id)
    if known is None and archive.memory.settled(article_id):
        archive.memory.settle(url, Outcome.KNOWN)
    elif number in site.gone:
        archive.write_response(an_exchange(url, b"", status=404))
        archive.memory.settle(url, Outcome.GONE)
    elif number in site.unreadable:
        archive.places[url] = archive.write_response(an_exchange(url, b"?"))
        archive.memory.settle(url, Outcome.UNKNOWN_LAYOUT, "no title")
    else:
        _keep(archive, number, site.versions[number])


def _keep(archive: Archive, number: int, version: int) -> None:
    url, known = url_of(number), archive.ledger.articles.latest(f"{number:09d}")
    place = archive.write_response(an_exchange(url, b"version %d" % version))
    article = an_article(number, 1 if known is None else known.revision + 1, version, warc=place)
    if known is not None and known.content_hash == article.content_hash:
        archive.mark_unchanged(article.id, url)
    elif known is not None:
        archive.hold(article)
    else:
        archive.store_all([(article, Outcome.STORED)])


class Boundary:
    """Kills the process at one of the points where something becomes lasting, or counts them all.

    `how` is `before`, `after`, or `middle`: half of a write's bytes done (of anything else: nothing done).
    With `full` nothing is killed: from that point on the disk takes nothing more.
    """

    def __init__(self, at: int | None, how: str) -> None:
        self.at, self.how, self.count = at, how, 0

    def install(self) -> None:
        self._cut = os.ftruncate  # a full disk still gives space back
        for name in ("write", "fsync", "ftruncate", "replace"):
            setattr(os, name, self._around(getattr(os, name), partial=name == "write"))
        boundary = self

        class Connection(sqlite3.Connection):
            def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
                plain = super().execute
                ends = sql.startswith(("COMMIT", "PRAGMA journal_mode"))
                return (boundary._around(plain) if ends else plain)(sql, *values)

        connect = sqlite3.connect
        sqlite3.connect = lambda *args, **named: connect(*args, factory=Connection, **named)  # type: ignore[assignment]

    @staticmethod
    def _refusal(call: Callable[..., Any], args: tuple[Any, ...], partial: bool) -> Exception:
        if isinstance(args[0], str) and not partial:
            return sqlite3.OperationalError("database or disk is full")
        if partial:
            call(args[0], args[1][: len(args[1]) // 2])
        return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _around(self, call: Callable[..., Any], partial: bool = False) -> Callable[..., Any]:
        def called(*args: Any) -> Any:
            here = self.count == self.at and self.how != "full"
            self.count += 1
            if self.how == "full" and self.at is not None and self.count > self.at and call is not self._cut:
                raise self._refusal(call, args, partial)
            if here and self.how == "middle" and partial:
                call(args[0], args[1][: max(1, len(args[1]) // 2)])
            if here and self.how != "after":
                os.kill(os.getpid(), signal.SIGKILL)
            value = call(*args)
            if here:
                os.kill(os.getpid(), signal.SIGKILL)
            return value

        return called


def in_a_child(work: Callable[[], object], boundary: Boundary | None = None) -> int | None:
    """Run `work` in a process of its own, to be killed at `boundary`; how many boundaries it passed, None if killed."""
    told, tell = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if boundary is not None:
                boundary.install()
            work()
            with os.fdopen(tell, "wb") as pipe:
                pipe.write(str(boundary.count if boundary else 0).encode())
        except BaseException:  # told to whoever waits for the child, which must not return
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(tell)
    with os.fdopen(told, "rb") as pipe:
        passed = pipe.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    assert passed, "the child failed; see its traceback"
    return int(passed)
