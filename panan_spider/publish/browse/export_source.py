"""Export source: the SQLite export that the pages read, made or brought up to date where the archive has gone on, and opened anew then."""

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from panan_spider.archive.store.files import ARTICLES_FILE, LEDGER_FILE, LockHeld, StoreError
from panan_spider.core.outcomes import RefusedError
from panan_spider.publish.browse.page_render import RenderContext
from panan_spider.publish.browse.search import ArticleIndex, Search
from panan_spider.publish.export import sqlite
from panan_spider.publish.export.export_files import ForeignFileError, only_export_to
from panan_spider.publish.export.job import FORMATS, ExportJob, ExportResult
from panan_spider.publish.export.sqlite_reader import ExportDatabase
from panan_spider.publish.export.sqlite_schema import LAYOUT
from panan_spider.publish.people.mentions import GRAMMAR
from panan_spider.sites.profile import Site

#: Milliseconds that one question to the export may take: ten times what the slowest takes of 100,000 articles.
TIME_LIMIT_MS: Final = 10_000
#: Seconds that a reader may wait while a changed export is opened; one that took longer the last time is opened in the background.
_MOST_WAITED: Final = 0.3


class ArchiveNotFound(RefusedError):
    """There is no archive in that folder. The message is one line."""


class ExportSource:
    """An archive folder and the file of its export."""

    #: Seconds between two looks at whether the archive has gone on.
    every = 30.0
    #: SQL of the views of each connection, where the tables are not those of one archive.
    views: Sequence[str] = ()

    def __init__(self, data: Path, site: Site) -> None:
        """`data`: the folder that the export's paths begin from."""
        self.data, self.site = data, site

    @property
    def sites(self) -> Mapping[str, Site]:
        """The sites by key, of many archives; empty for one."""
        return {}

    @property
    def export(self) -> Path:
        """Path of the export, the same as that of `scrapy export`."""
        return self.data / sqlite.EXPORT_FOLDER / FORMATS["sqlite"].file_name(self.site)

    def is_stale(self) -> bool:
        """Whether the archive has gone on since its export: in lines, or in what the ledger knows to be gone.

        Raises ArchiveNotFound; ForeignFileError where something else stands at the export's place, or an export of a part.
        """
        lines = self.data / ARTICLES_FILE
        if not lines.is_file():
            raise ArchiveNotFound(f"there is no archive in {self.data}")
        meta = sqlite.read_meta(self.export)
        if meta is not None and meta.get("selection") not in (None, self._job.kind):
            raise ForeignFileError(
                f"{self.export} holds a part of the archive; move it away, and export parts with --out"
            )
        due = {"source_bytes": str(lines.stat().st_size), "grammar": GRAMMAR, "layout": str(LAYOUT)}
        if meta is None or any(meta.get(key) != value for key, value in due.items()):
            return True
        made = self.export.stat().st_mtime_ns
        return any(path.is_file() and path.stat().st_mtime_ns > made for path in (lines, self.data / LEDGER_FILE))

    def is_readable(self) -> bool:
        """Whether there is an export that pages can be made from, up to date or not. Raises ForeignFileError."""
        meta = sqlite.read_meta(self.export)
        return meta is not None and meta.get("layout") == str(LAYOUT)

    def refresh(self) -> ExportResult | None:
        """Bring the export up to date where it is stale; None where it was not.

        Raises ArchiveNotFound; what the export raises (ForeignFileError, LockHeld, StoreError) leaves the last good one in place.
        """
        if not self.is_stale():
            return None
        with only_export_to(self.export):
            return sqlite.export(self._job, self.export)

    @property
    def _job(self) -> ExportJob:
        return ExportJob(self.data, self.site, all_revisions=True)


def open_library(source: ExportSource, time_limit_ms: int = TIME_LIMIT_MS) -> RenderContext:
    """The archive as its export now stands."""
    database = ExportDatabase(source.export, time_limit_ms, source.views)
    index = ArticleIndex(database)
    made_at = database.meta().get("made_at", "")
    search = Search(list(source.sites.values()) or [source.site], database, index)
    return RenderContext(source.data, source.site, database, index, search, made_at, sites=source.sites)


class LiveLibrary:
    """The library of an archive that goes on while its pages are read. No reader waits for an export: the last good one is shown."""

    def __init__(self, source: ExportSource, time_limit_ms: int = TIME_LIMIT_MS) -> None:
        self.source, self._limit = source, time_limit_ms
        self._lock = threading.Lock()
        self._library: RenderContext | None = None
        self._state: tuple[int, ...] = ()
        self._seconds = 0.0
        self._looked = time.monotonic()
        self._opening: threading.Thread | None = None
        self._refreshing: threading.Thread | None = None

    def current(self) -> RenderContext:
        """The newest export that is open; a changed one is opened first, or beside where that takes long."""
        with self._lock:
            stat = self.source.export.stat()
            state = (stat.st_dev, stat.st_ino, stat.st_mtime_ns)
            if self._library is None or (state != self._state and self._seconds < _MOST_WAITED):
                self._open(state)
            elif state != self._state and (self._opening is None or not self._opening.is_alive()):
                self._opening = threading.Thread(target=self._open, args=(state,), daemon=True)
                self._opening.start()
            assert self._library is not None
            return self._library

    def _open(self, state: tuple[int, ...]) -> None:
        began = time.monotonic()
        library = open_library(self.source, self._limit)
        self._seconds = time.monotonic() - began
        self._library, self._state = library, state

    def look(self, *, at_once: bool = False) -> None:
        """Begin to bring the export up to date, where it is time to look, and it is stale. Never waits."""
        due = at_once or time.monotonic() - self._looked > self.source.every
        if due and not self.is_refreshing:
            self._looked = time.monotonic()
            self._refreshing = threading.Thread(target=self.refresh, daemon=True)
            self._refreshing.start()

    @property
    def is_refreshing(self) -> bool:
        """Whether the export is being brought up to date."""
        return self._refreshing is not None and self._refreshing.is_alive()

    def refresh(self) -> None:
        """Bring the export up to date; a failure is one line on stderr."""
        try:
            self.source.refresh()
        except LockHeld:
            pass  # another export is at work
        except (ArchiveNotFound, ForeignFileError, StoreError) as error:
            print(f"panan: the pages show the last good export: {error}", file=sys.stderr)
