"""Joined source: the pages of `scrapy browse --sites` are made from the joined SQLite export, with the site as a facet.

An article's id there is its site's key, a hyphen and its number: two sites can have one number. Temporary views give the
tables of one archive under these ids; indexes of the file answer them.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from panan_spider.archive.store.files import ARTICLES_FILE
from panan_spider.fleet.joined_export import FILES, archive_sizes, export_sites, joined_views, read_meta
from panan_spider.publish.browse.export_source import ArchiveNotFound, ExportSource
from panan_spider.publish.export import sqlite_schema
from panan_spider.publish.export.job import ExportResult
from panan_spider.sites.profile import Site

#: Stands for all sites where a page has one: its title, its feeds.
ALL_SITES: Final = Site(
    key="sites", name="各地新闻网", hosts=("sites.invalid",), entry_pages=("http://sites.invalid/",)
)


class JoinedSource(ExportSource):
    """The archives `<root>/<key>` of these sites as one source of pages; the paths of the export begin from `data`, the root."""

    every = 3_600.0  # the joined export is made anew each time

    def __init__(self, root: Path, chosen: Sequence[Site]) -> None:
        """`chosen`: the sites to show; those without an archive are left out."""
        super().__init__(root, ALL_SITES)
        self.chosen, self.views = chosen, joined_views()

    @cached_property
    def sites(self) -> Mapping[str, Site]:
        """The sites that have an archive, by key. Raises ArchiveNotFound where none has."""
        found = {site.key: site for site in self.chosen if (self.data / site.key / ARTICLES_FILE).is_file()}
        if not found:
            raise ArchiveNotFound(f"there is no archive of these sites in {self.data}")
        return found

    @property
    def export(self) -> Path:
        """Path of the export, the same as that of `scrapy export --sites`."""
        return self.data / FILES["sqlite"]

    def is_stale(self) -> bool:
        """Whether an archive has grown since the export, or it holds other sites. Raises ArchiveNotFound, ForeignFileError."""
        meta = self._meta()
        due = archive_sizes(self.data, list(self.sites.values()))
        return not self.is_readable() or json.loads(meta.get("archives", "{}")) != due

    def is_readable(self) -> bool:
        """Whether there is an export that pages can be made from. Raises ForeignFileError."""
        return self._meta().get("layout") == str(sqlite_schema.LAYOUT)

    def refresh(self) -> ExportResult | None:
        """Make the export anew where it is stale. Raises what `export_sites` raises."""
        if not self.is_stale():
            return None
        done = export_sites("sqlite", list(self.sites.values()), self.data, self.export)
        return ExportResult(done.articles, done.revisions, anew=True)

    def _meta(self) -> dict[str, str]:
        return read_meta(self.export) if self.export.exists() else {}
