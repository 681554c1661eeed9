"""The records that an export takes, for the forms that are written from first to last."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from panan_spider.publish.export.archive_lines import ArchiveLines, Position, Record
from panan_spider.publish.export.job import ExportJob
from panan_spider.publish.export.selection import SelectedArticle, choose


@dataclass(frozen=True)
class SelectedRecords:
    """What a job's selection holds: how many articles and lines, and the records themselves, in the order of the lines."""

    job: ExportJob
    chosen: SelectedArticle
    mark: Position

    @classmethod
    def by(cls, job: ExportJob) -> "SelectedRecords":
        """Read the lines once to know. Raises UnknownSection, StoreError."""
        lines = ArchiveLines(job.data)
        chosen = choose(lines, job.selection)
        return cls(job, chosen, lines.mark)

    @property
    def articles(self) -> int:
        """How many articles."""
        return len(self.chosen.newest)

    @property
    def count(self) -> int:
        """How many records."""
        return self.chosen.revisions if self.job.all_revisions else self.articles

    def records(self) -> Iterator[Record]:
        """Each of them. Raises StoreError."""
        lines = ArchiveLines(self.job.data)
        if not self.job.all_revisions:
            yield from lines.at_each(sorted(self.chosen.newest.values()))
            return
        for line in lines.read():
            if line.end > self.mark.end:
                return
            if line.record["id"] in self.chosen.newest:
                yield line.record


def new_records(job: ExportJob, mark: Position) -> tuple[list[Record], Position] | None:
    """What the selection holds of the lines behind `mark`, and how far they go.

    None where a line is a correction: it can replace a record, or bring one into the selection, or out of it.
    """
    lines = ArchiveLines(job.data, mark)
    records = [line.record for line in lines.read()]
    if any(record["revision"] > 1 for record in records) and not (job.all_revisions and job.selection.everything):
        return None
    return [record for record in records if job.selection.holds(record)], lines.mark


def count_articles(records: Iterable[Record]) -> int:
    """How many of these records are first revisions: articles that are new."""
    return sum(record["revision"] == 1 for record in records)
