"""What an earlier export to the same place was, so that the next one goes on from there; and whether the place is ours at all."""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from panan_spider.archive.store.files import write_atomically
from panan_spider.publish.export.archive_lines import ArchiveLines, Position
from panan_spider.publish.export.job import ExportJob, ExportResult

#: In a folder that an export made.
NOTE: Final = ".panan-export.json"


@dataclass(frozen=True)
class ExportState:
    """An export: in which form, of what, and how far the lines had been read. `size` is the file's, 0 for a folder."""

    form: str
    kind: str
    mark: Position
    articles: int
    revisions: int
    size: int = 0

    def text(self) -> str:
        """As JSON text."""
        return json.dumps(asdict(self), ensure_ascii=False)


def note_of(out: Path) -> Path:
    """Where the note about the export at `out` lies: in a folder, or hidden beside a file."""
    return out / NOTE if out.is_dir() else out.with_name(f".{out.name}.made")


def earlier(form: str, job: ExportJob, out: Path) -> ExportState | None:
    """The export at `out`, where one of the same form and kind can be continued: its lines are still the first ones."""
    made = read(out)
    if made is None or (made.form, made.kind) != (form, job.kind):
        return None
    size = 0 if out.is_dir() else out.stat().st_size
    return made if made.size == size and ArchiveLines(job.data).goes_on_from(made.mark) else None


def read(out: Path) -> ExportState | None:
    """The note about the export at `out`; None where there is none that can be read."""
    if not out.exists():
        return None
    with suppress(OSError, ValueError, TypeError, KeyError):
        found = json.loads(note_of(out).read_text("utf-8"))
        return ExportState(**{**found, "mark": Position(**found["mark"])})
    return None


def remember(form: str, job: ExportJob, out: Path, mark: Position, done: ExportResult) -> None:
    """Leave a note about the export of a file at `out`. A note that is lost costs the next export time, nothing else."""
    made = ExportState(form, job.kind, mark, done.articles, done.revisions, out.stat().st_size)
    write_atomically(note_of(out), made.text().encode())
