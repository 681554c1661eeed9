"""The export that the pages read: made, or brought up to date, where the archive has gone on."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from panan_spider.archive.store.archive import ARTICLES_FILE
from panan_spider.archive.store.recovery import LEDGER
from panan_spider.core.outcomes import RefusedError
from panan_spider.publish.export import sqlite
from panan_spider.publish.export.atomic import ForeignFileError, only_export_to
from panan_spider.publish.export.job import FORMATS, ExportJob, ExportResult
from panan_spider.publish.export.sqlite_schema import LAYOUT
from panan_spider.publish.people.people_file import GRAMMAR
from panan_spider.sites.profile import Site

FOLDER: Final = "export"


class ArchiveNotFound(RefusedError):
    """There is no archive in that folder. The message is one line."""


@dataclass(frozen=True)
class ExportSource:
    """An archive folder and the file of its export."""

    data: Path
    site: Site

    @property
    def export(self) -> Path:
        """Where `scrapy export` puts it, too: one file for both."""
        return self.data / FOLDER / FORMATS["sqlite"].file_name(self.site)

    def is_stale(self) -> bool:
        """Whether the archive has gone on since its export: in lines, or in what the ledger knows to be gone.

        Raises NoArchive; NotOurs where something else stands at the export's place, or an export of a part.
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
        return any(path.is_file() and path.stat().st_mtime_ns > made for path in (lines, self.data / LEDGER))

    def refresh(self) -> ExportResult | None:
        """Bring the export up to date where it is stale; None where it was not.

        Raises NoArchive; what the export raises (NotOurs, LockHeld, StoreError) leaves the last good one in place.
        """
        if not self.is_stale():
            return None
        with only_export_to(self.export):
            return sqlite.export(self._job, self.export)

    @property
    def _job(self) -> ExportJob:
        return ExportJob(self.data, self.site, all_revisions=True)
