"""Quarantine: pages that could not be read or gave no valid article, each with reason and place in the WARC."""

import hashlib
import json
from collections import Counter
from pathlib import Path

from panan_spider.archive.ledger.database import QUARANTINE
from panan_spider.archive.ledger.ledger import Ledger
from panan_spider.archive.store.files import StoreError
from panan_spider.archive.store.jsonl import LineFile
from panan_spider.archive.store.warc_file import WarcWriter, read
from panan_spider.core.outcomes import Outcome
from panan_spider.items import WarcLocation


class Quarantine:
    """Writes quarantine.jsonl: one line for each page and each fault of it, however many runs meet it.

    A page that was never stored has the same fault as long as outcome, field, template and reason are the same, whatever
    the bytes of the night; figures in the reason do not count. A stored article's rejected page has a line for each
    content, because `verify` accounts for every later page of a stored article by its place.
    `fresh` counts what this run put there, by outcome; a fault that is there already is not counted again.
    """

    def __init__(self, data: Path, lines: LineFile, ledger: Ledger, warc: WarcWriter, run_id: str) -> None:
        self._data, self._lines, self._ledger, self._warc, self._run_id = data, lines, ledger, warc, run_id
        self.fresh: Counter[Outcome] = Counter()

    def add(
        self,
        url: str,
        outcome: Outcome,
        at: str,
        *,
        reason: str | None,
        field: str | None = None,
        template: str | None = None,
        place: WarcLocation | None = None,
    ) -> None:
        """Write the line, durable, then its mark; the caller holds the transaction open. Raises StoreError."""
        body_hash = None if place is None else self._body_hash(place)
        record = {
            "url": url,
            "article_id": self._ledger.urls.article_id(url),
            "outcome": outcome,
            "reason": reason,
            "field": field,
            "template": template,
            "warc": None if place is None else place.model_dump(exclude={"parts"}),
            "run": self._run_id,
            "at": at,
            "body_hash": body_hash,
        }
        fault = self._ledger.fault_of(record)
        if fault is not None and self._ledger.urls.quarantined(url) in ((outcome, fault), (outcome, body_hash)):
            return
        self._warc.sync()
        line = self._lines.append(json.dumps(record, ensure_ascii=False))
        self._ledger.urls.mark_quarantined(url, outcome, fault)
        self._ledger.marks.passed(QUARANTINE, line)
        self.fresh[outcome] += 1

    def _body_hash(self, place: WarcLocation) -> str | None:
        try:
            body = read(self._data, place).body
        except StoreError:  # a page that cannot be read back is quarantined all the same
            return None
        return "sha256:" + hashlib.sha256(body).hexdigest()
