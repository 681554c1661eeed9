"""What an open archive holds, read back: raw responses, and the newest line of every article."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from panan_spider.items import WarcPlace
from panan_spider.store import warc_read
from panan_spider.store.exchange import ArchivedResponse
from panan_spider.store.jsonl import LineFile
from panan_spider.store.ledger import Ledger


class Contents:
    """The reading half of an archive."""

    folder: Path
    ledger: Ledger
    _articles: LineFile

    def read(self, place: WarcPlace) -> ArchivedResponse:
        """The response kept at `place`."""
        return warc_read.read(self.folder, place)

    @property
    def lines_end(self) -> int:
        """Bytes in articles.jsonl: it has grown since where this has."""
        return self._articles.size

    def newest_lines(self) -> Iterator[dict[str, Any]]:
        """The newest line of every article, as parsed, in the order they were written. Raises StoreError."""
        for start in self.ledger.articles.line_offsets():
            yield self._articles.at(start)
