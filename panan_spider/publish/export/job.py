"""What an export is asked for, and what it says when done."""

import json
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.errors import StoreError
from panan_spider.archive.store.image_files import kept
from panan_spider.archive.store.recovery import LEDGER
from panan_spider.publish.export.selection import Selection


@dataclass(frozen=True)
class ExportJob:
    """The archive in `data`, of it `selection`; every revision, or of each article the newest alone."""

    data: Path
    selection: Selection = field(default_factory=Selection)
    all_revisions: bool = False

    @property
    def kind(self) -> str:
        """What makes two exports the same, as JSON text."""
        return json.dumps({**self.selection.described(), "all_revisions": self.all_revisions}, ensure_ascii=False)

    def gone(self) -> frozenset[str] | None:
        """Articles that are gone from the site, as the ledger knows; None where it cannot be asked, which it says on stderr."""
        path = self.data / LEDGER
        if not path.is_file():
            return None
        try:
            ledger = Ledger.look(path)
            try:
                return ledger.articles.gone()
            finally:
                ledger.close()
        except StoreError as error:
            print(f"panan: which articles are gone from the site is not known: {error}", file=sys.stderr)
            return None

    def local_copy(self, url: str) -> str | None:
        """Where the picture at `url` is kept, below the data folder; None where it is not kept."""
        place = self._kept.get(url)
        return place if place is not None and (self.data / place).is_file() else None

    @cached_property
    def _kept(self) -> dict[str, str]:
        return kept(self.data)


@dataclass(frozen=True)
class ExportResult:
    """What an export now holds, and whether it was made anew."""

    articles: int
    revisions: int
    anew: bool


class MissingLibrary(Exception):
    """An optional library is not installed. The message is one line with the command that installs it."""
