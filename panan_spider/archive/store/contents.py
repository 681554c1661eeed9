"""What an open archive holds, read back: raw responses, and the newest line of every article."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store import warc_reader
from panan_spider.archive.store.http_exchange import ArchivedResponse
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.items import WarcLocation


class Contents:
    """The reading half of an archive."""

    folder: Path
    ledger: Ledger
    _articles: LineFile

    def read(self, place: WarcLocation) -> ArchivedResponse:
        """The response kept at `place`."""
        return warc_reader.read(self.folder, place)

    @property
    def lines_end(self) -> int:
        """Bytes in articles.jsonl: it has grown since where this has."""
        return self._articles.size

    def newest_lines(self) -> Iterator[dict[str, Any]]:
        """The newest line of every article, as parsed, in the order they were written. Raises StoreError."""
        for start in self.ledger.articles.line_offsets():
            yield self._articles.at(start)
