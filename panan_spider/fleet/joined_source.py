"""Joined source: the pages of `scrapy browse --sites` are made from the joined SQLite export, with the site as a facet.

An article's id there is its site's key, a hyphen and its number: two sites can have one number. Temporary views give the
tables of one archive under these ids; indexes of the file answer them.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from panan_spider.archive.store.archive import ARTICLES_FILE
from panan_spider.fleet.joined_export import FILES, MADE_BY, archive_sizes, export_sites
from panan_spider.publish.browse.export_source import ArchiveNotFound
from panan_spider.publish.export import sqlite_schema
from panan_spider.publish.export.atomic import ForeignFileError
from panan_spider.publish.export.job import ExportResult
from panan_spider.sites.profile import Site

#: Seconds between two looks at whether an archive has gone on: the joined export is made anew each time.
_EVERY: Final = 3_600.0
#: Columns that hold a path below an archive's folder.
_PATHS: Final = ("file", "warc_file")

#: Stands for all sites where a page has one: its title, its feeds.
ALL_SITES: Final = Site(
    key="sites", name="各地新闻网", hosts=("sites.invalid",), entry_pages=("http://sites.invalid/",)
)


def joined_views() -> tuple[str, ...]:
    """SQL of the temporary views: the tables of one archive, ids and paths behind the key of their site."""
    made = []
    for table, columns in sqlite_schema.TABLES.items():
        if table in ("meta", "sections"):
            continue
        identity = "id" if table == "articles" else "article_id"
        shown = ", ".join(_column(name, identity) for name in columns)
        made.append(f"CREATE TEMP VIEW {table} AS SELECT {shown}, site FROM main.{table}")  # noqa: S608  # names of our own tables
    return (*made, sqlite_schema.CHANGES.replace("CREATE VIEW", "CREATE TEMP VIEW"))


def _column(name: str, identity: str) -> str:
    if name == identity:
        return f"site || '-' || {name} AS {name}"
    return f"site || '/' || [{name}] AS [{name}]" if name in _PATHS else f"[{name}]"


@dataclass(frozen=True)
class JoinedSource:
    """The archives `<root>/<key>` of these sites as one source of pages; the paths of the export begin from `data`, the root."""

    data: Path
    chosen: Sequence[Site]
    site: Site = ALL_SITES
    every: float = _EVERY

    @cached_property
    def views(self) -> Sequence[str]:
        """SQL of the views of each connection."""
        return joined_views()

    @cached_property
    def sites(self) -> Mapping[str, Site]:
        """The sites that have an archive, by key. Raises ArchiveNotFound where none has."""
        found = {site.key: site for site in self.chosen if (self.data / site.key / ARTICLES_FILE).is_file()}
        if not found:
            raise ArchiveNotFound(f"there is no archive of these sites in {self.data}")
        return found

    @property
    def export(self) -> Path:
        """Where `scrapy export --sites` puts it, too: one file for both."""
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
        if not self.export.exists():
            return {}
        try:
            with closing(sqlite3.connect(f"{self.export.absolute().as_uri()}?mode=ro", uri=True)) as db:
                meta = dict(db.execute("SELECT key, value FROM meta"))
        except sqlite3.DatabaseError as error:
            raise ForeignFileError(
                f"{self.export} exists and is no sqlite export of many sites; move it away"
            ) from error
        if meta.get("made_by") != MADE_BY:
            raise ForeignFileError(f"{self.export} exists and is no sqlite export of many sites; move it away")
        return meta
