"""The forms an export can take."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from panan_spider.export import sqlite
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
}
