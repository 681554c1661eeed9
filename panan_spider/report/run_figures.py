"""Run figures: a run in numbers, from Scrapy's stats, the walks and the stored lines; what later runs compare themselves with."""

import heapq
import resource
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from panan_spider.core.run_report import MOST_CORRECTIONS, MOST_ENTRIES, Entry, SectionFigures, Timeline
from panan_spider.report.checks.page_checks import ARTICLES, FIELDS, FieldCounts

_NO_SECTION: Final = ""
_STATUS: Final = "downloader/response_status_count/"
_MOST_STEPS: Final = 120


def entry(record: Mapping[str, Any]) -> Entry:
    """An article as the report names it."""
    return Entry.model_validate({name: record[name] for name in Entry.model_fields})


class Revised(NamedTuple):
    """A revision of a stored article, as far as later checks need it."""

    revision: int
    content: str  # content hash
    length: int  # of its text
    pages: int


@dataclass
class StoredSummary:
    """Summary of the lines a run stored. Counts are complete; lists hold no more than the report shows."""

    day: date  # of the run
    late_days: int  # an article put on the web longer ago is `late`
    new: int = 0
    late: int = 0
    corrected: int = 0
    newest: list[Entry] = field(default_factory=list)  # of the new articles, newest first
    corrections: list[dict[str, Any]] = field(default_factory=list)  # records
    fields: dict[str, dict[str, Counter[str]]] = field(default_factory=dict)  # as `FieldCounts`
    contents: Counter[str] = field(default_factory=Counter)  # article numbers by content hash
    revised: dict[str, Revised] = field(default_factory=dict)  # by article ID

    def add_all(self, records: Iterable[dict[str, Any]]) -> None:
        """Add the records that a run stored, once."""
        entries = (found for record in records if (found := self._add(record)) is not None)
        self.newest = heapq.nlargest(MOST_ENTRIES, entries, key=lambda item: (item.posted or "", item.id))

    def _add(self, record: dict[str, Any]) -> Entry | None:
        """Count one record; its entry where the article is new."""
        section = record["section"] or _NO_SECTION
        counts = self.fields.setdefault(record["template"], {}).setdefault(section, Counter())
        counts[ARTICLES] += 1
        counts.update(name for name in FIELDS if record[name])
        self.contents[record["content_hash"]] += 1
        if record["revision"] > 1:
            self.corrected += 1
            self.revised[record["id"]] = Revised(
                record["revision"], record["content_hash"], len(record["text"]), record["pages"]
            )
            if len(self.corrections) < MOST_CORRECTIONS:
                self.corrections.append(record)
            return None
        self.new += 1
        posted, oldest = record["posted"], self.day - timedelta(days=self.late_days)
        self.late += posted is not None and posted < oldest.isoformat()
        return entry(record)

    def field_counts(self) -> FieldCounts:
        """The field counts as plain dicts."""
        return {template: {s: dict(c) for s, c in sections.items()} for template, sections in self.fields.items()}


class RequestRate:
    """Requests and bytes over the run, in at most 120 steps of equal length; two steps are merged when there are more."""

    def __init__(self) -> None:
        self._step, self._requests, self._bytes = 1, [0], [0]

    def note(self, seconds: float, *, requests: int = 0, received: int = 0) -> None:
        """Count an event `seconds` after the start; a negative time (clock set back) counts as the start."""
        while (index := int(max(0.0, seconds)) // self._step) >= _MOST_STEPS:
            self._step *= 2
            self._requests, self._bytes = _halved(self._requests), _halved(self._bytes)
        missing = index + 1 - len(self._requests)
        self._requests += [0] * missing
        self._bytes += [0] * missing
        self._requests[index] += requests
        self._bytes[index] += received

    def timeline(self) -> Timeline:
        """The steps so far."""
        return Timeline(step_seconds=self._step, requests=list(self._requests), bytes_received=list(self._bytes))


def _halved(steps: Sequence[int]) -> list[int]:
    return [sum(steps[n : n + 2]) for n in range(0, len(steps), 2)]


def section_figures(walks: Iterable[Mapping[str, Any]]) -> dict[str, SectionFigures]:
    """The figures of the run's walks by section name; two lists of one name are added up."""
    sections: dict[str, SectionFigures] = {}
    for walk in walks:
        figures = SectionFigures(**{name: walk[name] for name in SectionFigures.model_fields})
        before = sections.get(walk["name"])
        sections[walk["name"]] = figures if before is None else _added(before, figures)
    return sections


def _added(first: SectionFigures, second: SectionFigures) -> SectionFigures:
    fronts = [front for front in (first.front, second.front) if front is not None]
    return SectionFigures(
        front=sum(fronts) if fronts else None,
        rows=first.rows + second.rows,
        new=first.new + second.new,
        newest=max(filter(None, (first.newest, second.newest)), default=None),
        by_words=first.by_words and second.by_words,
    )


def http_statuses(stats: Mapping[str, Any]) -> dict[int, int]:
    """Responses by HTTP status, from Scrapy's stats."""
    return {int(key.removeprefix(_STATUS)): count for key, count in stats.items() if key.startswith(_STATUS)}


def peak_mib() -> float:
    """Peak memory of this process, MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)
