"""Pages that stay up to date while they are served: a run may end, and an export be replaced, in the meantime."""

import asyncio
import sys
import time
from typing import Any, Final
from urllib.parse import quote

from datasette.app import Datasette
from datasette.database import Database

from panan_spider.archive.store.errors import LockHeld, StoreError
from panan_spider.publish.browse.article_queries import ExportReader
from panan_spider.publish.browse.fresh_export import ArchiveNotFound, ExportSource
from panan_spider.publish.export.atomic import ForeignFileError
from panan_spider.sites.profile import Site

#: Seconds between two looks at whether the archive has gone on.
_EVERY: Final = 30.0


class Fresh:
    """Keeps an instance's export up to date, beside the pages, which meanwhile read the last good one."""

    def __init__(self, datasette: Datasette, source: ExportSource) -> None:
        self._datasette, self._source = datasette, source
        self._looked = time.monotonic()
        self._file: tuple[int, int] | None = None
        self._written = 0
        self._memory: dict[str, Any] = {}
        self._opened = 0
        self._refreshing: asyncio.Task[None] | None = None

    @property
    def site(self) -> Site:
        """The site of the archive."""
        return self._source.site

    def reader(self, *, page_after_page: bool = False) -> ExportReader:
        """Questions to the export as it stands now: one renamed into its place is opened anew."""
        stat = self._source.export.stat()
        if self._file != (stat.st_dev, stat.st_ino):
            self._file = stat.st_dev, stat.st_ino
            self._open_anew()
        if self._written != stat.st_mtime_ns:
            self._written, self._memory = stat.st_mtime_ns, {}
        return ExportReader(self._datasette.get_database(self._name), self._memory, page_after_page=page_after_page)

    @property
    def _name(self) -> str:
        return f"archive{self._opened}"

    def _open_anew(self) -> None:
        if self._opened:
            old = self._datasette.get_database(self._name)
            self._datasette.remove_database(self._name)
            asyncio.get_running_loop().call_later(_EVERY, old.close)  # what still reads it has ended by then
        self._opened += 1  # a new name: connections are kept by the name of their database
        # Datasette puts the path into a URI as it is.
        opened = Database(self._datasette, path=quote(str(self._source.export.absolute())))
        self._datasette.add_database(opened, name=self._name)

    def look(self) -> None:
        """Begin to bring the export up to date, where it is time to look, and it is stale. Never waits."""
        if time.monotonic() - self._looked > _EVERY and (self._refreshing is None or self._refreshing.done()):
            self._looked = time.monotonic()
            self._refreshing = asyncio.create_task(self._refresh())

    async def _refresh(self) -> None:
        try:
            await asyncio.to_thread(self._source.refresh)
        except LockHeld:
            pass  # another export is at it
        except (ArchiveNotFound, ForeignFileError, StoreError) as error:
            print(f"panan: the pages show the last good export: {error}", file=sys.stderr)
