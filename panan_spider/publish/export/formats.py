"""The forms an export can take."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from panan_spider.publish.export.job import ExportJob, ExportResult


@dataclass(frozen=True)
class Format:
    """One form: the module that makes it, its default name below export/, and how it stands to revisions."""

    module: str
    name: str
    all_revisions: bool = False  # unless told otherwise
    can_all_revisions: bool = True

    def export(self, job: "ExportJob", out: Path) -> "ExportResult":
        """Make `out` hold what `job` says, in this form. Raises NotOurs, UnknownSection, NoLibrary, StoreError; `out` is then as it was."""
        # Only now: Scrapy loads every command at every start, and a crawl needs no feedgen.
        done: ExportResult = import_module(f"panan_spider.publish.export.{self.module}").export(job, out)
        return done


FORMATS: Final = {
    "sqlite": Format("sqlite", "panan.sqlite", all_revisions=True),
    "csv": Format("csv_format", "panan.csv"),
    "parquet": Format("parquet", "panan.parquet"),
    "atom": Format("atom", "atom", can_all_revisions=False),
    "markdown": Format("markdown", "markdown"),
    "jsonld": Format("jsonld", "panan.jsonld"),
}
