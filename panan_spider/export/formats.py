"""The forms an export can take."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from panan_spider.export import atom, csv_form, jsonld, markdown, parquet, sqlite
from panan_spider.export.job import Done, Job


@dataclass(frozen=True)
class Format:
    """One form: its default name below export/, what makes it, and how it stands to revisions."""

    name: str
    export: Callable[[Job, Path], Done]
    all_revisions: bool = False  # unless told otherwise
    can_all_revisions: bool = True


FORMATS: Final = {
    "sqlite": Format("panan.sqlite", sqlite.export, all_revisions=True),
    "csv": Format("panan.csv", csv_form.FORM.export),
    "parquet": Format("panan.parquet", parquet.export),
    "atom": Format("atom", atom.export, can_all_revisions=False),
    "markdown": Format("markdown", markdown.export),
    "jsonld": Format("panan.jsonld", jsonld.FORM.export),
}
