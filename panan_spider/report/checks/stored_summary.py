"""What a run stored, read off the lines it wrote: new articles, corrections, and which fields each template printed."""

import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from panan_spider.archive.store.archive import Archive
from panan_spider.core.run_report import MOST_CORRECTIONS, MOST_ENTRIES, Correction, Entry
from panan_spider.report.checks.page_checks import ARTICLES, FIELDS, Coverage
from panan_spider.report.diff import changes
from panan_spider.sites.thresholds import DEFAULT_THRESHOLDS

_NO_SECTION: Final = ""


def entry(record: dict[str, Any]) -> Entry:
    """An article as the report names it."""
    return Entry.model_validate({name: record[name] for name in Entry.model_fields})


@dataclass
class StoredSummary:
    """Counts are whole, lists as long as the report's. `taken` says what went in."""

    day: date
    new: int = 0
    late: int = 0
    corrected: int = 0
    newest: list[Entry] = field(default_factory=list)
    corrections: list[dict[str, Any]] = field(default_factory=list)
    coverage: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)

    def take(self, records: Iterable[dict[str, Any]]) -> "StoredSummary":
        """Take in what a run stored, holding no more of it than the report shows."""
        newest = heapq.nlargest(MOST_ENTRIES, (e for e in map(self._note, records) if e is not None), key=_age)
        self.newest = newest
        return self

    def _note(self, record: dict[str, Any]) -> Entry | None:
        counts = self.coverage.setdefault(record["template"], {}).setdefault(
            record["section"] or _NO_SECTION, Counter()
        )
        counts[ARTICLES] += 1
        counts.update(name for name in FIELDS if record[name])
        if record["revision"] > 1:
            self.corrected += 1
            if len(self.corrections) < MOST_CORRECTIONS:
                self.corrections.append(record)
            return None
        self.new += 1
        posted = record["posted"]
        self.late += (
            posted is not None and posted < (self.day - timedelta(days=DEFAULT_THRESHOLDS.late_days)).isoformat()
        )
        return entry(record)

    def plain_coverage(self) -> Coverage:
        """The coverage as figures keep it."""
        return {template: {s: dict(c) for s, c in sections.items()} for template, sections in self.coverage.items()}


def _age(one: Entry) -> tuple[str, str]:
    return one.posted or "", one.id


def corrections(archive: Archive, stories: StoredSummary) -> list[Correction]:
    """The corrections, each with what it changes against the revision before."""
    before = archive.revisions((record["id"], record["revision"] - 1) for record in stories.corrections)
    made = []
    for record in stories.corrections:
        old = before.get((record["id"], record["revision"] - 1))
        said = changes(old, record) if old is not None else []
        made.append(Correction(**entry(record).model_dump(), changes=said))
    return made
